"""Which architectures convert, as data: a row names the GGUF architecture and maps its tensors."""

from __future__ import annotations

from dataclasses import dataclass

# A dimension of a shape is named; metadata.dimensions() gives the numbers:
#   embd (residual stream), ff (feed-forward), vocab, head (one head), q (all query heads),
#   kv (all key or value heads).


@dataclass(frozen=True)
class TensorRule:
    """One tensor: `{layer}` in its names stands for every layer; `shape` is [out, in] as stored.

    `interleave` marks weights whose rows llama.cpp expects in the order of interleaved rotary
    embedding: within a head, row i and row i + head/2 become neighbours.
    """

    gguf: str
    hf: str
    shape: tuple[str, ...]
    interleave: bool = False


@dataclass(frozen=True)
class Architecture:
    name: str  # general.architecture, the prefix of its metadata keys
    layer: tuple[TensorRule, ...]
    rope_scalings: tuple[str, ...] = ("linear", "yarn")  # that llama.cpp applies to it


EMBEDDING = TensorRule("token_embd.weight", "model.embed_tokens.weight", ("vocab", "embd"))
OUTPUT_NORM = TensorRule("output_norm.weight", "model.norm.weight", ("embd",))
OUTPUT = TensorRule("output.weight", "lm_head.weight", ("vocab", "embd"))


def _layer(gguf: str, hf: str, *shape: str, interleave: bool = False) -> TensorRule:
    return TensorRule(
        f"blk.{{layer}}.{gguf}.weight", f"model.layers.{{layer}}.{hf}.weight", shape, interleave
    )


def _attention(interleave: bool) -> tuple[TensorRule, ...]:
    return (
        _layer("attn_norm", "input_layernorm", "embd"),
        _layer("attn_q", "self_attn.q_proj", "q", "embd", interleave=interleave),
        _layer("attn_k", "self_attn.k_proj", "kv", "embd", interleave=interleave),
        _layer("attn_v", "self_attn.v_proj", "kv", "embd"),
        _layer("attn_output", "self_attn.o_proj", "embd", "q"),
    )


_QK_NORM = (
    _layer("attn_q_norm", "self_attn.q_norm", "head"),
    _layer("attn_k_norm", "self_attn.k_norm", "head"),
)
_DENSE = (
    _layer("ffn_norm", "post_attention_layernorm", "embd"),
    _layer("ffn_gate", "mlp.gate_proj", "ff", "embd"),
    _layer("ffn_up", "mlp.up_proj", "ff", "embd"),
    _layer("ffn_down", "mlp.down_proj", "embd", "ff"),
)

# By the class that config.json names in `architectures`.
ARCHITECTURES = {
    "Qwen3ForCausalLM": Architecture("qwen3", (*_attention(False), *_QK_NORM, *_DENSE)),
    "LlamaForCausalLM": Architecture(
        "llama", (*_attention(True), *_DENSE), ("linear", "yarn", "llama3")
    ),
}
