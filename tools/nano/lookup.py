"""A passage of facts and a question about one of them, or about none."""

from __future__ import annotations

from dataclasses import dataclass

from .item import Draw, Item, Language, Turn
from .people import person, place

UNKNOWN: dict[Language, str] = {"en": "The text does not say.", "zh": "文中没有提到。"}


@dataclass(frozen=True)
class Attribute:
    """What a passage tells of somebody or something: {s} the subject, {v} the value."""

    values: tuple[str, ...] | str  # a list, or "place", "person", "number", "year"
    facts: tuple[str, ...]
    questions: tuple[str, ...]


PEOPLE: dict[Language, tuple[Attribute, ...]] = {
    "en": (
        Attribute(
            "place",
            ("{s} lives in {v}.", "{s} has a flat in {v}.", "The home of {s} is in {v}."),
            ("Where does {s} live?", "In which city does {s} live?", "Where is the home of {s}?"),
        ),
        Attribute(
            ("teacher", "doctor", "baker", "pilot", "farmer", "nurse", "painter", "driver", "cook"),
            ("{s} works as a {v}.", "{s} is a {v}.", "{s} earns money as a {v}."),
            ("What is the job of {s}?", "What does {s} work as?", "Which job does {s} have?"),
        ),
        Attribute(
            "number",
            ("{s} is {v} years old.", "{s} turned {v} this year.", "The age of {s} is {v}."),
            ("How old is {s}?", "What is the age of {s}?", "How many years old is {s}?"),
        ),
        Attribute(
            ("red", "blue", "green", "yellow", "black", "white", "purple", "orange", "brown"),
            ("{s} likes the colour {v}.", "The favourite colour of {s} is {v}."),
            ("Which colour does {s} like?", "What is the favourite colour of {s}?"),
        ),
        Attribute(
            "person",
            ("The best friend of {s} is {v}.", "{s} has a best friend called {v}."),
            ("Who is the best friend of {s}?", "What is the name of the best friend of {s}?"),
        ),
        Attribute(
            ("rice", "soup", "pizza", "bread", "salad", "fish", "cake", "noodles", "cheese"),
            ("{s} loves to eat {v}.", "The favourite food of {s} is {v}."),
            ("What does {s} love to eat?", "What is the favourite food of {s}?"),
        ),
        Attribute(
            ("dog", "cat", "horse", "rabbit", "parrot", "hamster", "turtle", "goat"),
            ("{s} has a {v}.", "{s} keeps a {v} at home.", "The pet of {s} is a {v}."),
            ("Which pet does {s} have?", "What animal does {s} keep?"),
        ),
        Attribute(
            ("piano", "guitar", "violin", "drums", "flute", "cello", "trumpet"),
            ("{s} plays the {v}.", "{s} is learning the {v}."),
            ("Which instrument does {s} play?", "What does {s} play?"),
        ),
    ),
    "zh": (
        Attribute(
            "place",
            ("{s}住在{v}。", "{s}的家在{v}。"),
            ("{s}住在哪里？", "{s}的家在哪里？"),
        ),
        Attribute(
            ("老师", "医生", "厨师", "司机", "农民", "护士", "画家", "工程师"),
            ("{s}是一名{v}。", "{s}的工作是{v}。"),
            ("{s}做什么工作？", "{s}的职业是什么？"),
        ),
        Attribute(
            "number", ("{s}今年{v}岁。", "{s}的年龄是{v}岁。"), ("{s}多少岁？", "{s}今年几岁？")
        ),
        Attribute(
            ("红色", "蓝色", "绿色", "黄色", "黑色", "白色", "紫色"),
            ("{s}喜欢{v}。", "{s}最爱的颜色是{v}。"),
            ("{s}喜欢什么颜色？", "{s}最爱的颜色是什么？"),
        ),
        Attribute(
            "person",
            ("{s}最好的朋友是{v}。", "{s}有一个好朋友叫{v}。"),
            ("{s}最好的朋友是谁？", "{s}的好朋友叫什么？"),
        ),
        Attribute(
            ("米饭", "面条", "饺子", "面包", "鱼", "汤", "蛋糕"),
            ("{s}爱吃{v}。", "{s}最喜欢的食物是{v}。"),
            ("{s}爱吃什么？", "{s}最喜欢的食物是什么？"),
        ),
    ),
}
THINGS: dict[Language, tuple[Attribute, ...]] = {
    "en": (
        Attribute(
            "number",
            ("The {s} costs {v} dollars.", "The price of the {s} is {v} dollars."),
            ("How much does the {s} cost?", "What is the price of the {s}?"),
        ),
        Attribute(
            "place",
            ("The {s} was made in {v}.", "The {s} comes from {v}."),
            ("Where was the {s} made?", "Where does the {s} come from?"),
        ),
        Attribute(
            "person",
            ("The {s} belongs to {v}.", "The owner of the {s} is {v}."),
            ("Who owns the {s}?", "To whom does the {s} belong?"),
        ),
        Attribute(
            "year",
            ("The {s} was built in {v}.", "The {s} dates from {v}."),
            ("When was the {s} built?", "From which year is the {s}?"),
        ),
    ),
    "zh": (
        Attribute(
            "number", ("{s}的价格是{v}元。", "{s}要{v}元。"), ("{s}多少钱？", "{s}的价格是多少？")
        ),
        Attribute(
            "place", ("{s}产自{v}。", "{s}是{v}制造的。"), ("{s}产自哪里？", "{s}是哪里制造的？")
        ),
        Attribute(
            "person", ("{s}是{v}的。", "{s}的主人是{v}。"), ("{s}是谁的？", "谁是{s}的主人？")
        ),
    ),
}
THING_NAMES: dict[Language, tuple[str, ...]] = {
    "en": tuple(
        "lamp table boat clock bridge bicycle camera piano chair tower ring car house mirror".split()
    ),
    "zh": ("台灯", "桌子", "小船", "时钟", "自行车", "相机", "椅子", "戒指", "汽车", "镜子"),
}
FRAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        "{text}\n\n{question}",
        "{text} {question}",
        "Read the text and answer.\n{text}\n{question}",
        "Text: {text}\nQuestion: {question}",
        "{question}\n\n{text}",
        "Here is what I know: {text} {question}",
        "Please answer from this passage: {text}\n{question}",
    ),
    "zh": (
        "{text}\n\n{question}",
        "{text}{question}",
        "阅读下文并回答。\n{text}\n{question}",
        "短文：{text}\n问题：{question}",
        "{question}\n\n{text}",
        "请根据下面的内容回答：{text}\n{question}",
    ),
}


@dataclass(frozen=True)
class Fact:
    subject: str
    attribute: Attribute
    value: str
    text: str

    def question(self, draw: Draw) -> str:
        return draw.phrase(self.attribute.questions).format(s=self.subject)


def value_of(draw: Draw, attribute: Attribute, language: Language) -> str:
    values = attribute.values
    if not isinstance(values, str):
        return draw.choice(values)
    if values == "place":
        return place(draw, language)
    if values == "person":
        return person(draw, language)
    return str(draw.number(1800, 2020) if values == "year" else draw.number(3, 99))


def facts(draw: Draw, language: Language) -> list[Fact]:
    """One of each (subject, attribute)."""
    pairs = list[tuple[str, Attribute]]()
    for _ in range(draw.number(2, 3)):
        about_things = draw.chance(0.25)
        subject = draw.choice(THING_NAMES[language]) if about_things else person(draw, language)
        attributes = (THINGS if about_things else PEOPLE)[language]
        chosen = draw.sample(attributes, draw.number(1, min(3, len(attributes))))
        if all(subject != other for other, _ in pairs):
            pairs += [(subject, attribute) for attribute in chosen]
    draw.random.shuffle(pairs)
    found = []
    for subject, attribute in pairs:
        value = value_of(draw, attribute, language)
        text = draw.phrase(attribute.facts).format(s=subject, v=value)
        found.append(Fact(subject, attribute, value, text))
    return found


def lookup(draw: Draw, skill: str, thinking: bool) -> Item:
    language = draw.language()
    known = facts(draw, language)
    asked = draw.choice(known)
    answer, reasoning = asked.value, asked.text
    if len(known) > 1 and draw.chance(0.15):
        known.remove(asked)
        answer = reasoning = UNKNOWN[language]
    text = ("" if language == "zh" else " ").join(fact.text for fact in known)
    question = draw.phrase(FRAMES[language]).format(text=text, question=asked.question(draw))
    turn = Turn(answer, reasoning=reasoning if thinking else "")
    return Item(skill, [{"role": "user", "content": question}], [turn], [], thinking, language)
