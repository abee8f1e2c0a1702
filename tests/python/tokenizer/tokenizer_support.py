"""Vocabularies for the tokenizer's tests: GGUF files for ours, and `tokenizers` as the oracle."""

from __future__ import annotations

import base64
import importlib.util
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import tokenizers
from tokenizers import AddedToken, Regex, models, normalizers, pre_tokenizers, trainers

from qwen3lite import _core

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_alphabet() -> dict[int, str]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}


ALPHABET = byte_alphabet()


def spelled(token: bytes) -> str:
    """`token` as vocabularies write it."""
    return "".join(ALPHABET[b] for b in token)


@dataclass
class Vocab:
    """What a vocabulary-only GGUF file holds."""

    pre: str
    tokens: list[str] = field(default_factory=lambda: [*ALPHABET.values(), "ab"])
    merges: list[str] = field(default_factory=lambda: ["a b"])
    kinds: list[int] = field(default_factory=list)
    model: str = "gpt2"
    ids: dict[str, int] = field(default_factory=dict)  # of bos, eos, eot
    add_bos: bool | None = None

    def with_specials(self, specials: dict[str, int]) -> Vocab:
        kinds = [NORMAL] * len(self.tokens) + list(specials.values())
        return Vocab(self.pre, [*self.tokens, *specials], self.merges, kinds)

    def write(self, path: Path) -> Path:
        writer = gguf.GGUFWriter(path, "qwen3")
        writer.add_tokenizer_model(self.model)
        writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(self.tokens)
        writer.add_token_merges(self.merges)
        if self.kinds:
            writer.add_token_types(self.kinds)
        if self.add_bos is not None:
            writer.add_add_bos_token(self.add_bos)
        for name, value in self.ids.items():
            writer.add_uint32(f"tokenizer.ggml.{name}_token_id", value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path

    def load(self, folder: Path) -> _core.Tokenizer:
        return _core.Tokenizer(str(self.write(folder / "vocab.gguf")))

    def oracle(self) -> tokenizers.Tokenizer:
        """The same vocabulary in `tokenizers`, which is told of no special tokens."""
        merges = [(left, right) for left, right in map(str.split, self.merges)]
        vocab = {token: i for i, token in enumerate(self.tokens)}
        model = models.BPE(vocab=vocab, merges=merges, ignore_merges=self.pre == "llama-bpe")
        oracle = tokenizers.Tokenizer(model)
        if self.pre == "qwen2":
            oracle.normalizer = normalizers.NFC()
        oracle.pre_tokenizer = pre_tokenizer(self.pre)
        return oracle

    def oracle_with_specials(self) -> tokenizers.Tokenizer:
        oracle = self.oracle()
        specials = [t for t, k in zip(self.tokens, self.kinds, strict=True) if k != NORMAL]
        oracle.add_tokens([AddedToken(text, normalized=False) for text in specials])
        return oracle


def pre_tokenizer(name: str) -> pre_tokenizers.PreTokenizer:
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    if name == "gpt-2":
        return gpt2
    if name == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2])
    split = pre_tokenizers.Split(Regex(WORDS % ("" if name == "qwen2" else "{1,3}")), "isolated")
    only_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([split, only_bytes])


def trained_vocab(pre: str, texts: Iterable[str], size: int) -> Vocab:
    """A vocabulary that `tokenizers` trains on `texts`, not split into words, with every byte."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = list(ALPHABET.values())
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False, min_frequency=2
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return Vocab(pre, tokens, [" ".join(merge) for merge in model["merges"]])


@dataclass
class Pair:
    """Our tokenizer and the oracle, over one vocabulary."""

    vocab: Vocab
    ours: _core.Tokenizer
    oracle: tokenizers.Tokenizer

    def assert_equal(self, texts: list[str], parse_special: bool = False) -> None:
        theirs = self.oracle.encode_batch_fast(texts, add_special_tokens=False)
        for text, encoding in zip(texts, theirs, strict=True):
            assert self.ours.encode(text, parse_special) == encoding.ids, f"on {text!a}"


def package_file(package: str, relative: str) -> Path:
    """A file of an installed package, which is not imported: its dependencies may be missing."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"install {package}, which these tests read {relative} from")
    return Path(spec.origin).parent / relative


def split_by_rank(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens whose merge makes `token`: what the merges before it lead to."""
    parts = [bytes([b]) for b in token]
    while len(parts) > 2:
        joined = [ranks.get(a + b, len(ranks)) for a, b in itertools.pairwise(parts)]
        at = joined.index(min(joined))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


def qwen_tokens() -> list[bytes]:
    """Qwen's 151,643 tokens in the order of their ids; the same in Qwen 1 to 3."""
    lines = package_file("dashscope", "resources/qwen.tiktoken").read_bytes().splitlines()
    return [base64.b64decode(line.split()[0]) for line in lines]


def qwen_vocab() -> Vocab:
    """Qwen's vocabulary without special tokens; takes about a second."""
    tokens = qwen_tokens()
    ranks = {token: rank for rank, token in enumerate(tokens)}
    splits = [split_by_rank(token, ranks) for token in tokens if len(token) > 1]
    merges = [f"{spelled(left)} {spelled(right)}" for left, right in splits]
    return Vocab("qwen2", [spelled(token) for token in tokens], merges)
