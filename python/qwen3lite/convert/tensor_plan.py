"""Which tensors a converted file holds: their names, block formats, shapes and sources."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, LlamaFileType

from ..errors import ModelFormatError, UnsupportedModelError
from .architectures import EMBEDDING, OUTPUT, OUTPUT_NORM, TensorRule
from .checkpoint import Checkpoint
from .model_config import ModelConfig

logger = logging.getLogger(__name__)

# A file type: the formats of matrices and of the output head, and llama.cpp's number for the file.
# A head decides each token, so that 4 bits are too few for it; a tied embedding is the head.


@dataclass(frozen=True)
class FileType:
    matrix: str
    head: str
    number: LlamaFileType


FILE_TYPES = {
    "f32": FileType("F32", "F32", LlamaFileType.ALL_F32),
    "f16": FileType("F16", "F16", LlamaFileType.MOSTLY_F16),
    "bf16": FileType("BF16", "BF16", LlamaFileType.MOSTLY_BF16),
    "q8_0": FileType("Q8_0", "Q8_0", LlamaFileType.MOSTLY_Q8_0),
    "q4_0": FileType("Q4_0", "Q6_K", LlamaFileType.MOSTLY_Q4_0),
}
# Tried when a row is no whole number of blocks.
FALLBACK = {"Q6_K": "Q8_0", "Q8_0": "F16", "Q4_0": "F16"}
# Derived from others on loading; a tied checkpoint may still carry its head.
IGNORED_SUFFIXES = ("rotary_emb.inv_freq",)


@dataclass(frozen=True)
class PlannedTensor:
    """`shape` is [out, in] or [n]; `source` names the checkpoint's tensor unless `data` is given.

    `head_rows` > 0: within each run of so many rows, they are reordered for interleaved rotation.
    """

    name: str
    format: str
    shape: tuple[int, ...]
    source: str = ""
    head_rows: int = 0
    data: npt.NDArray[np.float32] | None = None

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


def plan_tensors(
    config: ModelConfig, checkpoint: Checkpoint, file_type: FileType
) -> list[PlannedTensor]:
    """Every tensor of the file in its order. Throws naming tensors that are missing or surplus."""
    if config.n_layer > len(checkpoint.tensors):  # before names are made for each layer
        raise ModelFormatError(
            f"{config.path}: asks for {config.n_layer:,} layers, but the checkpoint has only"
            f" {len(checkpoint.tensors)} tensors; use the config.json that belongs to it."
        )
    placed = list(_placed_rules(config))
    _check_names(config, checkpoint, {source for _, _, source in placed})
    tensors = []
    freqs = config.rope_freqs()
    if freqs is not None:
        tensors.append(PlannedTensor("rope_freqs.weight", "F32", freqs.shape, data=freqs))
    for rule, name, source in placed:
        shape = tuple(config.dimensions()[dim] for dim in rule.shape)
        stored = checkpoint.tensors[source]
        if stored.shape != shape:
            raise ModelFormatError(
                f"{stored.file}: tensor '{source}' has shape {list(stored.shape)}, but config.json"
                f" asks for {list(shape)}; use the config.json that belongs to these weights."
            )
        head_rows = config.head_dim if rule.interleave else 0
        is_head = rule is OUTPUT or (rule is EMBEDDING and config.tied)
        wanted = file_type.head if is_head else file_type.matrix
        chosen = _fitting_format(name, wanted, shape)
        tensors.append(PlannedTensor(name, chosen, shape, source, head_rows))
    return tensors


def _placed_rules(config: ModelConfig) -> Iterator[tuple[TensorRule, str, str]]:
    """Each rule with its GGUF and checkpoint names, layer by layer in the order of their use."""
    yield EMBEDDING, EMBEDDING.gguf, EMBEDDING.hf
    for layer in range(config.n_layer):
        for rule in config.architecture.layer:
            yield rule, rule.gguf.format(layer=layer), rule.hf.format(layer=layer)
    yield OUTPUT_NORM, OUTPUT_NORM.gguf, OUTPUT_NORM.hf
    if not config.tied:
        yield OUTPUT, OUTPUT.gguf, OUTPUT.hf


def _check_names(config: ModelConfig, checkpoint: Checkpoint, wanted: set[str]) -> None:
    missing = sorted(wanted - checkpoint.tensors.keys())
    if missing:
        raise ModelFormatError(
            f"{checkpoint.directory}: lacks {len(missing)} tensors that its config.json asks for:"
            f" {_some(missing)}; download the missing files."
        )
    surplus = sorted(
        name
        for name in checkpoint.tensors.keys() - wanted
        if not name.endswith(IGNORED_SUFFIXES) and not (config.tied and name == OUTPUT.hf)
    )
    if surplus:
        raise UnsupportedModelError(
            f"{checkpoint.directory}: has {len(surplus)} tensors that architecture"
            f" {config.architecture.name} has no place for: {_some(surplus)}; merge adapters and"
            " convert the plain model."
        )


def _some(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:4]) + (", ..." if len(names) > 4 else "")


def _fitting_format(name: str, wanted: str, shape: tuple[int, ...]) -> str:
    """`wanted`, or what it falls back to when rows are no whole number of its blocks."""
    if len(shape) == 1:
        return "F32"
    chosen = wanted
    while shape[-1] % GGML_QUANT_SIZES[GGMLQuantizationType[chosen]][0]:
        chosen = FALLBACK[chosen]
    if chosen != wanted:
        logger.warning("%s: rows of %d values do not fit %s; kept as %s.",
                       name, shape[-1], wanted, chosen)  # fmt: skip
    return chosen
