"""Conversations as batches of token ids, drawn on the fly: the same for the same seed and place.

Rows are conversations of about one length, padded on the right: attention is causal, so that no
row needs a mask, and none sees another conversation. A step has batches of all lengths, so that
each step sees all skills.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .item import Item
from .mixture import training_items
from .render import samples

MAX_LENGTH = 1024
SHARD = 4096  # conversations that are drawn and sorted by length together
EARLY_SHARDS = 40  # with few tools: about 10 million tokens
BATCHES = 4  # of a step
PADDED = 8  # lengths of rows are multiples of it


@dataclass(frozen=True)
class Row:
    """The ids of a text, [n], and the weight of each as something to predict, [n]."""

    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """[n_rows, length]; `weights` are 0 for what is not learnt."""

    ids: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]


@dataclass
class Place:
    """Where in the stream training is: the next step to take, by shard."""

    shard: int = 0
    step: int = 0


def rows(items: list[Item], tokenizer: Tokenizer) -> list[Row]:
    """A text's answers weigh the square root of their length: long thoughts do not drown short
    answers. Texts longer than MAX_LENGTH are left out."""
    found = []
    for segments in (s for item in items for s in samples(item)):
        ids = [tokenizer.encode(segment.text).ids for segment in segments]
        learnt = np.concatenate(
            [np.full(len(i), s.supervised) for i, s in zip(ids, segments, strict=True)]
        )
        joined = np.concatenate(ids).astype(np.int32)
        if len(joined) <= MAX_LENGTH:
            found.append(Row(joined, (learnt / np.sqrt(learnt.sum())).astype(np.float32)))
    return found


def batch(group: list[Row]) -> Batch:
    length = -(-max(len(row.ids) for row in group) // PADDED) * PADDED
    ids = np.zeros((len(group), length), np.int64)
    weights = np.zeros((len(group), length), np.float32)
    for i, row in enumerate(group):
        ids[i, : len(row.ids)] = row.ids
        weights[i, : len(row.ids)] = row.weights
    return Batch(ids, weights)


def steps(found: list[Row], step_tokens: int, order: random.Random) -> list[list[Batch]]:
    """The rows as steps of BATCHES batches, one from each range of lengths."""
    by_length = sorted(found, key=lambda row: len(row.ids))
    groups, group = list[list[Row]](), list[Row]()
    for row in by_length:
        if group and (len(group) + 1) * len(row.ids) > step_tokens // BATCHES:
            groups.append(group)
            group = []
        group.append(row)
    groups.append(group)
    n_steps = len(groups) // BATCHES
    ranges = [groups[i * n_steps : (i + 1) * n_steps] for i in range(BATCHES)]
    for each in ranges:
        order.shuffle(each)
    return [[batch(each[i]) for each in ranges] for i in range(n_steps)]


class Stream:
    """Endless steps from `place` on, which moves along."""

    def __init__(self, seed: int, tokenizer: Path, step_tokens: int, place: Place) -> None:
        self._seed = seed
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
        name = f"{self._seed} {index}"
        items = training_items(name, early=index < EARLY_SHARDS)
        found = rows(list(islice(items, SHARD)), self._tokenizer)
        return steps(found, self._step_tokens, random.Random(name))
