"""Trained experts and routers as the file that docs/formats/expert_pack.md describes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from gguf.constants import Keys
from transformers import Qwen3ForCausalLM

from qwen3lite import _core
from qwen3lite.atomic_file import atomic_path
from qwen3lite.convert import convert
from qwen3lite.convert.gguf_file import GgufFile, GgufTensor
from qwen3lite.convert.metadata import KeyValue, boolean, string, strings, uint32

from .expert_network import ExpertNetwork, Layout, networks

# Blocks of 256 values are none of them: nano's dense network has a width of 384.
TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0")
PREFIX = "q3l.experts."


def write_pack(model: Qwen3ForCausalLM, base: Path, out: Path, type: str) -> None:
    """`model`'s experts and routers, for the model of directory `base`; matrices of experts have
    `type`, one of TYPES."""
    found = {
        f"blk.{i}.{name}.weight": values
        for i, network in enumerate(networks(model))
        for name, values in tensors(network).items()
    }
    formats = {name: "F32" if "gate_inp" in name else type.upper() for name in found}
    infos = [GgufTensor(name, formats[name], found[name].shape) for name in found]
    entries = metadata(networks(model)[0].layout, base, out)
    with atomic_path(out) as path, GgufFile(path, "qwen3", entries, infos) as file:
        for name, values in found.items():
            file.write(_core.encode(formats[name], values.reshape(-1, values.shape[-1])))
            file.end_tensor()


def tensors(network: ExpertNetwork) -> dict[str, npt.NDArray[np.float32]]:
    """The router [n_choices, width], and the experts' matrices [n_experts, out, in]."""
    found = {"ffn_gate_inp": network.router.weight}
    for name in ("gate", "up", "down"):
        matrices = [getattr(expert, f"{name}_proj").weight for expert in network.experts]
        found[f"ffn_{name}_exps"] = torch.stack(matrices)
    return {name: values.detach().numpy() for name, values in found.items()}


def metadata(layout: Layout, base: Path, out: Path) -> list[KeyValue]:
    is_replacing = layout.mode == "replace"
    experts = [f"steps {i}" for i in range(1, layout.n_choices)]
    return [
        string(Keys.General.TYPE, "adapter"),
        string(Keys.General.NAME, out.stem),
        string(Keys.Adapter.TYPE, "experts"),
        uint32(PREFIX + "version", 1),
        string(PREFIX + "mode", layout.mode),
        boolean(PREFIX + "trunk", is_replacing),
        uint32(PREFIX + "count", layout.n_choices),
        uint32(PREFIX + "used_count", layout.top_k),
        boolean(PREFIX + "weights_norm", True),
        strings(PREFIX + "names", ["trunk" if is_replacing else "nothing", *experts]),
        strings(PREFIX + "roles", ["general", *["math"] * len(experts)]),
        string(PREFIX + "base.name", base.resolve().name),
        string(PREFIX + "base.fingerprint", fingerprint(base)),
    ]


def fingerprint(base: Path) -> str:
    """That of all files made of the directory: only norms count, which are F32 in each of them."""
    with TemporaryDirectory() as directory:
        file = Path(directory) / "base.gguf"
        convert(base, file, "q8_0")
        return _core.model_fingerprint(str(file))
