"""Invented names: an open set, so that those held out were never seen."""

from __future__ import annotations

from .invented import known_or_not
from .item import Draw, Language

ONSETS = "b br d dr f fl g gr h j k kl l m n p r s st t tr v w z".split()
VOWELS = "a e i o u".split()
ENDS = ["", "n", "l", "r", "s", "m", "ra", "la", "na", "ko", "to", "mi"]
PLACE_ENDS = ["ville", "ton", "burg", "field", "haven", "port", "ford", "dale"]
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
GIVEN = "明华芳丽强伟静敏军杰娟勇艳涛超霞平刚桂英玉兰春梅文建国海波红云龙飞雪晨宇浩然"
CITIES: dict[Language, tuple[str, ...]] = {
    "en": (
        *("Paris", "London", "Oslo", "Rome", "Berlin", "Madrid", "Tokyo", "Beijing", "Cairo"),
        *("Lima", "Delhi", "Sydney", "Boston", "Chicago", "Vienna", "Dublin", "Athens", "Seoul"),
        *("Lisbon", "Prague", "Shanghai", "Toronto", "Moscow", "Warsaw", "Helsinki", "Zurich"),
    ),
    "zh": (
        *("北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "南京", "西安", "天津"),
        *("重庆", "苏州", "青岛", "大连", "厦门", "长沙", "昆明", "沈阳", "郑州", "济南"),
    ),
}


def person(draw: Draw, language: Language = "en") -> str:
    return known_or_not(
        draw, language, lambda: draw.split(lambda: _person(draw, language)), str.capitalize
    )


def place(draw: Draw, language: Language = "en") -> str:
    """A real city or an invented one."""
    return known_or_not(draw, language, lambda: _place(draw, language), str.capitalize)


def _person(draw: Draw, language: Language) -> str:
    if language == "zh":
        return draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.number(1, 2)))
    return (_syllables(draw, draw.number(1, 2)) + draw.choice(ENDS)).capitalize()


def _place(draw: Draw, language: Language) -> str:
    if language == "zh":
        return draw.split(lambda: _chinese_place(draw))
    if draw.chance(0.5):
        return draw.split(lambda: draw.choice(CITIES["en"]))
    return draw.split(lambda: _syllables(draw, 1).capitalize() + draw.choice(PLACE_ENDS))


def _chinese_place(draw: Draw) -> str:
    if draw.chance(0.6):
        return draw.choice(CITIES["zh"])
    return "".join(draw.sample("东西南北新安平江河海山云金石龙凤", 2)) + draw.choice("城镇县")


def _syllables(draw: Draw, n: int) -> str:
    return "".join(draw.choice(ONSETS) + draw.choice(VOWELS) for _ in range(n))
