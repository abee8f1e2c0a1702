"""Which pre-tokeniser a tokenizer.json describes, as data: its stages give `tokenizer.ggml.pre`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import UnsupportedModelError

_LETTERS_SPACES = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
_BYTES = ("ByteLevel", False)  # add_prefix_space
_GPT2 = ("GPT-2 pattern",)  # what ByteLevel with use_regex splits by

# (normaliser, stages) -> the name that llama.cpp and this project give them.
PRETOKENIZERS: dict[tuple[str | None, tuple[tuple[Any, ...], ...]], str] = {
    ("NFC", (("Split", rf"{_WORDS}|\p{{N}}|{_LETTERS_SPACES}"), _BYTES)): "qwen2",
    (None, (("Split", rf"{_WORDS}|\p{{N}}{{1,3}}|{_LETTERS_SPACES}"), _BYTES)): "llama-bpe",
    (None, (("Digits", True), _GPT2, _BYTES)): "smollm",
    (None, (_GPT2, _BYTES)): "gpt-2",
}


def pretokenizer_name(path: Path, tokenizer: dict[str, Any]) -> str:
    """The name for `tokenizer`, the content of `path`. Throws UnsupportedModelError."""
    normalizer = tokenizer.get("normalizer")
    stages = tuple(_stages(tokenizer.get("pre_tokenizer")))
    kind = normalizer.get("type") if isinstance(normalizer, dict) else normalizer
    key = (None if kind is None else str(kind), stages)
    if key not in PRETOKENIZERS:
        raise UnsupportedModelError(
            f"{path}: normaliser {key[0]} with pre-tokeniser {list(stages)} is not supported; these"
            f" are: {', '.join(PRETOKENIZERS.values())}."
        )
    return PRETOKENIZERS[key]


def _stages(spec: Any) -> list[tuple[Any, ...]]:
    """The stages in order, each as its kind and the settings that change ids."""
    if not isinstance(spec, dict):
        return []
    kind = str(spec.get("type"))
    parts = spec.get("pretokenizers")
    if kind == "Sequence" and isinstance(parts, list):
        return [stage for part in parts for stage in _stages(part)]
    if kind == "ByteLevel":
        split = [_GPT2] if spec.get("use_regex", True) else []
        return [*split, ("ByteLevel", bool(spec.get("add_prefix_space", False)))]
    if kind == "Digits":
        return [(kind, bool(spec.get("individual_digits")))]
    if kind == "Split" and spec.get("behavior") == "Isolated" and not spec.get("invert"):
        pattern = spec.get("pattern")
        return [(kind, str(pattern.get("Regex") if isinstance(pattern, dict) else pattern))]
    return [(kind, str(spec))]
