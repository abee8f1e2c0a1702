"""JSON files of a model directory and their numbers, read with errors that name file and key."""

import json
from pathlib import Path
from typing import Any

from ..errors import FileError, ModelFormatError

MAX_INT32 = (1 << 31) - 1
MAX_FLOAT32 = 3.4e38


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


def integer(path: Path, key: str, value: Any, least: int) -> int:
    """`value` of `key` in `path` as a count that GGUF can hold. Throws ModelFormatError."""
    if type(value) is not int or not least <= value <= MAX_INT32:
        kind = "a positive integer" if least else "an integer >= 0"
        raise ModelFormatError(f"{path}: '{key}' must be {kind}, not {value!r}.")
    return value


def real(path: Path, key: str, value: Any, *, zero_too: bool = False) -> float:
    """`value` of `key` in `path` as a positive number that GGUF can hold."""
    is_number = type(value) in (int, float)
    if not is_number or not (0 < value <= MAX_FLOAT32 or (zero_too and value == 0)):
        kind = "a number >= 0" if zero_too else "a positive number"
        raise ModelFormatError(f"{path}: '{key}' must be {kind}, not {value!r}.")
    return float(value)
