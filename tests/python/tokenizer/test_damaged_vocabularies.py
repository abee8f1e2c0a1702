"""Vocabularies that contradict themselves: one clear sentence, or a tokenizer that works."""

import itertools
import random
from pathlib import Path

import pytest
from tokenizer_support import ALPHABET, CONTROL, NORMAL, Pair, Vocab, spelled

from qwen3lite import _core, errors

BYTES = list(ALPHABET.values())


@pytest.mark.parametrize(
    ("vocab", "message"),
    [
        (Vocab("qwen2", model="llama"), "tokenizer.ggml.model is 'llama'.*'gpt2'"),
        (Vocab("klingon"), "tokenizer.ggml.pre is 'klingon'.*qwen2, .*llama-bpe.*smollm"),
        (Vocab("default"), "'default'"),
        (Vocab("llama", merges=[], model="llama"), "tokenizer.ggml.model"),
    ],
)
def test_unsupported(tmp_path: Path, vocab: Vocab, message: str) -> None:
    with pytest.raises(errors.UnsupportedModelError, match=message):
        vocab.load(tmp_path)


@pytest.mark.parametrize(
    ("vocab", "message"),
    [
        (Vocab("qwen2", kinds=[NORMAL]), "token_type has 1 entries for 257 tokens"),
        (Vocab("qwen2", kinds=[NORMAL] * 256 + [7]), "token_type holds 7"),
        (Vocab("qwen2", kinds=[NORMAL] * 256 + [-3]), "no kind of token"),
        (Vocab("qwen2", BYTES, ["a b"]), "merge 'a b' .*not listed"),
        (Vocab("qwen2", [*BYTES, "ab"], ["a b", "ab zz"]), "merge 'ab zz'"),
        (Vocab("qwen2", [*BYTES, "ab"], ["ab"]), "merge 'ab' .*space"),
        (Vocab("qwen2", [*BYTES, "ab"], [" ab"]), "space"),
        (Vocab("qwen2", [*BYTES, "ab"], [""]), "merge '' "),
        (Vocab("qwen2", [*BYTES, "ab"], ["a "]), "not listed"),
        (Vocab("qwen2", [*BYTES, "a中"], ["a 中"]), "outside the byte alphabet"),
        (Vocab("qwen2", [*BYTES, "a\u00ad"], ["a \u00ad"]), "outside the byte alphabet"),
        (Vocab("qwen2", [""]), "not listed"),
        (Vocab("qwen2", []), "tokenizer.ggml.tokens is missing or empty"),
        (Vocab("qwen2", merges=[]), "tokenizer.ggml.merges is missing or empty"),
        (Vocab("qwen2", ids={"eos": 257}), "eos_token_id is 257, but there are 257 tokens"),
        (Vocab("qwen2", ids={"bos": 0xFFFFFFFF}), "bos_token_id"),
        (Vocab("qwen2", ids={"eot": 1 << 20}), "eot_token_id"),
    ],
)
def test_contradictions(tmp_path: Path, vocab: Vocab, message: str) -> None:
    with pytest.raises(errors.ModelFormatError, match=message) as caught:
        vocab.load(tmp_path)
    assert "vocab.gguf" in str(caught.value)


@pytest.mark.parametrize("missing", [["n", "Ã"], BYTES[:60], [*BYTES[:64], *BYTES[66:]]])
def test_missing_bytes_are_dropped(tmp_path: Path, missing: list[str]) -> None:
    vocab = Vocab("gpt-2", [token for token in [*BYTES, "ab"] if token not in missing])
    pair = Pair(vocab, vocab.load(tmp_path), vocab.oracle())
    pair.assert_equal(["banana é", "a", "zzz aaanb 中", "n", "nn"])


def test_repeated_merges(tmp_path: Path) -> None:
    vocab = Vocab("gpt-2", [*BYTES, "ab", "bc"], ["a b", "b c", "a b"])
    pair = Pair(vocab, vocab.load(tmp_path), vocab.oracle())
    pair.assert_equal(["abc", "ababcc", "bcab"])  # the later rank counts


def test_repeated_tokens(tmp_path: Path) -> None:
    vocab = Vocab("gpt-2", [*BYTES, "ab", "a", "ab"])
    pair = Pair(vocab, vocab.load(tmp_path), vocab.oracle())
    assert pair.ours.encode("aba") == [258, 257]
    pair.assert_equal(["aba", "baab"])  # the last counts


def test_special_tokens_of_any_text(tmp_path: Path) -> None:
    specials = {"中": CONTROL, "a b": CONTROL, "": CONTROL, "é": CONTROL, "Ġ": CONTROL}
    tokenizer = Vocab("gpt-2").with_specials(specials).load(tmp_path)
    ids = tokenizer.encode("x中a bé", True)
    assert [tokenizer.piece(i).decode() for i in ids] == ["x", "中", "a b", "é"]
    assert tokenizer.decode(tokenizer.encode("x中 a bé ", False)).decode() == "x中 a bé "


def test_words_that_are_special_tokens(tmp_path: Path) -> None:
    tokenizer = Vocab("llama-bpe").with_specials({"stop": CONTROL}).load(tmp_path)
    assert len(tokenizer.encode("stop", False)) == 4
    assert len(tokenizer.encode("stop", True)) == 1


ATOMS = {
    "letters": [b"a", b"b", b"c", b"d"],
    "characters of three bytes": [b"\xe4", b"\xe5", b"\xb8", b"\xad", b"a"],
    "characters with a byte missing": [b"\xe4", b"\xb8", b"\xad", b"a"],
}


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("script", ATOMS)
@pytest.mark.parametrize("seed", range(8))
def test_random_merges(tmp_path: Path, seed: int, script: str, trained: bool) -> None:
    """Merges at random: only rank and position may decide, at the edges of characters too.

    In a `trained` order a merge comes after those that make its parts.
    """
    rng = random.Random(f"{seed} {script}")
    atoms = ATOMS[script]
    tokens, merges = list(atoms), []
    for _ in range(rng.choice([20, 60, 300])):
        left, right = rng.choice(tokens), rng.choice(tokens)
        if len(left + right) < 9 and left + right not in tokens:
            merges.append(f"{spelled(left)} {spelled(right)}")
            tokens.append(left + right)
    if not trained:
        rng.shuffle(merges)
    missing = [spelled(b"\xe5")] if script == "characters with a byte missing" else []
    others = [token for token in BYTES if token not in [*map(spelled, tokens), *missing]]
    vocab = Vocab("gpt-2", [*map(spelled, tokens), *others], merges)
    pair = Pair(vocab, vocab.load(tmp_path), vocab.oracle())
    chars = ["a", "b", "c", "d"]
    if script != "letters":
        triples = itertools.product(b"\xe4\xe5", b"\xb8\xad", b"\xb8\xad")
        chars = [bytes(triple).decode() for triple in triples] + ["a"]
    lengths = [1, 2, 3, 5, 8, 13, 40, 127, 128, 129, 400]
    pair.assert_equal(["".join(rng.choices(chars, k=n)) for n in lengths for _ in range(20)])


def test_cut_and_damaged_files(tmp_path: Path) -> None:
    """Anything but a typed error or a working tokenizer is a crash."""
    specials = {"<|im_end|>": CONTROL, "<think>": 4}
    vocab = Vocab("qwen2", [*BYTES, "ab", "abc"], ["a b", "ab c"]).with_specials(specials)
    whole = vocab.write(tmp_path / "whole.gguf").read_bytes()
    rng = random.Random(3)
    path = tmp_path / "damaged.gguf"
    messages = []
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])])
        try:
            tokenizer = _core.Tokenizer(str(path))
        except errors.Qwen3LiteError as error:
            messages.append(str(error))
        else:
            tokenizer.decode(tokenizer.encode("abc <think>é<|im_end|>", True))
    assert len(messages) > 100
    assert all(str(path) in message for message in messages)
