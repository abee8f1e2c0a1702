"""The user's cache of converted checkpoints, by content: the same files are converted once.

qwen3lite/<name>-<type>-<digest>.gguf   converted models
qwen3lite/digests/<path's hash>.json    a directory's files as they were, and their digest
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import FileError

if TYPE_CHECKING:
    from .convert.converter import Progress

# To be raised when convert() writes other bytes for the same input.
CONVERTER_REVISION = 1
INPUTS = ("*.json", "*.jinja", "*.safetensors")
READ_BYTES = 1 << 20


def cache_directory() -> Path:
    """$XDG_CACHE_HOME/qwen3lite, else ~/.cache/qwen3lite."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "qwen3lite"


def converted(directory: Path, name: str, type: str, progress: Progress | None) -> Path:
    """The GGUF file of a Hugging Face model directory, converted unless the cache has it.

    `name` only tells people what the file is.

    Processes that convert the same directory at once all succeed: each writes a file of its own,
    and the last to finish replaces an equal one. Throws as convert() does.
    """
    if not (directory / "config.json").is_file():
        raise FileError(
            f"{directory}: has no config.json; pass the directory of a Hugging Face model or a GGUF"
            " file."
        )
    cache = cache_directory()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        out = cache / f"{name}-{type}-{_digest(directory, cache / 'digests')}.gguf"
    except OSError as error:
        raise FileError(f"{error.filename}: {error.strerror}.") from error
    if not out.exists():
        from .convert import convert

        convert(directory, out, type, progress)
    return out


def _digest(directory: Path, memory: Path) -> str:
    """A hash of the names and contents of the directory's files.

    Gigabytes take seconds to hash, so `memory` keeps the result for as long as sizes and times of
    the files stay the same.
    """
    files = sorted(path for pattern in INPUTS for path in directory.glob(pattern))
    state = [[f.name, f.stat().st_size, f.stat().st_mtime_ns] for f in files]
    place = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:16]
    record = memory / f"{place}.json"
    try:
        known = json.loads(record.read_bytes())
        if known["files"] == state and known["revision"] == CONVERTER_REVISION:
            return str(known["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or damaged
    digest = _hash(files)
    memory.mkdir(exist_ok=True)
    temporary = memory / f".{place}.{secrets.token_hex(4)}.part"
    entry = {"files": state, "revision": CONVERTER_REVISION, "digest": digest}
    temporary.write_text(json.dumps(entry))
    temporary.replace(record)
    return digest


def _hash(files: list[Path]) -> str:
    sha = hashlib.sha256(f"revision {CONVERTER_REVISION}".encode())
    for path in files:
        sha.update(f"\n{path.name} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while block := file.read(READ_BYTES):
                sha.update(block)
    return sha.hexdigest()[:16]
