"""GGUF metadata as typed key-value entries, in the order they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gguf.constants import GGUFValueType


@dataclass(frozen=True)
class KeyValue:
    key: str
    value: int | float | bool | str | Sequence[str] | Sequence[int]
    type: GGUFValueType
    item_type: GGUFValueType | None = None  # of an array


def uint32(key: str, value: int) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.UINT32)


def int32(key: str, value: int) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.INT32)


def float32(key: str, value: float) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.FLOAT32)


def boolean(key: str, value: bool) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.BOOL)


def string(key: str, value: str) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.STRING)


def strings(key: str, value: Sequence[str]) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.ARRAY, GGUFValueType.STRING)


def int32s(key: str, value: Sequence[int]) -> KeyValue:
    return KeyValue(key, value, GGUFValueType.ARRAY, GGUFValueType.INT32)
