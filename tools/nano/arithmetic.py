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
            "[What's|What is] the [sum|total] of {a} and {b}?",
            "[Find|Determine|Give me|Tell me] the [sum|total] of {a} and {b}[.|, please.|]",
            "[Solve|Evaluate|Do|Answer][: | ]{a} [+|plus] {b}[.|]",
            "{a} [and|plus] {b} [is|makes|gives|equals][?| what?| how much?]",
            "[If|When] I add {a} [to|and] {b}, [what|how much|which number] do I get?",
            "[What|How much|What number] do you get [if|when] you [add|put together] {a} and {b}?",
            "[Increase|Raise] {a} by {b}.",
            "How [much|many] [are|is] {a} and {b}[ together| in total| in all|]?",
            "I need [the sum of|to add] {a} and {b}[.|, what is it?]",
            "[Could|Can|Would] you [please |]add [up |]{a} and {b}[ for me|]?",
            "One number is {a}, [the other|the other one|another] is {b}. [What is their sum|What are they together]?",
            "{a} more than {b} is [what|which number]?",
            "[Which|What] number is {a} [more|larger|greater] than {b}?",
            "{name} [has|owns|found|collected] {a} [shells|stones|marbles|cards] and [his|her] [friend|sister|brother]"
            " [has |]{b}. How many do they have [together|in total|altogether]?",
            "[The|A] [bus|train|ship] has {a} [people|passengers] on board and {b} more get on. How many are"
            " [there|on it|on board] now?",
            "A [farmer|gardener] [picked|planted|sold] {a} [apples|pears|flowers|trees] [today|first] and {b}"
            " [more |][later|yesterday|afterwards]. [What is the total?|How many altogether?|How many is that?]",
            "[My|Our] [school|street|town] has {a} [houses|rooms|windows], [yours|the next one] has {b}. How many"
            " [are there|is that] in [all|total]?",
            "[Yesterday|Last week] {name} [ran|walked|drove|paid] {a} [metres|miles|dollars], [today|this week]"
            " {b}. How [much|many] is that [together|in all]?",
            "{a} [dollars|euros|coins] plus {b} [dollars|euros|coins] [is|makes] how much?",
            "[So|Well|Now|Okay], [what about|how about] {a} + {b}?",
            "[sum|total|add|plus]: {a}, {b}",
            "[The numbers|Numbers] {a} and {b}: [what is their total|add them up]?",
            "[Put together|Combine|Total up|Sum up] {a} and {b}[.| please.]",
            "{a} [are|lie] in [one|the first] [box|bag|jar] and {b} in [another|the second]. How many"
            " [altogether|together|in all]?",
            "{name} [got|received|found] {b} more to the {a} [she|he] had. How many [are there now|does that"
            " make]?",
            "{name} [scored|won|made] {a} points [in the first round|yesterday|at first] and {b} [in the"
            " second|today|after that]. [What is the total score|How many points in total]?",
            "[On Monday|Today|In May] {a} [visitors|guests|letters] came, [on Tuesday|later|in June] {b}."
            " How many came [in all|in total|altogether]?",
            "{a} [girls|cats|red cars] and {b} [boys|dogs|blue cars]: how many [are there |]in [all|total]?",
            "[The|This] [trip|walk|ride] is {a} [miles|kilometres] [to the lake|there] and {b} further. How"
            " [far|long] is [it|that] [in all|altogether|in total]?",
            "[I paid|We spent|She paid] {a} for [food|the room] and {b} for [drinks|the train]. What is it"
            " [in total|together|altogether]?",
            "[To|With] {a} [add|you add|one adds] {b}[.|, and you have what?|: what comes out?]",
            "What is {a} [with|and] {b} [added|on top|more]?",
            "[I saved|We collected|She has] {a} and then {b} more. [What is the sum now|How much altogether]?",
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
            "[What's|What is] the difference [between|of] {a} and {b}?",
            "[Find|Determine|Give me|Tell me] {a} [minus|less] {b}[.|, please.|]",
            "[Solve|Evaluate|Do|Answer][: | ]{a} [-|minus] {b}[.|]",
            "{a} [minus|less] {b} [is|makes|gives|equals][?| what?| how much?]",
            "[If|When] I [subtract|take] {b} from {a}, [what|how much|which number] do I get?",
            "[What|How much|What number] do you get [if|when] you [take|subtract] {b} from {a}?",
            "[Decrease|Reduce|Lower] {a} by {b}.",
            "[Subtract|Take|Deduct] {b} from {a}[.| please.|, what is left?]",
            "I [have|start with] {a} and [take away|lose|remove] {b}. [What remains?|How much is left?|The rest?]",
            "[Could|Can|Would] you [please |]subtract {b} from {a}[ for me|]?",
            "{b} less than {a} is [what|which number]?",
            "[Which|What] number is {b} [less|smaller] than {a}?",
            "{name} [has|baked|bought] {a} [cookies|cakes|rolls] and [eats|sells|loses] {b}[ of them|]. How many"
            " are [left|still there]?",
            "[The|A] [bus|train|ship] has {a} [people|passengers] on board and {b} get off. How many [stay|remain]?",
            "A [book|film|road] [has|is] {a} [pages|minutes|miles] [|long]; {b} are done. How [many|much] [remain|is"
            " left]?",
            "[A|The] [phone|coat|bike] costs {a} dollars and [becomes|gets] {b} dollars cheaper. What is the [new |]"
            "price?",
            "{name} is {a} years old, [her|his] [son|daughter|dog] is {b} [years |]younger. How old is that?",
            "[From|Out of] {a} [eggs|cups|glasses], {b} [broke|are broken]. How many are [whole|fine|left]?",
            "There were {a} [birds|cars|people] [here|there], {b} [left|went away]. How many [are left|stayed]?",
            "[So|Well|Now|Okay], [what about|how about] {a} - {b}?",
            "I want to [know|calculate] {a} minus {b}.",
            "How [much|many] more is {a} than {b}?",
            "[By how much|How much] is {a} [larger|greater|bigger] than {b}?",
            "[Take|Remove|Cut] {b} [off|away from|out of] {a}[.|, please.|: what stays?]",
            "{name} [needs|wants] {a} [points|dollars|stickers] and [has|already has] {b}. How many [are"
            " missing|are still needed]?",
            "[A|The] [tank|bottle|barrel] holds {a} litres; {b} [flow out|are used|are poured out]. How many"
            " litres are left[ in it|]?",
            "{a} [visitors|guests|pupils] came and {b} [went home|left early]. How many [are still there|"
            "stayed]?",
            "[I owe|We owe|She owes] {a} dollars and [pay|pay back] {b}. What is [still owed|left to pay]?",
            "[Count|Go] [back|down] {b} from {a}[.|: where do you end?]",
            "If {b} of {a} [lamps|pupils|trees] are [gone|missing|away], how many [remain|are left]?",
            "{name} [earned|had saved|took along] {a} dollars and [spent|paid|lost] {b}. What is [left|the rest]?",
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
            "[What's|What is] the product of {a} and {b}?",
            "[Find|Determine|Give me|Tell me] {a} [times|multiplied by] {b}[.|, please.|]",
            "[Solve|Evaluate|Do|Answer][: | ]{a} [×|*|x|times] {b}[.|]",
            "{a} [times|by] {b} [is|makes|gives|equals][?| what?| how much?]",
            "[If|When] I multiply {a} [by|with] {b}, [what|how much|which number] do I get?",
            "[What|How much|What number] do you get [if|when] you multiply {a} by {b}?",
            "[Could|Can|Would] you [please |]multiply {a} [by|with] {b}[ for me|]?",
            "[Which|What] number is {a} times {b}?",
            "[A|One] [ticket|shirt|chair|lamp] costs {a} dollars. [How much are {b} of them|What do {b} cost]?",
            "[Books|Seats|Apples|People]: {a} [on|in|for] each of {b} [shelves|rows|bags|buses]. How many"
            " [is that|are there] [in all|altogether]?",
            "Each [day|week|hour] {name} [reads|writes|packs] {a} [pages|letters|bags]. How many in {b} [days|weeks|"
            "hours]?",
            "[So|Well|Now|Okay], [what about|how about] {a} × {b}?",
            "A pack has {a} [pieces|cards]. I need {b} packs. How many [pieces|cards] is that?",
            "{b} [bags|boxes|rows|plates] [of|with] {a} [nuts|chairs|apples|cookies] each: how many [in all|"
            "altogether|are there]?",
            "{a} [multiplied|taken] {b} times [is|makes] what?",
            "[A|One] [worker|machine|bee] makes {a} [parts|pieces] an hour. How many in {b} hours?",
            "{name} [pays|saves|earns] {a} dollars [a day|each day|every month] for {b} [days|months]. How"
            " much is [it|that] [in all|in total|altogether]?",
            "[A|The] garden has {b} rows of {a} [plants|trees]. How many [are there|is that]?",
            "[product|times|multiply]: {a}, {b}",
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
            "{a}与{b}[相加|加起来|加在一起][是多少|等于几|得多少]？",
            "[请问|告诉我|算算|计算一下]{a}[加|加上|+]{b}[。|是多少？|等于多少？]",
            "{a}[和|跟]{b}[一共|总共|合起来]是多少？",
            "比{a}多{b}的数是[几|多少]？",
            "把{a}[和|与]{b}加[起来|在一起]。",
            "[求和|加法|相加]：{a}、{b}",
            "{a}再加{b}[呢|是多少]？",
            "[小明|小红|老师]有{a}[支笔|本书|块糖]，[朋友|妹妹|哥哥]有{b}[支|本|块]，[他们|两人]一共有多少？",
            "[车上|船上]有{a}个人，又上来{b}个人，现在有多少人？",
            "[果园|花园]里有{a}棵[树|花]，又种了{b}棵，[现在|总共]有多少棵？",
            "[昨天|上周]花了{a}元，[今天|这周]花了{b}元，[一共|总共]花了多少？",
            "[能不能|可以]帮我[把|将]{a}和{b}加起来[吗|]？",
            "一个数是{a}，另一个[数|]是{b}，它们的和是[几|多少]？",
            "[合并|汇总|加总]{a}和{b}[。|，得多少？]",
            "[左边|第一个盒子]有{a}个，[右边|第二个盒子]有{b}个，[一共|合计|总共]几个？",
            "[原来|本来]有{a}个，[又|再]来{b}个，[现在|一共]有[多少|几个]？",
            "[男生|红球|大人]{a}个，[女生|蓝球|孩子]{b}个，[一共|总数是]多少[个|]？",
            "[第一天|上午]走了{a}米，[第二天|下午]走了{b}米，[一共|总共]走了多少米？",
            "{a}增加{b}[是|后是|等于]多少？",
            "[存了|收到]{a}元，[后来|又|再]存{b}元，[现在有|一共]多少元？",
            "[我们班|学校]有{a}人，[新来|又来了]{b}人，[现在|一共]多少人？",
            "{a}[多|加]上{b}[是|得]几？",
            "{a}的基础上[增加|加]{b}，[得|是]多少？",
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
            "{a}与{b}[相差|差]多少？",
            "[请问|告诉我|算算|计算一下]{a}[减|减去|-]{b}[。|是多少？|等于多少？]",
            "从{a}里[减去|拿走|去掉]{b}，[还剩|剩下|得]多少？",
            "比{a}少{b}的数是[几|多少]？",
            "{a}再减{b}[呢|是多少]？",
            "[小明|小红|老师]有{a}[支笔|本书|块糖]，[送出|用掉|丢了]{b}[支|本|块]，[还有|还剩]多少？",
            "[车上|船上]有{a}个人，下去{b}个人，[还有|现在有]多少人？",
            "[一本书|这本书]有{a}页，看了{b}页，还[剩|有]多少页？",
            "[原价|价格]{a}元，便宜了{b}元，现在多少钱？",
            "[能不能|可以]帮我[算|计算]{a}减{b}[吗|]？",
            "[减法|求差]：{a}、{b}",
            "{a}比{b}多多少？",
            "[从|在]{a}[中|里面][扣除|取走|拿掉]{b}[，还有多少？|，剩几？|。]",
            "[原来|本来]有{a}个，[卖了|吃了|坏了|飞走了]{b}个，[还剩|剩下|现在有][多少|几个]？",
            "{a}减少{b}[是|后是|等于]多少？",
            "[要|需要]{a}个，[已有|有了]{b}个，还[差|缺]多少？",
            "[水箱|油桶]有{a}升，[用去|流走]{b}升，[剩|还剩|还有]多少升？",
            "[欠|要还]{a}元，[已还|还了]{b}元，[还欠|还要还]多少？",
            "[一共|总共]{a}人，{b}人[回家了|走了|没来]，[还有|剩下]多少人？",
            "{a}的基础上[减少|减]{b}，[得|是]多少？",
        ),
        "×": (
            "{a} × {b} 等于多少？",
            "{a}*{b}=?",
            "{a}乘以{b}是多少？",
            "请计算 {a} × {b}。",
            "求{a}与{b}的积。",
            "{a}个盒子，每盒{b}支笔，一共多少支？",
            "帮我算一下{a}乘{b}",
            "[请问|告诉我|算算|计算一下]{a}[乘|乘以|×]{b}[。|是多少？|等于多少？]",
            "{a}[和|与]{b}的[积|乘积]是[几|多少]？",
            "{a}的{b}倍是[几|多少]？",
            "把{a}乘以{b}，[得|等于]多少？",
            "[一张票|一本书|一把椅子]{a}元，买{b}[张|本|把]要多少[钱|元]？",
            "每[天|周]{a}个，{b}[天|周]一共多少个？",
            "每[排|组]{a}[人|个]，[有|共]{b}[排|组]，[一共|总共]多少？",
            "[一箱|一袋|一盒]{a}个，{b}[箱|袋|盒]多少个？",
            "{b}个{a}[相加|加起来]是多少？",
            "[每人|每个孩子]{a}[个|块]，{b}[人|个孩子][共|一共要]多少？",
            "[乘法|求积]：{a}、{b}",
            "[工人|机器]每小时做{a}个，{b}小时做[几个|多少个]？",
            "{a}[扩大|增加到]{b}倍[是|得]多少？",
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
    """`b` has one digit. A product and a carry are added up apart: each is one thing to know."""
    lines, carry = [f"{a}×{b}"], 0
    for digit in reversed(str(a)):
        product = int(digit) * b
        total = product + carry
        added = f", {product}+{carry}={total}" if carry else ""
        carry = total // 10
        line = f"{digit}×{b}={product}{added}" + words["write"].format(total % 10)
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
