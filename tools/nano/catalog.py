"""Tools put together from a verb and a noun, so that there are thousands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .invented import SHARE, word
from .item import Draw, Language, is_held_out
from .toolbox import DOMAINS, HELD_OUT_DOMAINS
from .toolbox.domain import Domain
from .values import Value, value

Verb = tuple[tuple[str, ...], tuple[str, ...]]  # English and Chinese words of one meaning
Noun = tuple[str, str]
VERBS: tuple[Verb, ...] = (
    (("get", "show", "fetch", "display", "view"), ("查看", "显示", "调出")),
    (("find", "search", "locate", "look for"), ("查找", "搜索", "寻找")),
    (("delete", "remove", "erase", "get rid of"), ("删除", "移除", "删掉")),
    (("create", "make", "add"), ("创建", "新建", "添加")),
    (("open", "start"), ("打开", "启动", "开启")),
    (("close", "stop", "shut"), ("关闭", "停止", "关掉")),
    (("print",), ("打印",)),
    (("share", "forward"), ("分享", "转发")),
    (("order", "buy", "purchase"), ("订购", "购买")),
    (("cancel",), ("取消",)),
    (("rename",), ("重命名", "改名")),
    (("archive", "store"), ("归档", "保存")),
    (("check", "verify", "inspect"), ("检查", "核对", "核实")),
    (("count",), ("统计",)),
    (("rate", "review"), ("评价", "打分")),
    (("lock",), ("锁定", "锁上")),
    (("copy", "duplicate"), ("复制", "拷贝")),
    (("update", "change", "modify", "edit"), ("更新", "修改", "更改")),
    (("download",), ("下载",)),
    (("upload",), ("上传",)),
    (("unlock",), ("解锁",)),
    (("repair", "fix"), ("修理", "维修")),
    (("clean", "wash"), ("清洁", "清洗")),
    (("pause", "suspend"), ("暂停",)),
    (("export",), ("导出",)),
    (("sign",), ("签署",)),
    (("approve", "accept"), ("批准", "同意")),
    (("reject", "decline", "refuse"), ("拒绝", "驳回")),
    (("hide",), ("隐藏",)),
    (("sell",), ("出售", "卖掉")),
    (("reset",), ("重置",)),
    (("publish",), ("发布", "公开")),
    (("replace", "swap"), ("更换", "替换")),
    (("move",), ("移动", "转移")),
)
NOUNS: tuple[Noun, ...] = tuple(
    (pair.split(":")[0], pair.split(":")[1])
    for pair in (
        "invoice:发票 report:报告 photo:照片 video:视频 file:文件 folder:文件夹 permit:许可证 contract:合同"
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
        " painting:油画 statue:雕像 magazine:杂志 newspaper:报纸 laptop:电脑 tablet:平板 screen:屏幕"
        " keyboard:键盘 router:路由器 cable:电缆 charger:充电器 heater:加热器 fridge:冰箱 kettle:水壶"
        " toaster:烤面包机 dishwasher:洗碗机 elevator:电梯 fence:围栏 valve:阀门 tank:水箱 boiler:锅炉"
        " truck:卡车 ship:轮船 boat:小船 scooter:滑板车 tractor:拖拉机 helicopter:直升机 tunnel:隧道"
        " station:车站 farm:农场 warehouse:仓库 shop:商店 clinic:诊所 school:学校 nurse:护士"
        " student:学生 employee:员工 supplier:供应商 visitor:访客 tenant:租客 refund:退款 deposit:押金"
        " fee:费用 policy:保单 claim:理赔 subscription:订阅 donation:捐款 auction:拍卖 shipment:货运"
        " crate:货箱 label:标签 stamp:邮票 banner:横幅 logo:标志 slide:幻灯片 chart:图表 draft:草稿"
        " template:模板 script:脚本 database:数据库 record:记录 log:日志 bookmark:书签 comment:评论"
        " profile:个人资料 avatar:头像 group:群组 workshop:研讨会 tournament:锦标赛 match:比赛 trophy:奖杯"
        " costume:服装 necklace:项链 watch:手表 jacket:夹克 blanket:毯子 pillow:枕头 sofa:沙发 candle:蜡烛"
        " mirror:镜子 tent:帐篷 telescope:望远镜 sample:样本 experiment:实验 prescription:处方"
        " spreadsheet:电子表格 plan:方案 key:钥匙 card:卡片 tool:工具 bag:包 box:箱子 bottle:瓶子"
    ).split()
)
# Of descriptions, what does not tell tools apart.
EMPTY_WORDS = frozenset(
    "a an the of for to in on at by with from into between and or some given chosen certain current"
    " present user somebody something one two it its their his that which is are be tool function"
    " lets helps returns gives use this like what when up now".split()
)
EMPTY_PHRASES = {
    "en": re.compile("(a|the) number of"),
    "zh": re.compile(
        "[。，、的]|用来|用于|工具|功能|按要求|为用户|替用户|在系统中|指定|一个|用户|若干|某地|某个|给定"
    ),
}
JSON_TYPES = {"number": "integer", "small": "integer", "degrees": "integer", "id": "integer"}


@dataclass(frozen=True)
class Tool:
    """A tool as it is offered; `ask` is how one asks for it, with its arguments."""

    name: str
    key: str  # what it is for, in few words of its description
    topic: str  # two tools of one topic could both be meant
    schema: dict[str, Any]
    ask: Callable[[Draw], tuple[str, dict[str, Value]]]
    domain: Domain | None = None
    meaning: tuple[Verb, Noun] | None = None  # of one that is made up

    @property
    def noted(self) -> str:
        """What a note has of it behind its key: the name as a call writes it, and parameters."""
        parameters = self.schema["function"]["parameters"]["required"]
        return f'"{self.name}" {", ".join(parameters)}'


def schema(name: str, description: str, kinds: dict[str, str]) -> dict[str, Any]:
    parameters = {key: {"type": JSON_TYPES.get(kind, "string")} for key, kind in kinds.items()}
    function = {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": parameters, "required": list(kinds)},
    }
    return {"type": "function", "function": function}


def key_of(description: str, language: Language) -> str:
    """The first words that tell it apart, in English the second before the first: "printer clean" of
    "Clean a printer.", as made-up tools have it."""
    told = EMPTY_PHRASES[language].sub("", description.lower())
    if language == "zh":
        return told[:6]
    words = [word for word in re.findall("[a-z']+", told) if word not in EMPTY_WORDS]
    return " ".join(words[1::-1])


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
    return Tool(name, key_of(description, language), domain.names[0], offered, ask, domain)


# Parameters of made-up tools: names, kind, clauses of the request; Chinese ones begin with "，".
CLAUSES: tuple[tuple[tuple[str, ...], str, dict[Language, tuple[str, ...]]], ...] = (
    (
        ("id", "number", "code", "reference"),
        "id",
        {
            "en": (
                "with number {}",
                "[with|that has] the [number|id|code] {}",
                "[number|no.|with id|with code] {}",
                "whose [number|id|reference] is {}",
            ),
            "zh": ("，编号{}", "，[编号|号码|代码][是|为]{}", "，[号码|单号|代号]{}"),
        },
    ),
    (
        ("owner", "person", "user", "customer", "recipient", "holder"),
        "person",
        {
            "en": (
                "for {}",
                "[of|belonging to|owned by] {}",
                "[that belongs to|which belongs to|on behalf of] {}",
                "for [my friend|our customer|my colleague] {}",
            ),
            "zh": ("，给{}", "，[属于|归]{}", "，[客户|用户|主人|本人]是{}", "，[帮|替]{}办"),
        },
    ),
    (
        ("city", "location", "town", "place"),
        "place",
        {
            "en": ("in {}", "[over |]in the [city|town] of {}", "[near|located in|based in] {}"),
            "zh": ("，在{}", "，[地点|城市|位置][是|在]{}", "，位于{}"),
        },
    ),
    (
        ("day", "date", "due_date", "deadline"),
        "day",
        {
            "en": ("on {}", "{}", "[for|by|due|dated] {}", "[planned|scheduled|meant] for {}"),
            "zh": ("，{}", "，日期[是|为|]{}", "，[定在|就在|时间定在]{}"),
        },
    ),
    (
        ("title", "name", "label"),
        "title",
        {
            "en": (
                "called {}",
                "[named|titled|labelled] {}",
                "[with|under] the [name|title] {}",
                "[called|named] '{}'",
            ),
            "zh": ("，名称{}", "，[名叫|名为|叫|标题是]{}", "，[名字|名称]是“{}”"),
        },
    ),
    (
        ("time", "hour", "start_time", "clock_time"),
        "time",
        {
            "en": ("at {}", "at {} [sharp|exactly]", "[from|around] {}", "[when it is|set for] {}"),
            "zh": ("，时间{}", "，时间[是|定在|为]{}", "，{}[开始|前]"),
        },
    ),
    (
        ("amount", "price", "budget", "cost"),
        "number",
        {
            "en": ("for {} dollars", "[worth|costing] {} dollars", "at a price of {}[ dollars|]"),
            "zh": ("，[金额|价格][是|为|]{}[元|]", "，[花|价值|总价]{}元"),
        },
    ),
    (
        ("count", "quantity", "copy_count", "n_times"),
        "small",
        {
            "en": (
                "{} times",
                "[exactly |]{} times",
                "in {} copies",
                "[repeated|all in all] {} times",
            ),
            "zh": ("，{}次", "，[一共|总共|共]{}[次|份]", "，数量[是|为|]{}"),
        },
    ),
    (
        ("room", "area"),
        "room",
        {
            "en": ("in the {}", "[from|inside|standing in] the {}", "[that is|which is] in the {}"),
            "zh": ("，[放在|就在]{}", "，房间[是|为]{}", "，{}里"),
        },
    ),
    (
        ("company", "sender", "client", "firm"),
        "company",
        {
            "en": ("from {}", "[sent by|made by|issued by] {}", "from the [company|firm] {}"),
            "zh": ("，来自{}", "，[公司|厂家|客户]是{}"),
        },
    ),
    (
        ("topic", "subject", "category"),
        "topic",
        {
            "en": ("about {}", "[concerning|dealing with] {}", "on the [subject|topic] of {}"),
            "zh": ("，关于{}", "，[主题|类别|话题][是|为]{}"),
        },
    ),
    (
        ("note", "comment", "reason", "message"),
        "text",
        {
            "en": ("with the [note|comment|message] '{}'", "and [add|note] '{}'"),
            "zh": ("，备注“{}”", "，[附言|留言|说明][是|]“{}”"),
        },
    ),
    (
        ("email", "contact", "email_address"),
        "email",
        {
            "en": ("[using|with] the email {}", "and [notify|inform] {}"),
            "zh": ("，[邮箱|邮箱地址]是{}", "，通知{}"),
        },
    ),
    (
        ("colour", "color"),
        "colour",
        {"en": ("in {}", "in the colour {}", "[painted|coloured] {}"), "zh": ("，颜色[是|为|]{}",)},
    ),
)
# {c} are all clauses, {d} as well, but without what joins them to the words before.
FRAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        *("{v} the {n}{c}.", "Please {v} the {n}{c}.", "Can you {v} the {n}{c}?"),
        *("I want to {v} the {n}{c}.", "{v} the {n}{c} for me.", "I need you to {v} the {n}{c}."),
        *("Could you {v} a {n}{c}?", "It is time to {v} the {n}{c}."),
        "[Would|Could|Can|Will] you [please |kindly |quickly |]{v} the {n}{c}?",
        "I'd [like|love] [you |]to {v} the {n}{c}[, please|].",
        "[I|We] [need|have|want] to {v} the {n}{c}[ now| right away|].",
        "[Is it possible|Would it be possible|Any chance] to {v} the {n}{c}?",
        "The {n}{c}[, please {v} it|: {v} it|, could you {v} it for me].",
        "[My boss|Somebody|A friend|My colleague] [asked me|wants me|told me] to {v} the {n}{c}.",
        "[My boss|A friend|Our team] [needs|wants] you to {v} the {n}{c}[, so please do it|].",
        "{d}: {v} the {n}[, please|].",
        "{d}, {v} [the|my|our] {n}[ for me|].",
        "[Hey|OK|Right|So|Now], {v} the {n}{c}[ please| for me|].",
        "{v} {n}{c}[ please| now|]",
        "{n}{c}, {v}[ it| please|]",
        "[Let's|Let us|We should|I should|You should] {v} the {n}{c}.",
        "[I can't|I cannot|I forgot to|I still have to] {v} the {n}{c}[, please help|, do it for me|].",
        "[There is|I have|We got|Here is] {a} {n}{c}. Please {v} it[ for me|].",
        "Go ahead and {v} the {n}{c}[, thanks|].",
        "[Make sure|Be so kind as|Remember|Don't forget] to {v} the {n}{c}.",
        "[Please help me|Help me] {v} the {n}{c}[, thanks|].",
        "{v} [this|that|my|our|his|her] {n}{c}[, please|, thanks|].",
        "[I'm in a hurry|I have no time|I'm busy], so {v} the {n}{c}[ please|].",
        "[May|Can|Could] I ask you to {v} {a} {n}{c}?",
        "[What I need|All I want|The plan] is to {v} the {n}{c}.",
    ),
    "zh": (
        *("{v}{n}{c}。", "请{v}{n}{c}。", "帮我{v}{n}{c}。", "我想{v}{n}{c}。", "能{v}{n}吗{c}？"),
        "[能不能|能否|可不可以]帮我{v}[一下|]{n}{c}？",
        "[请|麻烦|劳驾|拜托][你|您|]{v}[一下|]{n}{c}[，谢谢|]。",
        "[请|麻烦|帮我|]把{n}{v}[一下|]{c}[，谢谢|]。",
        "[请|麻烦|帮我|]把{d}的{n}{v}[一下|]。",
        "[请|帮我|]{v}{d}的{n}[，谢谢|]。",
        "[我要|我需要|我得|我们要|现在要|我打算]{v}{d}的{n}。",
        "[那个|这个|有个|]{n}{c}，[请|帮我|麻烦你]{v}[一下|]。",
        "{n}{c}：{v}[一下|]。",
        "[老板|同事|朋友|客户][让我|叫我|要我]{v}{n}{c}。",
        "[别忘了|记得|赶紧|快]{v}{n}{c}。",
        "{d}，{v}{n}[吧|]。",
        "{d}的{n}，[能|可以]帮我{v}[一下|]吗？",
        "我[忙不过来|没空|不太会]，[请你|帮我]{v}{n}{c}。",
        "{v}{n}{c}",
    ),
}
DESCRIPTIONS: dict[Language, tuple[str, ...]] = {
    "en": (
        "{v} {a} {n}.",
        "{v} the [given|chosen|right] {n}.",
        "[Use this|A tool|A function|The way] to {v} {a} {n}.",
        "{v} {a} {n} [for the user|of the user|in the system].",
        "[Lets|Helps] the user {v} {a} {n}.",
    ),
    "zh": (
        "{v}{n}。",
        "[用来|用于]{v}{n}[的工具|]。",
        "[按要求|为用户|替用户|在系统中]{v}{n}。",
        "{v}[指定的|一个|用户的]{n}。",
    ),
}
VERB_NOUNS = tuple((verb, noun) for verb in range(len(VERBS)) for noun in range(len(NOUNS)))


def verb_noun(draw: Draw) -> tuple[Verb, Noun]:
    """Held out are pairs, and all pairs of some nouns. In practice some words are invented: which
    tool is meant is then a matter of what it is called."""

    def is_new(pair: tuple[int, int]) -> bool:
        noun = NOUNS[pair[1]][0]
        return is_held_out(noun, 8) or is_held_out(f"{pair[0]} {noun}")

    while True:
        pair = draw.choice(VERB_NOUNS)
        if is_new(pair) == draw.held_out:
            break
    verb, noun = VERBS[pair[0]], NOUNS[pair[1]]
    if draw.practice and draw.chance(SHARE):
        verb = (word(draw, "en"),), (word(draw, "zh"),)
    if draw.practice and draw.chance(SHARE):
        noun = word(draw, "en"), word(draw, "zh")
    return verb, noun


def made_up(draw: Draw, language: Language, verb: Verb, noun: Noun) -> tuple[str, str, str]:
    """Name, description and key of a tool."""
    english = noun[0]
    first, second = draw.choice(verb[0]).replace(" ", "_"), english
    if draw.practice and draw.chance(0.3):
        first, second = second, draw.choice((first, "service", "tool", "control"))
    frame = draw.phrase(DESCRIPTIONS[language])
    is_chinese = language == "zh"
    said, thing = draw.choice(verb[is_chinese]), noun[is_chinese]
    described = frame.format(v=said, a=article(english), n=thing)
    key = thing + said if is_chinese else f"{thing} {said}"
    return f"{first}_{second}", described[0].upper() + described[1:], key


def article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def made_up_tool(draw: Draw, language: Language, meaning: tuple[Verb, Noun] | None = None) -> Tool:
    verb, noun = meaning or verb_noun(draw)
    is_chinese = language == "zh"
    clauses = draw.sample(CLAUSES, draw.choice((1, 1, 1, 2, 2, 3)))
    keys = [draw.choice(names) for names, _, _ in clauses]
    name, described, key = made_up(draw, language, verb, noun)

    def ask(draw: Draw) -> tuple[str, dict[str, Value]]:
        values = [value(draw, kind, language) for _, kind, _ in clauses]
        parts = [
            draw.phrase(clause[2][language]).format(v)
            for clause, v in zip(clauses, values, strict=True)
        ]
        tail = "".join(parts if is_chinese else (" " + part for part in parts))
        said, thing = draw.choice(verb[is_chinese]), noun[is_chinese]
        frame = draw.phrase(FRAMES[language])
        text = frame.format(v=said, a=article(thing), n=thing, c=tail, d=tail[1:])
        return text[0].upper() + text[1:], dict(zip(keys, values, strict=True))

    kinds = {key: clause[1] for key, clause in zip(keys, clauses, strict=True)}
    topic = f"{verb[0][0]} {noun[0]}"
    return Tool(name, key, topic, schema(name, described, kinds), ask, meaning=(verb, noun))


def any_tool(draw: Draw, language: Language) -> Tool:
    """Of those on this side of the split."""
    if draw.chance(0.5):
        return made_up_tool(draw, language)
    return domain_tool(draw, language, draw.choice(HELD_OUT_DOMAINS if draw.held_out else DOMAINS))


def others(draw: Draw, language: Language, tool: Tool, n: int) -> list[Tool]:
    """Up to `n` tools that are not meant where `tool` is; some look like it."""
    seen = Draw(draw.random.getrandbits(32), held_out=False, practice=draw.practice)
    found = {tool.topic: tool}
    names = {tool.name}
    for _ in range(n):
        meaning = None
        if tool.meaning and draw.chance(0.4):
            verb, noun = tool.meaning
            meaning = (verb, draw.choice(NOUNS)) if draw.chance(0.5) else (draw.choice(VERBS), noun)
        other = made_up_tool(seen, language, meaning) if meaning else any_tool(seen, language)
        if other.topic not in found and other.name not in names:
            found[other.topic] = other
            names.add(other.name)
    return list(found.values())[1:]
