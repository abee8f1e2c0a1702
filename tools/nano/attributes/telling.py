"""What can be told of anybody and anything, the things, and how a text and a question stand together."""

from __future__ import annotations

from ..item import Language

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
