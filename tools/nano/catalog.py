"""Tools put together from a verb and a noun, so that there are thousands; and what values mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .domain import Domain
from .item import Draw, Language, is_held_out
from .people import person, place
from .toolbox import DOMAINS, HELD_OUT_DOMAINS

Value = str | int
VERBS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("get", "show", "fetch"), ("查看", "显示")),
    (("find", "search", "locate"), ("查找", "搜索")),
    (("delete", "remove", "erase"), ("删除", "移除")),
    (("create", "make", "add"), ("创建", "新建")),
    (("open", "start"), ("打开", "启动")),
    (("close", "stop"), ("关闭", "停止")),
    (("print",), ("打印",)),
    (("share", "forward"), ("分享", "转发")),
    (("order", "buy"), ("订购", "购买")),
    (("cancel",), ("取消",)),
    (("rename",), ("重命名",)),
    (("archive", "store"), ("归档", "保存")),
    (("check", "verify"), ("检查", "核对")),
    (("count",), ("统计",)),
    (("rate", "review"), ("评价",)),
    (("lock",), ("锁定",)),
    (("copy", "duplicate"), ("复制",)),
    (("update", "change"), ("更新", "修改")),
)
NOUNS: tuple[tuple[str, str], ...] = tuple(
    (pair.split(":")[0], pair.split(":")[1])
    for pair in (
        "invoice:发票 report:报告 photo:照片 video:视频 file:文件 folder:文件夹 ticket:票 contract:合同"
        " task:任务 project:项目 lesson:课程 exam:考试 letter:信件 meeting:会议 order:订单 account:账户"
        " album:相册 playlist:歌单 map:地图 booking:预订 form:表格 table:桌位 room:房间 device:设备"
        " camera:摄像头 window:窗户 engine:引擎 game:游戏 team:团队 member:会员 customer:客户"
        " payment:付款 coupon:优惠券 gift:礼物 sensor:传感器 server:服务器 backup:备份 password:密码"
        " survey:调查 article:文章 page:页面 poster:海报 badge:徽章 locker:储物柜 parcel:包裹"
        " license:执照 patient:病人 medicine:药品 vaccine:疫苗 garden:花园 pump:水泵 robot:机器人"
        " drone:无人机 battery:电池 printer:打印机 speaker:音箱 curtain:窗帘 oven:烤箱 fan:风扇"
        " budget:预算 loan:贷款 bill:账单 receipt:收据 salary:工资 visa:签证 passport:护照 cabin:客舱"
        " menu:菜单 dish:菜品 course:教程 chapter:章节 quiz:测验 grade:成绩 diploma:文凭 channel:频道"
        " podcast:播客 movie:电影 concert:音乐会 museum:博物馆 bike:自行车 bus:公交 train:列车"
    ).split()
)
DAYS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        *("tomorrow", "today", "next week"),
    ),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "明天", "今天", "下周"),
}
LISTS: dict[str, dict[Language, tuple[str, ...]]] = {
    "day": DAYS,
    "language": {
        "en": ("French", "German", "Spanish", "Chinese", "Italian", "Russian", "Korean", "Greek"),
        "zh": ("法语", "德语", "西班牙语", "英语", "意大利语", "俄语", "韩语", "日语"),
    },
    "currency": {
        "en": ("euros", "dollars", "pounds", "yen", "yuan", "francs"),
        "zh": ("欧元", "美元", "英镑", "日元", "人民币", "法郎"),
    },
    "food": {
        "en": ("pizza", "soup", "noodles", "rice", "sushi", "salad", "curry", "pasta", "dumplings"),
        "zh": ("披萨", "面条", "饺子", "寿司", "沙拉", "咖喱", "米饭", "火锅", "烤鸭"),
    },
    "room": {
        "en": ("kitchen", "bedroom", "bathroom", "office", "garage", "cellar", "living room"),
        "zh": ("厨房", "卧室", "浴室", "办公室", "车库", "客厅", "书房"),
    },
    "item": {
        "en": ("milk", "bread", "soap", "eggs", "butter", "coffee", "tea", "cheese", "paper"),
        "zh": ("牛奶", "面包", "肥皂", "鸡蛋", "黄油", "咖啡", "茶叶", "奶酪", "纸"),
    },
    "topic": {
        "en": ("sports", "science", "music", "politics", "cars", "football", "films", "health"),
        "zh": ("体育", "科学", "音乐", "政治", "汽车", "足球", "电影", "健康"),
    },
    "event": {
        "en": ("a meeting", "the dentist", "yoga", "lunch", "a party", "football", "the opera"),
        "zh": ("会议", "牙医", "瑜伽", "午餐", "聚会", "足球赛", "歌剧"),
    },
    "account": {
        "en": ("savings", "main", "travel", "business", "family"),
        "zh": ("储蓄", "主要", "旅行", "公司", "家庭"),
    },
    "sky": {
        "en": ("sunny", "cloudy", "rainy", "windy", "snowy"),
        "zh": ("晴", "多云", "下雨", "有风", "下雪"),
    },
}
TEXT_WORDS: dict[Language, tuple[str, ...]] = {
    "en": tuple(
        "see you soon I am late please call me the train is here good morning bring water we meet at"
        " noon happy birthday dinner is ready thank you very much where are they now come home".split()
    ),
    "zh": (
        "我晚点到",
        "请回电话",
        "生日快乐",
        "晚饭好了",
        "早上好",
        "带点水",
        "我们到了",
        "非常感谢",
        "快回家",
        "一会儿见",
    ),
}
TITLE_WORDS = (
    "Blue Night River Golden Summer Dream Silent Road Lost Moon Red Garden Winter Light".split()
)


def value(draw: Draw, kind: str, language: Language) -> Value:
    """Numbers are JSON numbers, all else strings."""
    if kind in LISTS:
        return draw.choice(LISTS[kind][language])
    return VALUES[kind](draw, language)


def _text(draw: Draw, language: Language) -> str:
    if language == "zh":
        return "，".join(draw.sample(TEXT_WORDS["zh"], draw.number(1, 2)))
    return " ".join(draw.sample(TEXT_WORDS["en"], draw.number(2, 5)))


def _time(draw: Draw, language: Language) -> str:
    return f"{draw.number(5, 22)}:{draw.choice(('00', '15', '30', '45', '10', '50'))}"


def _title(draw: Draw, language: Language) -> str:
    if language == "zh":
        return "".join(draw.sample("春夏秋冬月光江南花海星夜梦路雪山", 3))
    return " ".join(draw.sample(TITLE_WORDS, 2))


def _email(draw: Draw, language: Language) -> str:
    return f"{person(draw).lower()}@{draw.choice(('mail.com', 'post.net', 'web.org'))}"


VALUES: dict[str, Callable[[Draw, Language], Value]] = {
    "place": lambda draw, language: place(draw, language),
    "person": lambda draw, language: person(draw, language),
    "company": lambda draw, _: person(draw) + draw.choice(("soft", "tech", "")),
    "number": lambda draw, _: draw.number(2, 200),
    "small": lambda draw, _: draw.number(2, 12),
    "degrees": lambda draw, _: draw.number(2, 30),
    "id": lambda draw, _: draw.split(lambda: draw.number(100, 9999)),
    "phone": lambda draw, _: "555-" + str(draw.split(lambda: draw.number(1000, 9999))),
    "text": _text,
    "time": _time,
    "title": _title,
    "email": _email,
    "word": lambda draw, language: person(draw, "en").lower(),
}
JSON_TYPES = {"number": "integer", "small": "integer", "degrees": "integer", "id": "integer"}


@dataclass(frozen=True)
class Tool:
    """A tool as it is offered; `ask` is how one asks for it, with its arguments."""

    name: str
    topic: str  # two tools of one topic could both be meant
    schema: dict[str, Any]
    ask: Callable[[Draw], tuple[str, dict[str, Value]]]
    domain: Domain | None = None


def schema(name: str, description: str, kinds: dict[str, str]) -> dict[str, Any]:
    parameters = {key: {"type": JSON_TYPES.get(kind, "string")} for key, kind in kinds.items()}
    function = {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": parameters, "required": list(kinds)},
    }
    return {"type": "function", "function": function}


def domain_tool(draw: Draw, language: Language, domain: Domain) -> Tool:
    keys = {names[0]: draw.choice(names) for names in domain.params}
    kinds = {names[0]: kind for names, kind in domain.params.items()}
    name = draw.choice(domain.names)
    description = draw.phrase(domain.descriptions[language])

    def ask(draw: Draw) -> tuple[str, dict[str, Value]]:
        values = {key: value(draw, kind, language) for key, kind in kinds.items()}
        text = draw.phrase(domain.asks[language]).format(**values)
        return text, {keys[key]: found for key, found in values.items()}

    offered = schema(name, description, {keys[key]: kind for key, kind in kinds.items()})
    return Tool(name, domain.names[0], offered, ask, domain)


# Parameters of made-up tools: names, kind, clause of the request.
CLAUSES: tuple[tuple[tuple[str, ...], str, dict[Language, str]], ...] = (
    (("id", "number"), "id", {"en": "with number {}", "zh": "，编号{}"}),
    (("owner", "person", "user"), "person", {"en": "for {}", "zh": "，给{}"}),
    (("city", "location"), "place", {"en": "in {}", "zh": "，在{}"}),
    (("day", "date"), "day", {"en": "on {}", "zh": "，{}"}),
    (("title", "name"), "title", {"en": "called {}", "zh": "，名称{}"}),
    (("time", "at"), "time", {"en": "at {}", "zh": "，时间{}"}),
)
FRAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        *("{v} the {n}{c}.", "Please {v} the {n}{c}.", "Can you {v} the {n}{c}?"),
        *("I want to {v} the {n}{c}.", "{v} the {n}{c} for me.", "I need you to {v} the {n}{c}."),
        *("Could you {v} a {n}{c}?", "It is time to {v} the {n}{c}."),
    ),
    "zh": ("{v}{n}{c}。", "请{v}{n}{c}。", "帮我{v}{n}{c}。", "我想{v}{n}{c}。", "能{v}{n}吗{c}？"),
}
VERB_NOUNS = tuple((verb, noun) for verb in range(len(VERBS)) for noun in range(len(NOUNS)))


def verb_noun(draw: Draw) -> tuple[int, int]:
    """Held out are pairs, and all pairs of some nouns."""

    def is_new(pair: tuple[int, int]) -> bool:
        noun = NOUNS[pair[1]][0]
        return is_held_out(noun, 8) or is_held_out(f"{pair[0]} {noun}")

    while True:
        pair = draw.choice(VERB_NOUNS)
        if is_new(pair) == draw.held_out:
            return pair


def made_up_tool(draw: Draw, language: Language, pair: tuple[int, int] | None = None) -> Tool:
    verb, noun = pair or verb_noun(draw)
    verbs, words = VERBS[verb], NOUNS[noun]
    clauses = draw.sample(CLAUSES, draw.choice((1, 1, 2)))
    keys = [draw.choice(names) for names, _, _ in clauses]
    english = f"{draw.choice(verbs[0]).capitalize()} a {words[0]}."
    chinese = f"{draw.choice(verbs[1])}{words[1]}。"
    name = f"{draw.choice(verbs[0])}_{words[0]}"

    def ask(draw: Draw) -> tuple[str, dict[str, Value]]:
        values = [value(draw, kind, language) for _, kind, _ in clauses]
        parts = [c[2][language].format(v) for c, v in zip(clauses, values, strict=True)]
        tail = "".join(parts if language == "zh" else (" " + part for part in parts))
        said = draw.choice(verbs[language == "zh"])
        text = draw.phrase(FRAMES[language]).format(v=said, n=words[language == "zh"], c=tail)
        return text[0].upper() + text[1:], dict(zip(keys, values, strict=True))

    kinds = {key: clause[1] for key, clause in zip(keys, clauses, strict=True)}
    described = english if language == "en" else chinese
    return Tool(name, f"{verb} {noun}", schema(name, described, kinds), ask)


def any_tool(draw: Draw, language: Language) -> Tool:
    """Of those on this side of the split."""
    if draw.chance(0.5):
        return made_up_tool(draw, language)
    return domain_tool(draw, language, draw.choice(HELD_OUT_DOMAINS if draw.held_out else DOMAINS))


def others(draw: Draw, language: Language, tool: Tool, n: int) -> list[Tool]:
    """Up to `n` tools that are not meant where `tool` is; some look like it."""
    seen = Draw(draw.random.getrandbits(32), held_out=False)
    found = {tool.topic: tool}
    names = {tool.name}
    for _ in range(n):
        pair = None
        if tool.domain is None and draw.chance(0.4):
            verb, noun = map(int, tool.topic.split())
            verb, noun = (
                (verb, draw.number(0, len(NOUNS) - 1))
                if draw.chance(0.5)
                else (draw.number(0, len(VERBS) - 1), noun)
            )
            pair = (verb, noun)
        other = made_up_tool(seen, language, pair) if pair else any_tool(seen, language)
        if other.topic not in found and other.name not in names:
            found[other.topic] = other
            names.add(other.name)
    return list(found.values())[1:]
