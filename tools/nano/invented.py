"""Words that nobody knows: what is said with them can be matched, but not known by heart."""

from __future__ import annotations

import re
from functools import cache

from .item import Draw, Language
from .toolbox import DOMAINS

SHARE = 0.4  # of facts, of tools' verbs and of their nouns, in practice
WORD: dict[Language, str] = {"en": "[a-z]{4,}", "zh": "[\u4e00-\u9fff]"}


def word(draw: Draw, language: Language) -> str:
    """The first half of a known word and the second half of another; or two characters."""
    first, second = draw.sample(_known(language), 2)
    if language == "zh":
        return first + second
    return first[: (len(first) + 1) // 2] + second[len(second) // 2 :]


@cache
def _known(language: Language) -> tuple[str, ...]:
    """Of all requests that training sees."""
    asks = (text for domain in DOMAINS for text in domain.asks[language])
    return tuple(sorted({each for text in asks for each in re.findall(WORD[language], text)}))
