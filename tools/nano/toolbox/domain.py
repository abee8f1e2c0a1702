"""A kind of tool, and the ways in which people ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from ..item import Language


@dataclass(frozen=True)
class Domain:
    """`params` maps a parameter's names, one of which a tool has, to the kind of its value.

    `asks` has a place for the first name of each parameter. `response` maps a field's names, one of
    which a response has, to the kind of its value.
    """

    names: tuple[str, ...]
    descriptions: dict[Language, tuple[str, ...]]
    params: dict[tuple[str, ...], str]
    asks: dict[Language, tuple[str, ...]]
    response: dict[str, str]


def domain(
    names: str,
    english: tuple[str, ...],
    chinese: tuple[str, ...],
    params: dict[str, str],
    asks: tuple[str, ...],
    chinese_asks: tuple[str, ...],
    response: dict[str, str],
) -> Domain:
    return Domain(
        tuple(names.split()),
        {"en": english, "zh": chinese},
        {tuple(key.split()): kind for key, kind in params.items()},
        {"en": asks, "zh": chinese_asks},
        response,
    )


OK = {"status": "ok"}
