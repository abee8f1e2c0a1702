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
    (
        ("get", "show", "fetch", "display", "view", "retrieve", "see"),
        ("查看", "显示", "调出", "浏览", "查阅", "展示"),
    ),
    (
        ("find", "search", "locate", "look for", "seek", "hunt for"),
        ("查找", "搜索", "寻找", "找出", "检索"),
    ),
    (
        ("delete", "remove", "erase", "get rid of", "discard", "dispose of"),
        ("删除", "移除", "删掉", "清除", "丢弃"),
    ),
    (
        ("create", "make", "add", "generate", "produce", "build"),
        ("创建", "新建", "添加", "生成", "制作", "建立"),
    ),
    (("open", "start", "launch"), ("打开", "启动", "开启", "点开")),
    (("close", "stop", "shut"), ("关闭", "停止", "关掉", "关上", "停掉")),
    (("print",), ("打印",)),
    (("share", "forward"), ("分享", "转发", "共享")),
    (("order", "buy", "purchase", "acquire"), ("订购", "购买", "采购", "买下")),
    (("cancel", "revoke", "annul"), ("取消", "撤销")),
    (("rename", "retitle"), ("重命名", "改名", "更名")),
    (("archive", "store", "preserve"), ("归档", "保存", "存档", "存放")),
    (
        ("check", "verify", "inspect", "examine", "validate"),
        ("检查", "核对", "核实", "查验", "检验", "核查"),
    ),
    (("count", "tally"), ("统计", "清点")),
    (("rate", "review", "evaluate", "assess"), ("评价", "打分", "点评", "评估")),
    (("lock",), ("锁定", "锁上", "锁住")),
    (("copy", "duplicate", "replicate", "clone"), ("复制", "拷贝", "克隆")),
    (
        ("update", "change", "modify", "edit", "revise", "amend", "alter"),
        ("更新", "修改", "更改", "编辑", "变更"),
    ),
    (("download",), ("下载",)),
    (("upload",), ("上传",)),
    (("unlock",), ("解锁",)),
    (("repair", "fix", "mend"), ("修理", "维修", "修复", "检修")),
    (("clean", "wash", "scrub"), ("清洁", "清洗", "打扫", "擦洗")),
    (("pause", "suspend", "interrupt"), ("暂停", "中断")),
    (("export",), ("导出",)),
    (("sign",), ("签署", "签下")),
    (("approve", "accept", "authorise", "endorse"), ("批准", "同意", "核准", "准许")),
    (("reject", "decline", "refuse", "deny"), ("拒绝", "驳回", "否决", "回绝")),
    (("hide", "conceal"), ("隐藏", "藏好")),
    (("sell",), ("出售", "卖掉", "售出", "变卖")),
    (("reset", "reinitialise"), ("重置", "重设", "复位")),
    (("publish",), ("发布", "公开", "发表", "刊登")),
    (("replace", "swap", "exchange"), ("更换", "替换", "换掉", "调换")),
    (("move", "relocate", "shift"), ("移动", "转移", "挪动", "搬动")),
    (("borrow",), ("借用", "借来")),
    (("weigh",), ("称量",)),
    (("measure",), ("测量", "丈量")),
    (("paint",), ("粉刷", "涂刷")),
    (("scan",), ("扫描",)),
    (("encrypt",), ("加密",)),
    (("complain about",), ("投诉", "抱怨")),
    (("recommend", "suggest"), ("推荐", "举荐")),
    (("photograph", "take a picture of"), ("拍摄", "拍下")),
    (("deliver",), ("配送", "递送", "送达")),
    (("tag", "mark", "flag"), ("标记", "标注")),
    (("decorate", "adorn"), ("装饰", "装点")),
    (("monitor", "supervise"), ("监控", "监视")),
    (("install", "mount"), ("安装", "装上")),
    (("rotate", "spin"), ("旋转", "转动")),
    (("postpone", "delay"), ("推迟", "延后")),
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
        " chair:椅子 desk:书桌 shelf:架子 carpet:地毯 clock:时钟 umbrella:雨伞 wallet:钱包"
        " helmet:头盔 ladder:梯子 hammer:锤子 drill:电钻 screwdriver:螺丝刀 bucket:水桶"
        " broom:扫帚 towel:毛巾 brush:刷子 knife:小刀 plate:盘子 cup:杯子 pan:平底锅 tray:托盘"
        " basket:篮子 vase:花瓶 doll:娃娃 puzzle:拼图 kite:风筝 ball:皮球 yacht:游艇"
        " trailer:拖车 crane:起重机 excavator:挖掘机 balloon:气球 rocket:火箭 satellite:卫星"
        " antenna:天线 radio:收音机 microphone:麦克风 guitar:吉他 piano:钢琴 violin:小提琴"
        " projector:投影仪 mouse:鼠标 lens:镜头 microscope:显微镜 thermometer:温度计"
        " stapler:订书机 pencil:铅笔 eraser:橡皮 envelope:信封 postcard:明信片 diary:日记本"
        " brochure:宣传册 certificate:证书 coin:硬币 ring:戒指 bracelet:手镯 scarf:围巾"
        " glove:手套 hat:帽子 coat:大衣 shirt:衬衫 sweater:毛衣 belt:腰带 boot:靴子"
        " mattress:床垫 wardrobe:衣柜 drawer:抽屉 bench:长椅 bathtub:浴缸 tap:水龙头 roof:屋顶"
        " wall:墙壁 greenhouse:温室 pond:池塘 bridge:桥梁 airport:机场 factory:工厂"
        " laboratory:实验室 theatre:剧院 stadium:体育场 lawnmower:割草机 wheelbarrow:手推车"
        " shovel:铁锹 blender:搅拌机 microwave:微波炉 grill:烧烤架 iron:熨斗 humidifier:加湿器"
        " lecture:讲座 exhibition:展览 cheque:支票 website:网站 blog:博客 forum:论坛"
        " plugin:插件 font:字体 icon:图标 paragraph:段落 formula:公式 wheelchair:轮椅"
    ).split()
)
# Of descriptions, what does not tell tools apart.
EMPTY_WORDS = frozenset(
    "a an the of for to in on at by with from into between and or some given chosen certain current"
    " present user somebody something one two it its their his that which is are be tool function"
    " lets helps returns gives use this like what when up now"
    " allows enables you we your their users anyone can will may any single specific"
    " particular requested desired api endpoint command action designed meant used here want"
    " wants wishes need whenever if".split()
)
EMPTY_PHRASES = {
    "en": re.compile("(a|the) number of"),
    "zh": re.compile(
        "[。，、的]|用来|用于|工具|功能|按要求|为用户|替用户|在系统中|指定|一个|用户|若干|某地|某个|给定"
        "|选定|所需|任意|根据参数|按条件"
        "|^(可以|能够|帮助|协助|负责|专门|需要|想要|调用后即可|执行后即可|代为|系统会|系统将)"
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
        (
            "id",
            "number",
            "code",
            "reference",
            "identifier",
            "serial",
            "ref_no",
        ),
        "id",
        {
            "en": (
                "with number {}",
                "[with|that has] the [number|id|code] {}",
                "[number|no.|with id|with code] {}",
                "whose [number|id|reference] is {}",
                "(number {})",
                "[numbered|registered as|filed as|recorded as] {}",
                "[known by|listed under|kept under] the [number|code|id] {}",
                "#{}",
                "with {} as its [number|id|code]",
                "that [says|has|bears] {} in the [number|id|code] field",
                "([id|ref|code|no.]: {})",
                "[with|bearing] the [serial|reference|registration] number {}",
            ),
            "zh": (
                "，编号{}",
                "，[编号|号码|代码][是|为]{}",
                "，[号码|单号|代号]{}",
                "，{}号",
                "，[编号|号码|代码]：{}",
                "，ID[是|为|]{}",
                "，[登记号|备案号|序号|流水号]{}",
                "，[凭|用][编号|代码]{}",
                "，[系统里|单子上|上面写]的编号是{}",
                "，号码[写的是|记的是|填的是]{}",
                "，[编号|代码]（{}）",
            ),
        },
    ),
    (
        (
            "owner",
            "person",
            "user",
            "customer",
            "recipient",
            "holder",
            "who",
            "person_name",
            "beneficiary",
        ),
        "person",
        {
            "en": (
                "for {}",
                "[of|belonging to|owned by] {}",
                "[that belongs to|which belongs to|on behalf of] {}",
                "for [my friend|our customer|my colleague] {}",
                "[in the name of|registered to|assigned to|reserved for] {}",
                "that {} [needs|asked for|wants|uses|is waiting for]",
                "for [Mr|Ms|Mrs|old|young] {}",
                "(it's for {})",
                "because {} [needs it|asked for it|wants it]",
                "[at the request of|as a favour to|in agreement with] {}",
                "for [a person|a man|a woman|somebody] named {}",
                "([owner|person|for]: {})",
            ),
            "zh": (
                "，给{}",
                "，[属于|归]{}",
                "，[客户|用户|主人|本人]是{}",
                "，[帮|替]{}办",
                "，{}[要用|等着用|急用|点名要]",
                "，[登记|记|挂]在{}名下",
                "，[负责人|持有人|收件人|使用人][是|为|：]{}",
                "，以{}的名义",
                "，[为|替]{}准备",
                "，[应|按]{}的要求",
                "，{}[委托|拜托|交代]",
                "，[专门|特意]给{}",
            ),
        },
    ),
    (
        (
            "city",
            "location",
            "town",
            "place",
            "where",
            "city_name",
            "site",
        ),
        "place",
        {
            "en": (
                "in {}",
                "[over |]in the [city|town] of {}",
                "[near|located in|based in] {}",
                "[somewhere |]around {}",
                "[not far from|close to|just outside] {}",
                "[here |down |over |]in {}",
                "at [the|our|my] {} [branch|office|site]",
                "[within|inside] the city limits of {}",
                "([location|city|place]: {})",
                "[which can be found|to be found] in {}",
                "[since I live in|because I'm in|as we're all in] {}",
            ),
            "zh": (
                "，在{}",
                "，[地点|城市|位置][是|在]{}",
                "，位于{}",
                "，人在{}",
                "，{}[那边|那里|当地|本地]",
                "，在{}[附近|一带|境内]",
                "，[目的地|所在地|所在城市]是{}",
                "，[就在|设在|坐落在|处在]{}",
                "，[地点|城市|位置]：{}",
                "，[到|去]{}[那边|]办",
                "，地址[写的是|填的是|在]{}",
            ),
        },
    ),
    (
        (
            "day",
            "date",
            "due_date",
            "deadline",
            "on_day",
            "calendar_day",
            "planned_date",
        ),
        "day",
        {
            "en": (
                "on {}",
                "{}",
                "[for|by|due|dated] {}",
                "[planned|scheduled|meant] for {}",
                "[no later than|not before|before|starting] {}",
                "([day|date|when]: {})",
                "[if possible |preferably |at the latest |ideally ]{}",
                "[to be done|to be ready|which is due|that falls due] {}",
                "with {} as the [day|date|deadline]",
                "as {} [is the deadline|suits me best|works best]",
                "[the day is|the date is|the deadline being] {}",
                "({})",
            ),
            "zh": (
                "，{}",
                "，日期[是|为|]{}",
                "，[定在|就在|时间定在]{}",
                "，[最晚|最迟|不晚于|赶在]{}",
                "，[安排在|约在|计划在|排在]{}",
                "，{}[要用|到期|截止|办好]",
                "，[截止日期|期限|日子]是{}",
                "，[要|得]在{}[完成|办好]",
                "，日期：{}",
                "，从{}[起|开始]",
                "，[最好|争取|打算]{}办",
            ),
        },
    ),
    (
        (
            "title",
            "name",
            "label",
            "heading",
            "display_name",
            "called",
        ),
        "title",
        {
            "en": (
                "called {}",
                "[named|titled|labelled] {}",
                "[with|under] the [name|title] {}",
                "[called|named] '{}'",
                "that goes by the [name|title] {}",
                "[known|listed|saved] under the [name|title] {}",
                "'{}'",
                "([name|title]: {})",
                "which [I named|we call|everybody calls] {}",
                "that [says|reads] '{}' [at the top|in its title|as its heading]",
                "whose [name|title|heading] is {}",
                "with '{}' [as its title|as its name|as the heading]",
            ),
            "zh": (
                "，名称{}",
                "，[名叫|名为|叫|标题是]{}",
                "，[名字|名称]是“{}”",
                "，[标题|题目|名字|名称]：{}",
                "，[大家叫它|我管它叫|我给它起名]“{}”",
                "，就是“{}”",
                "，标题[写着|写的是|上是]“{}”",
                "，[题为|题名|命名为|取名]{}",
                "，以“{}”[为名|命名|为标题]",
                "，名[叫|为]《{}》",
                "，[题目|名字]我记得是“{}”",
            ),
        },
    ),
    (
        (
            "time",
            "hour",
            "start_time",
            "clock_time",
            "at_time",
            "start_hour",
            "time_of_day",
        ),
        "time",
        {
            "en": (
                "at {}",
                "at {} [sharp|exactly]",
                "[from|around] {}",
                "[when it is|set for] {}",
                "[by|before|after|until] {}",
                "[starting|beginning|from] {} [on|onwards]",
                "([time|hour]: {})",
                "[as soon as|once] [it's|the clock says|we have] {}",
                "with {} as the [time|hour|starting time]",
                "at {} [on the dot|at the latest|at the earliest]",
                "[no later than|not before|shortly before] {}",
                "(at {})",
            ),
            "zh": (
                "，时间{}",
                "，时间[是|定在|为]{}",
                "，{}[开始|前]",
                "，[钟点|时刻|开始时间][是|为|：]{}",
                "，{}[准时|左右|以后|之前]",
                "，[从|自]{}[起|开始]",
                "，[等到|一到|到了]{}",
                "，[约在|排在|设在|安排在]{}",
                "，[赶在|不晚于|最晚]{}",
                "，时间：{}",
                "，[准点|准时]{}",
            ),
        },
    ),
    (
        (
            "amount",
            "price",
            "budget",
            "cost",
            "dollars",
            "total_price",
            "usd",
        ),
        "number",
        {
            "en": (
                "for {} dollars",
                "[worth|costing] {} dollars",
                "at a price of {}[ dollars|]",
                "[priced at|that costs|valued at] {} dollars",
                "for [no more than|at most|up to|about] {} dollars",
                "at ${}",
                "with a [price|budget|limit] of {} dollars",
                "and [pay|spend|offer] {} dollars",
                "([price|cost|amount]: {} dollars)",
                "that [goes|is on offer] for {} bucks",
                "(${})",
            ),
            "zh": (
                "，[金额|价格][是|为|]{}[元|]",
                "，[花|价值|总价]{}元",
                "，[预算|费用|价钱|款项][是|为|一共]{}[元|块]",
                "，[要|得|需要]花{}[元|块钱]",
                "，{}[元|块钱|块]",
                "，[付|出|收]{}[元|块钱]",
                "，[不超过|大约|最多]{}元",
                "，[标价|定价|售价]{}[元|块]",
                "，[金额|价格]：{}元",
                "，总共{}[块|块钱|美元]",
            ),
        },
    ),
    (
        (
            "count",
            "quantity",
            "copy_count",
            "n_times",
            "times",
            "how_many",
            "repetitions",
        ),
        "small",
        {
            "en": (
                "{} times",
                "[exactly |]{} times",
                "in {} copies",
                "[repeated|all in all] {} times",
                "[a total of |no fewer than |at least ]{} times",
                "{} times [over|in a row|one after another|altogether]",
                "and [do that|do it|repeat that] {} times",
                "x{}",
                "({} times)",
                "([quantity|count|copies]: {})",
                "with {} [copies|repetitions|repeats]",
                "not [just |]once but {} times",
            ),
            "zh": (
                "，{}次",
                "，[一共|总共|共]{}[次|份]",
                "，数量[是|为|]{}",
                "，[要|来|得]{}[份|次|遍]",
                "，[重复|连续|反复]{}[次|遍]",
                "，[次数|份数|数目][是|为|：]{}",
                "，{}[份|遍|回]",
                "，[不多不少|正好|刚好]{}[份|次]",
                "，[总计|合计|前后]{}次",
                "，[数量|次数]：{}",
                "，[分|做]{}次完成",
            ),
        },
    ),
    (
        (
            "room",
            "area",
            "room_name",
            "which_room",
            "indoor_area",
        ),
        "room",
        {
            "en": (
                "in the {}",
                "[from|inside|standing in] the {}",
                "[that is|which is] in the {}",
                "[kept|stored|lying] in the {}",
                "[next to|near|close to] the {}",
                "[somewhere |over there |right |]in the {}",
                "([room|where]: {})",
                "[intended|meant] for the {}",
                "that [I left|we keep|we put] in the {}",
                "[for use|as used] in the {}",
                "(in the {})",
            ),
            "zh": (
                "，[放在|就在]{}",
                "，房间[是|为]{}",
                "，{}里",
                "，[摆|留|搁]在{}里",
                "，[房间|区域]：{}",
                "，[东西|人]在{}",
                "，{}[那边|里面|里头]",
                "，[靠近|挨着]{}",
                "，[给|供]{}用",
                "，在{}[内|里]",
                "，[位置|地方]就在{}",
            ),
        },
    ),
    (
        (
            "company",
            "sender",
            "client",
            "firm",
            "company_name",
            "business",
            "organisation",
        ),
        "company",
        {
            "en": (
                "from {}",
                "[sent by|made by|issued by] {}",
                "from the [company|firm] {}",
                "[delivered|supplied|provided|produced] by {}",
                "that {} [sent|delivered|issued|supplied]",
                "([company|firm|sender]: {})",
                "[bought|ordered|received|obtained] from {}",
                "from [our supplier|our partner|the people at|the office of] {}",
                "[through|via] the [company|firm] {}",
                "with the [logo|stamp|letterhead] of {}",
                "[which comes|that came] from {}",
            ),
            "zh": (
                "，来自{}",
                "，[公司|厂家|客户]是{}",
                "，[厂商|供应商|发件方|单位][是|为|：]{}",
                "，{}公司[寄来|提供|发来]",
                "，由{}[提供|制作|发出|出品]",
                "，从{}[公司|那里][收到|买来]",
                "，{}[发来|寄来|送来]",
                "，[公司|单位|企业]：{}",
                "，[出自|源自]{}",
                "，跟{}公司[有关|合作]",
            ),
        },
    ),
    (
        (
            "topic",
            "subject",
            "category",
            "theme",
            "about",
            "subject_area",
        ),
        "topic",
        {
            "en": (
                "about {}",
                "[concerning|dealing with] {}",
                "on the [subject|topic] of {}",
                "that [deals with|is about|covers] {}",
                "[regarding|covering|related to] {}",
                "([topic|subject|theme]: {})",
                "from the [field|world|area] of {}",
                "with {} as [its|the] [topic|subject|theme]",
                "for [people|those|anyone] [interested in|keen on|curious about] {}",
                "[filed|sorted] under {}",
                "[which has|having] to do with {}",
            ),
            "zh": (
                "，关于{}",
                "，[主题|类别|话题][是|为]{}",
                "，[涉及|有关|围绕]{}",
                "，[内容|方向|领域|题材][是|为|：]{}",
                "，[跟|和|与]{}[有关|相关]",
                "，[归在|属于]{}类",
                "，以{}为[主题|题材|内容]",
                "，{}[方面|类|领域]",
                "，[主题|话题]：{}",
                "，[讲|谈|说]的是{}",
            ),
        },
    ),
    (
        (
            "note",
            "comment",
            "reason",
            "message",
            "remark",
            "text",
            "memo",
        ),
        "text",
        {
            "en": (
                "with the [note|comment|message] '{}'",
                "and [add|note] '{}'",
                "and [write|put|mention|say] '{}'",
                "saying '{}'",
                "with '{}' as [the note|a remark|the message|a comment]",
                "([note|remark|comment|message]: '{}')",
                "and [attach|leave|enter] the [note|remark|message] '{}'",
                "[together with|along with|accompanied by] the [words|message|remark] '{}'",
                "and under [remarks|comments|notes] [put|enter|write] '{}'",
                "[don't forget|remember] the [note|message|remark] '{}'",
            ),
            "zh": (
                "，备注“{}”",
                "，[附言|留言|说明][是|]“{}”",
                "，[备注|附言|留言|说明]：“{}”",
                "，[顺便|另外|再]写上“{}”",
                "，[注明|附上|写明|带上]“{}”",
                "，[附带|附了|附上]一句“{}”",
                "，[备注栏|说明栏|留言栏][里|]写“{}”",
                "，[理由|原因|消息][是|写]“{}”",
                "，[还要|再|并]加一句“{}”",
                "，[捎句话|带句话]：“{}”",
            ),
        },
    ),
    (
        (
            "email",
            "contact",
            "email_address",
            "mail",
            "mail_address",
            "notify",
        ),
        "email",
        {
            "en": (
                "[using|with] the email {}",
                "and [notify|inform] {}",
                "and [email|mail|write to|tell] {}",
                "[registered with|linked to|under] the [email|mail address] {}",
                "([email|contact|mail]: {})",
                "with {} as [contact|the email|the contact address]",
                "and let {} know",
                "and send [word|a confirmation|a notice] to {}",
                "[reachable|which can be reached] at {}",
                "(cc {})",
            ),
            "zh": (
                "，[邮箱|邮箱地址]是{}",
                "，通知{}",
                "，[电子邮箱|邮件地址|联系邮箱|邮箱][：|是|为]{}",
                "，[确认信|结果|回执]发[到|给]{}",
                "，[抄送|告知|知会]{}",
                "，[登记|注册|绑定]的邮箱是{}",
                "，[用|使用|通过]邮箱{}",
                "，联系方式[是|：]{}",
                "，完成后[告诉|通知|告知]{}",
                "，[有结果|有消息]就发到{}",
            ),
        },
    ),
    (
        (
            "colour",
            "color",
            "shade",
            "hue",
            "tint",
        ),
        "colour",
        {
            "en": (
                "in {}",
                "in the colour {}",
                "[painted|coloured] {}",
                "in a [nice|lovely|beautiful] {}",
                "([colour|color]: {})",
                "[that is|which is|that was painted] {}",
                "of the [colour|color] {}",
                "with a {} [frame|finish|look|background]",
                "[all|completely|entirely] in {}",
                "with {} as [its|the|the main] colour",
                "[preferably|ideally|if possible] in {}",
            ),
            "zh": (
                "，颜色[是|为|]{}",
                "，{}[款|外观|那种颜色]",
                "，[要|选|用]{}",
                "，[涂成|刷成|做成|染成]{}",
                "，[外观|外壳|底色|主色][是|为]{}",
                "，[配色|色调|色彩][：|是]{}",
                "，[通体|全身|整个]{}",
                "，颜色：{}",
                "，[最好|尽量][是|要]{}",
            ),
        },
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
        "[Why didn't anyone|Why did nobody|Why don't you] {v} the {n}{c}? [Please do it now|Do it right away|Take care of it].",
        "[How do I|How can I|How does one] {v} the {n}{c}? [Just do it for me|Please do it for me|You do it, please].",
        "[Who|Which tool|Which of your tools] can {v} {a} {n}{c}? [I need that done|Please do that|It has to be done].",
        "[Did you|Did anybody|Did we] {v} the {n}{c}? If not, [do it|please do|do so now].",
        "[Isn't it time|Wouldn't it be best|Wouldn't it be nice] to {v} the {n}{c}? [Go ahead|Do it|Please do].",
        "[I was wondering|I wonder|Let me ask] [if|whether] you [could|can|would] {v} the {n}{c}.",
        "[Are you able|Are you allowed|Do you know how] to {v} {a} {n}{c}? [Then do it|If so, do it|Please do].",
        "What about the {n}{c}? [You were going to|I thought you would|You promised to] {v} it[. Do it now|. Please do|].",
        "Sorry to [bother|trouble|disturb] you[ again|], but [could|can|would] you {v} {a} {n}{c}?",
        "I [tried|have tried|wanted] to {v} the {n}{c}, but [it doesn't work|I failed|I can't manage|I don't know how]. [Your turn|Please help|You do it].",
        "[I promised|I was told|It's my job|It's my turn] to {v} {a} {n}{c}. [Could you do it for me?|Please do it for me.|Help me out.]",
        "[Nobody can leave|We can't go on|My boss won't be happy|I won't be paid] until [you|we|I] {v} the {n}{c}[, so please do it|, so hurry up|].",
        "Since [I can't do it myself|my hands are full|I'm driving|my computer is broken], [please|you'll have to] {v} the {n}{c}.",
        "[The customer insists|The instructions say|We agreed|The rules say] that [we|you|I] [must |should |]{v} the {n}{c}. [Please do so|Go ahead|So do it].",
        "[They|The neighbours|My parents|The kids] [keep asking|are begging|have been asking] me to {v} {a} {n}{c}[. Please do it|, so do it, please|].",
        "I'm [afraid|worried] I [forgot to|didn't] {v} the {n}{c}. [Please do it|Could you do it|Take care of it] [for me|now].",
        "[If you have a moment|If you don't mind|If you aren't busy|When you can], {v} the {n}{c}[, please|].",
        "[I'd be grateful|It would be great|It would help a lot|I'd be glad] if you could {v} the {n}{c}.",
        "The [only|last|first|next] thing [left |]to do is to {v} the {n}{c}.",
        "[One more thing|By the way|Oh, and|Before I forget], {v} the {n}{c}[, will you?|, please.|.]",
        "[No questions|Don't ask why|No excuses|Don't argue], [just |simply |]{v} the {n}{c}[!|.]",
        "[For heaven's sake|Damn it|Come on|How often must I say it], {v} the {n}{c}!",
        "[You there|Listen|Attention|Computer|Assistant], [go and |]{v} the {n}{c}.",
        "[next step|job for you|task|wanted|urgent]: {v} {n}{c}",
        "[# |// |- |* |> ]{v} the {n}{c}",
        "{n}{c} - {v} - [thanks|urgent|asap]",
        "[hi|hello|hey|yo], [can u|could u|pls|plz] {v} [the|my|that] {n}{c}[ thx| asap| ok?|]",
        "[Action|Command|Job]: {v}\n[Object|Item|What]: {n}{c}",
        "Subject: {n}{c}\n\n[Please {v} it|Could you {v} it|I need you to {v} it][, thank you|].",
        "[Dear assistant|Hello|Hi there|Dear all],\n[please |kindly |]{v} the {n}{c}.\n[Thank you|Best regards|Many thanks|Cheers]",
        "As for the {n}{c}, [I'd like you to|you may|you should|please] {v} it[ now|].",
        "{d}: that's the {n} [you should|I want to|we must|to] {v}.",
        "I need [you|someone|somebody] to {v} {a} {n}. [Details|The details|To be precise|Specifically]: {d}.",
        "[I hear|They say|Somebody told me] [you can|you're able to] {v} {a} {n}{c}. [Please do|Do it].",
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
        "怎么[还没人|没人|还不]{v}{n}{c}？[赶紧办|快去办|麻烦处理一下]。",
        "{n}{c}，[怎么|要怎么|该怎么]{v}？[帮我弄一下|你来吧|你帮我办]。",
        "[任务|下一步|要办的事|急]：{v}{n}{c}",
        "[对了|另外|还有|差点忘了]，{v}{n}{c}[，别忘了|，麻烦了|]。",
        "[不好意思|打扰了|抱歉打扰]，[能|可以|方便]{v}[一下|]{n}吗？{d}。",
        "我[试了半天|弄了好久|折腾了半天]都没能{v}{n}{c}，[还是你来吧|帮帮我|你帮我弄]。",
        "[答应了|说好了|轮到我]要{v}{n}{c}，[你帮我办吧|拜托你了|帮个忙]。",
        "[你有空的话|方便的话|不忙的话|如果可以]，{v}[一下|]{n}{c}[，谢谢|]。",
        "要是[能|有人能|你能]{v}{n}就好了{c}。",
        "[有没有办法|有什么办法|谁能|哪个工具能]{v}{n}{c}？[请马上办|帮我办了吧|赶紧]。",
        "[关于|至于|说到]{d}的{n}，[请|麻烦你|请帮我]{v}[一下|]。",
        "[您好|你好|亲]，[我想|我需要|我打算]{v}{n}{c}，[麻烦您了|谢谢|辛苦了]。",
        "[您好|你好|小助手]：\n请{v}{n}{c}。\n[谢谢|辛苦了|拜托了]",
        "主题：{n}{c}\n[请|麻烦|请尽快]{v}[一下|]。",
        "[操作|指令|动作]：{v}\n[对象|目标|东西]：{n}{c}",
        "{n}，{v}{c}[，急|，谢谢|，在线等]",
        "[拜托|求你了|真是的|快点]，[马上|赶紧|]{v}{n}{c}！",
        "[别问了|别废话|别磨蹭]，[直接|马上|]{v}{n}就行{c}。",
        "[得先|必须先]{v}{n}{c}，[不然|否则][后面没法弄|事情办不成|没法交差]。",
        "[客户催着|领导催着|上面要求|对方等着]{v}{n}，{d}，[你处理一下|请尽快办|赶紧]。",
        "[手上有|这里有|刚来了|有这么][一个|个]{n}{c}，[请|要|得|需要]{v}。",
        "[现在|接下来|剩下]要做的[就是|是]{v}{n}{c}。",
        "[是不是|难道不]该{v}{n}了{c}？[你来办吧|办一下|快办]。",
        "[# |// |- ]{v}{n}{c}",
        "{d}，就是这个{n}，[给我|帮我|请]{v}[一下|]。",
        "[听说|据说]你[能|会]{v}{n}，[那就|]帮我[办一下|弄一下]：{d}。",
        "要{v}的{n}[信息|资料|情况]如下：{d}。",
        "[我在开车|我腾不出手|电脑坏了|我手头太忙]，[你来|请你|你帮我]{v}{n}{c}。",
        "{n}[要|得|该]{v}了{c}，[帮下忙|交给你了|你看着办]。",
    ),
}
DESCRIPTIONS: dict[Language, tuple[str, ...]] = {
    "en": (
        "{v} {a} {n}.",
        "{v} the [given|chosen|right] {n}.",
        "[Use this|A tool|A function|The way] to {v} {a} {n}.",
        "{v} {a} {n} [for the user|of the user|in the system].",
        "[Lets|Helps] the user {v} {a} {n}.",
        "[Allows|Enables] [you|users|anyone|the user] to {v} {a} {n}.",
        "[Can|Will|May] {v} {a} {n}[ when asked| on request|].",
        "{v} {a} {n} [and report back|and confirm it|and tell whether it worked].",
        "{v} [a single|one specific|a particular|any] {n}[ by its details|].",
        "[API|Endpoint|Command|Action] to {v} {a} {n}.",
        "{v} [the requested|the desired|your|their] {n}.",
        "[Tool|Function|Command] with which [you|users|we] {v} {a} {n}.",
        "{v} {a} {n}: [takes the details|needs its details|details are required].",
        "[Whenever|If|When] [you want|somebody wants|the user wishes] to {v} {a} {n}.",
        "[Want|Need] to {v} {a} {n}? [Use|Call] this.",
        "[By|With] this [you|users|we] [can |may |]{v} {a} {n}.",
        "[Designed|Meant|Used|Here] to {v} {a} {n}[ safely| quickly| at once|].",
    ),
    "zh": (
        "{v}{n}。",
        "[用来|用于]{v}{n}[的工具|]。",
        "[按要求|为用户|替用户|在系统中]{v}{n}。",
        "{v}[指定的|一个|用户的]{n}。",
        "[可以|能够]{v}{n}。",
        "[帮助|协助]用户{v}{n}。",
        "[负责|专门]{v}{n}[的接口|]。",
        "{v}{n}的[接口|命令|方法|功能]。",
        "[需要|想要]{v}{n}时[使用|调用|用它]。",
        "[调用后|执行后]即可{v}{n}。",
        "{v}[选定的|所需的|任意]{n}。",
        "{v}{n}，[返回结果|并告知结果|完成后确认]。",
        "[根据参数|按条件|代为]{v}{n}。",
        "[系统会|系统将]{v}{n}[，需提供信息|]。",
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
