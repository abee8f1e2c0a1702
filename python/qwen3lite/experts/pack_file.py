"""Writes an expert pack: its metadata, then tensor by tensor (docs/formats/expert_pack.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf.constants import Keys

from ..atomic_file import atomic_path
from ..convert.converter import Progress
from ..convert.gguf_file import GgufFile, GgufTensor
from ..convert.metadata import KeyValue, boolean, string, strings, uint32
from ..errors import InvalidArgumentError
from .choices import Choice, Mode, all_choices, first_choice
from .model_file import ModelFile, router_name

VERSION = 1
MOST_CHOICES = 65_536


@dataclass(frozen=True, kw_only=True)
class PackHead:
    """What a pack says of itself. `choices` are all of its `count`, or none is named.

    Throws InvalidArgumentError for counts that no pack can have.
    """

    base: ModelFile
    name: str = ""
    mode: Mode
    trunk: bool
    count: int
    top_k: int
    weights_norm: bool
    choices: Sequence[Choice] = ()

    def __post_init__(self) -> None:
        if not 2 <= self.count <= MOST_CHOICES:
            raise InvalidArgumentError(
                f"a pack of {self.count} choices cannot be; make one of 2 to {MOST_CHOICES:,}."
            )
        if not 1 <= self.top_k <= self.count:
            raise InvalidArgumentError(
                f"top_k is {self.top_k}, but there are {self.count} choices: take 1 to"
                f" {self.count}."
            )

    @staticmethod
    def of_networks(
        base: ModelFile,
        given: Sequence[Choice],
        *,
        name: str,
        mode: Mode,
        trunk: bool,
        count: int,
        top_k: int,
    ) -> PackHead:
        """Of a pack whose choices are whole networks, `given` as all_choices() takes them: where
        they replace the base's, those that a token takes share it between them."""
        first = first_choice(mode, trunk)
        return PackHead(
            base=base,
            name=name,
            mode=mode,
            trunk=first == "base",
            count=count,
            top_k=top_k,
            weights_norm=mode == "replace",
            choices=all_choices(given, count, first),
        )

    def metadata(self) -> list[KeyValue]:
        roles = [choice.role for choice in self.choices]
        own = [
            uint32("version", VERSION),
            string("mode", self.mode),
            boolean("trunk", self.trunk),
            uint32("count", self.count),
            uint32("used_count", self.top_k),
            boolean("weights_norm", self.weights_norm),
            *([strings("names", [c.name for c in self.choices])] if self.choices else []),
            *([strings("roles", roles)] if any(roles) else []),
            *([string("base.name", self.base.name)] if self.base.name else []),
            string("base.fingerprint", self.base.fingerprint),
        ]
        return [
            string(Keys.General.TYPE, "adapter"),
            *([string(Keys.General.NAME, self.name)] if self.name else []),
            string(Keys.Adapter.TYPE, "experts"),
            *(KeyValue(f"q3l.experts.{e.key}", e.value, e.type, e.item_type) for e in own),
        ]


@dataclass(frozen=True)
class PackTensor(GgufTensor):
    """A tensor and what makes its bytes, in order, when it is written."""

    blocks: Callable[[], Iterable[npt.NDArray[np.uint8]]]


def router_tensor(layer: int, rows: npt.NDArray[np.float32]) -> PackTensor:
    """`rows`: [count, width]."""
    values = np.ascontiguousarray(rows, np.dtype("<f4"))
    return PackTensor(router_name(layer), "F32", rows.shape, lambda: [values.view(np.uint8)])


def write_pack(
    out: Path, head: PackHead, tensors: Sequence[PackTensor], progress: Progress | None
) -> None:
    """`progress` as convert() has it. `out` appears only when complete. Throws FileError."""
    total = sum(tensor.n_bytes for tensor in tensors)
    done = 0
    with (
        atomic_path(out) as path,
        GgufFile(path, head.base.architecture, head.metadata(), tensors) as file,
    ):
        for tensor in tensors:
            for block in tensor.blocks():
                file.write(block)
                done += block.nbytes
                if progress is not None:
                    progress(tensor.name, done, total)
            file.end_tensor()
