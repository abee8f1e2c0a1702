"""Evaluation of models on texts: windows, perplexity, divergence, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from gguf import GGUFReader
from scripted_model import token_id

import make_checkpoint as mc
from qwen3lite import ContextOverflowError, InvalidArgumentError, Model, ModelFormatError
from qwen3lite.convert import convert
from qwen3lite.evaluate import kl_divergence, perplexity
from qwen3lite.evaluate.windows import cut

TEXT = "".join(chr(32 + i * i % 91) for i in range(150))  # a token a character
N_CTX = 32


def with_bos(checkpoint: Path, out: Path) -> Path:
    """The same checkpoint, whose texts start with <|endoftext|>."""
    out.mkdir()
    for file in checkpoint.iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    path = out / "tokenizer_config.json"
    settings = {"add_bos_token": True, "bos_token": "<|endoftext|>"}
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return out


@pytest.fixture(scope="module")
def tiny_bos(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    return Model(with_bos(tiny_checkpoint, tmp_path_factory.mktemp("bos") / "bos"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """As many tokens as the tiny model, other weights."""
    directory = tmp_path_factory.mktemp("other") / "other"
    return Model(mc.make_checkpoint(directory, mc.GEOMETRIES["qwen3", "tiny"], seed=1))


def scores(model: Model, window: list[int], first: int) -> npt.NDArray[np.float64]:
    """ln p of every token after each of the window's tokens from `first` on, but the last."""
    logits = model.logits(window)[first:-1].astype(np.float64)
    return np.array(logits - np.log(np.exp(logits).sum(1, keepdims=True)))


def test_windows_are_whole_and_scored_in_their_second_half(tiny: Model) -> None:
    ids = tiny.tokenize(TEXT)
    assert len(ids) == 150
    windows = cut(tiny, TEXT, N_CTX)
    assert (len(windows), windows.n_ctx, windows.n_scored) == (4, 32, 15)
    assert windows.inputs(1).tolist() == ids[32:63]
    assert windows.targets(1).tolist() == ids[49:64]
    odd = cut(tiny, TEXT, 33)
    assert (len(odd), odd.n_scored, odd.targets(3).tolist()) == (4, 16, ids[116:132])
    assert len(cut(tiny, TEXT[:64], N_CTX)) == 2


def test_bos_stands_before_the_text_and_starts_each_window(tiny: Model, tiny_bos: Model) -> None:
    bos = token_id("<|endoftext|>")
    ids = [bos, *tiny.tokenize(TEXT)]
    windows = cut(tiny_bos, TEXT, N_CTX)
    assert windows.inputs(0).tolist() == ids[:31]
    assert windows.inputs(1).tolist() == [bos, *ids[33:63]]
    assert windows.targets(1).tolist() == ids[49:64]
    assert windows.tokens[1].tolist() == ids[32:64]  # what is saved, and what windows are told by


def test_special_tokens_of_the_text_are_text(tiny: Model) -> None:
    assert token_id("<|im_end|>") not in cut(tiny, TEXT[:40] + "<|im_end|>" + TEXT, 8).tokens


@pytest.mark.parametrize("name", ["tiny", "tiny_bos"])
def test_perplexity_is_that_of_a_loop(name: str, request: pytest.FixtureRequest) -> None:
    model: Model = request.getfixturevalue(name)
    ids = model.tokenize(TEXT)
    if name == "tiny_bos":
        ids.insert(0, token_id("<|endoftext|>"))
    nll: list[float] = []
    for start in (0, 32, 64):
        window = ids[start : start + 32]
        if name == "tiny_bos":
            window[0] = token_id("<|endoftext|>")
        log_p = scores(model, window, 16)
        nll += [-log_p[i, window[17 + i]] for i in range(15)]
    told: list[tuple[int, int, float]] = []
    found = perplexity(
        model, TEXT, n_ctx=32, max_windows=3, progress=lambda *news: told.append(news)
    )
    mean = math.fsum(nll) / 45
    error = math.sqrt((math.fsum(v * v for v in nll) / 45 - mean**2) / 44)
    assert found.perplexity == pytest.approx(math.exp(mean), rel=1e-6)
    assert found.perplexity_error == pytest.approx(math.exp(mean) * error, rel=1e-4)
    assert (found.n_scored, found.n_windows, found.n_ctx) == (45, 3, 32)
    assert found.rate == pytest.approx(96 / found.seconds)
    assert [news[:2] for news in told] == [(1, 3), (2, 3), (3, 3)]
    assert told[0][2] == pytest.approx(math.exp(math.fsum(nll[:15]) / 15), rel=1e-6)
    assert told[2][2] == found.perplexity


def test_divergence_is_that_of_a_loop(tiny: Model, other: Model) -> None:
    ids = tiny.tokenize(TEXT)
    kl: list[float] = []
    for start in range(0, 128, 32):
        window = ids[start : start + 32]
        log_p, log_q = scores(tiny, window, 16), scores(other, window, 16)
        kl += (np.exp(log_p) * (log_p - log_q)).sum(1).tolist()
    found = kl_divergence(tiny, other, TEXT, n_ctx=32)
    assert found.mean_kl == pytest.approx(np.mean(kl), rel=1e-6)
    assert found.max_kl == pytest.approx(max(kl), rel=1e-6)
    assert found.mean_kl > 0.1
    assert found.perplexity == perplexity(other, TEXT, n_ctx=32).perplexity
    assert found.reference_perplexity == perplexity(tiny, TEXT, n_ctx=32).perplexity
    assert found.n_scored == 60


def test_a_model_is_no_way_from_itself(tiny: Model) -> None:
    found = kl_divergence(tiny, tiny, TEXT, n_ctx=32)
    assert (found.mean_kl, found.max_kl, found.top1_agreement) == (0, 0, 1)
    assert (found.log_perplexity_ratio, found.log_perplexity_ratio_error) == (0, 0)


def test_roles_take_their_own_kernels(tiny: Model) -> None:
    """The divergence between both is rounding: little, and not nothing."""
    found = kl_divergence(tiny, tiny, TEXT, n_ctx=32, role="generated")
    assert 0 < found.mean_kl < 1e-4
    prompt, generated = (
        perplexity(tiny, TEXT, n_ctx=32, role=role).perplexity for role in ("prompt", "generated")
    )
    assert generated == found.perplexity
    assert prompt == found.reference_perplexity != generated


def test_what_does_not_fit_is_refused(tiny: Model, tiny_bos: Model, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="150 tokens, and one window takes 512"):
        perplexity(tiny, TEXT)
    with pytest.raises(InvalidArgumentError, match="take 8 or more"):
        perplexity(tiny, TEXT, n_ctx=7)
    for n in (0, -1, 5):
        with pytest.raises(InvalidArgumentError, match="the text has 4 of 32 tokens"):
            perplexity(tiny, TEXT, n_ctx=32, max_windows=n)
    with pytest.raises(InvalidArgumentError, match="different tokens"):
        kl_divergence(tiny_bos, tiny, TEXT, n_ctx=32)
    smaller = dataclasses.replace(mc.GEOMETRIES["qwen3", "tiny"], vocab=300)
    with pytest.raises(InvalidArgumentError, match=r"vocabulary of 300 tokens .* one of 320"):
        kl_divergence(Model(mc.make_checkpoint(tmp_path, smaller)), tiny, TEXT, n_ctx=32)
    with pytest.raises(ContextOverflowError, match="the context holds 16"):
        perplexity(Model(tiny.path, n_ctx=16), TEXT, n_ctx=32)


def test_weights_that_are_no_numbers_are_noticed(tiny_checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.gguf"
    convert(tiny_checkpoint, path, "f32")
    tensor = next(t for t in GGUFReader(path).tensors if t.name == "output_norm.weight")
    content = bytearray(path.read_bytes())
    content[tensor.data_offset : tensor.data_offset + 4] = np.float32(np.nan).tobytes()
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"damaged\.gguf: logits in window 0 are not finite"):
        perplexity(Model(path), TEXT, n_ctx=32)


def test_a_program_that_evaluates_nothing_does_not_load_it() -> None:
    program = (
        "import sys, qwen3lite.cli;"
        " assert not {'numpy', 'qwen3lite.evaluate'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
