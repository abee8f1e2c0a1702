"""A passage of facts and a question about one of them, or about none."""

from __future__ import annotations

from dataclasses import dataclass

from . import notes
from .attributes import PEOPLE, THINGS
from .attributes.attribute import Attribute
from .attributes.telling import FRAMES, INVENTED, KINDS, THING_NAMES
from .invented import SHARE, known_or_not, word
from .item import Draw, Item, Language, Turn
from .people import person, place

UNKNOWN_SHARE = 0.12  # of the questions, those that the text does not answer
# Before a note, so that it begins as what is asked does: words have other tokens behind a space.
NOTED: dict[Language, str] = {"en": "Fact: ", "zh": "事实："}
UNKNOWN: dict[Language, str] = {"en": "The text does not say.", "zh": "文中没有提到。"}


@dataclass(frozen=True)
class Fact:
    language: Language
    subject: str
    attribute: Attribute
    value: str
    text: str

    @property
    def key(self) -> str:
        joined = "的" if self.language == "zh" else " "
        return f"{self.subject}{joined}{self.attribute.name}"

    def question(self, draw: Draw) -> str:
        asked = draw.phrase(self.attribute.questions)
        return asked.format(s=self.subject, a=self.attribute.name)


def value_of(draw: Draw, attribute: Attribute, language: Language) -> str:
    values = attribute.values
    if not isinstance(values, str):
        return known_or_not(draw, language, lambda: draw.choice(values))
    if values == "place":
        return place(draw, language)
    if values == "person":
        return person(draw, language)
    return str(draw.number(1800, 2020) if values == "year" else draw.number(3, 99))


def invented(draw: Draw, language: Language, is_of_thing: bool) -> Attribute:
    told, asked = INVENTED[language]
    if is_of_thing and language == "en":
        told, asked = (
            tuple(text.replace("{s}", "the {s}") for text in texts) for texts in (told, asked)
        )
    values: tuple[str, ...] | str = draw.choice(KINDS)
    if draw.chance(0.4):
        values = tuple(word(draw, language) for _ in range(4))
    return Attribute(word(draw, language), values, told, asked)


def facts(draw: Draw, language: Language) -> list[Fact]:
    """One of each (subject, attribute), up to six."""
    pairs = list[tuple[str, Attribute]]()
    n_subjects = draw.number(1, 3)
    for _ in range(n_subjects):
        about_things = draw.chance(0.25)
        subject = draw.choice(THING_NAMES[language]) if about_things else person(draw, language)
        attributes = (THINGS if about_things else PEOPLE)[language]
        chosen = draw.sample(attributes, draw.number(1, 3 if n_subjects == 1 else 2))
        if draw.practice and draw.chance(SHARE):
            subject = word(draw, language) if about_things else subject
            chosen = [invented(draw, language, about_things) for _ in chosen]
        if all(subject != other for other, _ in pairs):
            pairs += [(subject, attribute) for attribute in chosen]
    draw.random.shuffle(pairs)
    found = []
    for subject, attribute in pairs:
        value = value_of(draw, attribute, language)
        text = draw.phrase(attribute.facts).format(s=subject, v=value, a=attribute.name)
        found.append(Fact(language, subject, attribute, value, text))
    return found


def lookup(draw: Draw, skill: str, thinking: bool) -> Item:
    language = draw.language()
    known = facts(draw, language)
    asked = draw.choice(known)
    if len(known) > 1 and draw.chance(UNKNOWN_SHARE):
        known.remove(asked)
    return _asked(draw, skill, known, asked, draw.phrase(FRAMES[language]), thinking)


def lookups(draw: Draw, thinking_share: float, n: int) -> list[Item]:
    """`n` questions, all asked in one way, about one text; some about what it does not tell."""
    language = draw.language()
    known, frame = facts(draw, language), draw.phrase(FRAMES[language])
    candidates = list(known)
    if len(known) > 1 and draw.chance(3 * UNKNOWN_SHARE):
        known.remove(draw.choice(known))
    return [
        _asked(draw, "lookup", known, draw.choice(candidates), frame, draw.chance(thinking_share))
        for _ in range(n)
    ]


def _asked(
    draw: Draw, skill: str, known: list[Fact], asked: Fact, frame: str, thinking: bool
) -> Item:
    language = asked.language
    text = ("" if language == "zh" else " ").join(fact.text for fact in known)
    content = frame.format(text=text, question=asked.question(draw))
    answer = asked.value if asked in known else UNKNOWN[language]
    turn = Turn(answer, reasoning=_noted(known, asked) if thinking else "")
    return Item(skill, [{"role": "user", "content": content}], [turn], [], thinking, language)


def _noted(known: list[Fact], asked: Fact) -> str:
    """Each fact in the same words, then what is asked in these: that finds its value above."""
    lines = [NOTED[asked.language] + notes.note(fact.key, fact.value) for fact in known]
    found = notes.note(asked.key, asked.value if asked in known else notes.MISSING)
    return "\n".join([*lines, notes.asked(asked.language, found)])
