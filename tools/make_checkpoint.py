#!/usr/bin/env python3
"""Makes a seeded random checkpoint: a Hugging Face directory that transformers and qwen3lite load.

Same arguments, same bytes. Needs numpy only; tensors are drawn and written in row blocks, so that a
0.6B geometry takes a few hundred MB of memory. Weights have a standard deviation of 1/sqrt(inputs),
which keeps activations and logits near unit scale; norm weights scatter around 1 and biases around
0, so that swapping or forgetting one is noticed.

    tools/make_checkpoint.py /tmp/tiny --arch qwen3moe --geometry tiny
    tools/make_checkpoint.py /tmp/big --arch qwen3 --geometry 0.6b --dtype bfloat16 --shards 2

With --router-skew S tokens choose experts about as often as Zipf's law says: the r-th of a layer's,
in an order of each layer's own, 1 / r^S times as often as the first. For that, the residual
stream's first value is a constant, from which the routers take how likely each expert is.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tiny_tokenizer import tiny_tokenizer

BLOCK_VALUES = 4 << 20  # drawn at a time: 16 MB as float32
NORM_SPREAD = 0.25  # standard deviation of norm weights around 1
BIAS_SPREAD = 0.5
# A router's logits are so far apart: near-ties stay rare, and the chosen experts all have a say.
ROUTER_SPREAD = 2.0
SKEW_CONSTANT = 8.0  # in the residual stream's first value
# As measured: so many logits of a factor e make the likeliest eight of 128 fall off by as much.
SKEW_SPREAD = ROUTER_SPREAD / 2
DTYPES = {"float32": ("F32", 4), "bfloat16": ("BF16", 2)}
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "generation_config.json",
)


@dataclass(frozen=True)
class Variant:
    """What tells an architecture's checkpoints from the others'."""

    hf_class: str
    model_type: str
    qk_norm: bool = False  # per head
    qkv_bias: bool = False  # always, without a setting in config.json
    experts: bool = False


VARIANTS = {
    "qwen3": Variant("Qwen3ForCausalLM", "qwen3", qk_norm=True),
    "qwen3moe": Variant("Qwen3MoeForCausalLM", "qwen3_moe", qk_norm=True, experts=True),
    "qwen2": Variant("Qwen2ForCausalLM", "qwen2", qkv_bias=True),
    "llama": Variant("LlamaForCausalLM", "llama"),
}


@dataclass(frozen=True)
class Geometry:
    """A model's shape. Counts of values, heads and layers; `head_dim` is per head."""

    arch: str  # of VARIANTS
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ff: int
    vocab: int
    tied: bool
    rope_theta: float = 1e6
    eps: float = 1e-6
    context: int = 4096
    attention_bias: bool = False  # of q, k, v and o; qwen2 has q, k, v anyway
    mlp_bias: bool = False  # llama's
    experts: int = 0
    experts_per_token: int = 0
    expert_ff: int = 0
    norm_topk: bool = True  # the chosen experts' probabilities are scaled to sum 1
    dense_layers: tuple[int, ...] = ()  # that have no experts: mlp_only_layers
    sparse_step: int = 1  # every n-th layer has experts: decoder_sparse_step

    @property
    def variant(self) -> Variant:
        return VARIANTS[self.arch]

    def is_sparse(self, layer: int) -> bool:
        return (
            self.experts > 0
            and layer not in self.dense_layers
            and (layer + 1) % self.sparse_step == 0
        )


TINY = Geometry("qwen3", 2, 256, 8, 2, 64, 512, 320, tied=True)
GEOMETRIES = {
    # head_dim is not hidden / heads in tiny qwen3, as in the real ones: a reader must use the key.
    ("qwen3", "tiny"): TINY,
    ("qwen3moe", "tiny"): replace(
        TINY, arch="qwen3moe", experts=8, experts_per_token=2, expert_ff=256
    ),
    ("qwen2", "tiny"): replace(TINY, arch="qwen2", head_dim=32),
    ("llama", "tiny"): Geometry("llama", 2, 256, 8, 2, 32, 512, 320, tied=False, rope_theta=1e4),
    ("qwen3", "0.6b"): Geometry("qwen3", 28, 1024, 16, 8, 128, 3072, 151936, True, context=40960),
    ("llama", "0.6b"): Geometry("llama", 28, 1024, 16, 8, 64, 3072, 151936, True, context=40960),
    ("qwen2", "0.5b"): Geometry("qwen2", 24, 896, 14, 2, 64, 4864, 151936, True, context=32768),
    ("qwen3moe", "1.9b-a0.5b"): replace(
        Geometry("qwen3moe", 16, 1024, 16, 8, 128, 3072, 151936, tied=True, context=40960),
        experts=64,
        experts_per_token=8,
        expert_ff=512,
    ),
    # Six of Qwen3-30B-A3B's layers, under a small head: all of a step is theirs.
    ("qwen3moe", "30b-a3b-cut"): replace(
        Geometry("qwen3moe", 6, 2048, 32, 4, 128, 6144, 8192, tied=False, context=40960),
        experts=128,
        experts_per_token=8,
        expert_ff=768,
    ),
}


@dataclass(frozen=True)
class TensorSpec:
    """A tensor [out, in] or [n] of normally distributed values.

    `fix(values, start)` sets some of the flat values from `start` on to what they must be.
    """

    name: str
    shape: tuple[int, ...]
    std: float
    mean: float = 0.0
    fix: Callable[[npt.NDArray[np.float32], int], None] | None = None

    @property
    def n_values(self) -> int:
        return int(np.prod(self.shape))


def fixed_beginning(n: int, value: float) -> Callable[[npt.NDArray[np.float32], int], None]:
    def fix(values: npt.NDArray[np.float32], start: int) -> None:
        values[: max(0, n - start)] = value

    return fix


def fixed_column(
    n_in: int, column: npt.NDArray[np.float32]
) -> Callable[[npt.NDArray[np.float32], int], None]:
    """The first column of a matrix, one value a row."""

    def fix(values: npt.NDArray[np.float32], start: int) -> None:
        rows = np.arange(-(-start // n_in), -(-(start + len(values)) // n_in))
        values[rows * n_in - start] = column[rows]

    return fix


def matrix(name: str, n_out: int, n_in: int, spread: float = 1.0) -> TensorSpec:
    return TensorSpec(f"{name}.weight", (n_out, n_in), spread * n_in**-0.5)


def norm(name: str, n: int) -> TensorSpec:
    return TensorSpec(f"{name}.weight", (n,), NORM_SPREAD, mean=1.0)


def linear(name: str, n_out: int, n_in: int, bias: bool) -> list[TensorSpec]:
    biases = [TensorSpec(f"{name}.bias", (n_out,), BIAS_SPREAD)] if bias else []
    return [matrix(name, n_out, n_in), *biases]


def mlp_specs(prefix: str, hidden: int, ff: int, bias: bool) -> list[TensorSpec]:
    return [
        *linear(f"{prefix}.gate_proj", ff, hidden, bias),
        *linear(f"{prefix}.up_proj", ff, hidden, bias),
        *linear(f"{prefix}.down_proj", hidden, ff, bias),
    ]


def layer_specs(g: Geometry, layer: int) -> list[TensorSpec]:
    prefix = f"model.layers.{layer}"
    attention, mlp = f"{prefix}.self_attn", f"{prefix}.mlp"
    q, kv = g.heads * g.head_dim, g.kv_heads * g.head_dim
    qkv_bias = g.variant.qkv_bias or g.attention_bias
    specs = [
        norm(f"{prefix}.input_layernorm", g.hidden),
        *linear(f"{attention}.q_proj", q, g.hidden, qkv_bias),
        *linear(f"{attention}.k_proj", kv, g.hidden, qkv_bias),
        *linear(f"{attention}.v_proj", kv, g.hidden, qkv_bias),
        *linear(f"{attention}.o_proj", g.hidden, q, g.attention_bias),
        norm(f"{prefix}.post_attention_layernorm", g.hidden),
    ]
    if g.is_sparse(layer):
        specs.append(matrix(f"{mlp}.gate", g.experts, g.hidden, ROUTER_SPREAD))
        for expert in range(g.experts):
            specs += mlp_specs(f"{mlp}.experts.{expert}", g.hidden, g.expert_ff, bias=False)
    else:
        specs += mlp_specs(mlp, g.hidden, g.ff, g.mlp_bias)
    if g.variant.qk_norm:
        specs += [norm(f"{attention}.{name}_norm", g.head_dim) for name in "qk"]
    return specs


def skewed(spec: TensorSpec, g: Geometry, skew: float) -> TensorSpec:
    """The tensor with what --router-skew wants of it."""
    n_in = spec.shape[-1]
    kind = spec.name.removesuffix(".weight").rpartition(".")[2]
    if kind == "embed_tokens":
        # Choices differ by token, as in trained models, if embeddings are as large as what follows.
        constant = np.full(g.vocab, SKEW_CONSTANT, np.float32)
        return replace(spec, std=1.0, fix=fixed_column(n_in, constant))
    if kind in ("o_proj", "down_proj"):
        return replace(spec, fix=fixed_beginning(n_in, 0.0))
    if kind == "post_attention_layernorm":
        return replace(spec, fix=fixed_beginning(1, 1.0))
    if kind == "gate":
        layer = int(spec.name.split(".")[2])
        ranks = np.random.default_rng([layer, g.experts]).permutation(g.experts) + 1
        # The norm divides by the root mean square; what layers add to its square was measured.
        constant = SKEW_CONSTANT / np.sqrt(1.1 + 0.12 * layer)
        column = -skew * SKEW_SPREAD * np.log(ranks) / constant
        return replace(spec, fix=fixed_column(n_in, column.astype(np.float32)))
    return spec


def tensor_specs(g: Geometry, router_skew: float = 0.0) -> list[TensorSpec]:
    """Every tensor of the checkpoint under its Hugging Face name, in file order."""
    specs = [matrix("model.embed_tokens", g.vocab, g.hidden)]
    for layer in range(g.layers):
        specs += layer_specs(g, layer)
    specs.append(norm("model.norm", g.hidden))
    if not g.tied:
        specs.append(matrix("lm_head", g.vocab, g.hidden))
    return [skewed(spec, g, router_skew) for spec in specs] if router_skew else specs


def tensor_blocks(spec: TensorSpec, seed: int) -> Iterator[npt.NDArray[np.float32]]:
    """The tensor's values in order, flat, block by block; they depend on seed and name alone."""
    rng = np.random.default_rng([seed, zlib.crc32(spec.name.encode())])
    for start in range(0, spec.n_values, BLOCK_VALUES):
        x = rng.standard_normal(min(BLOCK_VALUES, spec.n_values - start), dtype=np.float32)
        x *= np.float32(spec.std)
        x += np.float32(spec.mean)
        if spec.fix is not None:
            spec.fix(x, start)
        yield x


def to_bf16(x: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """Rounds finite float32 to bfloat16, ties to even."""
    bits = x.view(np.uint32)
    return ((bits + (((bits >> 16) & 1) + 0x7FFF)) >> 16).astype(np.uint16)


def write_safetensors(path: Path, specs: list[TensorSpec], dtype: str, seed: int) -> None:
    code, width = DTYPES[dtype]
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for spec in specs:
        end = offset + spec.n_values * width
        header[spec.name] = {"dtype": code, "shape": spec.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for spec in specs:
            write_values(file, spec, dtype, seed)


def write_values(file: BinaryIO, spec: TensorSpec, dtype: str, seed: int) -> None:
    for block in tensor_blocks(spec, seed):
        values = to_bf16(block) if dtype == "bfloat16" else block
        file.write(values.data.cast("B"))


def write_weights(
    out: Path, g: Geometry, dtype: str, seed: int, shards: int, router_skew: float
) -> None:
    specs = tensor_specs(g, router_skew)
    if shards == 1:
        write_safetensors(out / "model.safetensors", specs, dtype, seed)
        return
    weight_map = {}
    for i, part in enumerate(np.array_split(np.arange(len(specs)), shards), start=1):
        name = f"model-{i:05d}-of-{shards:05d}.safetensors"
        write_safetensors(out / name, [specs[j] for j in part], dtype, seed)
        weight_map.update({specs[j].name: name for j in part})
    total = sum(spec.n_values for spec in specs) * DTYPES[dtype][1]
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    write_json(out / "model.safetensors.index.json", index)


def model_config(g: Geometry, dtype: str) -> dict[str, Any]:
    config = {
        "architectures": [g.variant.hf_class],
        "model_type": g.variant.model_type,
        "attention_dropout": 0.0,
        "head_dim": g.head_dim,
        "hidden_act": "silu",
        "hidden_size": g.hidden,
        "initializer_range": 0.02,
        "intermediate_size": g.ff,
        "max_position_embeddings": g.context,
        "num_attention_heads": g.heads,
        "num_hidden_layers": g.layers,
        "num_key_value_heads": g.kv_heads,
        "rms_norm_eps": g.eps,
        "rope_scaling": None,
        "rope_theta": g.rope_theta,
        "tie_word_embeddings": g.tied,
        "torch_dtype": dtype,
        "use_cache": True,
        "vocab_size": g.vocab,
    }
    if not g.variant.qkv_bias:
        config["attention_bias"] = g.attention_bias
    if g.mlp_bias:
        config["mlp_bias"] = True
    if g.variant.experts:
        config |= {
            "decoder_sparse_step": g.sparse_step,
            "mlp_only_layers": list(g.dense_layers),
            "moe_intermediate_size": g.expert_ff,
            "norm_topk_prob": g.norm_topk,
            "num_experts": g.experts,
            "num_experts_per_tok": g.experts_per_token,
        }
    return config


def write_tokenizer(out: Path, source: Path | None) -> None:
    if source is None:
        tokenizer, config = tiny_tokenizer()
        write_json(out / "tokenizer.json", tokenizer)
        write_json(out / "tokenizer_config.json", config)
        return
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def make_checkpoint(
    out: Path,
    geometry: Geometry,
    *,
    seed: int = 0,
    shards: int = 1,
    dtype: str = "float32",
    tokenizer: Path | None = None,
    config: dict[str, Any] | None = None,
    router_skew: float = 0.0,
) -> Path:
    """Writes the checkpoint into directory `out` (made if missing) and returns it.

    `tokenizer` is a directory whose tokenizer files are copied; without it a tiny byte-level one is
    written. `config` overrides entries of config.json (a `rope_scaling`, say).
    """
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", {**model_config(geometry, dtype), **(config or {})})
    write_tokenizer(out, tokenizer)
    write_weights(out, geometry, dtype, seed, shards, router_skew)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="directory to write")
    parser.add_argument("--arch", choices=list(VARIANTS), default="qwen3")
    names = dict.fromkeys(name for _, name in GEOMETRIES)
    parser.add_argument("--geometry", choices=list(names), default="tiny")
    for field in dataclasses.fields(Geometry):
        if field.type == "int":
            flag = "--" + field.name.replace("_", "-")
            parser.add_argument(flag, type=int, help="overrides the geometry's")
    parser.add_argument("--tied", action=argparse.BooleanOptionalAction, help="head = embedding")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="float32")
    parser.add_argument("--tokenizer", type=Path, help="directory whose tokenizer is copied")
    parser.add_argument("--router-skew", type=float, default=0.0, metavar="S", help="Zipf's")
    args = parser.parse_args()
    if (args.arch, args.geometry) not in GEOMETRIES:
        known = ", ".join(name for arch, name in GEOMETRIES if arch == args.arch)
        parser.error(f"{args.arch} has no geometry {args.geometry}; these are: {known}.")
    fields = {field.name for field in dataclasses.fields(Geometry)} - {"arch"}
    overrides = {k: v for k, v in vars(args).items() if k in fields and v is not None}
    make_checkpoint(
        args.out,
        replace(GEOMETRIES[args.arch, args.geometry], **overrides),
        seed=args.seed,
        shards=args.shards,
        dtype=args.dtype,
        tokenizer=args.tokenizer,
        router_skew=args.router_skew,
    )


if __name__ == "__main__":
    main()
