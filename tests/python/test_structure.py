"""The source tree's layers: what may include what, and that one place runs the model.

docs/architecture.md has the reasons; these tests read the sources alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

CSRC = Path(__file__).parents[2] / "csrc"
SOURCES = (".cpp", ".h", ".inl", ".def")

# A folder may include itself and these.
MAY_INCLUDE: dict[str, set[str]] = {
    "base": set(),
    "gguf": {"base"},
    "tokenizer": {"base"},
    "quant": {"base"},
    "kernels": {"base", "quant"},
    "sampler": {"base", "kernels"},
    "experts": {"base", "gguf", "quant"},
    "model": {"base", "gguf", "quant", "kernels", "experts"},
    "engine": {"model", "kernels", "tokenizer", "sampler", "gguf", "experts", "base"},
    "quantize": {"engine", "model", "quant", "gguf", "base"},
    "cli": {"engine", "gguf", "base"},
    "capi": {"engine", "base"},
}
MAY_INCLUDE["bindings"] = set(MAY_INCLUDE)
# Programs may name the types that the engine's headers show.
SHOWN_BY_ENGINE = ("cli",)

# Code that is compiled for newer CPUs may use nothing whose inline functions others share.
ISA_CODE = re.compile(r"kernels/((isa|generic)/.*|kernel_set\.h)|quant/.*\.inl|base/fp16\.inl")
ISA_MAY_INCLUDE = re.compile(
    r'"(kernels/kernel_set\.h|kernels/(generic|isa)/\w+\.inl|quant/\w+\.inl|generated/\w+\.inl'
    r"|base/fp16\.inl)\"|<(cstdint|cstring|\w+intrin\.h|arm_neon\.h|arm_sve\.h|riscv_vector\.h)>"
    r"|Q3L_FAMILY_INL"
)


class Include(NamedTuple):
    file: str  # relative to csrc
    target: str  # with its quotes, brackets, or a macro's name

    @property
    def folder(self) -> str:
        return self.file.split("/")[0]


def includes(root: Path) -> Iterator[Include]:
    for path in sorted(p for p in root.rglob("*") if p.suffix in SOURCES):
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"\s*#\s*include\s+(\S+)", line):
                yield Include(path.relative_to(root).as_posix(), match[1])


def is_allowed(include: Include, shown: set[str]) -> bool:
    if ISA_CODE.fullmatch(include.file):
        return ISA_MAY_INCLUDE.fullmatch(include.target) is not None
    if include.target.startswith("<"):
        return "pybind11" not in include.target or include.folder == "bindings"
    target = include.target.strip('"').split("/")
    if len(target) < 2:
        return False  # by its path from csrc/, so that the folder is seen
    if target[0] == "generated":
        return include.folder == "kernels"
    if include.folder in SHOWN_BY_ENGINE and include.target in shown:
        return True
    allowed = MAY_INCLUDE.get(include.folder, set()) | {include.folder}
    return target[0] in allowed


def violations(root: Path) -> list[str]:
    found = list(includes(root))
    shown = {i.target for i in found if re.fullmatch(r"engine/\w+\.h", i.file)}
    return [f"{i.file} includes {i.target}" for i in found if not is_allowed(i, shown)]


def forward_calls(root: Path) -> list[str]:
    """Calls of a forward() outside the model's own layers."""
    return [
        f"{path.relative_to(root).as_posix()}: {line.strip()}"
        for path in sorted(root.rglob("*.cpp")) + sorted(root.rglob("*.h"))
        if path.relative_to(root).parts[0] != "model"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(\.|->)\s*forward\s*\(", line)
    ]


def test_every_folder_has_its_layer() -> None:
    assert {p.name for p in CSRC.iterdir()} <= set(MAY_INCLUDE)


def test_sources_include_lower_layers_only() -> None:
    assert len(list(includes(CSRC))) > 100
    assert violations(CSRC) == []


def test_the_model_runs_from_one_place() -> None:
    """All that generates or scores goes through the executor's steps."""
    calls = forward_calls(CSRC)
    assert len(calls) == 1, calls
    assert calls[0].startswith("engine/executor.cpp: model_.forward(")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("base/error.cpp", '#include "gguf/reader.h"'),
        ("tokenizer/bpe.h", '#include "model/config.h"'),
        ("cli/run.cpp", '#include "model/transformer.h"'),
        ("cli/run.cpp", '#include "run.h"'),
        ("gguf/reader.cpp", "#include <pybind11/pybind11.h>"),
        ("model/config.h", '#include "generated/isa_rows.inc"'),
        ("kernels/isa/avx2.cpp", "#include <vector>"),
        ("kernels/isa/avx2.cpp", '#include "base/fp16.h"'),
        ("kernels/generic/ops.inl", '  #  include "kernels/dispatch.h"'),
        ("quant/q4_0.inl", "#include <cmath>"),
        ("kernels/kernel_set.h", "#include <algorithm>"),
        ("unknown/file.cpp", '#include "base/error.h"'),
    ],
)
def test_a_wrong_include_is_found(file: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"#pragma once\n{line}\n")
    assert len(violations(tmp_path)) == 1


def test_a_second_caller_is_found(tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "run.cpp").write_text("void f() { engine->model().forward(batch, kv); }\n")
    assert len(forward_calls(tmp_path)) == 1
