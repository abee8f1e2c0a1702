#!/usr/bin/env python3
"""Makes a seeded random checkpoint: a Hugging Face directory that transformers and qwen3lite load.

Same arguments, same bytes. Needs numpy only; tensors are drawn and written in row blocks, so that a
0.6B geometry takes a few hundred MB of memory. Weights have a standard deviation of 1/sqrt(inputs),
which keeps activations and logits near unit scale; norm weights scatter around 1, so that a reader
which swaps or forgets one is noticed.

    tools/make_checkpoint.py /tmp/tiny --arch qwen3 --geometry tiny
    tools/make_checkpoint.py /tmp/big --arch qwen3 --geometry 0.6b --dtype bfloat16 --shards 2
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

BLOCK_VALUES = 4 << 20  # drawn at a time: 16 MB as float32
NORM_SPREAD = 0.25  # standard deviation of norm weights around 1
DTYPES = {"float32": ("F32", 4), "bfloat16": ("BF16", 2)}
QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHATML = (
    "{%- if messages[0].role != 'system' %}"
    "{{- '<|im_start|>system\\nYou are a tiny random model.<|im_end|>\\n' }}"
    "{%- endif %}"
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "generation_config.json",
)


@dataclass(frozen=True)
class Geometry:
    """A model's shape. Counts of values, heads and layers; `head_dim` is per head."""

    arch: str  # "qwen3" (per-head q/k norm) or "llama"
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


GEOMETRIES = {
    # head_dim is not hidden / heads in tiny qwen3, as in the real ones: a reader must use the key.
    ("qwen3", "tiny"): Geometry("qwen3", 2, 256, 8, 2, 64, 512, 320, tied=True),
    ("llama", "tiny"): Geometry("llama", 2, 256, 8, 2, 32, 512, 320, tied=False, rope_theta=1e4),
    ("qwen3", "0.6b"): Geometry("qwen3", 28, 1024, 16, 8, 128, 3072, 151936, True, context=40960),
    ("llama", "0.6b"): Geometry("llama", 28, 1024, 16, 8, 64, 3072, 151936, True, context=40960),
}


@dataclass(frozen=True)
class TensorSpec:
    name: str
    shape: tuple[int, ...]

    @property
    def n_values(self) -> int:
        return int(np.prod(self.shape))


def tensor_specs(g: Geometry) -> list[TensorSpec]:
    """Every tensor of the checkpoint under its Hugging Face name, [out, in], in file order."""
    q, kv = g.heads * g.head_dim, g.kv_heads * g.head_dim
    specs = [TensorSpec("model.embed_tokens.weight", (g.vocab, g.hidden))]
    for i in range(g.layers):
        layer = [
            ("input_layernorm", (g.hidden,)),
            ("self_attn.q_proj", (q, g.hidden)),
            ("self_attn.k_proj", (kv, g.hidden)),
            ("self_attn.v_proj", (kv, g.hidden)),
            ("self_attn.o_proj", (g.hidden, q)),
            ("post_attention_layernorm", (g.hidden,)),
            ("mlp.gate_proj", (g.ff, g.hidden)),
            ("mlp.up_proj", (g.ff, g.hidden)),
            ("mlp.down_proj", (g.hidden, g.ff)),
        ]
        if g.arch == "qwen3":
            layer += [("self_attn.q_norm", (g.head_dim,)), ("self_attn.k_norm", (g.head_dim,))]
        specs += [TensorSpec(f"model.layers.{i}.{name}.weight", shape) for name, shape in layer]
    specs.append(TensorSpec("model.norm.weight", (g.hidden,)))
    if not g.tied:
        specs.append(TensorSpec("lm_head.weight", (g.vocab, g.hidden)))
    return specs


def tensor_blocks(spec: TensorSpec, seed: int) -> Iterator[npt.NDArray[np.float32]]:
    """The tensor's values in order, flat, block by block; they depend on seed and name alone."""
    rng = np.random.default_rng([seed, zlib.crc32(spec.name.encode())])
    is_norm = len(spec.shape) == 1
    center, std = (1.0, NORM_SPREAD) if is_norm else (0.0, spec.shape[-1] ** -0.5)
    for start in range(0, spec.n_values, BLOCK_VALUES):
        x = rng.standard_normal(min(BLOCK_VALUES, spec.n_values - start), dtype=np.float32)
        x *= np.float32(std)
        x += np.float32(center)
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


def write_weights(out: Path, g: Geometry, dtype: str, seed: int, shards: int) -> None:
    specs = tensor_specs(g)
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
    return {
        "architectures": [{"qwen3": "Qwen3ForCausalLM", "llama": "LlamaForCausalLM"}[g.arch]],
        "model_type": g.arch,
        "attention_bias": False,
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


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-in for each byte: itself if printable, else the next from U+0100."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(b if b in printable else next(others)) for b in range(256)]


def tiny_tokenizer() -> tuple[dict[str, Any], dict[str, Any]]:
    """tokenizer.json and tokenizer_config.json of byte-level BPE: bytes, a few merges, ChatML."""
    merges = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("Ġ", "t"), ("Ġt", "he")]
    tokens = [*byte_alphabet(), *(a + b for a, b in [*merges, ("i", "n")])]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    added = [
        {"id": len(tokens) + i, "content": text, **flags, "special": True}
        for i, text in enumerate(special)
    ]
    think = [
        {"id": len(tokens) + len(special) + i, "content": text, **flags, "special": False}
        for i, text in enumerate(["<think>", "</think>"])
    ]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}
    byte_level = {**byte_level, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": QWEN2_PATTERN}, "behavior": "Isolated"}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [*added, *think],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{**split, "invert": False}, byte_level],
        },
        "post_processor": byte_level,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [list(pair) for pair in [*merges, ("i", "n")]],
        },
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": False,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
        "chat_template": CHATML,
    }
    return tokenizer, config


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
) -> Path:
    """Writes the checkpoint into directory `out` (made if missing) and returns it.

    `tokenizer` is a directory whose tokenizer files are copied; without it a tiny byte-level one is
    written. `config` overrides entries of config.json (a `rope_scaling`, say).
    """
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", {**model_config(geometry, dtype), **(config or {})})
    write_tokenizer(out, tokenizer)
    write_weights(out, geometry, dtype, seed, shards)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="directory to write")
    parser.add_argument("--arch", choices=["qwen3", "llama"], default="qwen3")
    parser.add_argument("--geometry", choices=["tiny", "0.6b"], default="tiny")
    for name in ("layers", "hidden", "heads", "kv-heads", "head-dim", "ff", "vocab", "context"):
        parser.add_argument(f"--{name}", type=int, help="overrides the geometry's")
    parser.add_argument("--tied", action=argparse.BooleanOptionalAction, help="head = embedding")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="float32")
    parser.add_argument("--tokenizer", type=Path, help="directory whose tokenizer is copied")
    args = parser.parse_args()
    fields = {field.name for field in dataclasses.fields(Geometry)} - {"arch"}
    overrides = {k: v for k, v in vars(args).items() if k in fields and v is not None}
    make_checkpoint(
        args.out,
        dataclasses.replace(GEOMETRIES[args.arch, args.geometry], **overrides),
        seed=args.seed,
        shards=args.shards,
        dtype=args.dtype,
        tokenizer=args.tokenizer,
    )


if __name__ == "__main__":
    main()
