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
            "[Read|Say|Repeat|Type|Print|Show] [these words|this list|the list|them] [backwards|in"
            " reverse|from the end to the start|from back to front]: {list}",
            "[Flip|Invert|Mirror|Reverse] [the list|this list|these words|the order of]: {list}",
            "[Flip|Invert|Reverse] the [order|sequence] of [this list|the words|these|the items]: {list}",
            "{list}[.|:| -][ Now| Please|] [reverse them|flip the order|the other way round|backwards]",
            "[What is|What's] [this list|the list] [in reverse order|reversed|backwards]? {list}",
            "[What|How] would [this list|these words] [look|be] [in reverse order|backwards]? {list}",
            "[The last|The final] word first, [please|the first one last]: {list}",
            "[Start|Begin] with the last [word|item|one] and [end|finish] with the first: {list}",
            "[Can|Could|Would] you [please |]reverse [this list|these words|the order]? {list}",
            "[I need|I want|I'd like] [this list|these words] [reversed|in reverse order|back to front]:"
            " {list}",
            "[reversed|backwards|in reverse|opposite order|last to first] please: {list}",
            "[Words|List|Items]: {list}. [Reverse|Flip|Turn around] the order.",
            "[Swap|Change] the order so that the last [word |item |]comes first: {list}",
            "[Turn|Spin] [the list|these|the order|it] [round|over|about]: {list}",
            "[Write|Put|List|Give] [them|these|the words|it] [from end to start|in opposite order|the other way"
            " around|last first]: {list}",
            "[From|Going from] [last to first|the end to the beginning][, what are the words|, what is the"
            " list|]: {list}",
        ),
        "sort": (
            "Sort these words alphabetically: {list}",
            "Put these words in alphabetical order: {list}",
            "Sort from A to Z: {list}",
            "Please sort this list of words: {list}",
            "Order alphabetically: {list}",
            "Arrange these words by the alphabet: {list}",
            "{list} - sort them by their letters.",
            "[Put|Bring|Get|Place|List] [these|these words|the words|this list] [in|into] [ABC|A-Z|"
            "dictionary|alphabetical|alphabetic] order: {list}",
            "[Order|Sort|Rank|Arrange|Organise] [these|these words|the words|the list] [from A to Z|by"
            " letter|by their first letter|as in a dictionary|alphabetically]: {list}",
            "{list}[.|:| -][ Now| Please|] [sort them|put them in alphabetical order|sort from A to Z]",
            "[What is|What's] the alphabetical order of [these words|these|this list]? {list}",
            "[Can|Could|Would] you [please |]sort [these words|this list|these]? {list}",
            "[How|In which order] would [these words|they] stand in a dictionary? {list}",
            "[I need|I want|I'd like] [this list|these words] [sorted|in alphabetical order|in order]:"
            " {list}",
            "[sorted|alphabetical|A to Z|in order] please: {list}",
            "[Words|List|Items]: {list}. [Sort|Order] [them|by alphabet|alphabetically].",
            "[Which|What] word comes first, [which|what] next? [Sort|Order]: {list}",
            "[Alphabetise|Alphabetize|ABC order|Sort alphabetically]: {list}",
            "[Words|These] [by|in order of] [the alphabet|letters|first letter]: {list}",
        ),
        "sort_numbers": (
            "Sort these numbers: {list}",
            "Put these numbers in ascending order: {list}",
            "Sort from smallest to largest: {list}",
            "Please order these numbers from low to high: {list}",
            "Arrange by size, the smallest first: {list}",
            "[Order|Sort|Rank|Arrange] [these|these numbers|the numbers|them] [by size|by value|from small"
            " to large|in increasing order|upwards]: {list}",
            "{list}[.|:| -][ Now| Please|] [sort them|sort by size|put the smallest first]",
            "[What is|What's] the [right|ascending|increasing] order of [these numbers|these]? {list}",
            "[Can|Could|Would] you [please |]sort [these numbers|this list]? {list}",
            "[I need|I want] [these numbers|this list of numbers] [sorted|in order]: {list}",
            "[Numbers|Values]: {list}. [Sort|Order] [them|by size], [lowest|smallest] first.",
            "[The smallest|The lowest] [number |]first, [the largest|the highest] last: {list}",
            "[Lowest|Smallest] to [highest|largest]: {list}",
            "[List|Write|Give] [these|these numbers|the numbers] [from small to big|in order|smallest first]: {list}",
        ),
        "count": (
            "How many words are there: {list}",
            "Count the words: {list}",
            "How long is this list? {list}",
            "Count the items: {list}",
            "Tell me the number of words in this list: {list}",
            "How many items does this list have? {list}",
            "[Count|Number] [these|them|the entries|the elements|all words]: {list}",
            "[What is|What's] the [length|size|number of words] of [this list|the list]? {list}",
            "[How many|What number of] [entries|elements|words|things|items] [do you see|are listed|are in"
            " this list|did I write]? {list}",
            "{list}[.|:| -] How many [are these|words are that|is that|did I list]?",
            "[Can|Could|Would] you [please |]count [these words|the items|the words]? {list}",
            "[I need|Give me] the [count|number] of [words|items|entries] here: {list}",
            "[Words|List|Items]: {list}. [Count them|How many are there?]",
            "How many [is that|do you count|in all]: {list}",
            "[Total|Number] of [words|items] [in this list|here]: {list}",
        ),
    },
    "zh": {
        "reverse": (
            "把这些词倒过来：{list}",
            "请倒序写出：{list}",
            "反转这个列表：{list}",
            "从后往前写出这些词：{list}",
            "把顺序颠倒：{list}",
            "[请|帮我|麻烦你|][把|将][这些词|这个列表|下面的词][反过来|颠倒过来|倒着写]：{list}",
            "[倒序|逆序|反向][排列|输出|列出][这些词|这个列表|]：{list}",
            "{list}，[请|][倒过来写|反过来|倒着念]。",
            "[最后一个|末尾的]词放在最前面，[依次|]倒着[写|排]：{list}",
            "[这些词|这个列表][倒过来|反过来]是什么？{list}",
            "[颠倒|反转|调转][词语|词|列表]的[顺序|次序]：{list}",
            "[倒转|翻转][顺序|词序|]：{list}",
            "[从尾到头|从后往前|反着|倒着][写|列|念][一遍|出来|]：{list}",
            "{list}：[倒过来|反转|逆序|颠倒]",
        ),
        "sort_numbers": (
            "把这些数字从小到大排序：{list}",
            "请排序：{list}",
            "按升序排列：{list}",
            "从小到大写出这些数：{list}",
            "把下面的数按大小排好：{list}",
            "[请|帮我|麻烦你|][把|将][这些数|下面的数字|它们][按升序|从小到大|由小到大][排好|排列|排一下]：{list}",
            "{list}，[请|][从小到大排|排个序|按大小排列]。",
            "[小的|最小的]在前，[大的|最大的]在后：{list}",
            "[这些数|这几个数][从小到大|由小到大]怎么排？{list}",
            "[排序|升序]：{list}",
            "[整理|排好][数字|这些数|]：{list}",
            "[从低到高|从小往大|由小至大][写|排|列][出来|]：{list}",
            "{list}：[排序|从小到大|升序]",
            "{list}，小的[先写|放前面]",
        ),
        "count": (
            "这里有几个词：{list}",
            "数一数有多少个词：{list}",
            "这个列表有多少项？{list}",
            "请数词语的个数：{list}",
            "[下面|这个列表|这里][一共|总共|]有[多少|几]个[词|词语|项目]？{list}",
            "{list}，[一共|这是|总共]几个词？",
            "[请|帮我|麻烦你|]数[一下|一数|数]：{list}",
            "[词数|个数|数量]是多少：{list}",
            "[列表|清单]：{list}。[有几项|几个词]？",
            "{list}：[几个|多少个|数一数]",
            "[清点|计数|数数]：{list}",
        ),
    },
}
# What is to be done, before the words are gone through: the thinking of tasks begins alike.
NAMES: dict[Language, dict[str, str]] = {
    "en": {"reverse": "Reverse:", "sort": "Sort:", "sort_numbers": "Sort:", "count": "Count:"},
    "zh": {"reverse": "倒序：", "sort_numbers": "排序：", "count": "计数："},
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
    reasoning = f"{NAMES[language][task]}\n{reasoning}"
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
