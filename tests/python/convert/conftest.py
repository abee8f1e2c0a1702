"""Fixtures of the converter's tests; they make checkpoints with tools/make_checkpoint.py."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))
from convert_support import SMALL

import make_checkpoint as mc


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small checkpoint of its own, to be changed by the test."""
    return mc.make_checkpoint(tmp_path / "model", SMALL)
