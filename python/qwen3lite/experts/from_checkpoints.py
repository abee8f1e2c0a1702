"""Packs of trained networks: those of fine-tuned siblings of a model, or of a sparse checkpoint."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..convert.checkpoint import Checkpoint
from ..convert.converter import Progress, model_name
from ..convert.encoding import encoded_blocks
from ..convert.model_config import ModelConfig
from ..convert.tensor_plan import PlannedTensor, file_type, fitting_format, plan_tensors
from ..errors import InvalidArgumentError, UnsupportedModelError
from .choices import Choice, Mode, first_choice
from .model_file import PARTS, ModelFile, dense_name, router_name, stack_name
from .pack_file import PackHead, PackTensor, router_tensor, write_pack
from .routers import initial_routers


def has_experts(directory: Path) -> bool:
    """Whether a Hugging Face model directory is of a class with experts. Throws as convert()."""
    return ModelConfig(directory).architecture.has_experts


def from_siblings(
    base: Path,
    siblings: Sequence[Path],
    out: Path,
    *,
    mode: Mode = "replace",
    trunk: bool = True,
    top_k: int = 1,
    seed: int = 0,
    name: str = "",
    choices: Sequence[Choice] = (),
    type: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes a pack for the model `base`, a GGUF file, of models that were fine-tuned from it.

    Each sibling is a Hugging Face model directory of the base's architecture and shapes: its
    feed-forward networks are one choice, which is called as the directory is unless `choices` say
    otherwise. With `trunk`, in mode "replace", choice 0 is the base's own networks; in mode
    "parallel" it is nothing. Routers and `choices` are as in upcycle().

    Formats are those of the base's tensors, or `type`, one of convert.TYPES. The same input gives
    the same bytes on machines with the same instruction sets. Peak memory does not depend on the
    models' sizes.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    model = ModelFile(base)
    layers = list(range(model.n_layer))
    model.check_dense(layers)
    first = first_choice(mode, trunk)
    count = len(siblings) + bool(first)
    with ExitStack() as opened, ThreadPoolExecutor(os.cpu_count()) as pool:
        sources = [Source.open(directory, type, opened) for directory in siblings]
        for source in sources:
            _check_sibling(model, source)
        given = choices or _named(siblings)
        head = PackHead.of_networks(
            model, given, name=name, mode=mode, trunk=trunk, count=count, top_k=top_k
        )
        routers = initial_routers(model, head.choices, count, seed)
        tensors = []
        for layer in layers:
            tensors.append(router_tensor(layer, routers[layer]))
            for part, own in model.network(layer).items():
                planned = sources[0].planned[own.name]
                format = planned.format if type else own.format
                blocks = partial(_stacked, sources, own.name, format, pool)
                shape = (len(sources), *own.shape)
                tensors.append(PackTensor(stack_name(layer, part), format, shape, blocks))
        write_pack(out, head, tensors, progress)


def from_experts(
    base: Path,
    directory: Path,
    out: Path,
    *,
    top_k: int | None = None,
    name: str = "",
    type: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes a pack for the model `base`, a GGUF file, of a sparse model's routers and experts.

    `directory` is a Hugging Face model directory; the pack is of mode "replace" without trunk, as
    extract() makes it of a GGUF file. `top_k` None: as many as the checkpoint takes. Formats are as
    in from_siblings(), but for rows that are no whole number of blocks.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    model = ModelFile(base)
    with ExitStack() as opened, ThreadPoolExecutor(os.cpu_count()) as pool:
        source = Source.open(directory, type, opened)
        config = source.config
        if (config.n_embd, config.n_layer) != (model.n_embd, model.n_layer):
            raise InvalidArgumentError(
                f"{directory} has {config.n_layer} layers of width {config.n_embd}, but {base} has"
                f" {model.n_layer} of width {model.n_embd}; pass a base like it."
            )
        layers = [layer for layer in range(config.n_layer) if config.is_sparse(layer)]
        model.check_dense(layers)
        head = PackHead(
            base=model,
            name=name,
            mode="replace",
            trunk=False,
            count=config.n_expert,
            top_k=config.n_expert_used if top_k is None else top_k,
            weights_norm=config.flag("norm_topk_prob"),
        )
        tensors = []
        for layer in layers:
            own = model.network(layer)
            formats = {stack_name(layer, part): own[part].format for part in PARTS}
            for stack, wanted in {router_name(layer): "F32", **formats}.items():
                planned = source.planned[stack]
                format = planned.format if type else fitting_format(stack, wanted, planned.shape)
                blocks = partial(_stacked, [source], stack, format, pool)
                tensors.append(PackTensor(stack, format, planned.shape, blocks))
        write_pack(out, head, tensors, progress)


@dataclass(frozen=True)
class Source:
    """A checkpoint and its tensors as the converter would write them, by their names there."""

    config: ModelConfig
    checkpoint: Checkpoint
    planned: dict[str, PlannedTensor]

    @staticmethod
    def open(directory: Path, type: str | None, opened: ExitStack) -> Source:
        config = ModelConfig(directory)
        checkpoint = opened.enter_context(Checkpoint(directory))
        planned = plan_tensors(config, checkpoint, file_type(type or "f32"))
        return Source(config, checkpoint, {tensor.name: tensor for tensor in planned})

    def blocks(
        self, name: str, format: str, pool: ThreadPoolExecutor
    ) -> Iterator[npt.NDArray[np.uint8]]:
        planned = dataclasses.replace(self.planned[name], format=format)
        return encoded_blocks(planned, self.checkpoint, pool)


def _stacked(
    sources: Sequence[Source], name: str, format: str, pool: ThreadPoolExecutor
) -> Iterator[npt.NDArray[np.uint8]]:
    for source in sources:
        yield from source.blocks(name, format, pool)


def _named(siblings: Sequence[Path]) -> list[Choice]:
    """As the directories are called; not at all where two are called alike."""
    names = [model_name(directory) for directory in siblings]
    return [Choice(name) for name in names] if len(set(names)) == len(names) else []


def _check_sibling(model: ModelFile, source: Source) -> None:
    config = source.config
    own = (model.architecture, model.n_layer, model.n_embd, model.integer("feed_forward_length"))
    its = (config.architecture.name, config.n_layer, config.n_embd, config.n_ff)
    if its != own:
        raise InvalidArgumentError(
            f"{source.checkpoint.directory} is {_shape(*its)}, but {model.path} is {_shape(*own)};"
            " pass models that were fine-tuned from the base."
        )
    for layer in range(config.n_layer):
        for part in PARTS:
            if dense_name(layer, part).replace("weight", "bias") in source.planned:
                raise UnsupportedModelError(
                    f"{source.checkpoint.directory}: the network of layer {layer} has biases, which"
                    " experts have not."
                )


def _shape(architecture: str, n_layer: int, n_embd: int, n_ff: int) -> str:
    return f"{architecture} of {n_layer} layers, width {n_embd}, feed-forward width {n_ff}"
