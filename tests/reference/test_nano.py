"""qwen3lite-nano against transformers, and its Q8_0 against BF16, on held-out questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from nano.item import Item
from nano.mixture import MAKERS, held_out_items
from nano.render import prompt
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.evaluate import accuracy, compare

MASTER = Path(__file__).parents[2] / "models" / "nano"
N_CONVERSATIONS = 100
MAX_TOKENS = 256
N_PAIRED = 2000
NEAR_TIE = 1e-3  # standard deviations between the reference's two likeliest tokens


@dataclass
class Agreement:
    """What transformers says of tokens that qwen3lite chose."""

    n_same: int = 0
    n_near_ties: int = 0  # where another token follows: what comes after is not compared


def file(directory: Path, type: str) -> Path:
    path = directory / f"{type}.gguf"
    convert(MASTER, path, type)
    return path


def questions(n: int) -> list[Item]:
    """Of all skills in turn, each with thinking and without."""
    n_each = -(-n // (2 * len(MAKERS)))
    by_skill = [held_out_items("reference", skill, n_each) for skill in MAKERS]
    rounds = [[items[i + j] for items in by_skill] for i in range(n_each) for j in (0, n_each)]
    return [item for each in rounds for item in each][:n]


def test_greedy_answers_are_those_of_transformers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Model(file(tmp_path, "f32"), kv_type="f32")
    reference = AutoModelForCausalLM.from_pretrained(MASTER, dtype=torch.float32)
    items = questions(N_CONVERSATIONS)
    assert len({(item.skill, item.thinking) for item in items}) > 25
    agreement = Agreement()
    for item in items:
        asked = model.tokenize(prompt(item.messages, item.tools, item.thinking))
        written = model.generate(asked, max_tokens=MAX_TOKENS).token_ids
        with torch.no_grad():
            logits = reference(torch.tensor([[*asked, *written]])).logits[0].numpy()
        check(
            logits[len(asked) - 1 :], written, reference.generation_config.eos_token_id, agreement
        )
    with capsys.disabled():
        print(f"\n{agreement}")
    assert agreement.n_same > 10 * N_CONVERSATIONS


def check(logits: np.ndarray, written: list[int], ends: list[int], agreement: Agreement) -> None:
    """`logits` [len(written) + 1, n_vocab] of the reference before each token and after the last,
    where the text ended unless it was cut off."""
    for i, row in enumerate(logits):
        second, best = np.sort(row)[-2:]
        likeliest = int(row.argmax())
        if i == len(written):
            if i == MAX_TOKENS or likeliest in ends:
                return
        elif likeliest == written[i]:
            agreement.n_same += 1
            continue
        assert best - second < NEAR_TIE * row.std(), f"token {i} of {written}"
        agreement.n_near_ties += 1
        return


def test_q8_0_answers_as_well_as_bf16(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = questions(N_PAIRED)
    pairs = compare(
        *(accuracy(Model(file(tmp_path, type), n_ctx=2048), items) for type in ("bf16", "q8_0"))
    )
    with capsys.disabled():
        print(f"\nQ8_0 - BF16: {100 * pairs.difference:+.2f} points, {pairs}")
    assert abs(pairs.difference) <= 0.005
