"""The metadata of converted files: hyperparameters, tokenizers, chat templates."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from convert_support import TINY, edit_json, fields, set_config, set_tokenizer
from gguf import GGUFReader

import make_checkpoint as mc
from qwen3lite.convert import convert
from tiny_tokenizer import CHATML, QWEN2_PATTERN, tiny_tokenizer


def test_metadata(tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "tiny", TINY["qwen3"])
    (src / "generation_config.json").write_text(
        '{"temperature": 0.5, "top_k": 20, "top_p": 0.75, "do_sample": true}'
    )
    convert(src, tmp_path / "out.gguf", "q4_0")
    got = fields(tmp_path / "out.gguf")
    tokenizer, config = tiny_tokenizer()
    n_known = 256 + 7 + 3 + 2
    vocab = list(tokenizer["model"]["vocab"])
    assert got.pop("tokenizer.ggml.tokens") == [
        *vocab,
        *(entry["content"] for entry in tokenizer["added_tokens"]),
        *(f"[PAD{i}]" for i in range(n_known, 320)),
    ]
    assert got.pop("tokenizer.ggml.token_type") == [1] * 263 + [3] * 3 + [4] * 2 + [5] * 52
    assert got.pop("tokenizer.ggml.merges")[:3] == ["h e", "l l", "he ll"]
    assert got.pop("qwen3.attention.layer_norm_rms_epsilon") == pytest.approx(1e-6)
    assert got == {
        "general.architecture": "qwen3",
        "general.type": "model",
        "general.name": "tiny",
        "general.file_type": 2,
        "general.quantization_version": 2,
        "general.sampling.top_k": 20,
        "general.sampling.temp": 0.5,
        "general.sampling.top_p": 0.75,
        "qwen3.context_length": 4096,
        "qwen3.embedding_length": 256,
        "qwen3.block_count": 2,
        "qwen3.feed_forward_length": 512,
        "qwen3.attention.head_count": 8,
        "qwen3.attention.head_count_kv": 2,
        "qwen3.attention.key_length": 64,
        "qwen3.attention.value_length": 64,
        "qwen3.vocab_size": 320,
        "qwen3.rope.dimension_count": 64,
        "qwen3.rope.freq_base": 1e6,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.eos_token_id": 265,
        "tokenizer.ggml.padding_token_id": 263,
        "tokenizer.ggml.eot_token_id": 265,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": config["chat_template"],
        "q3l.chat.default_system": "You are a tiny random model.",
    }


def test_rope_scaling_keys(tmp_path: Path) -> None:
    yarn = {
        "rope_type": "yarn",
        "factor": 4.0,
        "original_max_position_embeddings": 1024,
        "attention_factor": 1.25,
        "beta_fast": 16,
    }
    spellings: list[dict[str, Any]] = [
        {"rope_scaling": yarn},
        {"rope_theta": None, "rope_parameters": {**yarn, "rope_theta": 1e6}},
    ]
    for spelling in spellings:
        src = mc.make_checkpoint(tmp_path / "yarn", TINY["qwen3"], config=spelling)
        convert(src, tmp_path / "out.gguf")
        got = fields(tmp_path / "out.gguf")
        assert {k: v for k, v in got.items() if ".rope." in k} == {
            "qwen3.rope.dimension_count": 64,
            "qwen3.rope.freq_base": 1e6,
            "qwen3.rope.scaling.type": "yarn",
            "qwen3.rope.scaling.factor": 4.0,
            "qwen3.rope.scaling.original_context_length": 1024,
            "qwen3.rope.scaling.attn_factor": pytest.approx(1.25 / (1 + 0.1 * np.log(4))),
            "qwen3.rope.scaling.yarn_beta_fast": 16.0,
        }


YARN = {"rope_type": "yarn", "factor": 4.0}


@pytest.mark.parametrize(
    ("config", "context"),
    [
        ({"rope_scaling": YARN}, 4096),  # max_position_embeddings
        ({"rope_scaling": {**YARN, "original_max_position_embeddings": 64}}, 64),
        # What transformers 5 gives precedence.
        (
            {
                "rope_scaling": {**YARN, "original_max_position_embeddings": 64, "beta_fast": 0},
                "original_max_position_embeddings": 128,
            },
            128,
        ),
        (
            {
                "rope_scaling": YARN,
                "rope_parameters": {"type": "linear", "original_max_position_embeddings": 64},
            },
            4096,
        ),
    ],
)
def test_original_context_of_yarn(config: dict[str, Any], context: int, tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "yarn", TINY["qwen2"], config=config)
    convert(src, tmp_path / "out.gguf", "f16")
    got = fields(tmp_path / "out.gguf")
    assert {k: v for k, v in got.items() if ".rope.scaling" in k} == {
        "qwen2.rope.scaling.type": "yarn",
        "qwen2.rope.scaling.factor": 4.0,
        "qwen2.rope.scaling.original_context_length": context,
    }


def test_llama3_scaling_becomes_a_tensor(tmp_path: Path) -> None:
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 512,
    }
    src = mc.make_checkpoint(tmp_path / "m", TINY["llama"], config={"rope_scaling": scaling})
    convert(src, tmp_path / "out.gguf", "f16")
    tensors = {t.name: t for t in GGUFReader(tmp_path / "out.gguf").tensors}
    expected = []
    for i in range(16):
        wavelength = 2 * np.pi * 1e4 ** (2 * i / 32)
        if wavelength < 512 / 4:
            expected.append(1.0)
        elif wavelength > 512 / 1:
            expected.append(8.0)
        else:
            smooth = (512 / wavelength - 1) / (4 - 1)
            expected.append(1 / ((1 - smooth) / 8 + smooth))
    assert 1.0 < expected[7] < 8.0  # the case covers all three branches
    np.testing.assert_allclose(tensors["rope_freqs.weight"].data, expected, rtol=1e-6)


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
SPLIT = {"type": "Split", "behavior": "Isolated", "invert": False}
LLAMA3_PATTERN = QWEN2_PATTERN.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)


def sequence(*stages: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(stages)}


@pytest.mark.parametrize(
    ("pre", "normalizer", "pretokenizer"),
    [
        ("gpt-2", None, {**BYTES, "use_regex": True}),
        ("gpt-2", None, BYTES),
        ("smollm", None, sequence({"type": "Digits", "individual_digits": True}, BYTES)),
        (
            "llama-bpe",
            None,
            sequence(
                {**SPLIT, "pattern": {"Regex": LLAMA3_PATTERN}}, {**BYTES, "use_regex": False}
            ),
        ),
    ],
)
def test_pretokenizer_is_recognised(
    pre: str,
    normalizer: Any,
    pretokenizer: dict[str, Any],
    small: Path,
    tmp_path: Path,
) -> None:
    set_tokenizer(normalizer=normalizer, pre_tokenizer=pretokenizer)(small)
    convert(small, tmp_path / "out.gguf")
    assert fields(tmp_path / "out.gguf")["tokenizer.ggml.pre"] == pre


def test_merges_as_strings_and_as_pairs(small: Path, tmp_path: Path) -> None:
    convert(small, tmp_path / "pairs.gguf")
    edit_json(
        small / "tokenizer.json",
        lambda t: t["model"].update(merges=[" ".join(pair) for pair in t["model"]["merges"]]),
    )
    convert(small, tmp_path / "strings.gguf")
    assert (tmp_path / "pairs.gguf").read_bytes() == (tmp_path / "strings.gguf").read_bytes()


def test_special_ids(small: Path, tmp_path: Path) -> None:
    def special(**tokenizer_config: Any) -> dict[str, Any]:
        edit_json(small / "tokenizer_config.json", lambda c: c.update(tokenizer_config))
        convert(small, tmp_path / "out.gguf")
        got = fields(tmp_path / "out.gguf")
        prefix = "tokenizer.ggml."
        return {
            key.removeprefix(prefix): got[key] for key in got if key.endswith(("_id", "bos_token"))
        }

    set_config(bos_token_id=7, eos_token_id=[5, 6])(small)
    ends = {"eot_token_id": prefix_id("<|im_end|>"), "padding_token_id": prefix_id("<|endoftext|>")}
    # config.json fills in what the tokenizer does not name, and does not override it.
    assert special() == {
        **ends, "bos_token_id": 7, "eos_token_id": prefix_id("<|im_end|>"), "add_bos_token": False
    }  # fmt: skip
    assert special(eos_token=None)["eos_token_id"] == 5
    bos = {"content": "<|im_start|>", "lstrip": False}
    assert special(bos_token=bos)["bos_token_id"] == prefix_id("<|im_start|>")
    # Llama 3: BOS comes from the post-processor.
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|im_start|>"}}, {"Sequence": {"id": "A"}}],
    }
    set_tokenizer(post_processor={"type": "Sequence", "processors": [BYTES, template]})(small)
    assert special()["add_bos_token"] is False  # tokenizer_config.json says so
    assert special(add_bos_token=None)["add_bos_token"] is True


def prefix_id(text: str) -> int:
    added = tiny_tokenizer()[0]["added_tokens"]
    return next(int(entry["id"]) for entry in added if entry["content"] == text)


@pytest.mark.parametrize(
    ("template", "system"),
    [
        (CHATML.partition("{%- for")[2].join(["{%- for", ""]), None),  # adds no system turn
        ("<|im_start|>system\nToday is {{ strftime_now('%d') }}<|im_end|>", None),
        ("<|im_start|>system\n{{ raise_exception('no') }}<|im_end|>", None),
        ("{% broken", None),
        ("<|im_start|>user\nHi<|im_end|>\n<|im_start|>system\nLate<|im_end|>", None),
        ("<|im_start|>system\nBe kind.\nAlways.<|im_end|>\n{{ messages[0].content }}",
         "Be kind.\nAlways."),
    ],
)  # fmt: skip
def test_default_system(template: str, system: str | None, small: Path, tmp_path: Path) -> None:
    (small / "chat_template.jinja").write_text(template)  # goes before tokenizer_config.json's
    convert(small, tmp_path / "out.gguf")
    got = fields(tmp_path / "out.gguf")
    assert got["tokenizer.chat_template"] == template
    assert got.get("q3l.chat.default_system") == system


def test_named_templates_give_the_default_one(small: Path, tmp_path: Path) -> None:
    named = [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "D"}]
    edit_json(small / "tokenizer_config.json", lambda c: c.update(chat_template=named))
    convert(small, tmp_path / "out.gguf")
    assert fields(tmp_path / "out.gguf")["tokenizer.chat_template"] == "D"


def test_hub_snapshot_takes_the_models_name(small: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--Owner--Some-Model" / "snapshots" / "0123abcd"
    shutil.copytree(small, snapshot)
    convert(snapshot, tmp_path / "out.gguf")
    assert fields(tmp_path / "out.gguf")["general.name"] == "Some-Model"
