"""Which architectures convert, as data: a row names the GGUF architecture and maps its tensors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

# A dimension of a shape is named; ModelConfig.dimensions() gives the numbers:
#   embd (residual stream), ff (dense feed-forward), vocab, head (one head), q (all query heads),
#   kv (all key or value heads), expert (how many), expert_ff (one expert's feed-forward).

Layers = Literal["all", "dense", "sparse"]  # sparse: with experts; without any, all are dense
ALWAYS = ""


@dataclass(frozen=True)
class TensorRule:
    """One tensor of the file: `{layer}` in its names stands for every layer.

    `shape` is as stored, outputs before inputs. Where `hf` says `{expert}`, the tensors of all
    experts are stacked, and the first dimension of `shape` counts them.
    """

    gguf: str
    hf: str
    shape: tuple[str, ...]
    layers: Layers = "all"  # that have it
    setting: str = ALWAYS  # of config.json, which must be true for the tensor to exist
    float32: bool = False  # in files of any type; vectors are anyway
    # The outputs are put in the order of interleaved rotary embedding, which llama.cpp expects:
    # within a head, output i and output i + head/2 become neighbours.
    interleave: bool = False

    @property
    def is_stack(self) -> bool:
        return "{expert}" in self.hf


@dataclass(frozen=True)
class Architecture:
    name: str  # general.architecture, the prefix of its metadata keys
    layer: tuple[TensorRule, ...]
    rope_scalings: tuple[str, ...] = ("linear", "yarn")  # that llama.cpp applies to it

    @property
    def has_experts(self) -> bool:
        return any(rule.layers == "sparse" for rule in self.layer)


EMBEDDING = TensorRule("token_embd.weight", "model.embed_tokens.weight", ("vocab", "embd"))
OUTPUT_NORM = TensorRule("output_norm.weight", "model.norm.weight", ("embd",))
OUTPUT = TensorRule("output.weight", "lm_head.weight", ("vocab", "embd"))


Rules = tuple[TensorRule, ...]


def _layer(gguf: str, hf: str, *shape: str, kind: str = "weight") -> TensorRule:
    return TensorRule(f"blk.{{layer}}.{gguf}.{kind}", f"model.layers.{{layer}}.{hf}.{kind}", shape)


def _linear(gguf: str, hf: str, n_out: str, n_in: str, bias: str | None) -> Rules:
    """A weight and, unless `bias` is None, the bias that the setting of this name turns on."""
    weight = _layer(gguf, hf, n_out, n_in)
    if bias is None:
        return (weight,)
    return weight, replace(_layer(gguf, hf, n_out, kind="bias"), setting=bias)


def _only(layers: Layers, rules: Rules) -> Rules:
    return tuple(replace(rule, layers=layers) for rule in rules)


def _attention(qkv_bias: str, output_bias: str | None, *, interleave: bool = False) -> Rules:
    rotated = (
        *_linear("attn_q", "self_attn.q_proj", "q", "embd", qkv_bias),
        *_linear("attn_k", "self_attn.k_proj", "kv", "embd", qkv_bias),
    )
    return (
        _layer("attn_norm", "input_layernorm", "embd"),
        *(replace(rule, interleave=interleave) for rule in rotated),
        *_linear("attn_v", "self_attn.v_proj", "kv", "embd", qkv_bias),
        *_linear("attn_output", "self_attn.o_proj", "embd", "q", output_bias),
    )


def _feed_forward(bias: str | None = None) -> Rules:
    matrices = (
        *_linear("ffn_gate", "mlp.gate_proj", "ff", "embd", bias),
        *_linear("ffn_up", "mlp.up_proj", "ff", "embd", bias),
        *_linear("ffn_down", "mlp.down_proj", "embd", "ff", bias),
    )
    return _layer("ffn_norm", "post_attention_layernorm", "embd"), *_only("dense", matrices)


_QK_NORM = (
    _layer("attn_q_norm", "self_attn.q_norm", "head"),
    _layer("attn_k_norm", "self_attn.k_norm", "head"),
)
_EXPERTS = (
    replace(_layer("ffn_gate_inp", "mlp.gate", "expert", "embd"), float32=True),
    _layer("ffn_gate_exps", "mlp.experts.{expert}.gate_proj", "expert", "expert_ff", "embd"),
    _layer("ffn_up_exps", "mlp.experts.{expert}.up_proj", "expert", "expert_ff", "embd"),
    _layer("ffn_down_exps", "mlp.experts.{expert}.down_proj", "expert", "embd", "expert_ff"),
)
_QWEN2 = (*_attention(ALWAYS, None), *_feed_forward())
_QWEN3 = (*_attention("attention_bias", "attention_bias"), *_QK_NORM, *_feed_forward())
_LLAMA = (
    *_attention("attention_bias", "attention_bias", interleave=True),
    *_feed_forward("mlp_bias"),
)

# By the class that config.json names in `architectures`.
ARCHITECTURES = {
    "Qwen3ForCausalLM": Architecture("qwen3", _QWEN3),
    "Qwen3MoeForCausalLM": Architecture("qwen3moe", (*_QWEN3, *_only("sparse", _EXPERTS))),
    "Qwen2ForCausalLM": Architecture("qwen2", _QWEN2),
    "LlamaForCausalLM": Architecture("llama", _LLAMA, ("linear", "yarn", "llama3")),
}
