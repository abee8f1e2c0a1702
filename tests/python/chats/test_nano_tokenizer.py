"""The tokenizer of qwen3lite-nano, and conversations as texts to learn from."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from make_nano_tokenizer import CONTROL, MARKUP, N_VOCAB, config, train
from nano.item import Draw, Item
from nano.mixture import make, training_items
from nano.render import TEMPLATE, completion, prompt, samples
from qwen3lite.convert.pretokenizers import pretokenizer_name

DIRECTORY = Path(__file__).parents[3] / "models" / "nano"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(DIRECTORY / "tokenizer.json"))


def test_special_tokens_are_qwens(tokenizer: Tokenizer) -> None:
    assert tokenizer.get_vocab_size() == N_VOCAB
    added = tokenizer.get_added_tokens_decoder()
    assert {t.content: t.special for t in added.values()} == {
        **dict.fromkeys(CONTROL, True),
        **dict.fromkeys(MARKUP, False),
    }
    assert json.loads((DIRECTORY / "tokenizer_config.json").read_text()) == config()


def test_the_pretokenizer_is_qwens() -> None:
    path = DIRECTORY / "tokenizer.json"
    assert pretokenizer_name(path, json.loads(path.read_text())) == "qwen2"


def test_digits_are_tokens(tokenizer: Tokenizer) -> None:
    text = "4056+17=4073, x = 12"
    digits = [c for c in text if c.isdigit()]
    assert [t for t in tokenizer.encode(text).tokens if t.isdigit()] == digits


@pytest.mark.parametrize(
    "text", ["naïve \U0001f600 日本語 ελ", "\n\n  x\t{}", "完成了。", "\x00\x7f"]
)
def test_any_text_survives(text: str, tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(text).ids
    assert tokenizer.decode(ids, skip_special_tokens=False) == text


def test_training_is_seeded() -> None:
    assert train(600, 300).to_str() == train(600, 300).to_str()


def test_modes_are_rendered_as_qwen3_does() -> None:
    item = make(Draw(1, held_out=False), "add_2", thinking=False)
    assert prompt(item.messages, [], False).endswith("assistant\n<think>\n\n</think>\n\n")
    assert prompt(item.messages, [], True).endswith("<|im_start|>assistant\n")
    assert completion(item.expected[0], False) == item.expected[0].content + "<|im_end|>"
    assert "enable_thinking" in TEMPLATE.read_text()


def test_samples_ask_and_answer_every_turn_once() -> None:
    for item in islice(training_items(4), 400):
        answered = [s.text for segments in samples(item) for s in segments if s.supervised]
        assert answered == [completion(turn, item.thinking) for turn in item.expected]


def sequence(thinking: bool) -> Item:
    return make(Draw(2, held_out=False), "tool_sequence", thinking)


def test_thinking_turns_share_a_text() -> None:
    (segments,) = samples(sequence(thinking=True))
    assert [segment.supervised for segment in segments] == [False, True] * 3
    assert "<tool_response>" in segments[2].text


def test_turns_without_thinking_have_texts_of_their_own() -> None:
    found = list(samples(sequence(thinking=False)))
    assert len(found) > 1
    assert found[0][0].text.endswith("<think>\n\n</think>\n\n")
