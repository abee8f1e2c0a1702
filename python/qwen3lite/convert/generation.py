"""generation_config.json: the sampling defaults that a model was published with, as metadata."""

from __future__ import annotations

import math
from pathlib import Path

from gguf.constants import Keys

from ..errors import ModelFormatError
from .json_file import read_optional_object
from .metadata import KeyValue, float32, int32

REALS = {
    "temperature": Keys.General.SAMPLING_TEMP,
    "top_p": Keys.General.SAMPLING_TOP_P,
    "min_p": Keys.General.SAMPLING_MIN_P,
    "repetition_penalty": Keys.General.SAMPLING_PENALTY_REPEAT,
}


def sampling_metadata(directory: Path) -> list[KeyValue]:
    """Entries general.sampling.*; none without the file or its keys."""
    path = directory / "generation_config.json"
    config = read_optional_object(path)
    entries = []
    top_k = config.get("top_k")
    if top_k is not None:
        if type(top_k) is not int or not 0 <= top_k < 1 << 31:
            raise ModelFormatError(f"{path}: 'top_k' must be a count, not {top_k!r}.")
        entries.append(int32(Keys.General.SAMPLING_TOP_K, top_k))
    for key, gguf_key in REALS.items():
        value = config.get(key)
        if value is None:
            continue
        if type(value) not in (int, float) or not (value >= 0 and math.isfinite(value)):
            raise ModelFormatError(f"{path}: '{key}' must be a number >= 0, not {value!r}.")
        entries.append(float32(gguf_key, value))
    return entries
