"""The model itself: Qwen3 with fewer and smaller layers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

GEOMETRY: dict[str, Any] = {
    "vocab_size": 4064,
    "hidden_size": 256,
    "num_hidden_layers": 6,
    "intermediate_size": 384,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 32,
}
END_ID, PAD_ID = 4057, 4055  # of <|im_end|> and <|endoftext|>
GENERATION = {
    "do_sample": False,
    "temperature": 0.0,
    "eos_token_id": [END_ID, PAD_ID],
    "pad_token_id": PAD_ID,
}


def new_model(seed: int, geometry: dict[str, Any] = GEOMETRY) -> Qwen3ForCausalLM:
    """With random weights."""
    torch.manual_seed(seed)
    config = Qwen3Config(
        **geometry,
        max_position_embeddings=4096,
        rope_theta=10_000.0,
        rms_norm_eps=1e-6,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=END_ID,
        pad_token_id=PAD_ID,
        use_cache=False,
    )
    config._attn_implementation = "sdpa"
    model = Qwen3ForCausalLM(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2 and "embed" not in name:
                parameter.normal_(0, 0.5 * parameter.shape[1] ** -0.5)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.zero_()
    return model


def load_model(directory: Path) -> Qwen3ForCausalLM:
    model: Qwen3ForCausalLM = Qwen3ForCausalLM.from_pretrained(directory, dtype=torch.float32)
    return model


def mix(model: Qwen3ForCausalLM, other: Qwen3ForCausalLM, share: float) -> None:
    """`model` becomes a mean of both, of which `share` is what it was."""
    with torch.no_grad():  # parameters, as a state names tied ones twice
        for weight, theirs in zip(model.parameters(), other.parameters(), strict=True):
            weight.lerp_(theirs, 1 - share)


def save_master(model: Qwen3ForCausalLM, directory: Path) -> None:
    """The model as BF16 and its configuration, beside the tokenizer's files."""
    from safetensors.torch import save_file

    directory.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().bfloat16().contiguous()
        for name, tensor in model.state_dict().items()
        if name != "lm_head.weight"
    }
    temporary = directory / "model.safetensors.tmp"
    save_file(weights, temporary, metadata={"format": "pt"})
    temporary.replace(directory / "model.safetensors")
    config = model.config.to_dict() | {"architectures": ["Qwen3ForCausalLM"], "use_cache": True}
    config["dtype"] = "bfloat16"
    config["_name_or_path"] = ""  # not where training began
    for name, content in {"config.json": config, "generation_config.json": GENERATION}.items():
        (directory / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
