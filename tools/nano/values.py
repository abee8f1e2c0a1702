"""What arguments and responses of tools are made of: days, places, titles and other kinds."""

from __future__ import annotations

from collections.abc import Callable

from .invented import known_or_not
from .item import Draw, Language
from .people import person, place

Value = str | int
DAYS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        *("tomorrow", "today", "next week", "next Monday", "next Friday"),
    ),
    "zh": (
        *("周一", "周二", "周三", "周四", "周五", "周六", "周日", "明天", "今天", "下周"),
        *("后天", "下周一", "下周五", "星期三", "星期六", "月底"),
    ),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
LISTS: dict[str, dict[Language, tuple[str, ...]]] = {
    "language": {
        "en": (
            *("French", "German", "Spanish", "Chinese", "Italian", "Russian", "Korean", "Greek"),
            *("Japanese", "Turkish", "Arabic", "Polish", "Dutch", "Hindi", "Swedish", "Portuguese"),
        ),
        "zh": (
            *(
                "法语",
                "德语",
                "西班牙语",
                "英语",
                "意大利语",
                "俄语",
                "韩语",
                "日语",
                "泰语",
                "波兰语",
            ),
            *("阿拉伯语", "土耳其语", "葡萄牙语", "荷兰语", "越南语", "希腊语"),
        ),
    },
    "currency": {
        "en": ("euros", "dollars", "pounds", "yen", "yuan", "francs", "pesos", "rubles", "crowns"),
        "zh": ("欧元", "美元", "英镑", "日元", "人民币", "法郎", "卢布", "韩元", "港币"),
    },
    "food": {
        "en": (
            *("pizza", "soup", "noodles", "rice", "sushi", "salad", "curry", "pasta", "dumplings"),
            *(
                "tacos",
                "fried fish",
                "pancakes",
                "lasagna",
                "burgers",
                "tofu",
                "roast duck",
                "stew",
            ),
        ),
        "zh": (
            *(
                "披萨",
                "面条",
                "饺子",
                "寿司",
                "沙拉",
                "咖喱",
                "米饭",
                "火锅",
                "烤鸭",
                "包子",
                "烤鱼",
            ),
            *("馄饨", "豆腐", "牛排", "汉堡", "炒饭", "红烧肉"),
        ),
    },
    "room": {
        "en": (
            *("kitchen", "bedroom", "bathroom", "office", "garage", "cellar", "living room"),
            *(
                "hall",
                "attic",
                "nursery",
                "dining room",
                "study",
                "guest room",
                "laundry",
                "library",
            ),
        ),
        "zh": (
            *(
                "厨房",
                "卧室",
                "浴室",
                "办公室",
                "车库",
                "客厅",
                "书房",
                "餐厅",
                "阳台",
                "走廊",
                "客房",
            ),
            *("儿童房", "地下室", "会议室", "阁楼"),
        ),
    },
    "item": {
        "en": (
            *(
                "milk",
                "bread",
                "soap",
                "eggs",
                "butter",
                "coffee",
                "tea",
                "cheese",
                "paper",
                "flour",
            ),
            *("sugar", "apples", "salt", "honey", "olive oil", "batteries", "toothpaste", "onions"),
        ),
        "zh": (
            *("牛奶", "面包", "肥皂", "鸡蛋", "黄油", "咖啡", "茶叶", "奶酪", "纸", "面粉", "白糖"),
            *("苹果", "蜂蜜", "酱油", "牙膏", "洗发水", "土豆", "电池"),
        ),
    },
    "topic": {
        "en": (
            *("sports", "science", "music", "politics", "cars", "football", "films", "health"),
            *("space", "fashion", "business", "art", "tennis", "technology", "travel", "chess"),
        ),
        "zh": (
            *(
                "体育",
                "科学",
                "音乐",
                "政治",
                "汽车",
                "足球",
                "电影",
                "健康",
                "航天",
                "时尚",
                "财经",
            ),
            *("艺术", "科技", "旅游", "教育", "环保"),
        ),
    },
    "event": {
        "en": (
            *("a meeting", "the dentist", "yoga", "lunch", "a party", "football", "the opera"),
            *(
                "a concert",
                "the barber",
                "dinner",
                "chess",
                "a wedding",
                "piano practice",
                "tennis",
            ),
        ),
        "zh": (
            *(
                "会议",
                "牙医",
                "瑜伽",
                "午餐",
                "聚会",
                "足球赛",
                "歌剧",
                "音乐会",
                "婚礼",
                "钢琴课",
                "面试",
            ),
            *("体检", "晚宴", "家长会"),
        ),
    },
    "account": {
        "en": ("savings", "main", "travel", "business", "family", "holiday", "joint", "student"),
        "zh": ("储蓄", "主要", "旅行", "公司", "家庭", "工资", "投资", "教育"),
    },
    "sky": {
        "en": ("sunny", "cloudy", "rainy", "windy", "snowy", "foggy", "stormy", "clear"),
        "zh": ("晴", "多云", "下雨", "有风", "下雪", "有雾", "阴", "雷雨"),
    },
    "colour": {
        "en": ("red", "blue", "green", "black", "white", "yellow", "brown", "grey", "purple"),
        "zh": ("红色", "蓝色", "绿色", "黑色", "白色", "黄色", "棕色", "灰色", "紫色"),
    },
}
TEXT_WORDS: dict[Language, tuple[str, ...]] = {
    "en": tuple(
        "see you soon I am late please call me the train is here good morning bring water we meet at"
        " noon happy birthday dinner is ready thank you very much where are they now come home can"
        " not wait for your sister new office keys left under our table buy more tickets before six"
        " school starts again have fun at work this cake was great miss him let us go back".split()
    ),
    "zh": (
        *(
            "我晚点到",
            "请回电话",
            "生日快乐",
            "晚饭好了",
            "早上好",
            "带点水",
            "我们到了",
            "非常感谢",
        ),
        *("快回家", "一会儿见", "会议改期了", "钥匙在桌上", "别忘了带伞", "火车晚点了", "新年快乐"),
        *(
            "今晚一起吃饭",
            "孩子睡着了",
            "资料已收到",
            "路上小心",
            "下班后见",
            "给妈妈买花",
            "周末去爬山",
        ),
    ),
}
TITLE_WORDS = (
    "Blue Night River Golden Summer Dream Silent Road Lost Moon Red Garden Winter Light Broken Star"
    " Ocean Little Fire Heart Secret Island Morning Glass City Wild Horse Distant Rain Paper Crown"
    " Hidden Valley Last Dance Green Mountain Sweet Storm Open Sky".split()
)


def value(draw: Draw, kind: str, language: Language) -> Value:
    """Numbers are JSON numbers, all else strings."""
    if kind in LISTS:
        return known_or_not(draw, language, lambda: draw.choice(LISTS[kind][language]))
    return VALUES[kind](draw, language)


def _text(draw: Draw, language: Language) -> str:
    if language == "zh":
        return "，".join(draw.sample(TEXT_WORDS["zh"], draw.number(1, 2)))
    return " ".join(draw.sample(TEXT_WORDS["en"], draw.number(2, 5)))


def _day(draw: Draw, language: Language) -> str:
    if draw.chance(0.7):
        return draw.choice(DAYS[language])
    month, day = draw.number(1, 12), draw.number(1, 28)
    return f"{month}月{day}日" if language == "zh" else f"{MONTHS[month - 1]} {day}"


def _time(draw: Draw, language: Language) -> str:
    if draw.chance(0.7):
        return f"{draw.number(5, 22)}:{draw.choice(('00', '15', '30', '45', '10', '50'))}"
    hour, is_morning = draw.number(1, 11), draw.chance(0.5)
    if language == "zh":
        return f"{'上午' if is_morning else '晚上'}{hour}点"
    return f"{hour} {'am' if is_morning else 'pm'}"


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
    "day": _day,
    "time": _time,
    "title": _title,
    "email": _email,
    "word": lambda draw, language: person(draw, "en").lower(),
}
