"""Session: a conversation that keeps what it has computed."""

from __future__ import annotations

import os

from . import _core
from .completions import Completions
from .prompts import Prompts


class Session(Completions):
    """A conversation whose keys and values stay in memory from one request to the next.

    generate() and chat() take whole prompts and messages, as a model's do; what a request has in
    common with what the session knows is not computed again. When memory is short a session's keys
    and values are given up, and computed again when they are wanted: its answers are the same. One
    request at a time: the next one throws OverloadedError until the last has ended.
    """

    def __init__(self, engine: _core.Engine, prompts: Prompts, session: _core.Session) -> None:
        super().__init__(prompts)
        self._engine = engine
        self._session = session

    @property
    def n_computed(self) -> int:
        """Tokens whose keys and values are in memory."""
        return self._session.n_computed

    def fork(self) -> Session:
        """Another session that goes on from here; both share what is computed."""
        child = _core.Session(self._engine, parent=self._session)
        return Session(self._engine, self._prompts, child)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes tokens, keys and values to a file for Model.load_session(), whole or not at all.

        Throws FileError, and OverloadedError while a request is under way.
        """
        self._session.save(os.fsencode(path))

    def _start(self, request: _core.Request) -> _core.Generation:
        return self._session.generate(request)
