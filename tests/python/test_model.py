"""Model: completions, streams, stop strings, limits, threads and interruption."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted_model import scripted_checkpoint, token_id, tokens_of

from qwen3lite import (
    ContextOverflowError,
    InvalidArgumentError,
    Model,
    ModelInfo,
)

SENTENCE = "é😀 mix"  # every byte differs; characters of one, two and four bytes
Scripted = Callable[..., Model]


@pytest.fixture
def scripted(tmp_path: Path) -> Scripted:
    """Makes a model that writes the given text after '>', then ends its turn."""

    def make(text: str, *, n_ctx: int = 4096) -> Model:
        script = [">", *tokens_of(text), "<|im_end|>"]
        return Model(scripted_checkpoint(tmp_path / "scripted", script), n_ctx=n_ctx)

    return make


def test_info_names_the_dimensions(tiny: Model) -> None:
    assert tiny.info == ModelInfo(
        architecture="qwen3",
        name="tiny-qwen3",
        n_layer=2,
        n_embd=256,
        n_head=8,
        n_head_kv=2,
        head_dim=64,
        n_ff=512,
        n_vocab=320,
        n_ctx_train=4096,
        n_expert=0,
        n_expert_used=0,
        n_params=tiny.info.n_params,
        rope_theta=1e6,
        rms_epsilon=float(np.float32(1e-6)),
        sparse_layers=(),
    )
    assert tiny.info.n_params == 320 * 256 + 256 + 2 * (
        256 * (512 + 2 * 128 + 512) + 3 * 256 * 512 + 2 * 256 + 2 * 64
    )


def test_tokens_round_trip_and_special_tokens_are_a_choice(tiny: Model) -> None:
    text = "the hello <|im_end|> Köln 東京"
    assert tiny.detokenize(tiny.tokenize(text)) == text
    assert 265 in tiny.tokenize(text)
    plain = tiny.tokenize(text, parse_special=False)
    assert 265 not in plain
    assert tiny.detokenize(plain) == text


def test_logits_have_a_row_per_token_and_roles_agree(tiny: Model) -> None:
    ids = tiny.tokenize("hello in the middle of it all")
    prompt = tiny.logits(ids)
    assert prompt.shape == (len(ids), 320)
    assert prompt.dtype == np.float32
    np.testing.assert_allclose(tiny.logits(np.array(ids), role="generated"), prompt, atol=0.05)
    best = int(prompt[-1].argmax())
    assert tiny.generate(ids, max_tokens=1).token_ids == [best]


def test_a_completion_says_what_and_why(scripted: Scripted) -> None:
    model = scripted(SENTENCE)
    completion = model.generate(">")
    assert completion.text == SENTENCE
    assert completion.token_ids == list(SENTENCE.encode())
    assert completion.finish_reason == "stop"
    assert completion.timings.n_prompt == 1
    assert completion.timings.n_generated == len(SENTENCE.encode())
    assert completion.timings.prompt_seconds > 0
    assert completion.timings.decode_rate > 0


def test_streams_join_to_the_text_and_split_no_character(scripted: Scripted) -> None:
    model = scripted(SENTENCE)
    pieces = list(model.generate(">", stream=True))
    assert pieces == list(SENTENCE)


def test_a_stream_returns_its_completion(scripted: Scripted) -> None:
    stream = scripted("abc").generate(">", stream=True)
    assert [next(stream) for _ in range(3)] == ["a", "b", "c"]
    with pytest.raises(StopIteration) as end:
        next(stream)
    assert end.value.value.text == "abc"


def test_random_bytes_stream_as_the_text(tiny: Model) -> None:
    options: dict[str, Any] = {"max_tokens": 200, "temperature": 1.5, "seed": 7}
    text = tiny.generate("in", **options).text
    assert "".join(tiny.generate("in", stream=True, **options)) == text
    assert "\N{REPLACEMENT CHARACTER}" in text  # bytes that are no characters were among them


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ("e", "abcd"),
        ("cde", "ab"),  # over three tokens
        (["zzz", "de", "efg"], "abc"),
        ("dez", "abcdefgh"),  # begins, but is not what follows
        (["gh"], "abcdef"),
        (["a"], ""),
        ([], "abcdefgh"),
        ("", "abcdefgh"),
    ],
)
def test_text_ends_before_a_stop_string(
    scripted: Scripted, stop: str | list[str], text: str
) -> None:
    model = scripted("abcdefgh")
    completion = model.generate(">", stop=stop)
    assert (completion.text, completion.finish_reason) == (text, "stop")
    assert "".join(model.generate(">", stop=stop, stream=True)) == text


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ("😀", "é"),  # four tokens
        ("é", ""),
        (" m", "é😀"),
        ("😁", SENTENCE),  # three bytes of it come
        (["x", "i"], "é😀 m"),
        ("\ud83d", SENTENCE),  # half of a surrogate pair
    ],
)
def test_stop_strings_of_characters_that_tokens_split(
    scripted: Scripted, stop: str | list[str], text: str
) -> None:
    model = scripted(SENTENCE)
    assert model.generate(">", stop=stop).text == text
    assert "".join(model.generate(">", stop=stop, stream=True)) == text


def test_a_stop_string_cut_by_the_limit_is_text(scripted: Scripted) -> None:
    completion = scripted("abcdefgh").generate(">", stop="cde", max_tokens=4)
    assert (completion.text, completion.finish_reason) == ("abcd", "length")


def test_limits_end_a_completion(scripted: Scripted) -> None:
    model = scripted("abcdefgh", n_ctx=6)
    by_tokens = model.generate(">", max_tokens=3)
    assert (by_tokens.text, by_tokens.finish_reason) == ("abc", "length")
    by_context = model.generate(">", max_tokens=1 << 40)
    assert (by_context.text, by_context.finish_reason) == ("abcde", "length")


def test_a_prompt_longer_than_the_context_is_refused_at_once(tiny_checkpoint: Path) -> None:
    model = Model(tiny_checkpoint, n_ctx=16)
    with pytest.raises(ContextOverflowError, match="17 tokens"):
        model.generate([1] * 17, stream=True)
    with pytest.raises(ContextOverflowError):
        model.logits([1] * 17)
    assert len(model.generate([1] * 15, max_tokens=9).token_ids) == 1


def test_a_full_context_slides_where_that_is_asked_for(tiny_checkpoint: Path) -> None:
    model = Model(tiny_checkpoint, n_ctx=128)
    bias = {i: -1e6 for i in range(model.info.n_vocab) if model._engine.tokenizer.is_end(i)}
    options: dict[str, Any] = {"max_tokens": 300, "logit_bias": bias}
    prompt = list(range(40, 90))
    ended = model.generate(prompt, **options)
    assert (len(ended.token_ids), ended.finish_reason) == (78, "length")
    endless = model.generate(prompt, slide=True, **options)
    assert len(endless.token_ids) == 300
    assert endless.token_ids[:78] == ended.token_ids
    assert len(model.generate(prompt * 10, slide=True, **options).token_ids) == 300


def test_texts_start_with_bos_where_the_file_asks_for_it(
    tiny: Model, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    for file in tiny_checkpoint.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / "tokenizer_config.json"
    settings = {"add_bos_token": True, "bos_token": "<|endoftext|>"}
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    model = Model(tmp_path)
    assert model.tokenize("hello") == tiny.tokenize("hello")
    assert model.generate("hello", max_tokens=1).timings.n_prompt == 2
    assert tiny.generate("hello", max_tokens=1).timings.n_prompt == 1
    with_bos = [token_id("<|endoftext|>"), *tiny.tokenize("hello")]
    assert model.generate("hello").token_ids == tiny.generate(with_bos).token_ids
    assert model.generate(with_bos, max_tokens=1).timings.n_prompt == 2


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": 1, "top_p": 1.5}, "top_p"),
        ({"temperature": 1, "top_k": -2}, "top_k"),
        ({"temperature": 1, "min_p": 2}, "min_p"),
        ({"repetition_penalty": 0}, "repetition_penalty"),
        ({"frequency_penalty": 3}, "frequency_penalty"),
        ({"presence_penalty": -3}, "presence_penalty"),
        ({"logit_bias": {320: 1.0}}, "token id 320, .* vocabulary of 320"),
        ({"logit_bias": {1 << 40: 1.0}}, "token id 1099511627776"),
        ({"logprobs": -1}, "logprobs"),
    ],
)
def test_arguments_out_of_range_are_named(
    tiny: Model, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=complaint):
        tiny.generate("hello", **options)


def test_an_option_that_there_is_not_is_named(tiny: Model) -> None:
    wrong: Any = {"temprature": 1.0}
    with pytest.raises(TypeError, match="temprature"):
        tiny.generate("hello", **wrong)
    with pytest.raises(TypeError, match="temprature"):
        tiny.chat([{"role": "user", "content": "hello"}], **wrong)


def test_log_probabilities_are_those_of_the_logits(tiny: Model) -> None:
    ids = tiny.tokenize("hello in the middle")
    options: Any = {"temperature": 1.0, "top_k": 40, "seed": 3, "max_tokens": 6}
    completion = tiny.generate(ids, logprobs=4, repetition_penalty=1.5, **options)
    assert completion.logprobs is not None
    assert [t.token_id for t in completion.logprobs] == completion.token_ids
    for i, token in enumerate(completion.logprobs):
        row = tiny.logits(ids + completion.token_ids[:i], role="generated", last=1)[0]
        exact = row - np.logaddexp.reduce(row.astype(np.float64))
        assert token.logprob == pytest.approx(exact[token.token_id], abs=0.05)
        assert [t.token_id for t in token.top[:1]] == [int(row.argmax())]
        assert [t.logprob for t in token.top] == sorted(
            (t.logprob for t in token.top), reverse=True
        )
        assert len(token.top) == 4
    chosen = tiny.generate(ids, logprobs=0, **options)
    assert chosen.logprobs is not None
    assert chosen.logprobs[0].top == []
    assert tiny.generate(ids, **options).logprobs is None
    chat = tiny.chat([{"role": "user", "content": "hello"}], logprobs=1, max_tokens=3)
    assert chat.logprobs is not None
    assert len(chat.logprobs) == chat.timings.n_generated


@pytest.mark.parametrize(
    "option",
    [
        {"frequency_penalty": 1.5},
        {"presence_penalty": 2.0},
        {"repetition_penalty": 3.0},
        {"logit_bias": {100: 3.0, 7: 4.0}},
    ],
    ids=str,
)
def test_bias_and_penalties_change_what_is_written(tiny: Model, option: dict[str, Any]) -> None:
    prompt = [100, 7, 100]
    written = tiny.generate(prompt, max_tokens=12, **option).token_ids
    assert len(written) == 12
    assert written != tiny.generate(prompt, max_tokens=12).token_ids
    for i, token in enumerate(written):
        row = tiny.logits(prompt + written[:i], last=1)[0]
        for other, bias in option.get("logit_bias", {}).items():
            row[other] += bias
        for seen in {*prompt, *written[:i]}:
            factor = option.get("repetition_penalty", 1.0)
            row[seen] *= 1 / factor if row[seen] > 0 else factor
        for seen in set(written[:i]):
            row[seen] -= option.get("presence_penalty", 0.0)
            row[seen] -= option.get("frequency_penalty", 0.0) * written[:i].count(seen)
        assert row[token] > row.max() - 0.05


@pytest.mark.parametrize("ids", [[], [320], [-1], [1 << 40]])
def test_ids_outside_the_vocabulary_are_refused(tiny: Model, ids: list[int]) -> None:
    with pytest.raises(InvalidArgumentError):
        tiny.generate(ids)
    with pytest.raises(InvalidArgumentError):
        tiny.logits(ids)


@pytest.mark.parametrize(
    "options",
    [
        {"kv_type": "q9"},
        {"n_ctx": 0},
        {"n_threads": -1},
        {"n_threads": 100_000},
        {"n_ctx": 1 << 40},
        {"max_draft": -1},
    ],
)
def test_model_options_out_of_range_are_refused(
    tiny_checkpoint: Path, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentError):
        Model(tiny_checkpoint, **options)


def test_seeds_repeat_and_none_draws_one(tiny: Model) -> None:
    def ids(seed: Any) -> list[int]:
        return tiny.generate("hello", temperature=1.0, max_tokens=20, seed=seed).token_ids

    assert ids(5) == ids(5)
    assert ids(-1) == ids(-1)
    assert ids(np.int64(5)) == ids(5)
    assert ids(5) != ids(6)
    assert ids(None) != ids(None)


def test_threads_share_a_model(smollm2: Model) -> None:
    prompts = ["The sea", "A prime number", "In 1969", "Bread is"]

    def complete(prompt: str) -> str:
        return "".join(smollm2.generate(prompt, max_tokens=12, stream=True))

    alone = [complete(prompt) for prompt in prompts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(complete, prompts)) == alone
    assert len(set(alone)) == len(prompts)


def test_a_closed_stream_leaves_the_model_usable(smollm2: Model) -> None:
    stream = smollm2.generate("Once upon a time", stream=True)
    next(stream)
    stream.close()
    assert smollm2.generate("The capital of France is", max_tokens=1).text == " Paris"


def test_ctrl_c_stops_a_generation_and_leaves_the_model_usable(tmp_path: Path) -> None:
    loop = scripted_checkpoint(tmp_path / "loop", [">", *"abc"], loop_from=1)
    program = textwrap.dedent(
        """
        import sys
        from qwen3lite import Model
        model = Model(sys.argv[1], n_ctx=1 << 20)
        stream = model.generate(">", max_tokens=1 << 20, stream=True)
        try:
            print(next(stream), flush=True)
            for piece in stream:
                pass
            print("ended by itself")
        except KeyboardInterrupt:
            print(model.generate(">", max_tokens=5).text)
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(loop)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "a\n"
    child.send_signal(2)
    out, _ = child.communicate(timeout=60)
    assert out == "abcab\n"
