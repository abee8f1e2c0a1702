"""Models that tests of several areas share, made once; nothing touches the user's own cache."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from cli_support import Outcome, Run

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.cli import main


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where converted models are kept during the tests."""
    home = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def smollm2() -> Model:
    """The real SmolLM2-135M-Instruct."""
    return Model("smollm2")


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen3 checkpoint with a ChatML template."""
    directory = tmp_path_factory.mktemp("tiny") / "tiny-qwen3"
    return mc.make_checkpoint(directory, mc.GEOMETRIES["qwen3", "tiny"])


@pytest.fixture(scope="session")
def tiny(tiny_checkpoint: Path) -> Model:
    return Model(tiny_checkpoint)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the program in this process."""

    def call(*words: str | Path, stdin: str = "") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["qwen3lite", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return Outcome(captured.out, captured.err, int(end.value.code or 0))

    return call
