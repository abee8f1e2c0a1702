"""Tells an answer's thinking, between <think> and </think>, from its content while it streams."""

from __future__ import annotations

from .results import ChatPiece

OPEN, CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Takes an answer's text piece by piece and gives each part to the field it belongs to.

    Thinking is what stands before the first </think> of a text that starts with <think>, or of any
    text when the prompt itself ended with <think>. Newlines around the thinking and before the
    content belong to neither. However the text is cut, the parts of a field join to the same string.
    """

    def __init__(self, thinking: bool) -> None:
        self._state = "thinking" if thinking else "undecided"
        self._held = ""  # may turn out to be a tag, or newlines to drop
        self._started = False  # whether the field now written holds any text

    def push(self, text: str) -> ChatPiece:
        """What `text` makes certain."""
        self._held += text
        if self._state == "undecided":
            self._decide()
        reasoning = self._take_thinking() if self._state == "thinking" else ""
        return ChatPiece(self._take_content() if self._state == "content" else "", reasoning)

    def finish(self) -> ChatPiece:
        """What was held back when the text ends."""
        rest = self._held.strip("\n")
        self._held = ""
        if self._state == "thinking":
            return ChatPiece(reasoning_content=rest and self._separator + rest)
        return ChatPiece(content=rest)

    def _decide(self) -> None:
        text = self._held.lstrip()
        if text.startswith(OPEN):
            self._state, self._held = "thinking", text[len(OPEN) :]
        elif not OPEN.startswith(text):
            self._state = "content"
