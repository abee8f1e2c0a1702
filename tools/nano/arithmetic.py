"""Sums, differences and products: asked in many ways, worked out column by column.

The thinking restates the problem with operands of one width, so that each column is found at the
same distance, goes through the columns from the right, and reads the result off.
"""

from __future__ import annotations

from .item import Draw, Item, Language, Turn

WORDS: dict[Language, dict[str, str]] = {
    "en": {"write": ", write {}", "carry": ", carry {}", "borrow": ", borrow 1"},
    "zh": {"write": "，写{}", "carry": "，进{}", "borrow": "，借1"},
}
QUESTIONS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "+": (
            "What is {a} + {b}?",
            "{a} + {b} = ?",
            "{a}+{b}",
            "What is {a} plus {b}?",
            "Add {a} and {b}.",
            "Calculate {a} + {b}.",
            "Please add {a} to {b}.",
            "How much is {a} + {b}?",
            "Compute the sum of {a} and {b}.",
            "What do {a} and {b} make together?",
            "I have {a} coins and get {b} more. How many are there?",
            "There are {a} red and {b} blue balls. How many balls are there in all?",
            "{name} read {a} pages on Monday and {b} on Tuesday. How many pages is that?",
            "A shop sold {a} cakes in the morning and {b} later. What is the total?",
            "can you tell me {a} + {b}",
            "Work out {a}+{b} for me.",
        ),
        "-": (
            "What is {a} - {b}?",
            "{a} - {b} = ?",
            "{a}-{b}",
            "What is {a} minus {b}?",
            "Calculate {a} - {b}.",
            "How much is {a} - {b}?",
            "Compute {a} minus {b}.",
            "What is left of {a} after taking away {b}?",
            "{a} take away {b} is what?",
            "I had {a} coins and spent {b}. How many are left?",
            "{name} has {a} stamps and gives {b} away. How many remain?",
            "Of {a} seats, {b} are taken. How many are free?",
            "can you tell me {a} - {b}",
            "Work out {a}-{b} for me.",
        ),
        "×": (
            "What is {a} × {b}?",
            "{a} * {b} = ?",
            "{a}×{b}",
            "What is {a} times {b}?",
            "Multiply {a} by {b}.",
            "Calculate {a} * {b}.",
            "How much is {a} x {b}?",
            "Compute the product of {a} and {b}.",
            "There are {a} boxes with {b} pens each. How many pens is that?",
            "{name} buys {a} books for {b} dollars each. What is the price?",
            "can you tell me {a} times {b}",
        ),
    },
    "zh": {
        "+": (
            "{a} + {b} 等于多少？",
            "{a}+{b}=?",
            "{a}加{b}是多少？",
            "请计算 {a} + {b}。",
            "求{a}与{b}的和。",
            "我有{a}个苹果，又买了{b}个，一共有多少个？",
            "上午卖了{a}本书，下午卖了{b}本，总共多少本？",
            "帮我算一下{a}加{b}",
        ),
        "-": (
            "{a} - {b} 等于多少？",
            "{a}-{b}=?",
            "{a}减{b}是多少？",
            "请计算 {a} - {b}。",
            "求{a}与{b}的差。",
            "我有{a}元，花了{b}元，还剩多少元？",
            "{a}个座位坐了{b}个，还空多少个？",
            "帮我算一下{a}减{b}",
        ),
        "×": (
            "{a} × {b} 等于多少？",
            "{a}*{b}=?",
            "{a}乘以{b}是多少？",
            "请计算 {a} × {b}。",
            "求{a}与{b}的积。",
            "{a}个盒子，每盒{b}支笔，一共多少支？",
            "帮我算一下{a}乘{b}",
        ),
    },
}
NAMES = ("Tom", "Anna", "Mia", "Ben", "Sara", "Leo", "Nina", "Max")


def columns_of_sum(a: int, b: int, words: dict[str, str]) -> list[str]:
    width = max(len(str(a)), len(str(b)))
    top, bottom = f"{a:0{width}}", f"{b:0{width}}"
    lines, carry = [f"{top}+{bottom}"], 0
    for i in reversed(range(width)):
        total = int(top[i]) + int(bottom[i]) + carry
        added = "+1" if carry else ""
        carry = total // 10
        line = f"{top[i]}+{bottom[i]}{added}={total}" + words["write"].format(total % 10)
        lines.append(line + (words["carry"].format(1) if carry else ""))
    return [*lines, f"{a}+{b}={a + b}"]


def columns_of_difference(a: int, b: int, words: dict[str, str]) -> list[str]:
    """The smaller from the larger; a negative result is its opposite."""
    high, low = max(a, b), min(a, b)
    width = len(str(high))
    top, bottom = f"{high:0{width}}", f"{low:0{width}}"
    lines, borrow = [f"{top}-{bottom}"], 0
    if a < b:
        lines.insert(0, f"{a}<{b}")
    digits = ""
    for i in reversed(range(width)):
        taken = "-1" if borrow else ""
        value = int(top[i]) - int(bottom[i]) - borrow
        borrow = int(value < 0)
        first = f"1{top[i]}" if borrow else top[i]
        line = f"{first}-{bottom[i]}{taken}={value % 10}"
        lines.append(line + (words["borrow"] if borrow else ""))
        digits = str(value % 10) + digits
    if digits != str(high - low):
        lines.append(f"{digits}={high - low}")
    return [*lines, f"{a}-{b}={a - b}"]


def columns_of_product(a: int, b: int, words: dict[str, str]) -> list[str]:
    """`b` has one digit."""
    lines, carry = [f"{a}×{b}"], 0
    for digit in reversed(str(a)):
        total = int(digit) * b + carry
        added = f"+{carry}" if carry else ""
        carry = total // 10
        line = f"{digit}×{b}{added}={total}" + words["write"].format(total % 10)
        lines.append(line + (words["carry"].format(carry) if carry else ""))
    return [*lines, f"{a}×{b}={a * b}"]


COLUMNS = {"+": columns_of_sum, "-": columns_of_difference, "×": columns_of_product}
SKILLS = {"add": "+", "subtract": "-", "multiply": "×"}


def operands(draw: Draw, sign: str, digits: int) -> tuple[int, int]:
    """The longer one has `digits` digits. Small products are too few to hold any out."""

    def pair() -> tuple[int, int]:
        if sign == "×":
            return draw.number(2, 99), draw.number(2, 9)
        high = 10**digits - 1
        a = draw.number(10 ** (digits - 1), high)
        b = draw.number(10 ** (digits - 1), high) if draw.chance(0.75) else draw.number(1, high)
        if sign == "-" and not draw.chance(0.12):
            return max(a, b), min(a, b)
        return (a, b) if draw.chance(0.5) else (b, a)

    return draw.split(pair, lambda p: f"{p[0]}{sign}{p[1]}")


def arithmetic(draw: Draw, skill: str, thinking: bool) -> Item:
    """`skill` is add_2, add_3, subtract_2, subtract_3 or multiply."""
    kind, _, digits = skill.partition("_")
    sign, language = SKILLS[kind], draw.language()
    a, b = operands(draw, sign, int(digits or 1))
    question = draw.phrase(QUESTIONS[language][sign])
    text = question.format(a=a, b=b, name=draw.choice(NAMES))
    lines = COLUMNS[sign](a, b, WORDS[language])
    answer = lines[-1].rpartition("=")[2]
    turn = Turn(answer, reasoning="\n".join(lines) if thinking else "")
    message = {"role": "user", "content": text}
    return Item(skill, [message], [turn], [], thinking, language)
