"""config.json: the model's dimensions and hyperparameters, checked, as GGUF metadata.

Reads both spellings of rotary settings: `rope_theta` with `rope_scaling`, and `rope_parameters`,
which holds both.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from gguf.constants import Keys

from ..errors import FileError, ModelFormatError, UnsupportedModelError
from .architectures import ALWAYS, ARCHITECTURES, Architecture
from .json_file import integer, read_object, real
from .metadata import KeyValue, boolean, float32, string, uint32

ORIGINAL = "original_max_position_embeddings"
# Settings of YaRN that would change the rotation and have no GGUF key here.
YARN_REFUSED = ("mscale", "mscale_all_dim", "truncate")


class ModelConfig:
    """A Hugging Face model configuration of a supported architecture."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "config.json"
        if not self.path.is_file():
            raise FileError(
                f"{directory}: has no config.json; pass the directory of a Hugging Face model."
            )
        self._raw = read_object(self.path)
        self.architecture = self._find_architecture()
        self._refuse_variants()
        self.n_layer = self.integer("num_hidden_layers")
        self.n_head = self.integer("num_attention_heads")
        self.n_head_kv = self.integer("num_key_value_heads", self.n_head)
        self.n_embd = self.integer("hidden_size")
        self.n_vocab = self.integer("vocab_size")
        self.head_dim = self.integer("head_dim", self.n_embd // self.n_head)
        self.n_ff = self.integer("intermediate_size")
        self.tied = self.flag("tie_word_embeddings")
        if self.head_dim % 2 or self.n_head % self.n_head_kv:
            raise ModelFormatError(
                f"{self.path}: head_dim {self.head_dim} must be even and num_attention_heads"
                f" {self.n_head} a multiple of num_key_value_heads {self.n_head_kv}."
            )
        self._rope = self._rope_settings()
        self.n_expert = self.n_expert_used = self.n_ff_expert = 0
        if self.architecture.has_experts:
            self._read_experts()

    def dimensions(self) -> dict[str, int]:
        """The numbers behind the named dimensions of architectures.TensorRule.shape."""
        return {
            "embd": self.n_embd,
            "ff": self.n_ff,
            "vocab": self.n_vocab,
            "head": self.head_dim,
            "q": self.n_head * self.head_dim,
            "kv": self.n_head_kv * self.head_dim,
            "expert": self.n_expert,
            "expert_ff": self.n_ff_expert,
        }

    def is_sparse(self, layer: int) -> bool:
        """Whether the layer has experts."""
        return (
            self.n_expert > 0
            and layer not in self._dense_layers
            and (layer + 1) % self._sparse_step == 0
        )

    def count_experts(self) -> int:
        """How many all layers have together."""
        return sum(self.is_sparse(layer) for layer in range(self.n_layer)) * self.n_expert

    def has(self, setting: str) -> bool:
        """Whether architectures.TensorRule.setting holds."""
        return setting == ALWAYS or self.flag(setting)

    def metadata(self) -> list[KeyValue]:
        """The hyperparameters under `<architecture>.`, as llama.cpp names them."""
        arch = self.architecture.name
        counts = {
            Keys.LLM.CONTEXT_LENGTH: self.integer("max_position_embeddings"),
            Keys.LLM.EMBEDDING_LENGTH: self.n_embd,
            Keys.LLM.BLOCK_COUNT: self.n_layer,
            Keys.LLM.FEED_FORWARD_LENGTH: self.n_ff,
            Keys.Attention.HEAD_COUNT: self.n_head,
            Keys.Attention.HEAD_COUNT_KV: self.n_head_kv,
            Keys.Attention.KEY_LENGTH: self.head_dim,
            Keys.Attention.VALUE_LENGTH: self.head_dim,
            Keys.LLM.VOCAB_SIZE: self.n_vocab,
            Keys.Rope.DIMENSION_COUNT: self.head_dim,
        }
        eps = self._raw.get("rms_norm_eps", 1e-6)
        reals = {
            Keys.Attention.LAYERNORM_RMS_EPS: real(self.path, "rms_norm_eps", eps),
            Keys.Rope.FREQ_BASE: self._rope_number("rope_theta", 10000.0),
        }
        return [
            *(uint32(key.format(arch=arch), value) for key, value in counts.items()),
            *(float32(key.format(arch=arch), value) for key, value in reals.items()),
            *self._expert_metadata(arch),
            *self._scaling_metadata(arch),
        ]

    def rope_freqs(self) -> npt.NDArray[np.float32] | None:
        """Divisors of the rotary frequencies [head_dim / 2] where scaling is Llama 3's, else None.

        Long wavelengths are stretched by `factor`, short ones kept, those between interpolated
        (Llama 3.1's published rule).
        """
        if self._rope_type() != "llama3":
            return None
        factor = self._rope_number("factor")
        low = self._rope_number("low_freq_factor")
        high = self._rope_number("high_freq_factor")
        old_context = self._rope_number("original_max_position_embeddings")
        exponents = np.arange(0, self.head_dim, 2, dtype=np.float64) / self.head_dim
        turns = old_context * self._rope_number("rope_theta", 10000.0) ** -exponents / (2 * math.pi)
        smooth = np.clip((turns - low) / (high - low), 0.0, 1.0)
        return (1.0 / ((1.0 - smooth) / factor + smooth)).astype(np.float32)

    def integer(self, key: str, default: int | None = None) -> int:
        value = self._raw.get(key)
        return integer(self.path, key, default if value is None else value, least=1)

    def flag(self, key: str) -> bool:
        """A setting that is false when absent."""
        value = self._raw.get(key)
        if value is not None and type(value) is not bool:
            raise ModelFormatError(f"{self.path}: '{key}' must be true or false, not {value!r}.")
        return bool(value)

    def integers(self, key: str) -> list[int]:
        """An integer or a list of them (token ids, layers); empty when absent."""
        value = self._raw.get(key)
        numbers = value if isinstance(value, list) else [] if value is None else [value]
        if not all(type(i) is int for i in numbers):
            raise ModelFormatError(
                f"{self.path}: '{key}' must be an integer or a list of them, not {value!r}."
            )
        return numbers

    def _find_architecture(self) -> Architecture:
        names = self._raw.get("architectures") or [f"model_type {self._raw.get('model_type')}"]
        name = str(names[0] if isinstance(names, list) else names)
        if name not in ARCHITECTURES:
            raise UnsupportedModelError(
                f"{self.path}: architecture {name} is not supported;"
                f" these are: {', '.join(ARCHITECTURES)}."
            )
        return ARCHITECTURES[name]

    def _refuse_variants(self) -> None:
        """Settings that would convert without complaint and then compute something else."""
        refused = {
            "quantization_config": self._raw.get("quantization_config") is not None,
            "use_sliding_window": bool(self._raw.get("use_sliding_window")),
            "hidden_act": self._raw.get("hidden_act", "silu") != "silu",
        }
        for key, is_refused in refused.items():
            if is_refused:
                raise UnsupportedModelError(
                    f"{self.path}: '{key}' = {self._raw[key]!r} is not supported;"
                    " convert a plain checkpoint."
                )

    def _read_experts(self) -> None:
        """Experts as Qwen3-MoE has them; some writers call their count num_local_experts."""
        key = "num_experts" if "num_experts" in self._raw else "num_local_experts"
        self.n_expert = self.integer(key)
        self.n_expert_used = self.integer("num_experts_per_tok")
        self.n_ff_expert = self.integer("moe_intermediate_size")
        self._sparse_step = self.integer("decoder_sparse_step", 1)
        self._dense_layers = self.integers("mlp_only_layers")
        if self.n_expert_used > self.n_expert:
            raise ModelFormatError(
                f"{self.path}: 'num_experts_per_tok' is {self.n_expert_used}, more than the"
                f" {self.n_expert} of '{key}'; use the config.json that belongs to these weights."
            )

    def _expert_metadata(self, arch: str) -> list[KeyValue]:
        if not self.n_expert:
            return []
        counts = {
            Keys.LLM.EXPERT_COUNT: self.n_expert,
            Keys.LLM.EXPERT_USED_COUNT: self.n_expert_used,
            Keys.LLM.EXPERT_FEED_FORWARD_LENGTH: self.n_ff_expert,
        }
        return [
            *(uint32(key.format(arch=arch), value) for key, value in counts.items()),
            boolean(Keys.LLM.EXPERT_WEIGHTS_NORM.format(arch=arch), self.flag("norm_topk_prob")),
        ]

    def _rope_settings(self) -> dict[str, Any]:
        """Both spellings as one; what takes precedence is as in transformers 5."""
        key = "rope_scaling" if self._raw.get("rope_scaling") else "rope_parameters"
        parameters = self._raw.get(key) or {}
        if not isinstance(parameters, dict):
            raise ModelFormatError(f"{self.path}: '{key}' must be an object.")
        theta = {"rope_theta": self._raw["rope_theta"]} if "rope_theta" in self._raw else {}
        original = {ORIGINAL: self._raw[ORIGINAL]} if ORIGINAL in self._raw else {}
        return {**theta, **parameters, **original}

    def _rope_type(self) -> str:
        kind = str(self._rope.get("rope_type") or self._rope.get("type") or "default")
        if kind not in ("default", *self.architecture.rope_scalings):
            raise UnsupportedModelError(
                f"{self.path}: rope scaling '{kind}' is not supported for {self.architecture.name};"
                f" these are: {', '.join(self.architecture.rope_scalings)}."
            )
        return kind

    def _rope_number(self, key: str, default: float | None = None) -> float:
        value = self._rope.get(key)
        return real(self.path, f"rope_scaling.{key}", default if value is None else value)

    def _scaling_metadata(self, arch: str) -> list[KeyValue]:
        kind = self._rope_type()
        if kind in ("default", "llama3"):  # llama3 becomes the tensor rope_freqs.weight
            return []
        entries = [
            string(Keys.Rope.SCALING_TYPE.format(arch=arch), kind),
            float32(Keys.Rope.SCALING_FACTOR.format(arch=arch), self._rope_number("factor")),
        ]
        return entries if kind == "linear" else entries + self._yarn_metadata(arch)

    def _yarn_metadata(self, arch: str) -> list[KeyValue]:
        """As transformers reads the settings: without an original length, it is the model's."""
        refused = [key for key in YARN_REFUSED if self._rope.get(key) is not None]
        if refused:
            raise UnsupportedModelError(
                f"{self.path}: rope scaling setting '{refused[0]}' is not supported;"
                " remove it if its value is the default."
            )
        context = self._rope.get(ORIGINAL) or self.integer("max_position_embeddings")
        original = integer(self.path, f"rope_scaling.{ORIGINAL}", context, least=1)
        entries = [uint32(Keys.Rope.SCALING_ORIG_CTX_LEN.format(arch=arch), original)]
        if self._rope.get("attention_factor") is not None:
            # In config.json the whole factor; in GGUF one on top of YaRN's own.
            own = 1.0 + 0.1 * math.log(max(1.0, self._rope_number("factor")))
            value = self._rope_number("attention_factor") / own
            entries.append(float32(Keys.Rope.SCALING_ATTN_FACTOR.format(arch=arch), value))
        betas = {
            "beta_fast": Keys.Rope.SCALING_YARN_BETA_FAST,
            "beta_slow": Keys.Rope.SCALING_YARN_BETA_SLOW,
        }
        return entries + [
            float32(gguf_key.format(arch=arch), self._rope_number(key))
            for key, gguf_key in betas.items()
            if self._rope.get(key)  # 0 stands for the default
        ]
