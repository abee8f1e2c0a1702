"""Conversations as batches of token ids, drawn on the fly: the same for the same seed and place.

Texts that begin alike, as they are offered the same tools, share a row: after what they share come
branches, one for each text, none of which sees another. Rows are of about one length, padded on
the right; those without branches need no mask. A step has batches of all lengths, so that each
step sees all skills.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .item import Item
from .mixture import Families
from .render import Segment, samples

MAX_LENGTH = 1024
SHARD = 4096  # families of conversations that are drawn and sorted by length together
# Ranges of lengths, the shortest first: each step has a batch of each. Batches 0 and 2 take about
# as long as 1 and 3.
RANGES = (0, 1, 3, 2)
# Of rows, once padded: each shape has kernels made for it, and blocks of memory of its own.
LENGTHS = (24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256, 320, 384, 448, 512, 640, 768, MAX_LENGTH)


@dataclass(frozen=True)
class Text:
    """Its ids, [n], and the weight of each as something to predict, [n]."""

    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """Of one or more texts, each [n]: branch 0 is what all of them begin with, or all of one.
    `skill` is that of their family's first item."""

    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    positions: npt.NDArray[np.int32]
    branches: npt.NDArray[np.int32]
    skill: str = ""


@dataclass(frozen=True)
class Batch:
    """Rows, each [n_rows, length]; `weights` are 0 for what is not learnt. `skills` are of the rows
    that hold something, which come first."""

    ids: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]
    positions: npt.NDArray[np.int64]
    branches: npt.NDArray[np.int64]
    skills: tuple[str, ...]


@dataclass
class Place:
    """Where in the stream training is: the next step to take, by shard."""

    shard: int = 0
    step: int = 0


def rows(families: Iterable[list[Item]], tokenizer: Tokenizer) -> list[Row]:
    found = []
    for family in families:
        texts = [text(segments, tokenizer) for item in family for segments in samples(item)]
        while texts:
            row, texts = join(texts)
            if len(row.ids) <= MAX_LENGTH:
                found.append(replace(row, skill=family[0].skill))
    return found


def text(segments: list[Segment], tokenizer: Tokenizer) -> Text:
    """Its answers weigh the square root of their length: long thoughts do not drown short
    answers."""
    ids = [tokenizer.encode(segment.text).ids for segment in segments]
    learnt = np.concatenate(
        [np.full(len(i), s.supervised) for i, s in zip(ids, segments, strict=True)]
    )
    joined = np.concatenate(ids).astype(np.int32)
    return Text(joined, (learnt / np.sqrt(learnt.sum())).astype(np.float32))


def join(texts: list[Text]) -> tuple[Row, list[Text]]:
    """A row of as many texts as MAX_LENGTH has room for, of one at least, and the other texts."""
    shared = shared_length(texts)
    n, length = 1, len(texts[0].ids)
    while n < len(texts) and length + len(texts[n].ids) - shared <= MAX_LENGTH:
        length += len(texts[n].ids) - shared
        n += 1
    if n == 1:
        shared = len(texts[0].ids)
    starts = [0] + [shared] * (n - 1)
    parts = list(zip(texts[:n], starts, strict=True))
    branches = [np.full(len(t.ids) - start, i + 1) for i, (t, start) in enumerate(parts)]
    branches[0][:shared] = 0
    row = Row(
        np.concatenate([t.ids[start:] for t, start in parts]),
        np.concatenate([t.weights[start:] for t, start in parts]),
        np.concatenate([np.arange(start, len(t.ids)) for t, start in parts]),
        np.concatenate(branches),
    )
    return row, texts[n:]


def shared_length(texts: list[Text]) -> int:
    """Of what all begin with. It ends before the last token of each prompt, as what is learnt is
    predicted from the token before it in the row."""
    n = min(int(np.argmax(text.weights > 0)) - 1 for text in texts)
    differ = np.any([text.ids[:n] != texts[0].ids[:n] for text in texts], axis=0)
    return int(np.argmax(differ)) if differ.any() else n


def padded_length(row: Row) -> int:
    return next(length for length in LENGTHS if length >= len(row.ids))


def batch(group: list[Row], n_tokens: int = 0) -> Batch:
    """The rows, and empty ones as far as `n_tokens` have room."""
    length = max(map(padded_length, group))
    n_rows = max(len(group), n_tokens // length)

    def padded(name: str, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        values = np.zeros((n_rows, length), kind)
        for i, row in enumerate(group):
            values[i, : len(row.ids)] = getattr(row, name)
        return values

    return Batch(
        padded("ids", np.int64),
        padded("weights", np.float32),
        padded("positions", np.int64),
        padded("branches", np.int64),
        tuple(row.skill for row in group),
    )


def groups(found: list[Row], n_tokens: int) -> list[list[Row]]:
    """The rows by length, the shortest first, as many together as `n_tokens` have room for."""
    made, group = list[list[Row]](), list[Row]()
    for row in sorted(found, key=lambda row: len(row.ids)):
        if group and (len(group) + 1) * padded_length(row) > n_tokens:
            made.append(group)
            group = []
        group.append(row)
    return [*made, group]


def steps(found: list[Row], step_tokens: int, order: random.Random) -> list[list[Batch]]:
    """The rows as steps of batches, one from each range of lengths."""
    n_tokens = step_tokens // len(RANGES)
    by_length = groups(found, n_tokens)
    n_steps = len(by_length) // len(RANGES)
    ranges = [by_length[i * n_steps : (i + 1) * n_steps] for i in RANGES]
    for each in ranges:
        order.shuffle(each)
    return [[batch(each[i], n_tokens) for each in ranges] for i in range(n_steps)]


class Stream:
    """Endless steps of `families` from `place` on, which moves along."""

    def __init__(
        self, families: Families, seed: int, tokenizer: Path, step_tokens: int, place: Place
    ) -> None:
        self._families = families
        self._name = str(seed)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._step_tokens = step_tokens
        self.place = place

    def __iter__(self) -> Iterator[list[Batch]]:
        while True:
            shard = self._shard(self.place.shard)
            while self.place.step < len(shard):
                self.place.step += 1
                yield shard[self.place.step - 1]
            self.place.shard, self.place.step = self.place.shard + 1, 0

    def _shard(self, index: int) -> list[list[Batch]]:
        families = islice(self._families(self._name, index), SHARD)
        found = rows(families, self._tokenizer)
        return steps(found, self._step_tokens, random.Random(f"{self._name} {index}"))
