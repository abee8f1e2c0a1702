"""A model's predictions of a text in a file: llama.cpp's --kl-divergence-base.

docs/formats/saved_logits.md describes it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ..atomic_file import atomic_path
from ..errors import FileError, ModelFormatError
from .statistics import Logits, LogProbs, blocks
from .windows import MIN_CTX, Tokens, Windows, n_scored

MAGIC = b"_logits_"
HEADER = struct.Struct("<8s3i")  # magic, n_ctx, n_vocab, number of windows
RANGE = 16  # nats below the likeliest token from which on all tokens count alike
STEPS = 65535


def row_type(n_vocab: int) -> np.dtype[np.void]:
    """One row: ln of a token's probability is scale * steps + minimum."""
    padded = n_vocab + n_vocab % 2
    return np.dtype([("scale", "<f4"), ("minimum", "<f4"), ("steps", "<u2", (padded,))])


class SavedLogits:
    """A file of saved predictions, mapped.

    Throws FileError where it cannot be opened, ModelFormatError where its content is damaged.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            with self.path.open("rb") as file:
                header = file.read(HEADER.size)
                n_bytes = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise FileError(f"{self.path}: cannot be read ({error.strerror}).") from error
        if not header.startswith(MAGIC):
            raise ModelFormatError(
                f"{self.path}: is no file of saved logits; let eval ppl write one."
            )
        if len(header) < HEADER.size:
            raise ModelFormatError(f"{self.path}: truncated within its header; write it again.")
        _, self.n_ctx, self.n_vocab, n_windows = HEADER.unpack(header)
        if self.n_ctx < MIN_CTX or self.n_vocab < 1 or n_windows < 1:
            raise ModelFormatError(
                f"{self.path}: {n_windows} windows of {self.n_ctx} tokens out of {self.n_vocab}"
                " cannot be; write it again."
            )
        row, shape = row_type(self.n_vocab), (n_windows, n_scored(self.n_ctx))
        start = HEADER.size + 4 * n_windows * self.n_ctx
        if n_bytes != start + shape[0] * shape[1] * row.itemsize:
            raise ModelFormatError(
                f"{self.path}: has {n_bytes} bytes and not what its {n_windows} windows of"
                f" {self.n_ctx} tokens take; write it again."
            )
        self.tokens: Tokens = np.memmap(self.path, "<i4", "r", HEADER.size, (n_windows, self.n_ctx))
        self._rows = np.memmap(self.path, row, "r", start, shape)

    def __len__(self) -> int:
        """The number of windows."""
        return len(self.tokens)

    def window(self, index: int) -> SavedDistributions:
        rows = self._rows[index]
        if not (np.isfinite(rows["scale"]).all() and np.isfinite(rows["minimum"]).all()):
            raise ModelFormatError(
                f"{self.path}: the probabilities of window {index} are no numbers; write it again."
            )
        return SavedDistributions(rows, self.n_vocab)


class SavedDistributions:
    """One window's rows."""

    floor = -float(RANGE)  # what was rounded to the minimum is below it

    def __init__(self, rows: npt.NDArray[np.void], n_vocab: int) -> None:
        self._rows = rows
        self._n_vocab = n_vocab

    def log_probs(self, rows: slice) -> LogProbs:
        part = self._rows[rows]
        log_probs: LogProbs = part["steps"][:, : self._n_vocab].astype(np.float64)
        log_probs *= part["scale"][:, None]
        log_probs += part["minimum"][:, None]
        return log_probs


class Writer:
    """A file being written, window after window."""

    def __init__(self, file: BinaryIO, n_vocab: int) -> None:
        self._file = file
        self._n_vocab = n_vocab

    def add(self, logits: Logits) -> None:
        """The scored rows of the next window."""
        for rows in blocks(*logits.shape):
            self._file.write(encode(logits[rows]).tobytes())


def is_saved_logits(path: Path) -> bool:
    """Whether `path` is a file that starts as this format does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def write(path: str | os.PathLike[str], windows: Windows, n_vocab: int) -> Iterator[Writer]:
    """Writes a file, which is there only once it is complete.

    Throws FileError.
    """
    with atomic_path(Path(path)) as temporary, temporary.open("wb") as file:
        file.write(HEADER.pack(MAGIC, windows.n_ctx, n_vocab, len(windows)))
        file.write(windows.tokens.astype("<i4").tobytes())
        yield Writer(file, n_vocab)


def encode(logits: Logits) -> npt.NDArray[np.void]:
    """Rows of the file, rounded in float32 as llama.cpp rounds them."""
    top = logits.max(1)
    bottom = np.maximum(logits.min(1), top - np.float32(RANGE))
    spread = np.subtract(logits, top[:, None], dtype=np.float64)
    log_sum = np.log(np.exp(spread).sum(1)).astype(np.float32)
    rows = np.zeros(len(logits), row_type(logits.shape[1]))
    rows["scale"] = scale = (top - bottom) / np.float32(STEPS)
    rows["minimum"] = bottom - top - log_sum
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    steps = np.rint((np.maximum(logits, bottom[:, None]) - bottom[:, None]) * inverse[:, None])
    rows["steps"][:, : logits.shape[1]] = steps
    return rows
