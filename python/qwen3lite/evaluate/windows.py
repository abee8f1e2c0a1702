"""A text cut into windows as llama.cpp's llama-perplexity cuts it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import InvalidArgumentError
from ..model import Model

MIN_CTX = 8  # the fewest tokens of a window: standard errors need more than one that is scored

Tokens = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Windows:
    """Consecutive windows of a text. Each is a sequence of its own, and its second half is scored:
    there every prediction has at least half a window of context.

    `tokens`, [n_windows, n_ctx], is the text; `bos`, where it is not None, takes the place of each
    window's first token when the model sees it.
    """

    tokens: Tokens
    bos: int | None

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def n_ctx(self) -> int:
        return int(self.tokens.shape[1])

    @property
    def n_scored(self) -> int:
        """Tokens that are scored in one window."""
        return n_scored(self.n_ctx)

    def inputs(self, window: int) -> Tokens:
        """What the model sees, [n_ctx - 1]: its last n_scored rows of logits are scored."""
        ids: Tokens = self.tokens[window, :-1].copy()
        if self.bos is not None:
            ids[0] = self.bos
        return ids

    def targets(self, window: int) -> Tokens:
        """The tokens that the scored rows predict, [n_scored]."""
        targets: Tokens = self.tokens[window, -self.n_scored :]
        return targets

    def first(self, n: int) -> Windows:
        """The first `n` windows. Throws InvalidArgumentError where there are fewer, or n is < 1."""
        if not 1 <= n <= len(self):
            raise InvalidArgumentError(
                f"{n} windows are asked for and the text has {len(self)} of {self.n_ctx} tokens;"
                " ask for fewer, at least one."
            )
        return replace(self, tokens=self.tokens[:n])


def n_scored(n_ctx: int) -> int:
    """Of a window's rows n_ctx // 2 ... n_ctx - 2: the last one has nothing to predict."""
    return n_ctx - 1 - n_ctx // 2


def cut(model: Model, text: str, n_ctx: int) -> Windows:
    """The whole windows of `text`; what is left at its end is dropped.

    Special tokens that the text spells remain text. Where the model's file asks for BOS, it stands
    before the text too. Throws InvalidArgumentError for less than one window.
    """
    if n_ctx < MIN_CTX:
        raise InvalidArgumentError(f"a window of {n_ctx} tokens; take {MIN_CTX} or more.")
    bos = model.bos_ids
    ids = bos + model.tokenize(text, parse_special=False)
    n_windows = len(ids) // n_ctx
    if n_windows == 0:
        raise InvalidArgumentError(
            f"the text has {len(ids)} tokens, and one window takes {n_ctx};"
            " pass a longer text or a smaller window."
        )
    tokens = np.array(ids[: n_windows * n_ctx], np.int32).reshape(n_windows, n_ctx)
    return Windows(tokens, bos[0] if bos else None)
