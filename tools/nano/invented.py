"""Words that nobody knows: what is said with them can be matched, but not known by heart."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from .item import Draw, Language
from .toolbox import DOMAINS

SHARE = 0.4  # of facts, of tools' verbs and of their nouns, in practice
VALUE_SHARE = 0.25  # of what facts and arguments say, in practice
WORD: dict[Language, str] = {"en": "[a-z]{4,}", "zh": "[\u4e00-\u9fff]"}


def word(draw: Draw, language: Language) -> str:
    """The first half of a known word and the second half of another; or two characters."""
    first, second = draw.sample(_known(language), 2)
    if language == "zh":
        return first + second
    return first[: (len(first) + 1) // 2] + second[len(second) // 2 :]


def known_or_not(
    draw: Draw, language: Language, known: Callable[[], str], written: Callable[[str], str] = str
) -> str:
    """What `known` draws; in practice at times a word that can only be copied, as it is `written`."""
    if draw.practice and draw.chance(VALUE_SHARE):
        return draw.split(lambda: written(word(draw, language)))
    return known()


@cache
def _known(language: Language) -> tuple[str, ...]:
    """Of all requests that training sees."""
    asks = (text for domain in DOMAINS for text in domain.asks[language])
    return tuple(sorted({each for text in asks for each in re.findall(WORD[language], text)}))
