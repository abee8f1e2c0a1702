"""The converter's files: names, shapes, types and values of tensors; atomic writing; memory."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from convert_support import TINY
from gguf import GGUFReader
from gguf.quants import dequantize

import make_checkpoint as mc
from qwen3lite.convert import TYPES, convert

HF_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_gate_inp": "mlp.gate",
    "ffn_gate_exps": "mlp.experts.{}.gate_proj",
    "ffn_up_exps": "mlp.experts.{}.up_proj",
    "ffn_down_exps": "mlp.experts.{}.down_proj",
}
MOE = TINY["qwen3moe"]
CASES = {
    **TINY,
    "some layers dense": replace(MOE, layers=4, dense_layers=(1,), sparse_step=2, expert_ff=128),
    "qwen3 with biases": replace(TINY["qwen3"], attention_bias=True),
    "llama with biases": replace(TINY["llama"], attention_bias=True, mlp_bias=True),
}
# Largest root-mean-square error relative to the values' own, for normally distributed values.
TOLERANCE = {"F32": 0.0, "F16": 3e-4, "BF16": 2.5e-3, "Q8_0": 6e-3, "Q6_K": 0.025, "Q4_0": 0.1}


def source_names(name: str, geometry: mc.Geometry) -> list[str]:
    """What a tensor of the file is made of: one of the checkpoint's, or one for each expert."""
    *parts, kind = name.split(".")
    source = HF_NAMES[parts[-1]]
    prefix = f"model.layers.{parts[1]}." if parts[0] == "blk" else ""
    count = geometry.experts if "{}" in source else 1
    return [f"{prefix}{source.format(i)}.{kind}" for i in range(count)]


def expected_values(
    name: str, geometry: mc.Geometry, source: dict[str, npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    parts = [source[part] for part in source_names(name, geometry)]
    if geometry.arch == "llama" and name.split(".")[2:3] in (["attn_q"], ["attn_k"]):
        return interleaved(parts[0], geometry.head_dim)
    return np.stack(parts) if name.endswith("_exps.weight") else parts[0]


def source_values(geometry: mc.Geometry, seed: int) -> dict[str, npt.NDArray[np.float32]]:
    return {
        spec.name: np.concatenate(list(mc.tensor_blocks(spec, seed))).reshape(spec.shape)
        for spec in mc.tensor_specs(geometry)
    }


def interleaved(w: npt.NDArray[np.float32], head_dim: int) -> npt.NDArray[np.float32]:
    """Row i of a head's first half goes to 2i, row i of its second half to 2i + 1."""
    out = np.empty_like(w)
    for head in range(0, len(w), head_dim):
        for i in range(head_dim // 2):
            out[head + 2 * i] = w[head + i]
            out[head + 2 * i + 1] = w[head + head_dim // 2 + i]
    return out


@pytest.fixture(scope="module", params=CASES)
def geometry(request: pytest.FixtureRequest) -> mc.Geometry:
    return CASES[request.param]


@pytest.fixture(scope="module")
def tiny(geometry: mc.Geometry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mc.make_checkpoint(tmp_path_factory.mktemp("hf") / "tiny", geometry, seed=7)


@pytest.mark.parametrize("type", TYPES)
def test_tensors_read_back(type: str, geometry: mc.Geometry, tiny: Path, tmp_path: Path) -> None:
    convert(tiny, tmp_path / "out.gguf", type)
    tensors = GGUFReader(tmp_path / "out.gguf").tensors
    source = source_values(geometry, seed=7)
    used = [name for t in tensors for name in source_names(t.name, geometry)]
    assert sorted(used) == sorted(source)
    head = "token_embd.weight" if geometry.tied else "output.weight"
    for tensor in tensors:
        expected = expected_values(tensor.name, geometry, source)
        assert [int(n) for n in tensor.shape] == list(reversed(expected.shape))
        format = tensor.tensor_type.name
        if expected.ndim == 1 or "ffn_gate_inp" in tensor.name:
            assert format == "F32"
        elif type == "q4_0" and tensor.name == head:
            assert format == "Q6_K"
        else:
            assert format == type.upper()
        values = dequantize(tensor.data, tensor.tensor_type).reshape(expected.shape)
        error = np.sqrt(np.mean((values - expected) ** 2) / np.mean(expected**2))
        assert error <= TOLERANCE[format], tensor.name


def test_tied_checkpoint_may_carry_its_head(tmp_path: Path) -> None:
    geometry = replace(TINY["qwen3"], tied=False)
    src = mc.make_checkpoint(tmp_path / "m", geometry, config={"tie_word_embeddings": True})
    convert(src, tmp_path / "out.gguf", "q4_0")
    types = {t.name: t.tensor_type.name for t in GGUFReader(tmp_path / "out.gguf").tensors}
    assert "output.weight" not in types
    assert types["token_embd.weight"] == "Q6_K"


def test_same_bytes_from_shards_and_again(tmp_path: Path) -> None:
    geometry = TINY["llama"]
    files = []
    for i, shards in enumerate([1, 1, 3]):
        src = mc.make_checkpoint(tmp_path / str(i) / "m", geometry, shards=shards, dtype="bfloat16")
        convert(src, tmp_path / f"{i}.gguf", "q4_0")
        files.append((tmp_path / f"{i}.gguf").read_bytes())
    assert files[0] == files[1] == files[2]


def test_block_size_changes_nothing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(tiny, tmp_path / "one.gguf", "q4_0")
    monkeypatch.setattr("qwen3lite.convert.encoding.BLOCK_VALUES", 20_000)
    blocks: list[str] = []
    convert(tiny, tmp_path / "many.gguf", "q4_0", lambda name, *_: blocks.append(name))
    assert blocks.count("blk.0.attn_q.weight") > 2
    assert (tmp_path / "one.gguf").read_bytes() == (tmp_path / "many.gguf").read_bytes()


def test_bf16_source_is_exact(geometry: mc.Geometry, tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "m", geometry, dtype="bfloat16")
    convert(src, tmp_path / "out.gguf", "f32")
    values = source_values(geometry, seed=0)
    for tensor in GGUFReader(tmp_path / "out.gguf").tensors:
        bits = np.asarray(tensor.data).view(np.uint32).reshape(-1)
        expected = np.ascontiguousarray(expected_values(tensor.name, geometry, values)).reshape(-1)
        assert not np.any(bits & 0xFFFF)
        assert np.array_equal(bits >> 16, mc.to_bf16(expected)), tensor.name


def test_rows_that_fit_no_block_fall_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    geometry = replace(TINY["llama"], hidden=96, ff=80, vocab=319)
    src = mc.make_checkpoint(tmp_path / "m", geometry)
    convert(src, tmp_path / "out.gguf", "q4_0")
    tensors = {t.name: t for t in GGUFReader(tmp_path / "out.gguf").tensors}
    types = {name: t.tensor_type.name for name, t in tensors.items()}
    assert types["output.weight"] == "Q8_0"  # 96 is no multiple of 256
    assert types["token_embd.weight"] == types["blk.0.ffn_up.weight"] == "Q4_0"
    assert types["blk.1.ffn_down.weight"] == "F16"  # 80 is no multiple of 32
    assert tensors["token_embd.weight"].n_bytes % 32  # so the next one follows padding
    norm = source_values(geometry, seed=0)["model.layers.0.input_layernorm.weight"]
    assert np.array_equal(tensors["blk.0.attn_norm.weight"].data, norm)
    assert "blk.1.ffn_down.weight: rows of 80 values do not fit Q4_0; kept as F16." in caplog.text


def test_progress_counts_bytes(small: Path, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    convert(small, tmp_path / "out.gguf", "f16", lambda *call: calls.append(call))
    tensors = GGUFReader(tmp_path / "out.gguf").tensors
    assert [name for name, _, _ in calls] == [t.name for t in tensors]
    assert calls[-1][1:] == (sum(int(t.n_bytes) for t in tensors),) * 2
    assert sorted(done for _, done, _ in calls) == [done for _, done, _ in calls]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_interrupted_conversion_leaves_nothing(
    error: type[BaseException], small: Path, tmp_path: Path
) -> None:
    def interrupt(name: str, done: int, total: int) -> None:
        if "ffn_up" in name:
            raise error

    out = tmp_path / "out" / "model.gguf"
    out.parent.mkdir()
    with pytest.raises(error):
        convert(small, out, "q8_0", interrupt)
    assert list(out.parent.iterdir()) == []
    out.write_bytes(b"the previous file")
    with pytest.raises(error):
        convert(small, out, "q8_0", interrupt)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == b"the previous file"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "geometry",
    [
        replace(TINY["qwen3"], layers=1, hidden=512, vocab=100_000),
        replace(MOE, layers=1, hidden=512, expert_ff=512, experts=70),
    ],
    ids=["embedding", "experts"],
)
def test_memory_does_not_follow_the_tensors(geometry: mc.Geometry, tmp_path: Path) -> None:
    """Tensors of 200 MB convert in less than that, interpreter and libraries included."""
    src = mc.make_checkpoint(tmp_path / "m", geometry)
    program = (
        "import sys\nfrom pathlib import Path\nfrom qwen3lite.convert import convert\n"
        "convert(Path(sys.argv[1]), Path(sys.argv[2]), 'q8_0')\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )  # not ru_maxrss, which starts from the parent's
    command = [sys.executable, "-c", program, str(src), str(tmp_path / "out.gguf")]
    peak_kb = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert (src / "model.safetensors").stat().st_size > 200e6
    assert peak_kb * 1024 < 190e6
