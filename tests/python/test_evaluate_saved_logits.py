"""Files of saved logits: their bytes, what is compared with them, and damage."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest

from qwen3lite import FileError, InvalidArgumentError, Model, ModelFormatError
from qwen3lite.convert import convert
from qwen3lite.evaluate import SavedLogits, is_saved_logits, kl_divergence, perplexity
from qwen3lite.evaluate.saved_logits import SavedDistributions, encode, row_type
from qwen3lite.evaluate.statistics import compare

TEXT = "".join(chr(32 + i * i % 91) for i in range(150))  # a token a character
N_CTX, N_SCORED, N_VOCAB, N_WINDOWS = 32, 15, 320, 4
TOKENS_START, ROWS_START = 20, 20 + 4 * N_WINDOWS * N_CTX
ROW_BYTES = 8 + 2 * N_VOCAB


@pytest.fixture(scope="module")
def saved(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "tiny.logits"
    perplexity(tiny, TEXT, n_ctx=N_CTX, save_logits=path)
    return path


def test_its_bytes(saved: Path, tiny: Model) -> None:
    content = saved.read_bytes()
    assert len(content) == ROWS_START + N_WINDOWS * N_SCORED * ROW_BYTES
    assert struct.unpack("<8s3i", content[:20]) == (b"_logits_", N_CTX, N_VOCAB, N_WINDOWS)
    ids = tiny.tokenize(TEXT)[:128]
    assert list(struct.unpack("<128i", content[TOKENS_START:ROWS_START])) == ids
    logits = tiny.logits(ids[32:64])[16:31].astype(np.float64)
    log_probs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    for i in range(N_SCORED):
        start = ROWS_START + (N_SCORED + i) * ROW_BYTES
        scale, minimum, *steps = struct.unpack(f"<2f{N_VOCAB}H", content[start : start + ROW_BYTES])
        assert max(steps) == 65535
        assert scale * np.array(steps) + minimum == pytest.approx(log_probs[i], abs=0.51 * scale)


@pytest.mark.parametrize("n_vocab", [4, 5])
def test_rows_are_rounded_and_cut_at_16_nats(n_vocab: int) -> None:
    row = [3.0, 1.0, 3.0 - 15.9, 3.0 - 20.0, 2.5][:n_vocab]
    with np.errstate(all="raise"):
        stored = encode(np.array([row, [7.0] * n_vocab], np.float32))
    assert stored.itemsize == 8 + 2 * (n_vocab + n_vocab % 2)
    log_sum = math.log(math.fsum(math.exp(x) for x in row))
    scale, minimum, steps = stored[0].item()
    assert scale == pytest.approx(16 / 65535)
    assert minimum == pytest.approx(3 - 16 - log_sum)
    assert steps[3] == 0
    kept = [0, 1, 2, 4][: n_vocab - 1]
    assert [scale * steps[i] + minimum for i in kept] == pytest.approx(
        [row[i] - log_sum for i in kept], abs=scale
    )
    scale, minimum, steps = stored[1].item()
    assert (scale, steps.any()) == (0, False)
    assert minimum == pytest.approx(-math.log(n_vocab))


def test_tokens_that_are_cut_off_have_no_part_in_a_divergence() -> None:
    logits = np.array([[3.0, 1.0, 3.0 - 20.0]], np.float32)
    reference = SavedDistributions(encode(logits), 3)
    logits[0, 2] = -1e6  # would cost 0.1
    found = compare(reference, logits, np.array([0]))
    assert found.kl[0] == pytest.approx(0, abs=1e-4)


def test_a_saved_reference_does_for_its_model(saved: Path, tiny: Model) -> None:
    live = kl_divergence(tiny, tiny, TEXT, n_ctx=N_CTX, role="generated")
    read = kl_divergence(SavedLogits(saved), tiny, TEXT, role="generated")
    assert read.n_scored == live.n_scored == 60
    assert read.perplexity == live.perplexity
    assert read.reference_perplexity == pytest.approx(live.reference_perplexity, rel=1e-4)
    assert read.mean_kl == pytest.approx(0, abs=1e-4)
    same_role = kl_divergence(SavedLogits(saved), tiny, TEXT)  # others may fall otherwise on ties
    assert same_role.top1_agreement == 1
    assert kl_divergence(SavedLogits(saved), tiny, TEXT, max_windows=2).n_scored == 30


def test_a_saved_reference_tells_models_apart(
    saved: Path, tiny: Model, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    """As well as the model itself, to the rounding's 1e-4."""
    convert(tiny_checkpoint, tmp_path / "q4_0.gguf", "q4_0")
    coarse = Model(tmp_path / "q4_0.gguf")
    live = kl_divergence(tiny, coarse, TEXT, n_ctx=N_CTX)
    read = kl_divergence(SavedLogits(saved), coarse, TEXT)
    assert live.mean_kl > 0.01
    for name in ("mean_kl", "median_kl", "p99_kl", "max_kl", "mean_kl_error"):
        assert getattr(read, name) == pytest.approx(getattr(live, name), rel=0.01, abs=1e-4), name
    assert read.top1_agreement == live.top1_agreement
    assert read.log_perplexity_ratio == pytest.approx(live.log_perplexity_ratio, abs=1e-4)


def test_a_file_begins_as_one(saved: Path, tiny: Model, tmp_path: Path) -> None:
    assert is_saved_logits(saved)
    assert not is_saved_logits(tiny.path)
    assert not is_saved_logits(tmp_path)
    assert not is_saved_logits(tmp_path / "missing")


def test_a_file_for_something_else_is_refused(saved: Path, tiny: Model, tmp_path: Path) -> None:
    reference = SavedLogits(saved)
    with pytest.raises(InvalidArgumentError, match="saved for other tokens"):
        kl_divergence(reference, tiny, "?" + TEXT)
    with pytest.raises(InvalidArgumentError, match="other tokens"):
        kl_divergence(reference, tiny, TEXT[:120] + "?" * 30)
    with pytest.raises(InvalidArgumentError, match="the text has 3 of 32 tokens"):
        kl_divergence(reference, tiny, TEXT[:127])
    with pytest.raises(InvalidArgumentError, match="windows of 32 tokens, not 16"):
        kl_divergence(reference, tiny, TEXT, n_ctx=16)
    with pytest.raises(InvalidArgumentError, match="has 4 windows"):
        kl_divergence(reference, tiny, TEXT * 2, max_windows=5)
    path = tmp_path / "other.logits"
    n_rows = N_WINDOWS * N_SCORED
    tokens = saved.read_bytes()[TOKENS_START:ROWS_START]
    header = struct.pack("<8s3i", b"_logits_", N_CTX, 99, N_WINDOWS)
    path.write_bytes(header + tokens + np.zeros(n_rows, row_type(99)).tobytes())
    with pytest.raises(InvalidArgumentError, match="vocabulary of 99 tokens"):
        kl_divergence(SavedLogits(path), tiny, TEXT)


@pytest.mark.parametrize(
    ("at", "replacement", "complaint"),
    [
        (0, b"_logitz_", "no file of saved logits"),
        (8, struct.pack("<i", 7), "7 tokens"),
        (8, struct.pack("<i", 33), "bytes"),
        (12, struct.pack("<i", -320), "cannot be"),
        (12, struct.pack("<i", 318), "bytes"),
        (16, struct.pack("<i", 0), "0 windows"),
        (16, struct.pack("<i", 2**31 - 1), "bytes"),
    ],
)
def test_a_damaged_header_is_refused(
    at: int, replacement: bytes, complaint: str, saved: Path, tmp_path: Path
) -> None:
    content = saved.read_bytes()
    path = tmp_path / "damaged.logits"
    path.write_bytes(content[:at] + replacement + content[at + len(replacement) :])
    with pytest.raises(ModelFormatError, match=f"damaged.logits: .*{complaint}"):
        SavedLogits(path)


@pytest.mark.parametrize("n_bytes", [0, 7, 15, 100, ROWS_START + 5, -1])
def test_a_truncated_file_is_refused(n_bytes: int, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.logits"
    path.write_bytes(saved.read_bytes()[:n_bytes])
    with pytest.raises(ModelFormatError, match=r"short\.logits"):
        SavedLogits(path)
    path.write_bytes(saved.read_bytes() + b"!")
    with pytest.raises(ModelFormatError, match="bytes"):
        SavedLogits(path)


@pytest.mark.parametrize("at", [0, 4])
def test_probabilities_that_are_no_numbers_are_refused(
    at: int, saved: Path, tiny: Model, tmp_path: Path
) -> None:
    content = bytearray(saved.read_bytes())
    start = ROWS_START + 20 * ROW_BYTES + at
    content[start : start + 4] = np.float32(np.inf).tobytes()
    path = tmp_path / "inf.logits"
    path.write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"inf\.logits: the probabilities of window 1"):
        kl_divergence(SavedLogits(path), tiny, TEXT)


def test_files_that_cannot_be_used(tiny: Model, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="missing"):
        SavedLogits(tmp_path / "missing")
    with pytest.raises(FileError, match="nowhere"):
        perplexity(tiny, TEXT, n_ctx=N_CTX, save_logits=tmp_path / "nowhere" / "x.logits")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_file_is_not_there(tiny: Model, tmp_path: Path) -> None:
    def stop(done: int, total: int, so_far: float) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "x.logits"
    path.write_bytes(b"what was there")
    with pytest.raises(KeyboardInterrupt):
        perplexity(tiny, TEXT, n_ctx=N_CTX, save_logits=path, progress=stop)
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]
