"""Which tensors a converted file holds: their names, block formats, shapes and sources."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, LlamaFileType

from ..errors import InvalidArgumentError, ModelFormatError, UnsupportedModelError
from .architectures import EMBEDDING, OUTPUT, OUTPUT_NORM, TensorRule
from .checkpoint import Checkpoint
from .gguf_file import GgufTensor
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
FALLBACK = {"Q4_K": "Q8_0", "Q5_K": "Q8_0", "Q6_K": "Q8_0", "Q8_0": "F16"}
FALLBACK |= dict.fromkeys(("Q4_0", "Q4_1", "Q5_0", "Q5_1"), "F16")
# Derived from others on loading; a tied checkpoint may still carry its head.
IGNORED_SUFFIXES = ("rotary_emb.inv_freq",)


def file_type(name: str) -> FileType:
    """Throws InvalidArgumentError for an unknown name."""
    if name not in FILE_TYPES:
        raise InvalidArgumentError(
            f"type '{name}' is unknown; choose one of {', '.join(FILE_TYPES)}."
        )
    return FILE_TYPES[name]


@dataclass(frozen=True)
class PlannedTensor(GgufTensor):
    """A tensor and its values: `data`, or the checkpoint's `sources` one after the other.

    `head_outputs` > 0: within each run of so many outputs, they are put in the order of interleaved
    rotation.
    """

    sources: tuple[str, ...] = ()
    head_outputs: int = 0
    data: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Place:
    """A rule in one layer, with the names that it stands for there."""

    rule: TensorRule
    name: str
    sources: tuple[str, ...]


def plan_tensors(
    config: ModelConfig, checkpoint: Checkpoint, file_type: FileType
) -> list[PlannedTensor]:
    """Every tensor of the file in its order. Throws naming tensors that are missing or surplus."""
    n_tensors = len(checkpoint.tensors)
    # Before names are made for each layer and expert.
    if config.n_layer > n_tensors or config.count_experts() > n_tensors:
        experts = f" with {config.n_expert:,} experts" if config.n_expert else ""
        raise ModelFormatError(
            f"{config.path}: asks for {config.n_layer:,} layers{experts}, but the checkpoint has"
            f" only {n_tensors} tensors; use the config.json that belongs to it."
        )
    places = list(_places(config))
    _check_names(config, checkpoint, {source for place in places for source in place.sources})
    tensors = []
    freqs = config.rope_freqs()
    if freqs is not None:
        tensors.append(PlannedTensor("rope_freqs.weight", "F32", freqs.shape, data=freqs))
    for place in places:
        rule = place.rule
        shape = tuple(config.dimensions()[dim] for dim in rule.shape)
        _check_shapes(checkpoint, place.sources, shape[1:] if rule.is_stack else shape)
        is_head = rule is OUTPUT or (rule is EMBEDDING and config.tied)
        wanted = file_type.head if is_head else file_type.matrix
        chosen = "F32" if rule.float32 else fitting_format(place.name, wanted, shape)
        head_outputs = config.head_dim if rule.interleave else 0
        tensors.append(PlannedTensor(place.name, chosen, shape, place.sources, head_outputs))
    return tensors


def _places(config: ModelConfig) -> Iterator[Place]:
    """Where rules apply, layer by layer in the order of their use."""
    yield Place(EMBEDDING, EMBEDDING.gguf, (EMBEDDING.hf,))
    for layer in range(config.n_layer):
        kind = "sparse" if config.is_sparse(layer) else "dense"
        for rule in config.architecture.layer:
            if rule.layers in ("all", kind) and config.has(rule.setting):
                count = config.n_expert if rule.is_stack else 1
                sources = (rule.hf.format(layer=layer, expert=i) for i in range(count))
                yield Place(rule, rule.gguf.format(layer=layer), tuple(sources))
    yield Place(OUTPUT_NORM, OUTPUT_NORM.gguf, (OUTPUT_NORM.hf,))
    if not config.tied:
        yield Place(OUTPUT, OUTPUT.gguf, (OUTPUT.hf,))


def _check_shapes(checkpoint: Checkpoint, sources: tuple[str, ...], shape: tuple[int, ...]) -> None:
    for source in sources:
        stored = checkpoint.tensors[source]
        if stored.shape != shape:
            raise ModelFormatError(
                f"{stored.file}: tensor '{source}' has shape {list(stored.shape)}, but config.json"
                f" asks for {list(shape)}; use the config.json that belongs to these weights."
            )


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


def fitting_format(name: str, wanted: str, shape: tuple[int, ...]) -> str:
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
