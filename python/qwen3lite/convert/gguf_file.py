"""Writes one GGUF file: header and metadata through gguf-py, tensor data block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, Keys

from .metadata import KeyValue


@dataclass(frozen=True)
class GgufTensor:
    """`shape` is [out, in], [n] or, stacked, [experts, out, in]; rows are along its last axis."""

    name: str
    format: str
    shape: tuple[int, ...]

    @property
    def rows(self) -> int:
        return prod(self.shape[:-1])

    @property
    def row_bytes(self) -> int:
        block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType[self.format]]
        return self.shape[-1] // block * block_bytes

    @property
    def n_bytes(self) -> int:
        return self.rows * self.row_bytes


class GgufFile:
    """A GGUF file being written: metadata and tensor list first, then each tensor's bytes."""

    def __init__(
        self,
        path: Path,
        architecture: str,
        metadata: Sequence[KeyValue],
        tensors: Sequence[GgufTensor],
    ) -> None:
        self._writer = GGUFWriter(path, architecture)
        for entry in metadata:
            if entry.key == Keys.General.ALIGNMENT and isinstance(entry.value, int):
                self._writer.data_alignment = entry.value
            self._writer.add_key_value(entry.key, entry.value, entry.type, entry.item_type)
        for tensor in tensors:
            self._writer.add_tensor_info(
                tensor.name,
                tensor.shape,
                np.dtype(np.float32),  # unused beside raw_dtype
                tensor.n_bytes,
                raw_dtype=GGMLQuantizationType[tensor.format],
            )
        try:
            self._writer.write_header_to_file()
            self._writer.write_kv_data_to_file()
            self._writer.write_ti_data_to_file()
        except BaseException:
            self._writer.close()
            raise
        assert self._writer.fout is not None
        self._file: BinaryIO = self._writer.fout[0]
        self._align()

    def __enter__(self) -> GgufFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, block: npt.NDArray[np.uint8]) -> None:
        """Appends bytes of the current tensor."""
        self._file.write(block.data.cast("B"))

    def end_tensor(self) -> None:
        self._align()

    def _align(self) -> None:
        self._file.write(bytes(-self._file.tell() % self._writer.data_alignment))
