"""Lists of words and numbers: reversed, sorted, counted."""

from __future__ import annotations

from .item import Draw, Item, Language, Turn

ENGLISH = """
apple bird cloud dog egg fish grass house ice jar king lamp moon nest ocean paper queen river star
tree uncle valley wind yard zebra ant ball cat door ear fire gold hat iron joke key leaf milk nose
oil pear quilt road salt tent unit van wolf year zoo arm box coat desk eye fox gate hill ink jam
kite lion mouse nail onion pig queue rain sand table vase water yellow zero actor bread corn dance
engine forest garden horse island juice kitchen lemon market north orange piano quiet rabbit school
train umbrella village window young zone
""".split()
CHINESE = """
苹果 小鸟 白云 大海 花园 河流 森林 学校 火车 月亮 太阳 星星 桌子 椅子 窗户 大门 老师 朋友 米饭 面包
牛奶 茶杯 书包 铅笔 手机 电脑 汽车 飞机 轮船 城市 村庄 山谷 春天 夏天 秋天 冬天 红色 蓝色 音乐 电影
""".split()
ASK: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "reverse": (
            "Reverse the order of these words: {list}",
            "Write these words in reverse order: {list}",
            "Reverse: {list}",
            "Please turn this list around: {list}",
            "Put the list backwards: {list}",
            "List these from last to first: {list}",
            "{list} - say them in the opposite order.",
            "Give me this list the other way round: {list}",
        ),
        "sort": (
            "Sort these words alphabetically: {list}",
            "Put these words in alphabetical order: {list}",
            "Sort from A to Z: {list}",
            "Please sort this list of words: {list}",
            "Order alphabetically: {list}",
            "Arrange these words by the alphabet: {list}",
            "{list} - sort them by their letters.",
        ),
        "sort_numbers": (
            "Sort these numbers: {list}",
            "Put these numbers in ascending order: {list}",
            "Sort from smallest to largest: {list}",
            "Please order these numbers from low to high: {list}",
            "Arrange by size, the smallest first: {list}",
        ),
        "count": (
            "How many words are there: {list}",
            "Count the words: {list}",
            "How long is this list? {list}",
            "Count the items: {list}",
            "Tell me the number of words in this list: {list}",
            "How many items does this list have? {list}",
        ),
    },
    "zh": {
        "reverse": (
            "把这些词倒过来：{list}",
            "请倒序写出：{list}",
            "反转这个列表：{list}",
            "从后往前写出这些词：{list}",
            "把顺序颠倒：{list}",
        ),
        "sort_numbers": (
            "把这些数字从小到大排序：{list}",
            "请排序：{list}",
            "按升序排列：{list}",
            "从小到大写出这些数：{list}",
            "把下面的数按大小排好：{list}",
        ),
        "count": (
            "这里有几个词：{list}",
            "数一数有多少个词：{list}",
            "这个列表有多少项？{list}",
            "请数词语的个数：{list}",
        ),
    },
}
SEPARATORS: dict[Language, tuple[str, ...]] = {"en": (", ", " "), "zh": ("、", " ")}


def word_task(draw: Draw, skill: str, thinking: bool) -> Item:
    """`skill` is reverse, sort or count."""
    language = draw.language()
    separator = draw.choice(SEPARATORS[language])
    task, words = _list(draw, skill, language)
    ask = draw.phrase(ASK[language][task])
    trailing = ask.endswith("{list}")
    text = ask.format(list=separator.join(words))
    if trailing and draw.chance(0.3):
        text += "." if language == "en" else "。"
    content, reasoning = _answer(task, words, separator)
    turn = Turn(content, reasoning=reasoning if thinking else "")
    return Item(skill, [{"role": "user", "content": text}], [turn], [], thinking, language)


def _list(draw: Draw, skill: str, language: Language) -> tuple[str, list[str]]:
    """The task and its list, whose words or numbers are all different."""
    if skill == "sort" and (language == "zh" or draw.chance(0.35)):
        return "sort_numbers", draw.split(lambda: _numbers(draw), " ".join)
    pool = ENGLISH if language == "en" else CHINESE
    longest = {"reverse": 6, "sort": 5, "count": 9}[skill]

    def words() -> list[str]:
        return draw.sample(pool, draw.number(3, longest))

    return skill, draw.split(words, " ".join)


def _numbers(draw: Draw) -> list[str]:
    return [str(n) for n in draw.sample(range(1, 100), draw.number(3, 5))]


def _answer(task: str, words: list[str], separator: str) -> tuple[str, str]:
    """The answer, and the thinking before it."""
    if task == "reverse":
        numbered = "\n".join(f"{i} {word}" for i, word in enumerate(words, 1))
        return separator.join(reversed(words)), numbered
    if task == "count":
        return str(len(words)), "\n".join(f"{i} {word}" for i, word in enumerate(words, 1))
    if task == "sort_numbers":
        ordered = sorted(words, key=int)
        padded = "\n".join(f"{int(word):02}" for word in words)
        return separator.join(ordered), f"{padded}\n" + "<".join(ordered)
    ordered = sorted(words)
    spelled = "\n".join(f"{word}: {'-'.join(word[:3])}" for word in words)
    return separator.join(ordered), f"{spelled}\n" + " < ".join(ordered)
