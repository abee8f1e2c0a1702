"""What a passage can tell of people and things, and how it is told and asked."""

from __future__ import annotations

from ..item import Language
from . import chinese, english
from .attribute import Attribute

PEOPLE: dict[Language, tuple[Attribute, ...]] = {"en": english.PEOPLE, "zh": chinese.PEOPLE}
THINGS: dict[Language, tuple[Attribute, ...]] = {"en": english.THINGS, "zh": chinese.THINGS}
