"""Problems of several steps: one step a line of thinking."""

from __future__ import annotations

from .arithmetic import COLUMNS, WORDS
from .item import Draw, Item, Language, Turn

LARGEST = 400
# What is done to the number so far; {n} is the operand, {v} a choice that both languages have.
STEPS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "+": (
            *("add {n}", "plus {n}", "increase it by {n}"),
            "add another {n}",
            *(
                "[put|add] {n} [on top|more][| to it]",
                "[raise|increase] [it|that|the result] by {n}",
            ),
            *("add {n} to [it|that|the result]", "+ {n}", "[it grows|go up] by {n}", "{n} more"),
            *("[gain|get|win] {n}[ more|]", "{n} [extra|on top]", "[include|throw in] {n}[ more|]"),
            *("count {n} up", "let it [rise|grow] by {n}"),
        ),
        "-": (
            *("subtract {n}", "minus {n}", "take away {n}", "decrease it by {n}", "- {n}"),
            *("[lower|reduce|cut] [it|that|the result] by {n}", "[take off|deduct|remove] {n}"),
            *("[subtract|take] {n} from [it|that|the result]", "[go down|drop] by {n}", "{n} less"),
            *(
                "[lose|give up|spend] {n}",
                "count {n} down",
                "[cut|shave] {n} off",
                "{n} [fewer|off]",
            ),
            *("[leave out|withdraw|throw away] {n}", "let it [fall|sink] by {n}"),
        ),
        "×2": (
            *("double it", "multiply it by 2", "multiply by two", "times two", "double"),
            *("double [that|the result|everything]", "make it twice as [large|big|much]", "× 2"),
            "take [it|that] twice",
            *(
                "multiply [that|the result|everything] by [2|two]",
                "[go|get] to twice [that|as much]",
            ),
        ),
        "×": (
            *("multiply it by {n}", "times {n}", "multiply by {n}", "× {n}"),
            *("multiply [that|the result] by {n}", "make it {n} times as [large|big|much]"),
            "take [it|that] {n} times",
            *("{n} times [that|the amount]", "[get|have] {n} times as [much|many]"),
            "let it grow to {n} times [that|its size]",
        ),
        "÷2": (
            *("halve it", "divide it by 2", "take half of it", "divide by two", "halve", "÷ 2"),
            *("halve [that|the result]", "cut [it|that] in half", "split it in two"),
            *(
                "[take|keep] [only |]half[ of that|]",
                "divide [that|the result|everything] by [2|two]",
            ),
            *("[lose|remove] half[ of it|]", "share it between two"),
        ),
    },
    "zh": {
        "+": (
            *("加{n}", "加上{n}", "增加{n}", "[把它|结果|]加{n}", "多{n}", "+{n}", "提高{n}"),
            *("再加{n}", "[涨|上升|升高]{n}", "[又|再]多{n}", "[数字|它]增加{n}", "添[上|]{n}"),
        ),
        "-": (
            "减{n}",
            "减去{n}",
            "减少{n}",
            "[把它|结果|]减{n}",
            "少{n}",
            "-{n}",
            "去掉{n}",
            "扣掉{n}",
            *(
                "再减{n}",
                "[降低|下降|降]{n}",
                "[又|再]少{n}",
                "[扣除|拿掉|拿走]{n}",
                "[数字|它]减少{n}",
            ),
        ),
        "×2": (
            *("翻倍", "乘以2", "乘2", "变成两倍", "[翻一番|加倍]", "×2", "乘以二"),
            *("[增加|扩大]到[2|两]倍", "[它|结果|数字]翻倍", "再乘[以|]2"),
        ),
        "×": (
            *("乘以{n}", "乘{n}", "变成{n}倍", "×{n}", "[把它|结果]乘以{n}", "扩大到{n}倍"),
            *("[变为|增加到]{n}倍", "再乘[以|上|]{n}", "取它的{n}倍"),
        ),
        "÷2": (
            *("减半", "除以2", "除以二", "取一半", "÷2", "[把它|结果]减半", "分成两半"),
            *("再除以2", "[取|求]它的一半", "[变成|只留]一半", "[对半分|平分成两份]"),
        ),
    },
}
STORIES: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "start": (
            *("{name} has {n} {things}.", "There are {n} {things} in a box."),
            "[In the morning|On a shelf|In a shop|In a bag] there [are|were] {n} {things}.",
            "{name} [starts with|begins with|owns|found|buys|bought|collected] {n} {things}.",
            "[At first|First|In the beginning] [we|they|I] [have|had] {n} {things}.",
            "{n} {things} [lie|are] [on the table|in a drawer|in the garden].",
        ),
        "+": (
            *("{n} more are added.", "Then {n} {things} come on top.", "Someone brings {n} more."),
            "[Then |Later |Now |Next |]{n} [more |new |other ]{things} [arrive|are bought|are found].",
            "[Then|Later|Next] {name} [buys|gets|finds|receives|adds] {n} more[| {things}].",
            "[A friend|Her mother|His uncle|The shop] [gives|brings|adds] {n}[ more| extra].",
            "{name} [earns|picks up|wins|catches] {n} more[ {things}|].",
            "[After that|Soon|A day later] {n} [more |]{things} [come|are added|are delivered].",
        ),
        "-": (
            *("{n} get lost.", "Then {n} are given away.", "{n} {things} are sold."),
            "[Then |Later |Now |Next |]{n} [of them |{things} ][break|disappear|are used|are taken away].",
            "[Then|Later|Next] {name} [loses|sells|gives away|uses|drops] {n}[ of them|].",
            "[A friend|Her mother|His uncle|A guest] [takes|borrows|removes] {n}[ away|].",
            "[After that|Soon|A day later] {n} [{things} |][are gone|vanish|are missing|are thrown away].",
            "{name} [gives|hands|sends] {n} [of them |{things} |]to [a friend|the neighbours|a child].",
            "{n} [fall down|are eaten|are stolen|are returned].",
        ),
        "×2": (
            *("The number doubles.", "Then there are twice as many."),
            "[Then|Later|Next] [the number|it|the amount] [is doubled|becomes twice as large].",
            "[Then|Later|Next] {name} doubles [the number|the amount|them].",
            "[After that|Soon|A day later] there are [twice|two times] as many.",
            "[The amount|The number] [grows|rises] to [double|twice that].",
        ),
        "×": (
            *("Then there are {n} times as many.", "The number becomes {n} times as large."),
            "[Then|Later|Next] [the number|it|the amount] is multiplied by {n}.",
            "[Then|Later|Next] [the number|the amount] grows to {n} times [as much|itself].",
            "[After that|Soon|A day later] there are {n} times [as many|that].",
        ),
        "÷2": (
            *("Half of them are taken.", "Then half are given away."),
            "[Then|Later|Next] {name} [loses|sells|gives away|uses] half of them.",
            "[Then|Later|Next] [the number|the amount] is [halved|cut in half].",
            "[After that|Soon|A day later] half [of them |][are gone|are left|remain|get lost].",
            "{name} [keeps|gives away] [only |]half of [them|the {things}].",
        ),
        "ask": (
            *("How many {things} are there now?", "How many are left in the end?"),
            "How many [{things} |]is that [now|in the end|at last]?",
            "[What is|Tell me] the number of {things} [now|in the end]?",
            "How many [{things} |]does that make?",
            "[And now|Finally], how many [{things} |]are there?",
            "What is the [count|total] [now|at the end]?",
            "How many [{things} |][are left|remain|are there][ at the end| now|]?",
        ),
    },
    "zh": {
        "start": (
            *("{name}有{n}个{things}。", "盒子里有{n}个{things}。"),
            "[一开始|起初|开始时|早上]有{n}个{things}。",
            "{name}[买了|找到|带来]{n}个{things}。",
            "[桌上|袋子里|店里|抽屉里]有{n}个{things}。",
        ),
        "+": (
            *("又来了{n}个。", "然后再放进{n}个。"),
            *("[后来|接着|然后|]又[买了|得到|找到|多了]{n}个。", "[朋友|妈妈]又给了{n}个。"),
            *(
                "[朋友|老师|店主][送来|带来|加了]{n}个。",
                "[不久|之后|第二天][增加|添了|捡到]{n}个。",
            ),
        ),
        "-": (
            *("丢了{n}个。", "然后送出{n}个。", "卖掉{n}个。"),
            *("[后来|接着|然后|][用掉|拿走|少了|坏了]{n}个。", "[朋友|妈妈]拿走了{n}个。"),
            *("[不久|之后|第二天][丢了|卖了|送人|吃了]{n}个。", "有{n}个[坏了|被拿走|不见了]。"),
        ),
        "×2": (
            *("数量翻倍。", "然后变成两倍。", "[后来|接着]数量[加倍|乘以2|翻一番]。"),
            "[不久|之后|第二天][变成|增加到]两倍。",
        ),
        "×": (
            *("数量变成{n}倍。", "然后增加到{n}倍。", "[后来|接着]数量[乘以{n}|扩大到{n}倍]。"),
            "[不久|之后|第二天][变成|增加到]{n}倍。",
        ),
        "÷2": (
            *("拿走一半。", "然后送出一半。", "[后来|接着]数量减半。", "[后来|接着]用掉一半。"),
            *("[不久|之后|第二天][只剩|剩下]一半。", "[送走|卖掉|丢了]一半。"),
        ),
        "ask": (
            *("现在有多少个{things}？", "最后剩下多少个？", "[最后|现在|一共]是多少个？"),
            "[请问|那么][现在|最后][有|还有]几个{things}？",
            "[还剩|剩下|一共有][多少|几]个[{things}|]？",
        ),
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
        "[Say|Suppose|Assume|Imagine] [you have|I have|we have] {start}. [Now|Then|First] {steps}."
        " [What|How much|Which number] [is it|do you have|is left|is that][ now| at the end|]?",
        "[If|When] [you|I|we] [take|start from|start with|begin with] {start}[,| and] {steps}, what"
        " [is the result|do I get|comes out|is the answer]?",
        "{start}: {steps}[.| = ?|. Answer?|. Result?]",
        "{start}, {steps}[?| - what is that?|. What is it?|. Final number?]",
        "[Calculate|Compute|Work out|Solve|Find the result][: | of this: ]{start}, {steps}.",
        "[With|From|To] [the number |]{start}[:| do this:] {steps}. [Tell me the result.|What remains?]",
        "[Choose|Pick|Use|Write down|Think of] [the number |]{start}[.| first.] [Now |Then |]{steps}."
        " [Where do you end?|What is the end result?|What number is that?|And the result is?]",
        "[The|Our|A] [first |starting |]number is {start}. {steps}. [What do we have|What is it] [now|then]?",
        "[Could|Can|Would] you [please |]take {start}, {steps}[?| and give me the answer?]",
        "[What|Which number] [is it|do you get|results] [if|when] [you|I] take {start}, {steps}?",
        "[I start|I begin|We start] [at|with|from] {start} and [I |we |]{steps}. [What now?|What is the"
        " result?|Which number is this?]",
        "[Put|Enter] {start} into a calculator, {steps}. What does it show?",
        "[What is|Give me|Tell me] the result: [first |]{start}, {steps}[.|?]",
        "[Hidden|Secret|Magic] number {start}: {steps}[. What is it now?|. The answer?]",
    ),
    "zh": (
        "从{start}开始，{steps}，结果是多少？",
        "取{start}，{steps}，得到多少？",
        "把{start}{steps}，等于多少？",
        "我想了一个数{start}，{steps}，现在是多少？",
        "数字{start}，依次{steps}，最后是几？",
        "{start}，{steps}。请给出结果。",
        "[假设|如果|假如][有|我有|数字是]{start}，{steps}，[结果|最后][是|得|等于]多少？",
        "[先|首先][取|写下|想一个数]{start}，{steps}，[最后是|得|结果是]多少？",
        "{start}{steps}[是多少|等于几|得几]？",
        "[请|帮我|麻烦][算一下|计算][：|，]{start}，{steps}。",
        "[有|给你]一个数{start}，{steps}，[现在|最后|它]是[几|多少]？",
        "[以|用]{start}[开始|为起点]，{steps}，求[结果|答案]。",
        "[起点|开始|最初]是{start}，{steps}，[答案|结果]是[什么|几]？",
        "[计算|运算|步骤]：{start}，{steps}。[结果|答案]？",
    ),
}
JOINTS: dict[Language, tuple[str, ...]] = {
    "en": (
        *(", ", ", then ", " and then ", ", and ", "; ", "; then ", ", after that ", ", next "),
        *(", and after that ", ", and finally ", ". Then ", ". Next, ", ". After that, ", " then "),
    ),
    "zh": ("，", "，再", "，然后", "，接着", "，然后再", "，之后", "；", "，最后", "，接下来"),
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


def worked_out(value: int, sign: str, n: int, language: Language) -> list[str]:
    if sign == "÷" or value < 10 > n:
        return [f"{value}{sign}{n}={apply(value, sign, n)}"]
    return COLUMNS[sign](value, n, WORDS[language])


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
    """`skill` is steps_<number of steps>. Its thinking lists the steps first, so that none is left
    out, then works each out as a sum alone is."""
    language = draw.language()
    start, operations = draw.split(lambda: chain(draw, int(skill.rpartition("_")[2])))
    ask = story if draw.chance(0.35) else instructions
    lines, value = [f"{i}: {sign[0]}{n}" for i, (sign, n) in enumerate(operations, 1)], start
    for i, (sign, n) in enumerate(operations, 1):
        first, *others = worked_out(value, sign[0], n, language)
        lines += [f"{i}: {first}", *others]
        value = apply(value, sign, n)
    turn = Turn(str(value), reasoning="\n".join(lines) if thinking else "")
    message = {"role": "user", "content": ask(draw, language, start, operations)}
    return Item(skill, [message], [turn], [], thinking, language)
