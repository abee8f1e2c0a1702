"""A sparse model's routers and experts as a pack, bytes of experts unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .. import _core
from ..convert.converter import Progress
from ..convert.encoding import BLOCK_VALUES
from ..convert.gguf_file import GgufTensor
from ..errors import InvalidArgumentError, ModelFormatError, UnsupportedModelError
from .model_file import PARTS, ModelFile, router_name, stack_name
from .pack_file import PackHead, PackTensor, router_tensor, write_pack

SOFTMAX = 1  # of llama.cpp's functions


def extract(
    model: Path,
    out: Path,
    *,
    base: Path | None = None,
    choose: Sequence[int] | None = None,
    name: str = "",
    progress: Progress | None = None,
) -> None:
    """Writes the experts of `model`, a GGUF file, as a pack of mode "replace" without trunk.

    The pack is for `base`, a dense model of the same width and layers; None: for one that differs
    from `model` in nothing but dense networks in the place of experts. `choose` keeps some experts
    in that order, and their rows of the routers. A token takes as many as in the model, as far as
    there are.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    source = ModelFile(model)
    layers = source.sparse_layers
    if not layers:
        raise InvalidArgumentError(f"{model}: has no experts to extract; pass a sparse model.")
    _check_variants(source)
    count = source.integer("expert_count")
    experts = list(range(count)) if choose is None else list(choose)
    _check_chosen(source, experts, count)
    head = PackHead(
        base=_base_for(source, base, layers),
        name=name,
        mode="replace",
        trunk=False,
        count=len(experts),
        top_k=min(source.integer("expert_used_count"), len(experts)),
        weights_norm=bool(source.setting("expert_weights_norm", True)),
    )
    tensors = []
    for layer in layers:
        tensors.append(router_tensor(layer, _router(source, layer, count)[experts]))
        for stack in _stacks(source, layer, count):
            shape = (len(experts), *stack.shape[1:])
            blocks = partial(_chosen, source, stack, experts)
            tensors.append(PackTensor(stack.name, stack.format, shape, blocks))
    write_pack(out, head, tensors, progress)


def _check_variants(source: ModelFile) -> None:
    """Routers of packs are a softmax, unscaled."""
    for key, usual in (("expert_gating_func", SOFTMAX), ("expert_weights_scale", 1.0)):
        value = source.setting(key, usual)
        if value not in (0, usual):  # 0 as some writers put it where there is none
            raise UnsupportedModelError(
                f"{source.path}: '{source.architecture}.{key}' is {value}, which packs have no"
                " place for."
            )


def _check_chosen(source: ModelFile, experts: list[int], count: int) -> None:
    unknown = [expert for expert in experts if not 0 <= expert < count]
    if unknown:
        raise InvalidArgumentError(
            f"{source.path} has no expert {unknown[0]}; it has experts 0 to {count - 1}."
        )
    if len(set(experts)) != len(experts) or len(experts) < 2:
        raise InvalidArgumentError(
            f"experts {', '.join(map(str, experts))} make no pack; choose two or more different"
            " ones."
        )


def _base_for(source: ModelFile, base: Path | None, layers: list[int]) -> ModelFile:
    if base is None:
        return source
    dense = ModelFile(base)
    if (dense.n_embd, dense.n_layer) != (source.n_embd, source.n_layer):
        raise InvalidArgumentError(
            f"{base} has {dense.n_layer} layers of width {dense.n_embd}, but {source.path} has"
            f" {source.n_layer} of width {source.n_embd}; pass a base like it."
        )
    dense.check_dense(layers)
    return dense


def _router(source: ModelFile, layer: int, count: int) -> npt.NDArray[np.float32]:
    """float32 [count, width]"""
    router = source.tensor(router_name(layer))
    _check_shape(source, router, (count, source.n_embd))
    return _core.decode(router.format, source.rows(router.name))


def _stacks(source: ModelFile, layer: int, count: int) -> list[GgufTensor]:
    stacks = [source.tensor(stack_name(layer, part)) for part in PARTS]
    n_ff = prod(stacks[0].shape) // (count * source.n_embd)
    into, out_of = (count, n_ff, source.n_embd), (count, source.n_embd, n_ff)
    for stack, shape in zip(stacks, (into, into, out_of), strict=True):
        _check_shape(source, stack, shape)
    return stacks


def _check_shape(source: ModelFile, tensor: GgufTensor, shape: tuple[int, ...]) -> None:
    if tensor.shape != shape:
        raise ModelFormatError(
            f"{source.path}: tensor '{tensor.name}' has shape {list(tensor.shape)}, not"
            f" {list(shape)}; convert the model again."
        )


def _chosen(
    source: ModelFile, stack: GgufTensor, experts: Sequence[int]
) -> Iterator[npt.NDArray[np.uint8]]:
    """The experts' bytes, about BLOCK_VALUES of them at a time."""
    rows = source.rows(stack.name)
    n_rows = stack.shape[1]
    step = max(1, BLOCK_VALUES // stack.row_bytes)
    for expert in experts:
        own = rows[expert * n_rows : (expert + 1) * n_rows]
        yield from (own[first : first + step] for first in range(0, n_rows, step))
