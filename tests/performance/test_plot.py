"""The pictures of benchmarks and reports, whose package the light suite does without."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3lite.benchmark import Benchmark, Samples
from qwen3lite.benchmark_plot import check_plot, draw
from qwen3lite.evaluate import Accuracy, Item, Outcome, Turn
from qwen3lite.evaluate import report as reports


def result(repeat: int, scale: float = 1.0) -> Benchmark:
    def samples(value: float) -> Samples:
        return Samples(tuple(value * (1 + 0.01 * (i % 7)) for i in range(repeat)))

    return Benchmark(
        model="models/model.gguf",
        isa="avx512",
        threads=2,
        n_prompt=512,
        n_gen=64,
        depth=0,
        batch=1,
        kv_type="f16",
        shared_prefix=0,
        repeat=repeat,
        prefill_tok_s=samples(400),
        decode_tok_s=samples(40 * scale),
        ttft_ms=samples(1300),
        cold_start_ms=None,
        warm_start_ms=samples(130),
        rss_mb=Samples((430.0,)),
        read_gb_s=samples(20),
        decode_gb_s=samples(15 * scale),
        decode_bandwidth_share=samples(0.75 * scale),
        single_decode_tok_s=None,
        batch_speedup=None,
        shared_first_ttft_ms=None,
        shared_ttft_ms=None,
        weight_bytes=3.75e8,
        cache_bytes=4e6,
    )


@pytest.mark.parametrize(
    ("suffix", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
@pytest.mark.parametrize("repeat", [1, 7, 40])
def test_draws(tmp_path: Path, suffix: str, begins: bytes, repeat: int) -> None:
    path = tmp_path / f"out.{suffix}"
    check_plot(path)
    draw(result(repeat), path)
    assert path.read_bytes().startswith(begins)


def test_the_figures_are_in_the_picture(tmp_path: Path) -> None:
    from matplotlib import rc_context

    path = tmp_path / "out.svg"
    with rc_context({"svg.fonttype": "none"}):
        draw(result(3), path)
    text = path.read_text()
    for figure in ("404", "40.4", "76%", "75%", "1,313 ms", "model.gguf"):
        assert figure in text


def test_right_answers_are_in_the_picture(tmp_path: Path) -> None:
    from matplotlib import rc_context

    asked = [{"role": "user", "content": "?"}]
    items = [Item("sums", asked, [Turn("4")], thinking=thinking) for thinking in (True, False)]
    outcomes = [Outcome(is_right, None, None, ("4",), 1) for is_right in (True, False)]
    found = Accuracy(items=items, outcomes=outcomes, seconds=1.0)
    path = tmp_path / "out.svg"
    with rc_context({"svg.fonttype": "none"}):
        reports.draw([reports.ModelReport("a model", [], found)], path)
    text = path.read_text()
    assert all(word in text for word in ("sums", "a model", "right answers, %"))
