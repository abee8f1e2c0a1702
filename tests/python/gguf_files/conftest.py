"""A small converted model for the tests to damage."""

from pathlib import Path

import pytest
from gguf_support import GEOMETRY

import make_checkpoint as mc
from qwen3lite.convert import convert


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("gguf")
    checkpoint = mc.make_checkpoint(directory / "hf", GEOMETRY, seed=41)
    convert(checkpoint, directory / "model.gguf", "q8_0")
    return directory / "model.gguf"


@pytest.fixture(scope="session")
def original(model_path: Path) -> bytes:
    return model_path.read_bytes()
