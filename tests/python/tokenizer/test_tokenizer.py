"""The C++ tokenizer gives the ids that Hugging Face `tokenizers` gives, and back the bytes."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from generated_text import SCRIPTS, chars, generated
from tokenizer_support import ALPHABET, CONTROL, Pair, Vocab, spelled
from tokenizers import Regex, normalizers

from qwen3lite import _core, errors


@pytest.fixture(scope="module")
def assigned() -> list[str]:
    """Every code point that the oracle's Unicode assigns, private use included."""
    scalars = "".join(chars((0, 0xD7FF), (0xE000, 0x10FFFF)))
    found = list(normalizers.Replace(Regex(r"\p{Cn}"), "").normalize_str(scalars))
    assert len(found) > 280_000
    return found


def test_every_assigned_code_point(qwen: Pair, assigned: list[str]) -> None:
    qwen.assert_equal(assigned)
    qwen.assert_equal([f"a{c}b" for c in assigned])


def test_code_points_of_the_other_splits(trained: Pair, assigned: list[str]) -> None:
    sample = [c for c in assigned if ord(c) < 0x3100 or ord(c) % 7 == 0]
    trained.assert_equal([f" {c} 12{c}3'{c}\n{c}{c}e\u0301" for c in sample])


@pytest.mark.parametrize("script", SCRIPTS)
def test_generated_strings(qwen: Pair, script: str) -> None:
    qwen.assert_equal(generated(script, 440))  # 10,120 in all


@pytest.mark.parametrize("script", SCRIPTS)
def test_generated_strings_of_the_other_splits(trained: Pair, script: str) -> None:
    trained.assert_equal(generated(script, 100))


@pytest.mark.parametrize("script", SCRIPTS)
def test_real_smollm2(smollm: Pair, script: str) -> None:
    smollm.assert_equal(generated(script, 100))  # the vocabulary lacks 21 bytes: both drop them


@pytest.mark.parametrize(
    ("pre", "text", "n_tokens"),
    [
        ("qwen2", "'\u017fb", 2),  # the long s folds to s
        ("llama-bpe", "'\u017fb", 2),
        ("gpt-2", "'Sb", 3),  # no folding: an apostrophe and a word
        ("llama-bpe", "'\u212ab", 1),  # the Kelvin sign folds to k, which no contraction has
        ("smollm", "!\U00011de0", 5),  # a number to Digits, unknown to \p{N}
        ("gpt-2", "!\U00011de0", 1),
        ("llama-bpe", "1234", 2),
        ("qwen2", "12", 2),
    ],
)
def test_edges(tmp_path: Path, pre: str, text: str, n_tokens: int) -> None:
    """With merges that would join the whole text, the tokens show where it was split."""
    data = text.encode()
    merges = [f"{spelled(data[:i])} {spelled(data[i : i + 1])}" for i in range(1, len(data))]
    vocab = Vocab(pre, [*ALPHABET.values(), *(m.replace(" ", "") for m in merges)], merges)
    pair = Pair(vocab, vocab.load(tmp_path), vocab.oracle())
    pair.assert_equal([text])
    assert len(pair.ours.encode(text)) == n_tokens


def test_word_that_is_a_token_but_no_merge_makes(trained: Pair) -> None:
    ids = trained.ours.encode(" qzqzqz")
    assert (ids == [len(trained.vocab.tokens) - 1]) == (trained.vocab.pre == "llama-bpe")
    trained.assert_equal(["a qzqzqz qzqzqzq qzqzqz\n"])


def test_special_tokens(qwen: Pair) -> None:
    knowing = Pair(qwen.vocab, qwen.ours, qwen.vocab.oracle_with_specials())
    texts = [
        "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        "<|im_start|><|im_start|",
        "e<think>\u0301",  # nothing composes across a special token
        "  <think>  ",  # nor does the space before one wait for a word
        "</think>\n\n</think>\n",  # the longest at the leftmost position
        "<<think>>",
    ]
    knowing.assert_equal([*texts, *generated("specials", 300)], parse_special=True)
    qwen.assert_equal(texts)  # without parse_special they are ordinary text
    control = {i for i, kind in enumerate(qwen.vocab.kinds) if kind == CONTROL}
    assert control.isdisjoint(qwen.ours.encode("".join(qwen.vocab.tokens[-7:]), False))


def test_ends_and_bos(qwen: Pair, smollm: Pair) -> None:
    tokens = qwen.vocab.tokens
    ends = [tokens[i] for i in range(len(tokens)) if qwen.ours.is_end(i)]
    assert ends == ["<|endoftext|>", "<|im_end|>"]
    assert qwen.ours.bos == tokens.index("<|endoftext|>")
    assert qwen.ours.find("<think>") == tokens.index("<think>")
    assert qwen.ours.find("the") is None
    assert qwen.ours.is_control(tokens.index("<|im_end|>"))
    assert not qwen.ours.is_control(tokens.index("<think>"))
    assert smollm.ours.is_end(2)
    assert not smollm.ours.add_bos


@pytest.mark.parametrize(
    ("pre", "said", "expected"),
    [("llama-bpe", None, True), ("llama-bpe", False, False), ("qwen2", None, False)],
)
def test_add_bos(tmp_path: Path, pre: str, said: bool | None, expected: bool) -> None:
    assert Vocab(pre, add_bos=said).load(tmp_path).add_bos is expected


def test_pieces_are_the_bytes_of_the_tokens(qwen: Pair, qwen_bytes: list[bytes]) -> None:
    assert [qwen.ours.piece(i) for i in range(len(qwen_bytes))] == qwen_bytes
    assert qwen.ours.n_vocab == len(qwen.vocab.tokens)
    for i in range(len(qwen_bytes), qwen.ours.n_vocab):
        assert qwen.ours.piece(i) == qwen.vocab.tokens[i].encode()


@pytest.mark.parametrize("script", SCRIPTS)
def test_decoding_returns_the_bytes(qwen: Pair, script: str) -> None:
    nfc = normalizers.NFC()
    for text in generated(script, 60):
        for parse_special in (False, True):
            ids = qwen.ours.encode(text, parse_special)
            expected = nfc.normalize_str(text)
            assert qwen.ours.decode(ids) == expected.encode(), f"on {text!a}"


def test_surrogates_are_replacement_characters(qwen: Pair) -> None:
    for text in ["a\ud800b", "\udfff", "\ud83d \ude00", "x\udc80\udc80中"]:
        replaced = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        assert qwen.ours.encode(text) == qwen.oracle.encode(replaced).ids


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, " " * 100_000, "\n" * 100_000, "ab" * 50_000, "a" + "\u0301\u0327" * 30_000,
     "\u1100" * 30_000, "中" * 30_000, "<|im_start" * 10_000, "=" * 127 + "-" * 129, "'s" * 9999],
    ids=lambda text: ascii(text[:4]),
)  # fmt: skip
def test_long_runs_are_fast_and_equal(qwen: Pair, text: str) -> None:
    start = time.perf_counter()
    ids = qwen.ours.encode(text)
    assert time.perf_counter() - start < 1.0
    assert ids == qwen.oracle.encode(text).ids


def test_threads_share_a_tokenizer(qwen: Pair) -> None:
    text = "".join(generated("ascii", 200) + generated("han", 200))
    expected = qwen.ours.encode(text)
    with ThreadPoolExecutor(4) as pool:
        assert all(ids == expected for ids in pool.map(qwen.ours.encode, [text] * 16))


@pytest.mark.parametrize("token", [-1, 1 << 20, 1 << 40])
def test_ids_out_of_range(qwen: Pair, token: int) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=f"{token} is not between 0 and 151649"):
        qwen.ours.decode([0, token])
    with pytest.raises(errors.InvalidArgumentError):
        qwen.ours.piece(token)


def test_missing_file() -> None:
    with pytest.raises(errors.FileError, match="no-such-file"):
        _core.Tokenizer("no-such-file.gguf")
