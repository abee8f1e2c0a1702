"""The C++ tokenizer against Hugging Face `tokenizers`, on vocabulary-only GGUF files."""

from __future__ import annotations

import base64
import importlib.util
import random
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import pytest
import tokenizers
from qwen3lite import _core, errors
from tokenizers import AddedToken, Regex, models, normalizers, pre_tokenizers, trainers

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_SPECIALS = {
    "<|endoftext|>": CONTROL, "<|im_start|>": CONTROL, "<|im_end|>": CONTROL,
    "<|vision_start|>": CONTROL, "<tool_call>": USER_DEFINED, "</tool_call>": USER_DEFINED,
    "<think>": USER_DEFINED, "</think>": USER_DEFINED, "<think>x": USER_DEFINED,
}  # fmt: skip
LONG_WORD = 100_000


def byte_alphabet() -> dict[int, str]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}


ALPHABET = byte_alphabet()


def spelled(token: bytes) -> str:
    return "".join(ALPHABET[b] for b in token)


@dataclass
class Vocab:
    """What a vocabulary-only GGUF file holds."""

    pre: str
    tokens: list[str] = field(default_factory=lambda: list(ALPHABET.values()))
    merges: list[str] = field(default_factory=list)
    kinds: list[int] | None = None
    model: str = "gpt2"
    ids: dict[str, int] = field(default_factory=dict)  # bos, eos, eot

    def add_specials(self, specials: dict[str, int]) -> None:
        self.kinds = [NORMAL] * len(self.tokens) + list(specials.values())
        self.tokens = [*self.tokens, *specials]

    def write(self, path: Path) -> Path:
        writer = gguf.GGUFWriter(path, "qwen3")
        writer.add_tokenizer_model(self.model)
        writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(self.tokens)
        writer.add_token_merges(self.merges)
        if self.kinds is not None:
            writer.add_token_types(self.kinds)
        for name, value in self.ids.items():
            writer.add_uint32(f"tokenizer.ggml.{name}_token_id", value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path

    def oracle(self) -> tokenizers.Tokenizer:
        """The same vocabulary in Hugging Face's implementation; without special tokens."""
        merges = [tuple(merge.split(" ")) for merge in self.merges]
        vocab = {token: i for i, token in enumerate(self.tokens)}
        model = models.BPE(vocab=vocab, merges=merges, ignore_merges=self.pre == "llama-bpe")
        oracle = tokenizers.Tokenizer(model)
        if self.pre == "qwen2":
            oracle.normalizer = normalizers.NFC()
        oracle.pre_tokenizer = pre_tokenizer(self.pre)
        return oracle

    def oracle_with_specials(self) -> tokenizers.Tokenizer:
        oracle = self.oracle()
        kinds = self.kinds or []
        specials = [t for t, k in zip(self.tokens, kinds, strict=True) if k != NORMAL]
        oracle.add_tokens([AddedToken(text, normalized=False) for text in specials])
        return oracle


def pre_tokenizer(name: str) -> pre_tokenizers.PreTokenizer:
    split_here = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    only_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    if name == "gpt-2":
        return split_here
    if name == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), split_here])
    pattern = CL100K % ("" if name == "qwen2" else "{1,3}")
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), only_bytes]
    )


@dataclass
class Pair:
    """Our tokenizer and the oracle, over one vocabulary."""

    vocab: Vocab
    ours: _core.Tokenizer
    oracle: tokenizers.Tokenizer

    def assert_equal(self, texts: Iterable[str], parse_special: bool = False) -> None:
        texts = list(texts)
        for text, theirs in zip(
            texts, self.oracle.encode_batch_fast(texts, add_special_tokens=False), strict=True
        ):
            ours = self.ours.encode(text, parse_special)
            assert ours == theirs.ids, f"differ on {text!a}"


def package_file(package: str, relative: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None, f"the test extra lacks {package}"
    return Path(spec.origin).parent / relative


def split_by_rank(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens whose merge makes `token`: what merges of a lower rank lead to."""
    parts = [bytes([b]) for b in token]
    while len(parts) > 2:
        joined = [ranks.get(a + b, len(ranks)) for a, b in zip(parts, parts[1:], strict=False)]
        at = joined.index(min(joined))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


@pytest.fixture(scope="session")
def qwen_bytes() -> list[bytes]:
    lines = package_file("dashscope", "resources/qwen.tiktoken").read_bytes().splitlines()
    return [base64.b64decode(line.split()[0]) for line in lines]


@pytest.fixture(scope="session")
def qwen_vocab(qwen_bytes: list[bytes]) -> Vocab:
    ranks = {token: rank for rank, token in enumerate(qwen_bytes)}
    splits = [split_by_rank(token, ranks) for token in qwen_bytes if len(token) > 1]
    merges = [f"{spelled(left)} {spelled(right)}" for left, right in splits]
    return Vocab("qwen2", [spelled(token) for token in qwen_bytes], merges)


@pytest.fixture(scope="session")
def qwen(qwen_vocab: Vocab, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    path = tmp_path_factory.mktemp("vocab") / "qwen.gguf"
    oracle = qwen_vocab.oracle()
    qwen_vocab.add_specials(QWEN_SPECIALS)
    qwen_vocab.ids = {"bos": len(qwen_bytes_of(qwen_vocab)), "eos": qwen_vocab.tokens.index("<|im_end|>")}
    return Pair(qwen_vocab, _core.Tokenizer(str(qwen_vocab.write(path))), oracle)
