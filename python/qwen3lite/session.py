"""Session: a conversation that keeps what it has computed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import _core
from .completions import Completions
from .options import Request

if TYPE_CHECKING:
    from ._core import Ids
    from .model import Model


class Session(Completions):
    """A conversation whose keys and values stay in memory from one request to the next.

    generate() and chat() take whole prompts and messages, as a model's do; what a request has in
    common with what the session knows is not computed again. When memory is short a session's keys
    and values are given up, and computed again when they are wanted: its answers are the same. One
    request at a time: the next one throws OverloadedError until the last has ended.
    """

    def __init__(self, model: Model, session: _core.Session) -> None:
        self.model = model
        self._session = session

    @property
    def n_computed(self) -> int:
        """Tokens whose keys and values are in memory."""
        return self._session.n_computed

    def fork(self) -> Session:
        """Another session that goes on from here; both share what is computed."""
        return Session(self.model, self._session.fork())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes tokens, keys and values to a file for Model.load_session(). Throws FileError."""
        self._session.save(os.fsencode(path))

    @property
    def _model(self) -> Model:
        return self.model

    def _start(self, prompt: Ids, request: Request) -> _core.Generation:
        return self._session.generate(prompt, **request)
