"""What the tests of expert packs share: models, examples of two kinds of prompts, logits."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

from qwen3lite import Model, _core

Array = npt.NDArray[np.float32]

WORDS = ("apple", "river", "garden", "blue", "window", "stone", "quiet", "bird", "paper", "chair")
DENSE = re.compile(r"ffn_(gate|up|down)\.weight")
HANZI = "我你他今天气很好喜欢吃苹果学校老师朋友音乐习中文书水山"


def arithmetic(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [
        f"What is {draw.randint(2, 99)} {draw.choice('+-*')} {draw.randint(2, 99)}?"
        for _ in range(n)
    ]


def lists(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [f"Reverse the list: {', '.join(draw.sample(WORDS, 4))}." for _ in range(n)]


def chinese(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.sample(HANZI, 8)) + "。" for _ in range(n)]


def write_lines(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tensors(path: Path) -> dict[str, tuple[str, Array | npt.NDArray[np.uint8]]]:
    """Format and stored values of each tensor, blocks as bytes."""
    return {t.name: (t.tensor_type.name, np.array(t.data)) for t in GGUFReader(path).tensors}


def rewrite(
    source: Path,
    *outs: Path,
    settings: Mapping[str, int | float | str] | None = None,
    names: Mapping[str, str] | None = None,
    networks: str | None = None,
) -> None:
    """Copies a model into one file or several parts, with other settings and names of tensors;
    matrices of dense networks, float32 in the model, are encoded as `networks`."""
    reader = GGUFReader(source)
    replaced = ("GGUF.", "general.architecture", *(settings or ()))
    for part, path in enumerate(outs):
        writer = GGUFWriter(path, reader.fields["general.architecture"].contents())
        for key, field in reader.fields.items() if part == 0 else ():
            if not key.startswith(replaced):
                item = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
                writer.add_key_value(key, field.contents(), field.types[0], item)
        for key, value in (settings or {}).items():
            writer.add_key_value(key, value, GGUFValueType.get_type(value))
        if len(outs) > 1:
            writer.add_uint16("split.no", part)
            writer.add_uint16("split.count", len(outs))
            writer.add_int32("split.tensors.count", len(reader.tensors))
        for tensor in reader.tensors[part :: len(outs)]:
            name = (names or {}).get(tensor.name, tensor.name)
            data, type = tensor.data, tensor.tensor_type
            if networks and DENSE.search(name):
                data, type = _core.encode(networks, data), GGMLQuantizationType[networks]
            writer.add_tensor(name, data, raw_dtype=type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def silence_routers(path: Path) -> None:
    """Makes all the pack's choices alike: of ties, the first is taken."""
    with path.open("r+b") as file:
        for tensor in GGUFReader(path).tensors:
            if "ffn_gate_inp" in tensor.name:
                file.seek(int(tensor.data_offset))
                file.write(bytes(int(tensor.n_bytes)))


def logits(model: Model, ids: list[int]) -> Array:
    """Of both roles, one above the other."""
    return np.concatenate([model.logits(ids), model.logits(ids, role="generated")])


def with_pack(model: Model, pack: Path, ids: list[int], top_k: int | None = None) -> Array:
    number = model.load_experts(pack, top_k)
    try:
        return logits(model, ids)
    finally:
        model.unload_experts(number)
