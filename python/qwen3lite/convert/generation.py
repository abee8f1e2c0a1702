"""generation_config.json: the sampling defaults that a model was published with, as metadata."""

from __future__ import annotations

from pathlib import Path

from gguf.constants import Keys

from .json_file import integer, read_optional_object, real
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
        entries.append(int32(Keys.General.SAMPLING_TOP_K, integer(path, "top_k", top_k, least=0)))
    for key, gguf_key in REALS.items():
        value = config.get(key)
        if value is not None:
            entries.append(float32(gguf_key, real(path, key, value, zero_too=True)))
    return entries
