"""Models that packs are made for or out of: dimensions, and the bytes of feed-forward networks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .. import _core
from ..convert.architectures import ARCHITECTURES as CONVERTED
from ..convert.gguf_file import GgufTensor
from ..errors import InvalidArgumentError, ModelFormatError, UnsupportedModelError

ARCHITECTURES = sorted({architecture.name for architecture in CONVERTED.values()})
PARTS = ("gate", "up", "down")  # of a network, in the order in which files have them


def router_name(layer: int) -> str:
    return f"blk.{layer}.ffn_gate_inp.weight"


def stack_name(layer: int, part: str) -> str:
    """The tensor of all of a layer's experts."""
    return f"blk.{layer}.ffn_{part}_exps.weight"


def dense_name(layer: int, part: str) -> str:
    return f"blk.{layer}.ffn_{part}.weight"


class ModelFile:
    """A model's GGUF file, mapped. Throws FileError, ModelFormatError or UnsupportedModelError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _core.GgufFile(os.fsencode(path))
        self._metadata = self._file.metadata
        self.tensors = {
            name: GgufTensor(name, format, shape) for name, format, shape, _ in self._file.tensors
        }
        self.architecture = str(self._metadata.get("general.architecture", ""))
        if self.architecture not in ARCHITECTURES or "adapter.type" in self._metadata:
            raise UnsupportedModelError(
                f"{path}: is no model that packs are for; pass a GGUF file of"
                f" {', '.join(ARCHITECTURES)}."
            )
        self.name = str(self._metadata.get("general.name", ""))
        self.fingerprint = _core.model_fingerprint(os.fsencode(path))
        self.n_layer = self.integer("block_count")
        self.n_embd = self.integer("embedding_length")

    def integer(self, key: str) -> int:
        """Of the architecture's metadata."""
        value = self._metadata.get(f"{self.architecture}.{key}")
        if type(value) is not int or value < 1:
            raise ModelFormatError(
                f"{self.path}: '{self.architecture}.{key}' is missing or no positive integer;"
                " convert the model again."
            )
        return value

    def setting(self, key: str, otherwise: object) -> object:
        """Of the architecture's metadata, `otherwise` where it is missing."""
        return self._metadata.get(f"{self.architecture}.{key}", otherwise)

    def rows(self, name: str) -> npt.NDArray[np.uint8]:
        """A tensor's bytes [rows, bytes of a row], not yet read."""
        return self._file.rows(name)

    @property
    def sparse_layers(self) -> list[int]:
        return [layer for layer in range(self.n_layer) if router_name(layer) in self.tensors]

    @property
    def dense_layers(self) -> list[int]:
        """Those that have a network of one piece."""
        return [layer for layer in range(self.n_layer) if self._is_dense(layer)]

    def check_dense(self, layers: list[int]) -> None:
        """Throws InvalidArgumentError unless all `layers` exist and are dense."""
        for layer in layers:
            if not 0 <= layer < self.n_layer:
                raise InvalidArgumentError(
                    f"{self.path} has no layer {layer}; it has layers 0 to {self.n_layer - 1}."
                )
            if not self._is_dense(layer):
                raise InvalidArgumentError(
                    f"{self.path}: layer {layer} has experts of its own and no dense network;"
                    " leave that layer out, or pass a dense model."
                )

    def network(self, layer: int) -> dict[str, GgufTensor]:
        """The matrices of a dense layer's network by PARTS. Throws UnsupportedModelError."""
        for part in PARTS:
            if f"blk.{layer}.ffn_{part}.bias" in self.tensors:
                raise UnsupportedModelError(
                    f"{self.path}: the network of layer {layer} has biases, which experts have not;"
                    " pass a model without."
                )
        return {part: self.tensor(dense_name(layer, part)) for part in PARTS}

    def tensor(self, name: str) -> GgufTensor:
        """Throws ModelFormatError if it is missing, UnsupportedModelError if it has no decoder."""
        if name not in self.tensors:
            raise ModelFormatError(f"{self.path}: lacks tensor '{name}'; convert the model again.")
        tensor = self.tensors[name]
        if tensor.format not in _core.formats():
            raise UnsupportedModelError(
                f"{self.path}: tensor '{name}' is stored as {tensor.format}, which cannot be read;"
                f" pass the model in one of {', '.join(_core.formats())}."
            )
        return tensor

    def _is_dense(self, layer: int) -> bool:
        return all(dense_name(layer, part) in self.tensors for part in PARTS)
