"""What the machine is, as the core finds it, and the doctor's words about it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qwen3lite import Model, _core
from qwen3lite.cli import main
from qwen3lite.doctor import (
    Bandwidth,
    Cpu,
    IsaRow,
    Memory,
    ModelCheck,
    ModelFiles,
    Report,
    examine,
    problems,
)

GB = 10**9
PROGRAM = [sys.executable, "-c", "from qwen3lite.cli import main; main()"]

CPU = Cpu("A CPU", 8, 4, 4, None, 4, 0.5, "acpi-cpufreq", "schedutil", "")
ROWS = [
    IsaRow("scalar", [], []),
    IsaRow("avx2", ["avx2", "fma"], []),
    IsaRow("amx", ["avx2", "fma"], ["amx_tile", "amx_bf16"]),
]
HEALTHY = Report(
    cpu=CPU,
    isa_rows=ROWS,
    isa="avx2",
    isa_cap=None,
    caches=[],
    memory=Memory(16 * GB, 12 * GB, None),
    bandwidth=Bandwidth(GB, False, {1: 1e10, 4: 3e10}),
    model_files=ModelFiles("cache", 0, 0),
    versions={"Python": "3.11"},
    model=ModelCheck("model.gguf", GB),
)


def cpu(**facts: Any) -> dict[str, Any]:
    return {"cpu": dataclasses.replace(CPU, **facts)}


def memory(total: int, available: int, limit: int | None = None) -> dict[str, Any]:
    return {"memory": Memory(total, available, limit)}


# Problems


def test_a_healthy_machine_has_none() -> None:
    assert list(problems(HEALTHY)) == []


@pytest.mark.parametrize(
    ("facts", "what", "remedy"),
    [
        ({"isa": "scalar", "isa_cap": "scalar"}, "unused: avx2.", "Unset Q3L_ISA"),
        (
            {"isa_rows": [ROWS[0], IsaRow("avx2", ["fma"], ["avx2"])], "isa": "scalar"},
            "this machine lacks avx2.",
            "-cpu host",
        ),
        (cpu(n_allowed=1, n_usable=1), "1 of 4 cores", "taskset"),
        (cpu(quota=1.5, n_usable=1), "1.5 CPUs", "--cpus"),
        (cpu(clock_governor="powersave"), "clock", "cpupower"),
        (
            cpu(
                clock_driver="intel_pstate",
                clock_governor="powersave",
                clock_preference="power",
            ),
            "clock",
            "cpupower",
        ),
        (cpu(load=6.0), "6.0 ran or waited", "-t"),
        (memory(GB // 2, GB // 4), "do not fit in 0.50 GB", "q4_0"),
        (memory(2 * GB, GB // 2), "0.50 GB fit", "Close other programs"),
        (memory(16 * GB, 12 * GB, GB // 2), "limit of 0.50 GB", "--memory"),
    ],
)
def test_a_problem_is_found_and_has_a_remedy(facts: dict[str, Any], what: str, remedy: str) -> None:
    [problem] = problems(dataclasses.replace(HEALTHY, **facts))
    assert what in problem.what
    assert remedy in problem.remedy
    assert not problem.is_fatal


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"isa": None, "isa_cap": "mmx"}, "Q3L_ISA=mmx"),
        ({"model": ModelCheck("model.gguf", GB, "model.gguf is damaged")}, "is damaged"),
    ],
)
def test_what_keeps_models_from_running_is_fatal(facts: dict[str, Any], what: str) -> None:
    [problem] = problems(dataclasses.replace(HEALTHY, **facts))
    assert what in problem.what
    assert problem.is_fatal


@pytest.mark.parametrize(
    "facts",
    [
        cpu(load=4.0),  # a program of ours
        cpu(quota=4.0),
        cpu(clock_driver="intel_pstate", clock_governor="powersave"),  # its ordinary one
        memory(2 * GB, GB, 2 * GB),
        {"isa_cap": "avx2"},
        {"isa_rows": ROWS[:1], "isa": "scalar"},  # a build that has no other row
    ],
)
def test_what_is_no_problem(facts: dict[str, Any]) -> None:
    assert list(problems(dataclasses.replace(HEALTHY, **facts))) == []


# Facts


def test_rows_are_those_available_and_those_that_lack_something() -> None:
    rows = [IsaRow(**row) for row in _core.isa_rows()]
    assert [row.name for row in rows if row.is_available] == _core.available_isas()


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="no /proc/cpuinfo")
def test_features_are_those_that_the_kernel_names() -> None:
    flags = re.search(r"^flags\s*:(.*)", Path("/proc/cpuinfo").read_text(), re.M)
    named = {flag.replace("_", "") for flag in flags[1].split()} if flags else set()
    for row in _core.isa_rows():
        assert {feature.replace("_", "") for feature in row["found"]} <= named
        assert not {feature.replace("_", "") for feature in row["missing"]} & named


def test_cores_are_those_of_the_affinity_mask() -> None:
    everything = Cpu(**_core.cpu())
    assert 1 <= everything.n_usable <= everything.n_allowed <= everything.n_physical
    assert everything.n_physical <= everything.n_threads
    one = min(os.sched_getaffinity(0))
    script = f"import os; os.sched_setaffinity(0, [{one}]); from qwen3lite import _core; "
    script += "print(_core.cpu()['n_allowed'], _core.cpu()['n_usable'])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).split() == ["1", "1"]


def test_memory_is_the_systems() -> None:
    facts = Memory(**_core.memory())
    assert facts.total == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < facts.available <= facts.total


def test_bandwidth_is_of_bytes_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(1 << 22))
    for rate in (_core.read_bandwidth(str(path), 2), _core.memory_bandwidth(1 << 22, 1)):
        assert 1e8 < rate < 1e13


# The command


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def call(*words: str | Path) -> tuple[str, int]:
        monkeypatch.setattr(sys, "argv", ["qwen3lite", "doctor", *map(str, words)])
        monkeypatch.setattr("qwen3lite.doctor.PROBE_BYTES", 1 << 20)
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as end:
            main()
        return capsys.readouterr().out, int(end.value.code or 0)

    return call


def test_output_names_what_a_row_lacks(doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [dataclasses.asdict(row) for row in ROWS]
    monkeypatch.setattr(_core, "isa_rows", lambda: rows)
    monkeypatch.setattr(_core, "isa", lambda: "avx2")
    out, status = doctor()
    assert re.search(r"avx2 +in use", out)
    assert re.search(r"scalar +runs here", out)
    assert re.search(r"amx +does not run here: no amx_tile, amx_bf16", out)
    assert status == 0


def test_json_of_a_model(doctor: Any, tiny: Model) -> None:
    tiny_path = tiny.path
    out, status = doctor(tiny_path, "--json")
    report = json.loads(out)
    assert status == 0
    assert report["model"] == {
        "path": str(tiny_path),
        "n_bytes": tiny_path.stat().st_size,
        "error": None,
    }
    assert report["bandwidth"]["is_file"] == (tiny_path.stat().st_size >= 1 << 20)
    assert report["isa"] == _core.isa()
    assert report["model_files"]["n_models"] >= 1


def test_a_file_that_is_no_model_gives_status_1(doctor: Any, tmp_path: Path) -> None:
    path = tmp_path / "text.gguf"
    path.write_text("no model")
    out, status = doctor(path)
    assert "Error: " in out
    assert "text.gguf" in out
    assert status == 1


def test_an_unknown_q3l_isa_gives_status_1() -> None:
    environment = os.environ | {"Q3L_ISA": "mmx"}
    command = [*PROGRAM, "doctor", "--json"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    report = json.loads(ended.stdout)
    assert report["isa"] is None
    assert "Q3L_ISA=mmx" in report["problems"][0]["what"]
    assert ended.returncode == 1


def test_q3l_isa_is_reported() -> None:
    environment = os.environ | {"Q3L_ISA": "scalar"}
    command = [*PROGRAM, "doctor"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert re.search(r"scalar +in use", ended.stdout)
    assert ended.returncode == 0


def test_examine_says_the_cache(cache_home: Path) -> None:
    assert examine().model_files.directory == str(cache_home / "qwen3lite")
