"""Packs of copies: what they compute, their formats, determinism, routers made of examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experts_support import (
    arithmetic,
    chinese,
    lists,
    logits,
    rewrite,
    silence_routers,
    tensors,
    with_pack,
    write_lines,
)
from gguf import quants
from gguf.constants import GGMLQuantizationType

import make_checkpoint as mc
from qwen3lite import Model, _core
from qwen3lite.convert import convert
from qwen3lite.errors import FileError, InvalidArgumentError, UnsupportedModelError
from qwen3lite.experts import read_pack
from qwen3lite.experts.choices import Choice
from qwen3lite.experts.statistics import since
from qwen3lite.experts.upcycle import upcycle

STACKS = [f"ffn_{part}_exps" for part in ("gate", "up", "down")]


@pytest.fixture(scope="module")
def nano() -> Model:
    return Model.nano()


@pytest.fixture(scope="module")
def ids(nano: Model) -> list[int]:
    return nano.tokenize("What is 17 + 25? Reverse the list: apple, river.")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pack.gguf"


def layer_values(path: Path, layer: int = 0) -> dict[str, Any]:
    """A layer's matrices as float32 by the part of the name between the dots."""
    return {
        name.split(".")[2]: quants.dequantize(data, GGMLQuantizationType[format])
        for name, (format, data) in tensors(path).items()
        if name.startswith(f"blk.{layer}.ffn") and "norm" not in name
    }


# What packs compute


def test_the_trunk_is_the_model_itself(nano: Model, ids: list[int], out: Path) -> None:
    upcycle(nano.path, out, noise=0.5)
    changed = with_pack(nano, out, ids)
    silence_routers(out)
    plain = logits(nano, ids)
    assert not np.array_equal(changed, plain)
    assert np.array_equal(with_pack(nano, out, ids), plain)


def test_exact_copies_compute_what_the_model_does(nano: Model, ids: list[int], out: Path) -> None:
    upcycle(nano.path, out, count=3, trunk=False, noise=0)
    plain = logits(nano, ids)
    # What differs by a float's last bit may round to another input of the next layer: of 16 bits,
    # or of bfloat16's 8 on matrix tiles.
    rounding = 2**-8 if _core.isa() == "amx" else 3e-4
    for top_k, tolerance in ((1, 1e-5), (2, rounding), (3, rounding)):
        found = with_pack(nano, out, ids, top_k)
        np.testing.assert_allclose(found, plain, rtol=0, atol=tolerance * np.abs(plain).max())
    number = nano.load_experts(out)
    nano.logits(ids)
    taken = np.array([use.n_taken for use in nano.expert_stats()])
    nano.unload_experts(number)
    assert taken.shape == (6, 3)
    assert np.all(taken.sum(axis=0) > 0)  # each of the copies was in use
    assert np.all(taken.sum(axis=1) == len(ids))


def test_parallel_packs_begin_as_next_to_nothing(nano: Model, ids: list[int], out: Path) -> None:
    plain = logits(nano, ids)
    upcycle(nano.path, out, mode="parallel", noise=0)
    assert np.array_equal(with_pack(nano, out, ids), plain)
    upcycle(nano.path, out, mode="parallel", noise=0.01)
    difference = np.abs(with_pack(nano, out, ids) - plain).max()
    assert 0 < difference < 0.05 * np.abs(plain).max()


# What packs hold


def test_a_pack_says_what_it_is(nano: Model, out: Path, tmp_path: Path) -> None:
    examples = [write_lines(tmp_path / "a", arithmetic(3, 1)), write_lines(tmp_path / "b", ["a"])]
    upcycle(
        nano.path,
        out,
        count=4,
        top_k=2,
        layers=[5, 2, 2],
        name="of tests",
        choices=[Choice("sums", "math", examples[0]), Choice("b", "", examples[1]), Choice("c")],
    )
    pack = read_pack(out)
    assert (pack.name, pack.mode, pack.trunk) == ("of tests", "replace", True)
    assert (pack.n_choices, pack.top_k, pack.layers) == (4, 2, [2, 5])
    assert pack.names == ["base", "sums", "b", "c"]
    assert pack.roles == ["", "math", "", ""]
    assert pack.base_name == "nano"
    assert pack.base_fingerprint == _core.model_fingerprint(str(nano.path))
    metadata = _core.GgufFile(str(out)).metadata
    assert (metadata["general.type"], metadata["adapter.type"]) == ("adapter", "experts")
    assert metadata["q3l.experts.weights_norm"] is True
    routers = {name: data for name, (_, data) in tensors(out).items() if "gate_inp" in name}
    assert list(routers) == ["blk.2.ffn_gate_inp.weight", "blk.5.ffn_gate_inp.weight"]
    for rows in routers.values():
        assert rows.shape == (4, 256)
        assert np.any(rows[1] != 0)
        assert np.any(rows[2] != 0)
        assert not np.any(rows[[0, 3]])

    upcycle(nano.path, out, mode="parallel", choices=[Choice("one", "role")])
    pack = read_pack(out)
    assert (pack.mode, pack.trunk, pack.n_choices) == ("parallel", False, 2)
    assert (pack.names, pack.roles) == (["nothing", "one"], ["", "role"])
    assert _core.GgufFile(str(out)).metadata["q3l.experts.weights_norm"] is False


def test_experts_are_the_base_plus_noise_of_their_own(nano: Model, out: Path) -> None:
    upcycle(nano.path, out, count=3, noise=0.1, type="f32")
    base, pack = layer_values(nano.path, 1), layer_values(out, 1)
    for stack in STACKS:
        own = base[stack.removesuffix("_exps")]
        noise = pack[stack] - own
        assert noise.shape == (2, *own.shape)
        rms = np.sqrt(np.mean(own**2))
        np.testing.assert_allclose(noise.std(axis=(1, 2)), 0.1 * rms, rtol=0.02)
        assert abs(noise.mean()) < 0.01 * rms
        assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.02
    upcycle(nano.path, out, mode="parallel", noise=0.1, type="f32")
    down = layer_values(out, 1)["ffn_down_exps"]
    rms = np.sqrt(np.mean(base["ffn_down"] ** 2))
    np.testing.assert_allclose(down.std(), 0.1 * rms, rtol=0.02)


def test_formats_are_the_base_s_or_the_one_asked_for(nano: Model, out: Path) -> None:
    upcycle(nano.path, out, noise=0)
    copied, base = tensors(out), tensors(nano.path)
    for stack in STACKS:
        format, data = copied[f"blk.3.{stack}.weight"]
        own_format, own = base[f"blk.3.{stack.removesuffix('_exps')}.weight"]
        assert format == own_format == "Q8_0"
        assert np.array_equal(data[0], own)
    upcycle(nano.path, out, noise=0, type="q4_0")
    assert {tensors(out)[f"blk.3.{stack}.weight"][0] for stack in STACKS} == {"Q4_0"}
    assert tensors(out)["blk.3.ffn_gate_inp.weight"][0] == "F32"


def test_exact_copies_are_not_encoded_again(out: Path, tmp_path: Path) -> None:
    geometry = replace(mc.GEOMETRIES["qwen3", "tiny"], layers=1, ff=256)
    convert(mc.make_checkpoint(tmp_path / "checkpoint", geometry), tmp_path / "f32.gguf", "f32")
    rewrite(tmp_path / "f32.gguf", tmp_path / "base.gguf", networks="Q4_K")
    upcycle(tmp_path / "base.gguf", out, noise=0)
    base, copies = tensors(tmp_path / "base.gguf"), tensors(out)
    for stack in STACKS:
        format, blocks = copies[f"blk.0.{stack}.weight"]
        _, own = base[f"blk.0.{stack.removesuffix('_exps')}.weight"]
        assert format == "Q4_K"
        assert np.array_equal(blocks[0], own)
        again = _core.encode("Q4_K", _core.decode("Q4_K", own))
        assert not np.array_equal(again, own)


def test_same_input_same_bytes(
    nano: Model, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [
        Choice("sums", "", write_lines(tmp_path / "sums", arithmetic(8, 1))),
        Choice("lists", "", write_lines(tmp_path / "lists", lists(8, 1))),
    ]

    def made(**options: Any) -> bytes:
        upcycle(nano.path, out, **options)
        return out.read_bytes()

    first = made(choices=choices)
    assert made(choices=choices) == first
    assert made(choices=choices, seed=1) != first
    plain = made()
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    monkeypatch.setattr("qwen3lite.experts.upcycle.BLOCK_VALUES", 5000)
    assert made() == plain
    assert made(seed=1) != plain


def test_progress_counts_bytes(nano: Model, out: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    upcycle(nano.path, out, layers=[1], progress=lambda *call: calls.append(call))
    assert [name for name, *_ in calls] == list(tensors(out))
    assert calls[-1][1] == calls[-1][2] == sum(data.nbytes for _, data in tensors(out).values())


# Routers


@pytest.mark.parametrize("kinds", [(arithmetic, chinese), (arithmetic, lists, chinese)])
def test_examples_teach_routers(
    kinds: tuple[Callable[[int, int], list[str]], ...], out: Path, tmp_path: Path
) -> None:
    choices = [
        Choice(kind.__name__, "", write_lines(tmp_path / kind.__name__, kind(24, 1)))
        for kind in kinds
    ]
    upcycle(Model.nano().path, out, count=len(kinds), trunk=False, choices=choices)
    model = Model.nano()
    model.load_experts(out)
    for number, kind in enumerate(kinds):
        n_right = 0
        for text in kind(20, 2):  # none of the examples
            before = model.expert_stats()
            model.logits(model.tokenize(text))
            taken = np.array([use.n_taken for use in since(model.expert_stats(), before)])
            n_right += int(taken.sum(axis=0).argmax()) == number
        assert n_right >= 19, kind


def test_the_midpoint_of_the_examples_has_the_logit_0(
    nano: Model, out: Path, tmp_path: Path
) -> None:
    texts = {"sums": arithmetic(20, 1), "lists": lists(5, 1), "hanzi": chinese(9, 1)}
    choices = [Choice(n, "", write_lines(tmp_path / n, t)) for n, t in texts.items()]
    upcycle(nano.path, out, count=3, trunk=False, choices=choices)
    means = []
    for examples in texts.values():
        all_ids = [nano.tokenize(text) for text in examples]
        sums = sum(nano._engine.feed_forward_inputs(ids)[0] for ids in all_ids)
        means.append(sums / sum(map(len, all_ids)))
    for layer in range(6):
        rows = layer_values(out, layer)["ffn_gate_inp"]
        at_means = np.array([rows @ mean[layer] for mean in means])
        np.testing.assert_allclose(at_means.mean(axis=0), 0, atol=1e-4)
        own = np.diag(at_means)
        others = (at_means.sum(axis=1) - own) / 2
        assert np.mean(own - others) == pytest.approx(4, rel=1e-3)  # a few units apart
        assert np.all(own > others)


def test_examples_are_lines_or_paragraphs(tmp_path: Path) -> None:
    def texts(content: str) -> list[str]:
        (tmp_path / "examples.txt").write_text(content, encoding="utf-8")
        return Choice("x", "", tmp_path / "examples.txt").texts()

    assert texts("one\ntwo\n") == ["one", "two"]
    assert texts("def f():\n    return 1\n\n\nx = 2\n") == ["def f():\n    return 1", "x = 2"]


def test_choices_as_users_write_them() -> None:
    assert Choice.parse("math") == Choice("math")
    assert Choice.parse("math:sums") == Choice("math", "sums")
    assert Choice.parse("math:sums=a=b.txt") == Choice("math", "sums", Path("a=b.txt"))
    assert Choice.parse("math=C:x.txt") == Choice("math", "", Path("C:x.txt"))


# Refusals

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"count": 1}, "a pack of 1 choices cannot be"),
    ({"top_k": 3}, "top_k is 3, but there are 2 choices"),
    ({"top_k": 0}, "top_k is 0"),
    ({"noise": -1.0}, "noise is -1.0"),
    ({"noise": float("nan")}, "noise is nan"),
    ({"seed": -1}, "seed -1"),
    ({"layers": [6]}, "has no layer 6; it has layers 0 to 5"),
    ({"type": "q9"}, "type 'q9' is unknown"),
    ({"count": 4, "choices": [Choice("a"), Choice("b")]},
     "there are 4 choices, but names for 2; name all of them, or all but .*, 'base'"),
    ({"count": 3, "trunk": False, "choices": [Choice("a"), Choice("b")]},
     "there are 3 choices, but names for 2; name all of them\\."),
    ({"choices": [Choice("a"), Choice("a")]}, "two experts are called 'a'"),
    ({"choices": [Choice("base")]}, "two experts are called 'base'"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=[m[:30] for _, m in REFUSED])
def test_refused(options: dict[str, Any], message: str, nano: Model, out: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=message) as caught:
        upcycle(nano.path, out, **options)
    assert str(caught.value).endswith(".")
    assert not out.exists()


def test_examples_that_teach_nothing_are_refused(nano: Model, out: Path, tmp_path: Path) -> None:
    sums = write_lines(tmp_path / "sums.txt", arithmetic(3, 1))
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")

    def refuse(error: type[Exception], message: str, *choices: Choice) -> None:
        with pytest.raises(error, match=message):
            upcycle(nano.path, out, choices=choices)

    refuse(InvalidArgumentError, "only 'a' has examples", Choice("a", "", sums), Choice("b"))
    alike = (Choice("a", "", sums), Choice("b", "", sums))
    refuse(InvalidArgumentError, "examples of 'a', 'b' are all alike", *alike)
    for file, message in (
        ("none.txt", "none.txt: cannot be read"),
        ("empty.txt", "has no examples"),
        ("bytes.txt", "bytes.txt: cannot be read"),
    ):
        choices = (Choice("a", "", sums), Choice("b", "", tmp_path / file))
        refuse(FileError, message, *choices)


def test_what_is_no_model_is_refused(nano: Model, out: Path, tmp_path: Path) -> None:
    upcycle(nano.path, out)
    with pytest.raises(UnsupportedModelError, match=r"pack.gguf: is no model that packs are for"):
        upcycle(out, tmp_path / "second.gguf")
    assert not (tmp_path / "second.gguf").exists()
