"""Tells an answer's thinking, between <think> and </think>, from its content while it streams."""

from __future__ import annotations

from .results import ChatPiece

OPEN, CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Takes an answer's text piece by piece and gives each part to the field it belongs to.

    Thinking is what stands before the first </think> of a text that starts with <think>, or of any
    text when the prompt itself ended with <think>. Newlines around the thinking and before the
    content belong to neither. The parts of a field join to the same string however the text is cut.
    """

    def __init__(self, thinking: bool) -> None:
        self._state = "thinking" if thinking else "undecided"
        self._started = False  # whether the field now written has any text
        self._held = ""  # may turn out to be a tag, or newlines to drop

    def push(self, text: str) -> ChatPiece:
        """What `text` makes certain."""
        self._held += text
        if self._state == "undecided":
            self._decide()
        reasoning = self._take_thinking() if self._state == "thinking" else ""
        content = self._take_content() if self._state == "content" else ""
        return ChatPiece(content, reasoning)

    def finish(self) -> ChatPiece:
        """What was held back when the text ends."""
        if self._state == "thinking":
            return ChatPiece(reasoning_content=self._held.rstrip("\n"))
        return ChatPiece(self._take_content())

    def _decide(self) -> None:
        text = self._held.lstrip()
        if text.startswith(OPEN):
            self._state, self._held = "thinking", text[len(OPEN) :]
        elif not OPEN.startswith(text):
            self._state = "content"

    def _take_thinking(self) -> str:
        if not self._started:
            self._held = self._held.lstrip("\n")
        before, close, after = self._held.partition(CLOSE)
        if close:
            self._state, self._started, self._held = "content", False, after
            return before.rstrip("\n")
        tag = next((n for n in range(len(CLOSE) - 1, 0, -1) if before.endswith(CLOSE[:n])), 0)
        ready = before[: len(before) - tag].rstrip("\n")
        self._held = before[len(ready) :]
        self._started = self._started or ready != ""
        return ready

    def _take_content(self) -> str:
        text = self._held if self._started else self._held.lstrip("\n")
        self._held = ""
        self._started = self._started or text != ""
        return text
