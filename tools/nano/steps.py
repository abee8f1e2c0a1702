"""Problems of several steps: one step a line of thinking."""

from __future__ import annotations

from .item import Draw, Item, Language, Turn

LARGEST = 400
# What is done to the number so far; {n} is the operand, {v} a choice that both languages have.
STEPS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "+": ("add {n}", "plus {n}", "increase it by {n}", "add another {n}"),
        "-": ("subtract {n}", "minus {n}", "take away {n}", "decrease it by {n}"),
        "×2": ("double it", "multiply it by 2", "multiply by two"),
        "×": ("multiply it by {n}", "times {n}", "multiply by {n}"),
        "÷2": ("halve it", "divide it by 2", "take half of it"),
    },
    "zh": {
        "+": ("加{n}", "加上{n}", "增加{n}"),
        "-": ("减{n}", "减去{n}", "减少{n}"),
        "×2": ("翻倍", "乘以2"),
        "×": ("乘以{n}", "乘{n}"),
        "÷2": ("减半", "除以2"),
    },
}
STORIES: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "start": ("{name} has {n} {things}.", "There are {n} {things} in a box."),
        "+": ("{n} more are added.", "Then {n} {things} come on top.", "Someone brings {n} more."),
        "-": ("{n} get lost.", "Then {n} are given away.", "{n} {things} are sold."),
        "×2": ("The number doubles.", "Then there are twice as many."),
        "×": ("Then there are {n} times as many.", "The number becomes {n} times as large."),
        "÷2": ("Half of them are taken.", "Then half are given away."),
        "ask": ("How many {things} are there now?", "How many are left in the end?"),
    },
    "zh": {
        "start": ("{name}有{n}个{things}。", "盒子里有{n}个{things}。"),
        "+": ("又来了{n}个。", "然后再放进{n}个。"),
        "-": ("丢了{n}个。", "然后送出{n}个。", "卖掉{n}个。"),
        "×2": ("数量翻倍。", "然后变成两倍。"),
        "×": ("数量变成{n}倍。", "然后增加到{n}倍。"),
        "÷2": ("拿走一半。", "然后送出一半。"),
        "ask": ("现在有多少个{things}？", "最后剩下多少个？"),
    },
}
FRAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Take {start}, {steps}. What do you get?",
        "Start with {start}, {steps}. What is the result?",
        "Take {start}, {steps}.",
        "Begin with {start}: {steps}. The result?",
        "I think of {start}. Then {steps}. Which number is it now?",
        "Let x be {start}. Now {steps}. What is x?",
        "Please take the number {start}, {steps} and tell me the result.",
        "My number is {start}; {steps}. What comes out?",
    ),
    "zh": (
        "从{start}开始，{steps}，结果是多少？",
        "取{start}，{steps}，得到多少？",
        "把{start}{steps}，等于多少？",
        "我想了一个数{start}，{steps}，现在是多少？",
        "数字{start}，依次{steps}，最后是几？",
        "{start}，{steps}。请给出结果。",
    ),
}
JOINTS: dict[Language, tuple[str, ...]] = {
    "en": (", ", ", then ", " and then ", ", and "),
    "zh": ("，", "，再", "，然后", "，接着"),
}
NAMES: dict[Language, tuple[str, ...]] = {
    "en": ("Tom", "Anna", "Mia", "Ben", "Sara", "Leo", "Nina", "Max", "The teacher"),
    "zh": ("小明", "小红", "老师", "李华", "王芳"),
}
THINGS: dict[Language, tuple[str, ...]] = {
    "en": ("apples", "coins", "stamps", "books", "pens", "eggs", "cards", "balls"),
    "zh": ("苹果", "硬币", "球", "鸡蛋", "杯子"),
}


def apply(value: int, sign: str, n: int) -> int:
    return {"+": value + n, "-": value - n, "×": value * n, "÷": value // 2}[sign[0]]


def chain(draw: Draw, n_steps: int) -> tuple[int, list[tuple[str, int]]]:
    """A start and (sign, operand) of each step; all results are from 0 to LARGEST."""
    while True:
        start = value = draw.number(2, 60)
        steps: list[tuple[str, int]] = []
        while len(steps) < n_steps:
            sign = draw.choice(("+", "+", "-", "-", "×2", "×", "÷2"))
            n = {"+": draw.number(2, 60), "-": draw.number(2, 60), "×": draw.number(3, 5)}.get(
                sign, 2
            )
            following = apply(value, sign, n)
            if not 0 <= following <= LARGEST or (sign == "÷2" and (value % 2 or value == 0)):
                break
            steps.append((sign, n))
            value = following
        if len(steps) == n_steps:
            return start, steps


def story(draw: Draw, language: Language, start: int, steps: list[tuple[str, int]]) -> str:
    texts = STORIES[language]
    words = {"name": draw.choice(NAMES[language]), "things": draw.choice(THINGS[language])}
    parts = [draw.phrase(texts["start"]).format(n=start, **words)]
    parts += [draw.phrase(texts[sign]).format(n=n, **words) for sign, n in steps]
    parts.append(draw.phrase(texts["ask"]).format(**words))
    return ("" if language == "zh" else " ").join(parts)


def instructions(draw: Draw, language: Language, start: int, steps: list[tuple[str, int]]) -> str:
    texts = [draw.phrase(STEPS[language][sign]).format(n=n) for sign, n in steps]
    text = texts[0]
    for following in texts[1:]:
        text += draw.choice(JOINTS[language]) + following
    return draw.phrase(FRAMES[language]).format(start=start, steps=text)


def steps(draw: Draw, skill: str, thinking: bool) -> Item:
    """`skill` is steps_<number of steps>."""
    language = draw.language()
    start, operations = draw.split(lambda: chain(draw, int(skill.rpartition("_")[2])))
    ask = story if draw.chance(0.35) else instructions
    lines, value = [], start
    for sign, n in operations:
        result = apply(value, sign, n)
        lines.append(f"{value}{sign[0]}{n}={result}")
        value = result
    turn = Turn(str(value), reasoning="\n".join(lines) if thinking else "")
    message = {"role": "user", "content": ask(draw, language, start, operations)}
    return Item(skill, [message], [turn], [], thinking, language)
