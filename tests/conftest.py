"""What the suites share."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="session")
def program() -> str:
    """q3l, from Q3L_PROGRAM or where pip put it."""
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    found = os.environ.get("Q3L_PROGRAM") or shutil.which("q3l", path=scripts)
    assert found, "q3l is not installed: pip install ."
    return found


@pytest.fixture(scope="session")
def qwen3_0_6b() -> Iterator[Path]:
    """Qwen3-0.6B's geometry in Q4_0, random weights: 336 MB, made in half a minute."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
    import make_checkpoint as mc
    from qwen3lite.convert import convert

    with TemporaryDirectory() as directory:
        checkpoint = Path(directory) / "hf"
        mc.make_checkpoint(checkpoint, mc.GEOMETRIES["qwen3", "0.6b"], dtype="bfloat16")
        file = Path(directory) / "q4_0.gguf"
        convert(checkpoint, file, "q4_0")
        shutil.rmtree(checkpoint)
        yield file
