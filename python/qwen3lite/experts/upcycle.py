"""Packs without training: experts that are copies of the model's own dense networks."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .. import _core
from ..convert.converter import Progress
from ..convert.encoding import BLOCK_VALUES, encode
from ..convert.gguf_file import GgufTensor
from ..convert.tensor_plan import file_type, fitting_format
from ..errors import InvalidArgumentError
from .choices import Choice, Mode, first_choice
from .model_file import ModelFile, stack_name
from .pack_file import PackHead, PackTensor, router_tensor, write_pack
from .routers import initial_routers


def upcycle(
    base: Path,
    out: Path,
    *,
    count: int = 2,
    mode: Mode = "replace",
    trunk: bool = True,
    top_k: int = 1,
    noise: float = 0.01,
    seed: int = 0,
    layers: Sequence[int] | None = None,
    name: str = "",
    choices: Sequence[Choice] = (),
    type: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes a pack of `count` choices for the model `base`, a GGUF file.

    Experts are the dense networks of `layers` (None: all that are dense), each weight plus Gaussian
    noise of `noise` times its matrix's root mean square, in the base's own formats or in `type`,
    one of convert.TYPES. With `trunk`, in mode "replace", choice 0 is the base's network itself. In
    mode "parallel" choice 0 is nothing, and the others' down matrices are noise alone: a whole copy
    would double what the layer adds, while this pack begins as one that adds next to nothing.

    Of `choices`, all or all but a choice 0 that is not stored, those with examples teach the
    routers, in a run of the base over them; without any, routers are small random rows. The same
    input and seed give the same bytes on machines with the same instruction sets.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    model = ModelFile(base)
    first = first_choice(mode, trunk)
    head = PackHead.of_networks(
        model, choices, name=name, mode=mode, trunk=trunk, count=count, top_k=top_k
    )
    if not (math.isfinite(noise) and noise >= 0) or seed < 0:
        raise InvalidArgumentError(f"noise is {noise} and seed {seed}; take 0 or more.")
    chosen = model.dense_layers if layers is None else sorted(set(layers))
    model.check_dense(chosen)
    if not chosen:
        raise InvalidArgumentError(f"{base}: has no dense layers to copy; pass a dense model.")
    routers = initial_routers(model, head.choices, count, seed)
    experts = range(1 if first else 0, count)
    tensors = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for layer in chosen:
            tensors.append(router_tensor(layer, routers[layer]))
            for part, source in model.network(layer).items():
                stack = GgufTensor(
                    stack_name(layer, part),
                    source.format if type is None else _format(type, source),
                    (len(experts), *source.shape),
                )
                scale = 0.0 if mode == "parallel" and part == "down" else 1.0
                copies = Copies(model, source, stack.format, experts, scale, noise, seed, pool)
                tensors.append(PackTensor(stack.name, stack.format, stack.shape, copies.blocks))
        write_pack(out, head, tensors, progress)


def _format(type: str, source: GgufTensor) -> str:
    return fitting_format(source.name, file_type(type).matrix, source.shape)


@dataclass(frozen=True)
class Copies:
    """A matrix of the base, times `scale`, once for each expert with noise of its own."""

    base: ModelFile
    source: GgufTensor
    format: str
    experts: Sequence[int]
    scale: float
    noise: float  # standard deviation, in root mean squares of the matrix
    seed: int
    pool: ThreadPoolExecutor

    def blocks(self) -> Iterator[npt.NDArray[np.uint8]]:
        deviation = np.float32(self.noise * self._rms()) if self.noise else np.float32(0)
        for expert in self.experts:
            # Encoding what was decoded may give other bytes.
            if not self.noise and self.scale == 1 and self.format == self.source.format:
                yield from self._stored()
            else:
                yield from self._noisy(expert, deviation)

    def _noisy(self, expert: int, deviation: np.float32) -> Iterator[npt.NDArray[np.uint8]]:
        rng = np.random.default_rng([self.seed, crc32(self.source.name.encode()), expert])
        for rows in self._values():
            rows *= np.float32(self.scale)
            if deviation:
                rows += deviation * rng.standard_normal(rows.shape, dtype=np.float32)
            yield encode(self.format, rows, self.pool)

    def _rms(self) -> float:
        squares = sum(float(np.vdot(rows, rows)) for rows in self._values())
        return math.sqrt(squares / math.prod(self.source.shape))

    def _values(self) -> Iterator[npt.NDArray[np.float32]]:
        """float32 [n, in], about BLOCK_VALUES at a time."""
        return (_core.decode(self.source.format, block) for block in self._stored())

    def _stored(self) -> Iterator[npt.NDArray[np.uint8]]:
        rows = self.base.rows(self.source.name)
        step = max(1, BLOCK_VALUES // self.source.shape[-1])
        return (rows[first : first + step] for first in range(0, len(rows), step))
