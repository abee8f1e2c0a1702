"""qwen3lite inspect: what a model file holds, from its metadata and tensor list alone."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import _core
from ..chat import TEMPLATE_KEY
from ..errors import InvalidArgumentError
from .display import conversion_progress, plain_console
from .inspect_packs import is_pack, pack_fields, pack_shape
from .options import BUNDLED, Json, KvType, ModelOrNano, Threads, Type

Tensor = tuple[str, str, tuple[int, ...], int]  # name, type, shape, bytes

# Names of ModelInfo, and the metadata behind them, "<architecture>." left out.
DIMENSIONS = {
    "n_layer": "block_count",
    "n_embd": "embedding_length",
    "n_head": "attention.head_count",
    "n_head_kv": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "n_ff": "feed_forward_length",
    "n_expert": "expert_count",
    "n_expert_used": "expert_used_count",
    "n_ff_expert": "expert_feed_forward_length",
    "n_ctx_train": "context_length",
}
ROUTER = re.compile(r"blk\.(\d+)\.ffn_gate_inp\.weight")
BIAS = re.compile(r"blk\.\d+\.(.+)\.bias")
EXPERTS_SUFFIX = "_exps.weight"  # of a layer's experts in one tensor
TOKENIZER = {"model": "model", "pre": "pre", "bos": "bos_token_id", "eos": "eos_token_id"}


def inspect(
    model: ModelOrNano = BUNDLED,
    tensors: Annotated[bool, typer.Option("--tensors", help="List every tensor too.")] = False,
    ctx: Annotated[
        int | None,
        typer.Option("-c", "--ctx", help="Tell the memory that a text of so many tokens takes."),
    ] = None,
    kv_type: KvType = "f16",
    threads: Threads = None,
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Show what a model file, or an expert pack, holds.

    Reads metadata and the tensor list only, so models of any architecture can be inspected; --ctx
    wants one that can be run.
    """
    from ..sources import locate

    with conversion_progress() as progress:
        path = locate(model, type, progress)
    file = _core.GgufFile(os.fsencode(path))
    summary = summarise(path, file)
    if tensors:
        names = ("name", "type", "shape", "bytes")
        summary["tensors"] = [dict(zip(names, tensor, strict=True)) for tensor in file.tensors]
    if ctx is not None:
        if is_pack(file.metadata):
            raise InvalidArgumentError(f"{path} is an expert pack; --ctx is for models.")
        plan = _core.memory_plan(os.fsencode(path), threads or 0, ctx, kv_type)
        summary["memory"] = {**plan, "total": sum(plan.values())}
    if as_json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        _print_tables(summary)


def summarise(path: Path, file: _core.GgufFile) -> dict[str, Any]:
    """What --json prints. A key that the file lacks is absent."""
    metadata = file.metadata
    tensors = file.tensors
    n_bytes: Counter[str] = Counter()
    for _, type, _, size in tensors:
        n_bytes[type] += size
    total = max(n_bytes.total(), 1)
    counts = Counter(type for _, type, _, _ in tensors)
    return {
        "file": str(path),
        "file_bytes": file.file_bytes,
        "architecture": metadata.get("general.architecture"),
        "name": metadata.get("general.name"),
        "n_params": sum(prod(shape) for _, _, shape, _ in tensors),
        **(pack_fields(path) if is_pack(metadata) else _model_fields(path, metadata, tensors)),
        "tensor_types": {
            type: {"tensors": counts[type], "bytes": size, "share": size / total}
            for type, size in n_bytes.most_common()
        },
    }


def _model_fields(
    path: Path, metadata: dict[str, Any], tensors: Sequence[Tensor]
) -> dict[str, Any]:
    dimensions = _dimensions(metadata)
    return {
        **dimensions,
        **_experts(dimensions, tensors),
        **_biases(tensors),
        **pack_shape(path, metadata),
        "tokenizer": {
            name: metadata[f"tokenizer.ggml.{key}"]
            for name, key in TOKENIZER.items()
            if f"tokenizer.ggml.{key}" in metadata
        },
        "chat_template": bool(metadata.get(TEMPLATE_KEY)),
    }


def _dimensions(metadata: dict[str, Any]) -> dict[str, int]:
    architecture = metadata.get("general.architecture")
    dimensions = {
        name: value
        for name, key in DIMENSIONS.items()
        if isinstance(value := metadata.get(f"{architecture}.{key}"), int)
    }
    if "head_dim" not in dimensions and dimensions.keys() >= {"n_embd", "n_head"}:
        dimensions["head_dim"] = dimensions["n_embd"] // dimensions["n_head"]
    tokens = metadata.get("tokenizer.ggml.tokens")
    if isinstance(tokens, _core.GgufArray):
        dimensions["n_vocab"] = len(tokens)
    return dimensions


def _experts(dimensions: dict[str, int], tensors: Sequence[Tensor]) -> dict[str, Any]:
    """`has_experts`; then `sparse_layers`, those with a router, and `n_params_active`, all but the
    experts left out."""
    routers = [int(match[1]) for name, *_ in tensors if (match := ROUTER.fullmatch(name))]
    if not routers or not dimensions.keys() >= {"n_expert", "n_expert_used"}:
        return {"has_experts": False}
    n_total = sum(prod(shape) for _, _, shape, _ in tensors)
    n_stacked = sum(prod(shape) for name, _, shape, _ in tensors if name.endswith(EXPERTS_SUFFIX))
    n_idle = (
        n_stacked // dimensions["n_expert"] * (dimensions["n_expert"] - dimensions["n_expert_used"])
    )
    return {
        "has_experts": True,
        "sparse_layers": sorted(routers),
        "n_params_active": n_total - n_idle,
    }


def _biases(tensors: Sequence[Tensor]) -> dict[str, list[str]]:
    """`biases`, the parts of a layer that have one."""
    names = dict.fromkeys(match[1] for name, *_ in tensors if (match := BIAS.fullmatch(name)))
    return {"biases": list(names)} if names else {}


def _print_tables(summary: dict[str, Any]) -> None:
    from rich.table import Column, Table

    console = plain_console()
    table = Table("name", Column("value", overflow="fold"), show_header=False, box=None)
    for name, value in summary.items():
        if name not in ("tensor_types", "tensors", "choices") and value is not None:
            table.add_row(name, _readable(value))
    console.print(table)
    if summary.get("choices"):
        choices = Table("choice", "name", "role")
        for number, choice in enumerate(summary["choices"]):
            choices.add_row(str(number), choice["name"], choice["role"])
        console.print(choices)
    formats = Table("format", "tensors", "bytes", "share")
    for type, usage in summary["tensor_types"].items():
        share = f"{usage['share']:.1%}"
        formats.add_row(type, str(usage["tensors"]), f"{usage['bytes']:,}", share)
    console.print(formats)
    if "tensors" in summary:
        listing = Table("tensor", "format", "shape", "bytes")
        for tensor in summary["tensors"]:
            shape = " x ".join(map(str, tensor["shape"]))
            listing.add_row(tensor["name"], tensor["type"], shape, f"{tensor['bytes']:,}")
        console.print(listing)


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not value:
        return "none"
    if isinstance(value, list):
        return ", ".join(_ranges(value) if isinstance(value[0], int) else value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_readable(item)}" for name, item in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _ranges(numbers: list[int]) -> list[str]:
    """Ascending numbers, with runs of neighbours as first-last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
