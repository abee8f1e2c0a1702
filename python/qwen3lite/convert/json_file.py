"""JSON files of a model directory, read with errors that name the file."""

import json
from pathlib import Path
from typing import Any

from ..errors import FileError, ModelFormatError


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in `path`. Throws FileError (unreadable) or ModelFormatError (no object)."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        value = json.loads(text)
        if b"\\ud" in text.lower():  # an escaped surrogate: must be one of a pair
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"{path}: not valid JSON ({error}); download it again.") from error
    if not isinstance(value, dict):
        raise ModelFormatError(f"{path}: expected a JSON object; download it again.")
    return value


def read_optional_object(path: Path) -> dict[str, Any]:
    """As read_object; an empty object when there is no such file."""
    return read_object(path) if path.is_file() else {}
