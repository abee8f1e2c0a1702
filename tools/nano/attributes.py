"""What a passage can tell of people and things, and how it is told and asked."""

from __future__ import annotations

from dataclasses import dataclass

from .item import Language


@dataclass(frozen=True)
class Attribute:
    """What a passage tells of somebody or something: {s} the subject, {v} the value, {a} the name of
    what is told."""

    name: str  # what thoughts call it, however it was said
    values: tuple[str, ...] | str  # a list, or "place", "person", "number", "year"
    facts: tuple[str, ...]
    questions: tuple[str, ...]


PEOPLE: dict[Language, tuple[Attribute, ...]] = {
    "en": (
        Attribute(
            "home",
            "place",
            (
                "{s} lives in {v}.",
                "{s} [has moved to|comes home to|stays in|has a house in] {v}.",
                "[You find|We meet|One meets] {s} in {v}.",
                "{v} is the home of {s}.",
                "{s} has a flat in {v}.",
                "The home of {s} is in {v}.",
            ),
            (
                "Where does {s} live?",
                "[What|Which] [city|town|place] does {s} live in?",
                "[Tell me|Say] where {s} lives.",
                "[What|Which] is the home[ town|] of {s}?",
                "{s} lives where?",
                "[Do you know|Can you tell me] where {s} lives?",
                "In which city does {s} live?",
                "Where is the home of {s}?",
            ),
        ),
        Attribute(
            "job",
            ("teacher", "doctor", "baker", "pilot", "farmer", "nurse", "painter", "driver", "cook"),
            (
                "{s} works as a {v}.",
                "{s} [has the job of|wants to stay|was trained as|became] a {v}.",
                "[By profession|For a living] {s} is a {v}.",
                "{s} is a {v}.",
                "{s} earns money as a {v}.",
            ),
            (
                "What is the job of {s}?",
                "What does {s} do [for a living|for work]?",
                "What is {s} by profession?",
                "[Tell me|Say] the [job|profession|occupation] of {s}.",
                "What is the [occupation|profession|work] of {s}?",
                "What does {s} work as?",
                "Which job does {s} have?",
            ),
        ),
        Attribute(
            "age",
            "number",
            (
                "{s} is {v} years old.",
                "{s} [has lived for|has counted] {v} years.",
                "At [the age of |]{v}, {s} is [happy|well].",
                "{s} is {v}.",
                "{s} turned {v} this year.",
                "The age of {s} is {v}.",
            ),
            (
                "How old is {s}?",
                "[Tell me|Say|Give me] the age of {s}.",
                "What age is {s}?",
                "How many years [has {s} lived|does {s} count]?",
                "{s} is how old?",
                "What is the age of {s}?",
                "How many years old is {s}?",
            ),
        ),
        Attribute(
            "colour",
            ("red", "blue", "green", "yellow", "black", "white", "purple", "orange", "brown"),
            (
                "{s} likes the colour {v}.",
                "{s} [prefers|loves|always wears|paints everything in] {v}.",
                "{v} is the colour [that|which] {s} [likes|loves].",
                "The favourite colour of {s} is {v}.",
            ),
            (
                "Which colour does {s} like?",
                "What colour does {s} [like|prefer|love]?",
                "[Tell me|Say] the [favourite|preferred] colour of {s}.",
                "{s} likes which colour?",
                "Which colour is the favourite of {s}?",
                "What is the favourite colour of {s}?",
            ),
        ),
        Attribute(
            "friend",
            "person",
            (
                "The best friend of {s} is {v}.",
                "{v} is the best friend of {s}.",
                "{s} [often meets|trusts|likes] the best friend, {v}.",
                "{s} and the best friend {v} [often meet|go out].",
                "{s} has a best friend called {v}.",
            ),
            (
                "Who is the best friend of {s}?",
                "[Tell me|Name] the best friend of {s}.",
                "Whom does {s} have as [a |the ]best friend?",
                "What is the best friend of {s} called?",
                "Which person is the best friend of {s}?",
                "What is the name of the best friend of {s}?",
            ),
        ),
        Attribute(
            "food",
            ("rice", "soup", "pizza", "bread", "salad", "fish", "cake", "noodles", "cheese"),
            (
                "{s} loves to eat {v}.",
                "{s} [often|always|mostly] eats {v}.",
                "[For dinner|At lunch|Every day] {s} [takes|has|wants] {v}.",
                "Nothing tastes better to {s} than {v}.",
                "The favourite food of {s} is {v}.",
            ),
            (
                "What does {s} love to eat?",
                "What does {s} like [best |]to eat?",
                "Which food does {s} [like|love|prefer]?",
                "[Tell me|Say] the favourite [food|dish|meal] of {s}.",
                "{s} eats what?",
                "What is the favourite food of {s}?",
            ),
        ),
        Attribute(
            "pet",
            ("dog", "cat", "horse", "rabbit", "parrot", "hamster", "turtle", "goat"),
            (
                "{s} has a {v}.",
                "{s} [takes care of|bought|feeds|walks with] a {v}.",
                "A {v} [belongs to|lives with] {s}.",
                "At home {s} has a {v}.",
                "{s} keeps a {v} at home.",
                "The pet of {s} is a {v}.",
            ),
            (
                "Which pet does {s} have?",
                "What pet does {s} [have|own|keep]?",
                "[Tell me|Say] which [pet|animal] {s} has.",
                "What kind of [pet|animal] does {s} have?",
                "Which animal lives with {s}?",
                "What animal does {s} keep?",
            ),
        ),
        Attribute(
            "instrument",
            ("piano", "guitar", "violin", "drums", "flute", "cello", "trumpet"),
            (
                "{s} plays the {v}.",
                "{s} [practises|bought|likes to play] the {v}.",
                "The {v} is the instrument of {s}.",
                "[Every day|In the evening] {s} plays the {v}.",
                "{s} is learning the {v}.",
            ),
            (
                "Which instrument does {s} play?",
                "What instrument does {s} [play|learn|practise]?",
                "[Tell me|Say|Name] the instrument of {s}.",
                "What is the instrument of {s}?",
                "On which instrument does {s} play?",
                "What does {s} play?",
            ),
        ),
    ),
    "zh": (
        Attribute(
            "住处",
            "place",
            (
                "{s}住在{v}。",
                "{s}[搬到了|定居在|住]{v}。",
                "{v}是{s}的家。",
                "在{v}可以找到{s}。",
                "{s}的家在{v}。",
            ),
            (
                "{s}住在哪里？",
                "{s}[住哪儿|住在什么地方|在哪里住]？",
                "[请问|告诉我]{s}住在哪。",
                "{s}的家[是哪里|在什么地方]？",
                "{s}的家在哪里？",
            ),
        ),
        Attribute(
            "职业",
            ("老师", "医生", "厨师", "司机", "农民", "护士", "画家", "工程师"),
            (
                "{s}是一名{v}。",
                "{s}[当|做了]{v}。",
                "{s}的职业是{v}。",
                "{s}[想一直做|成了]{v}。",
                "{s}的工作是{v}。",
            ),
            (
                "{s}做什么工作？",
                "{s}是做什么的？",
                "[请问|告诉我]{s}的[工作|职业]。",
                "{s}的工作是什么？",
                "{s}的职业是什么？",
            ),
        ),
        Attribute(
            "年龄",
            "number",
            ("{s}今年{v}岁。", "{s}[已经|刚]{v}岁[了|]。", "{s}，{v}岁。", "{s}的年龄是{v}岁。"),
            (
                "{s}多少岁？",
                "{s}[几岁|多大|年龄多大]？",
                "[请问|告诉我]{s}的年龄。",
                "{s}的年龄是多少？",
                "{s}今年几岁？",
            ),
        ),
        Attribute(
            "颜色",
            ("红色", "蓝色", "绿色", "黄色", "黑色", "白色", "紫色"),
            (
                "{s}喜欢{v}。",
                "{v}是{s}[最爱|喜欢]的颜色。",
                "{s}[偏爱|总穿]{v}。",
                "{s}最爱的颜色是{v}。",
            ),
            (
                "{s}喜欢什么颜色？",
                "[哪种|什么]颜色是{s}[最爱|喜欢]的？",
                "[请问|告诉我]{s}喜欢的颜色。",
                "{s}[偏爱|爱]什么颜色？",
                "{s}最爱的颜色是什么？",
            ),
        ),
        Attribute(
            "朋友",
            "person",
            (
                "{s}最好的朋友是{v}。",
                "{v}是{s}最好的朋友。",
                "{s}和好朋友{v}常见面。",
                "{s}有一个好朋友叫{v}。",
            ),
            (
                "{s}最好的朋友是谁？",
                "谁是{s}[最好的|的好]朋友？",
                "[请问|告诉我]{s}的好朋友[是谁|的名字]。",
                "{s}最好的朋友叫什么？",
                "{s}的好朋友叫什么？",
            ),
        ),
        Attribute(
            "食物",
            ("米饭", "面条", "饺子", "面包", "鱼", "汤", "蛋糕"),
            (
                "{s}爱吃{v}。",
                "{s}[常吃|每天吃|总想吃]{v}。",
                "{v}是{s}[爱吃的|最喜欢的]。",
                "{s}最喜欢的食物是{v}。",
            ),
            (
                "{s}爱吃什么？",
                "{s}喜欢吃什么？",
                "[请问|告诉我]{s}爱吃的[食物|东西]。",
                "{s}[最爱|常]吃什么？",
                "{s}最喜欢的食物是什么？",
            ),
        ),
    ),
}
THINGS: dict[Language, tuple[Attribute, ...]] = {
    "en": (
        Attribute(
            "price",
            "number",
            (
                "The {s} costs {v} dollars.",
                "[You pay|One pays] {v} dollars for the {s}.",
                "The {s} is [sold for|offered at|worth] {v} dollars.",
                "The price of the {s} is {v} dollars.",
            ),
            (
                "How much does the {s} cost?",
                "What does the {s} cost?",
                "[Tell me|Say] the price of the {s}.",
                "How [expensive|many dollars] is the {s}?",
                "What do I pay for the {s}?",
                "What is the price of the {s}?",
            ),
        ),
        Attribute(
            "origin",
            "place",
            (
                "The {s} was made in {v}.",
                "The {s} is from {v}.",
                "{v} is where the {s} [comes from|was made].",
                "[They built|Someone bought] the {s} in {v}.",
                "The {s} comes from {v}.",
            ),
            (
                "Where was the {s} made?",
                "[Which|What] [place|city] does the {s} come from?",
                "[Tell me|Say] where the {s} [was made|comes from].",
                "Where is the {s} from?",
                "Where does the {s} come from?",
            ),
        ),
        Attribute(
            "owner",
            "person",
            (
                "The {s} belongs to {v}.",
                "{v} owns the {s}.",
                "{v} [is the owner of|has|bought] the {s}.",
                "The owner of the {s} is {v}.",
            ),
            (
                "Who owns the {s}?",
                "Whose is the {s}?",
                "Who is the owner of the {s}?",
                "[Tell me|Say] who owns the {s}.",
                "Who has the {s}?",
                "To whom does the {s} belong?",
            ),
        ),
        Attribute(
            "year",
            "year",
            (
                "The {s} was built in {v}.",
                "The {s} is from the year {v}.",
                "In {v} the {s} was [built|made|finished].",
                "The {s} dates from {v}.",
            ),
            (
                "When was the {s} built?",
                "How old is the {s}, from which year?",
                "[What|Which] year is the {s} from?",
                "In [what|which] year was the {s} [built|made]?",
                "[Tell me|Say] the year of the {s}.",
                "From which year is the {s}?",
            ),
        ),
    ),
    "zh": (
        Attribute(
            "价格",
            "number",
            ("{s}的价格是{v}元。", "{s}[卖|值|标价]{v}元。", "买{s}要付{v}元。", "{s}要{v}元。"),
            (
                "{s}多少钱？",
                "买{s}要多少[钱|元]？",
                "[请问|告诉我]{s}的价格。",
                "{s}[卖|值]多少？",
                "{s}的价格是多少？",
            ),
        ),
        Attribute(
            "产地",
            "place",
            ("{s}产自{v}。", "{s}[来自|出自]{v}。", "{s}在{v}[做的|生产]。", "{s}是{v}制造的。"),
            (
                "{s}产自哪里？",
                "{s}[来自|出自]哪里？",
                "[请问|告诉我]{s}的产地。",
                "{s}在哪里[做的|生产]？",
                "{s}是哪里制造的？",
            ),
        ),
        Attribute(
            "主人",
            "person",
            ("{s}是{v}的。", "{s}属于{v}。", "{v}[有|拥有|买了]{s}。", "{s}的主人是{v}。"),
            (
                "{s}是谁的？",
                "{s}属于谁？",
                "[请问|告诉我]{s}的主人[是谁|]。",
                "{s}的主人是谁？",
                "谁是{s}的主人？",
            ),
        ),
    ),
}
# What may be told of anybody and anything, of {a} that is invented: in practice alone.
INVENTED: dict[Language, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "The {a} of {s} is {v}.",
            "{v} is the {a} of {s}.",
            "{s} has {v} as [the |a |]{a}.",
            "{v} is the {a} [that|which] {s} [has|chose|wants].",
            "The {a} [that|which] {s} [has|likes|got] is {v}.",
            "[As|For] a {a} {s} [has|takes|chose] {v}.",
            "{s} [has|got] the {a} {v}.",
            "{v} {a} is what {s} has.",
            "{s} and the {a} {v} [belong together|are here].",
        ),
        (
            "What is the {a} of {s}?",
            "Which {a} does {s} have?",
            "[What|Which] {a} [has|did] {s}[ chosen| get|]?",
            "[Tell me|Say|Name|Give me] the {a} of {s}.",
            "{a} of {s}?",
            "[Do you know|Can you tell me] the {a} of {s}?",
            "[Who|What|Where] is the {a} for {s}?",
            "{s} has which {a}?",
            "What does {s} have as [a |the |]{a}?",
        ),
    ),
    "zh": (
        (
            "{s}的{a}是{v}。",
            "{v}是{s}的{a}。",
            "{s}[把|以]{v}[当作|作为|当]{a}。",
            "{s}有{v}这个{a}。",
            "[说到|关于]{a}，{s}[选|要|有]{v}。",
            "{s}{a}{v}。",
        ),
        (
            "{s}的{a}是什么？",
            "[什么|谁|哪个]是{s}的{a}？",
            "{s}[有|选|要][什么|哪个]{a}？",
            "[请问|告诉我]{s}的{a}。",
            "{s}的{a}[呢|]？",
            "[知道|你知道]{s}的{a}吗？",
        ),
    ),
}
KINDS: tuple[str, ...] = ("place", "person", "number", "year")
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
        "[Passage|Note|Facts|Story|Context|Information|Document]: {text}\n\n[Question: |Q: |]{question}",
        "[Use|Look at|Read|Take|Consider] [this|the following]: {text}[ |\n]{question}",
        "[Question|Q]: {question}\n[Text|Passage|Context|Facts]: {text}",
        "[My notes say|The page says|It says here|I read this|Someone wrote]: {text}[ |\n]{question}",
        "{text}[ |\n][So|Now|And|According to this|Based on that]: {question}",
        "[Answer the question|Answer] [with|from|using] [the text|the facts|this text]. {text}[ |\n]{question}",
        "{question} [Here is the text|The text|See]: {text}",
        '"{text}"[ |\n]{question}',
    ),
    "zh": (
        "{text}\n\n{question}",
        "{text}{question}",
        "阅读下文并回答。\n{text}\n{question}",
        "短文：{text}\n问题：{question}",
        "{question}\n\n{text}",
        "请根据下面的内容回答：{text}\n{question}",
        "[材料|资料|内容|文章|已知]：{text}\n[问题：|问：|]{question}",
        "[问题|问]：{question}\n[短文|材料|资料|内容]：{text}",
        "[看|读]下面的[短文|材料|内容]：{text}[\n|]{question}",
        "“{text}”[\n|]{question}",
        "{text}[\n|][请问|那么|根据上文]，{question}",
        "[我的笔记|书上|他]说：{text}[\n|]{question}",
    ),
}
