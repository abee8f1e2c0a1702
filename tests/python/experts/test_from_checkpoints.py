"""Packs of checkpoints: networks of siblings, experts of a sparse model, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_support import Run
from experts_support import (
    arithmetic,
    lists,
    logits,
    silence_routers,
    tensors,
    with_pack,
    write_lines,
)

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.convert.tensor_plan import fitting_format
from qwen3lite.errors import (
    FileError,
    InvalidArgumentError,
    ModelFormatError,
    UnsupportedModelError,
)
from qwen3lite.experts import read_pack
from qwen3lite.experts.choices import Choice
from qwen3lite.experts.extract import extract
from qwen3lite.experts.from_checkpoints import from_experts, from_siblings

IDS = [1, 2, 300, 4, 5, 66, 7, 8]
DENSE = replace(mc.GEOMETRIES["qwen3", "tiny"], hidden=128, ff=192, heads=4, head_dim=32)
SPARSE = replace(DENSE, arch="qwen3moe", experts=4, experts_per_token=2, expert_ff=96)
STACKS = [
    f"blk.{layer}.ffn_{part}_exps.weight" for layer in (0, 1) for part in ["gate", "up", "down"]
]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base, two siblings and a sparse model."""
    directory = tmp_path_factory.mktemp("checkpoints")
    geometries = {"first": (DENSE, 1), "second": (DENSE, 2), "sparse": (SPARSE, 0)}
    made = {n: mc.make_checkpoint(directory / n, g, seed=s) for n, (g, s) in geometries.items()}
    made["origin"] = mc.make_checkpoint(directory / "origin", DENSE)
    return made


@pytest.fixture(scope="module")
def base(checkpoints: dict[str, Path]) -> Path:
    path = checkpoints["origin"].with_name("base.gguf")
    convert(checkpoints["origin"], path, "q4_0")
    return path


@pytest.fixture
def siblings(checkpoints: dict[str, Path]) -> list[Path]:
    return [checkpoints["first"], checkpoints["second"]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pack.gguf"


@pytest.mark.parametrize("type", [None, "f16"])
def test_networks_are_those_of_the_converter(
    type: str | None, base: Path, siblings: list[Path], out: Path, tmp_path: Path
) -> None:
    from_siblings(base, siblings, out, type=type)
    packed = tensors(out)
    for number, sibling in enumerate(siblings):
        convert(sibling, tmp_path / "sibling.gguf", type or "q4_0")
        converted = tensors(tmp_path / "sibling.gguf")
        for stack in STACKS:
            format, blocks = packed[stack]
            own_format, own = converted[stack.replace("_exps", "")]
            assert format == own_format
            assert np.array_equal(blocks[number], own)
    pack = read_pack(out)
    assert (pack.mode, pack.trunk, pack.top_k) == ("replace", True, 1)
    assert (pack.names, pack.layers) == (["base", "first", "second"], [0, 1])


def test_each_choice_computes_with_its_networks(
    base: Path, checkpoints: dict[str, Path], siblings: list[Path], out: Path
) -> None:
    """The base's own checkpoint as a sibling is the base again."""
    model = Model(base)
    plain = logits(model, IDS)

    def first_choice(*directories: Path, trunk: bool) -> bool:
        from_siblings(base, directories, out, trunk=trunk)
        silence_routers(out)
        return np.array_equal(with_pack(model, out, IDS), plain)

    assert first_choice(*siblings, trunk=True)
    assert first_choice(checkpoints["origin"], *siblings, trunk=False)
    assert not first_choice(*siblings, trunk=False)


def test_parallel_packs_leave_choice_0_alone(base: Path, siblings: list[Path], out: Path) -> None:
    from_siblings(base, siblings, out, mode="parallel", top_k=2, name="both")
    pack = read_pack(out)
    assert (pack.name, pack.mode, pack.trunk, pack.top_k) == ("both", "parallel", False, 2)
    assert pack.names == ["nothing", "first", "second"]
    model = Model(base)
    plain = logits(model, IDS)
    assert not np.array_equal(with_pack(model, out, IDS), plain)
    silence_routers(out)
    assert np.array_equal(with_pack(model, out, IDS, 1), plain)


def test_examples_teach_the_routers(
    base: Path, siblings: list[Path], out: Path, tmp_path: Path
) -> None:
    choices = [
        Choice("sums", "math", write_lines(tmp_path / "sums", arithmetic(9, 1))),
        Choice("lists", "", write_lines(tmp_path / "lists", lists(9, 1))),
    ]
    from_siblings(base, siblings, out, choices=choices)
    assert read_pack(out).names == ["base", "sums", "lists"]
    assert read_pack(out).roles == ["", "math", ""]
    rows = tensors(out)["blk.1.ffn_gate_inp.weight"][1]
    assert not np.any(rows[0])
    assert np.all(np.any(rows[1:] != 0, axis=1))


def test_same_input_same_bytes(base: Path, siblings: list[Path], out: Path) -> None:
    from_siblings(base, siblings, out)
    first = out.read_bytes()
    from_siblings(base, siblings, out)
    assert out.read_bytes() == first
    from_siblings(base, siblings, out, seed=1)
    assert out.read_bytes() != first


@pytest.mark.parametrize("norm_topk", [True, False])
def test_a_sparse_checkpoint_gives_what_its_file_gives(
    norm_topk: bool, base: Path, out: Path, tmp_path: Path
) -> None:
    geometry = replace(SPARSE, norm_topk=norm_topk, dense_layers=(0,))
    checkpoint = mc.make_checkpoint(tmp_path / "sparse", geometry)
    convert(checkpoint, tmp_path / "sparse.gguf", "q4_0")
    extract(tmp_path / "sparse.gguf", tmp_path / "extracted.gguf", base=base)
    from_experts(base, checkpoint, out)
    assert out.read_bytes() == (tmp_path / "extracted.gguf").read_bytes()


def test_formats_of_experts(base: Path, out: Path, tmp_path: Path) -> None:
    narrow = mc.make_checkpoint(tmp_path / "narrow", replace(SPARSE, expert_ff=80))
    from_experts(base, narrow, out, top_k=3, name="narrow")
    formats = {name.split(".")[2]: format for name, (format, _) in tensors(out).items()}
    assert formats == {
        "ffn_gate_inp": "F32",
        "ffn_gate_exps": "Q4_0",
        "ffn_up_exps": "Q4_0",
        "ffn_down_exps": "F16",  # 80 is no multiple of 32
    }
    pack = read_pack(out)
    assert (pack.name, pack.top_k, pack.n_choices, pack.names) == ("narrow", 3, 4, [])
    Model(base).load_experts(out)
    from_experts(base, narrow, out, type="q8_0")
    assert {format for format, _ in tensors(out).values()} == {"F32", "Q8_0", "F16"}


@pytest.mark.parametrize(
    "changes", [{"layers": 3}, {"hidden": 64}, {"ff": 160}, {"arch": "qwen2"}], ids=str
)
def test_siblings_of_other_shapes_are_refused(
    changes: dict[str, int | str], base: Path, siblings: list[Path], out: Path, tmp_path: Path
) -> None:
    other = mc.make_checkpoint(tmp_path / "other", replace(DENSE, **changes))
    with pytest.raises(InvalidArgumentError, match=r"pass models that were fine-tuned") as caught:
        from_siblings(base, [siblings[0], other], out)
    assert f"{other} is " in str(caught.value)
    assert f"{base} is qwen3 of 2 layers, width 128, feed-forward width 192" in str(caught.value)
    assert not out.exists()


def test_what_gives_no_experts_is_refused(
    base: Path, siblings: list[Path], checkpoints: dict[str, Path], out: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentError, match="a pack of 1 choices cannot be"):
        from_siblings(base, siblings[:1], out, trunk=False)
    with pytest.raises(InvalidArgumentError, match="a pack of 1 choices cannot be"):
        from_siblings(base, [], out)
    with pytest.raises(FileError, match=r"has no config\.json"):
        from_siblings(base, [tmp_path], out)
    with pytest.raises(InvalidArgumentError, match="there are 3 choices, but names for 1"):
        from_siblings(base, siblings, out, choices=[Choice("a")])
    with pytest.raises(InvalidArgumentError, match="type 'q5' is unknown"):
        from_siblings(base, siblings, out, type="q5")
    narrow = mc.make_checkpoint(tmp_path / "narrow", replace(SPARSE, hidden=64))
    with pytest.raises(InvalidArgumentError, match=r"has 2 layers of width 64, .* width 128"):
        from_experts(base, narrow, out)
    biased = mc.make_checkpoint(tmp_path / "biased", replace(DENSE, arch="llama", mlp_bias=True))
    plain = mc.make_checkpoint(tmp_path / "llama", replace(DENSE, arch="llama"))
    convert(plain, tmp_path / "llama.gguf")
    with pytest.raises(UnsupportedModelError, match="the network of layer 0 has biases"):
        from_siblings(tmp_path / "llama.gguf", [biased], out)
    convert(biased, tmp_path / "biased.gguf")
    with pytest.raises(UnsupportedModelError, match="the network of layer 0 has biases"):
        from_siblings(tmp_path / "biased.gguf", [biased], out)
    assert not out.exists()


def test_missing_tensors_are_named(base: Path, siblings: list[Path], out: Path) -> None:
    lost = "model.layers.1.mlp.up_proj.weight"
    path = siblings[1] / "model.safetensors"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole.replace(lost.encode(), lost.replace("up", "UP").encode(), 1))
        with pytest.raises(ModelFormatError, match=rf"second: lacks 1 tensors.*'{lost}'"):
            from_siblings(base, siblings, out)
    finally:
        path.write_bytes(whole)
    assert not out.exists()


def test_from_the_command_line(
    run: Run,
    base: Path,
    siblings: list[Path],
    checkpoints: dict[str, Path],
    out: Path,
    tmp_path: Path,
) -> None:
    expected = tmp_path / "expected.gguf"
    siblings = [checkpoints["first"], checkpoints["second"]]

    def made(*words: str | Path) -> bytes:
        outcome = run("experts", "from-checkpoint", base, *words, "-o", out)
        assert (outcome.out, outcome.err, outcome.status) == ("", "", 0)
        return out.read_bytes()

    from_siblings(base, siblings, expected)
    assert made(*siblings) == expected.read_bytes()
    choices = [Choice("a", "x"), Choice("b")]
    from_siblings(
        base,
        siblings,
        expected,
        trunk=False,
        top_k=2,
        seed=4,
        name="n",
        choices=choices,
        type="f16",
    )
    flags = ("--no-trunk", "--top-k", "2", "--seed", "4", "--name", "n", "--type", "f16")
    assert made(*siblings, *flags, "--expert", "a:x", "--expert", "b") == expected.read_bytes()
    from_siblings(base, siblings, expected, mode="parallel")
    assert made(*siblings, "--mode", "parallel") == expected.read_bytes()
    from_experts(base, checkpoints["sparse"], expected)
    assert made(checkpoints["sparse"]) == expected.read_bytes()
    from_experts(base, checkpoints["sparse"], expected, top_k=1, name="n", type="f32")
    flags = ("--top-k", "1", "--name", "n", "--type", "f32", "--no-trunk")
    assert made(checkpoints["sparse"], *flags) == expected.read_bytes()


def test_errors_on_the_command_line(
    run: Run,
    base: Path,
    siblings: list[Path],
    checkpoints: dict[str, Path],
    out: Path,
    tmp_path: Path,
) -> None:
    sparse = checkpoints["sparse"]
    alone = f"{sparse} has experts and routers of its own; pass it alone"
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["OtherForCausalLM"]}))
    for words, sentence in (
        ((sparse, checkpoints["first"]), alone),
        ((sparse, "--mode", "parallel"), alone),
        ((sparse, "--trunk"), alone),
        ((sparse, "--expert", "a"), alone),
        ((tmp_path,), "OtherForCausalLM"),
        ((tmp_path / "none",), "has no config.json"),
    ):
        refused = run("experts", "from-checkpoint", base, *words, "-o", out)
        assert refused.status == 2
        assert refused.err.startswith("qwen3lite: ")
        assert refused.err.count("\n") == 1
        assert sentence in refused.err
    assert not out.exists()


def test_formats_that_rows_do_not_fit_fall_back() -> None:
    for wanted in ("Q4_K", "Q5_K", "Q6_K"):
        assert fitting_format("x", wanted, (4, 512)) == wanted
        assert fitting_format("x", wanted, (4, 96)) == "Q8_0"
    for wanted in ("Q4_1", "Q5_0", "Q5_1", "Q6_K"):
        assert fitting_format("x", wanted, (4, 80)) == "F16"
