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
            "[whats|wats|what's] {a}[ + |+| plus ]{b}[| pls|??| again]",
            "[Start with|Begin at|Start from] {a}, then [go up by|add|count up] {b}[. Where do you land?|. Result?|"
            " and tell me the result.]",
            "{a} and {b} [summed|added up|added together|totalled][?|.| please| = ?]",
            "sum of {a} [and|&] {b}[?|, please| ???|]",
            "sum({a}, {b})[| = ?| returns what?]",
            "[In Python, what|What|So what] does [print({a} + {b})|{a} + {b}] [give|output|show]?",
            "x = {a}\nx += {b}\n[print(x)|What is x?|x is now?]",
            "If x = {a} and y = {b}, [what is|how much is|then what's] x + y?",
            "{a}\n+{b}\n[=|---|____]",
            "[Add these|Add up these numbers|Total these|Sum of the two lines][:|]\n{a}\n{b}",
            "[On the receipt|My till slip says|Two things in my basket]: [milk|rice|soap] {a}, [bread|oil|tea] {b}."
            " [Sum?|What do I pay?|Total?]",
            "[Say|Suppose|Imagine] a [library|museum|school] owns {a} [books|pictures|maps] and [buys|is given] {b}"
            " more. How many does it own then?",
            "[Checking my homework|My kid asks|Quick question|Stuck on question 2]: [what's|how much is] {a} [+|"
            "plus] {b}?",
            "[I keep getting this wrong|I'm bad at maths|I can't do this in my head|My calculator died]. {a} plus"
            " {b}[?| is what?| equals?]",
            "{a} is one part, {b} is the other. [How big is|What is|How much is] the whole?",
            "[Write|Type|Send|Return] [only|just] the [result|answer|number]: {a} [+|plus] {b}",
            "I have {a} [points|stickers|books]; {name} has {b} more than [me|I do]. How many does {name} have?",
            "After [spending|losing|giving away] {b} coins I [still have|am left with] {a}. How many did I [have at"
            " first|start with]?",
            "[A film|One concert|The first talk] takes {a} minutes, the next one {b}. How many minutes [do both"
            " take|do I need for both]?",
            "The [temperature|price|rent|water level] was {a} and [rose|went up|climbed] by {b}. What is it now?",
            "I mix {a} grams of [flour|sand|salt] with {b} grams of [sugar|rice|gravel]. [What does the mix weigh|"
            "How heavy is it all]?",
            "[need|gimme|give me] the total [real quick|asap|now]: {a} [and|&|+] {b}",
            "[Hey|Hi|Hello|Excuse me], I'm [doing the accounts|counting stock|at the till] and need {a} + {b}[."
            " Help?|, please.|.]",
            "[Room A seats|Hall one holds|The left stand takes] {a} people, the [second|other] one {b}. How many"
            " [fit in both|can we seat]?",
            "{a} [votes|replies|orders] came by [post|phone] and {b} [online|in person]. [Give me the overall"
            " number.|How many overall?]",
            "[Grandpa|My aunt|The neighbour] gave me {a} [euros|dollars], later [mum|my uncle|a friend] added {b}."
            " How much [do I have|did I get]?",
            "{name}'s [tree|house|piano] is {a} years old. How old will it be in {b} years?",
            "We are on page {a}. [Which page is it|What page do we reach] after {b} more pages?",
            "add {b} [onto|on top of|to] {a}[ thx|, quick| please|]",
            "[The answer to|Result of|Value of] {a} [+|plus] {b}[?|:| please]",
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
            "[whats|wats|what's] {a}[ - |-| minus | take away ]{b}[| pls|??| again]",
            "from {a} [take|take away|subtract|remove] {b}[| please|, what now?|, result?]",
            "how [many|much] more [do I need|is needed|does it take] to [get|go|come] from {b} to {a}[?|]",
            "What [must|do] I add to {b} to [get|reach|make] {a}?",
            "{b} [+|plus] what [is|=|makes|gives] {a}?",
            "{a} with {b} [taken off|subtracted|removed|taken away][?| is what?| leaves what?]",
            "{b} [taken from|subtracted from|off|deducted from] {a} [is|leaves|makes] [what|how much]?",
            "[My account|The club's account|Our budget] stood at {a} dollars before a [payment|bill|fee] of {b}"
            " went out. What's the balance now?",
            "[Income|Sales|Revenue] {a}, [costs|expenses] {b}. [Profit?|What's the profit?|How much profit is"
            " that?]",
            "The [oven|engine|sample] is at {a} degrees and cools [down |]by {b}. What does the thermometer show"
            " [then|now]?",
            "A [drone|balloon|kite] is at {a} metres and [comes down|descends|drops|sinks] {b} metres. How high is"
            " it [now|then]?",
            "{name} has {a} points but gets a penalty of {b}. [New score?|What's the score now?|What does that"
            " leave?]",
            "I have {a} [books|cards|plants] and {name} has {b} fewer. How many does {name} have?",
            "[We have|Our team has|The home side has] {a} points, the [others|guests] have {b}. [How far ahead are"
            " we?|What is our lead?]",
            "[Stock|Inventory]: {a}. [Sold|Shipped|Sent out] [today|this week]: {b}. [Remaining?|What's left?|Stock"
            " now?]",
            "[Just|Only] the [result|number|answer][, please|]: {a} [-|minus] {b}",
            "{a}\n-{b}\n[=|---|____]",
            "[Start at|Begin with|Stand at] {a} and [go down|step back|move back] by {b}. [Where do you end up|"
            "Where does that land]?",
            "[In code, what|What|So what] does [print({a} - {b})|{a} - {b}] [give|output|show]?",
            "x = {a}\nx -= {b}\n[print(x)|What is x?|x is now?]",
            "If x = {a} and y = {b}, [what is|how much is|then what's] x - y?",
            "[Solve for x|Find x|Solve][:| in] [x + {b}|{b} + x] = {a}",
            "[My calculator died|I can't do this in my head|I'm bad at maths], [could you do|what is|can you say"
            " what's] {a} minus {b}?",
            "[The worksheet asks|My son's homework|Question 3]: {a} [take away|minus|-] {b}. [Answer?|What goes in"
            " the blank?|Help.]",
            "The [trail|race|road] is {a} km long. [We've done|{name} has done|I am past] {b} km. How many km [are"
            " left|to go]?",
            "A [sofa|laptop|tent] was {a} [dollars|euros]. With {b} off, [what does it cost|how much is it] now?",
            "We [expected|ordered|were promised] {a} [chairs|parcels|tickets] and got {b}. [How many are missing|"
            "How many short are we]?",
            "[How far|By how much] is {a} [above|over|past] {b}?",
            "{a} [people|kids|workers] are on the list, {b} [cancelled|dropped out|called in sick]. How many [does"
            " that leave|will come]?",
            "One of two numbers is {b}, and both together make {a}. What is the other [one|number]?",
            "[need|gimme|give me] what's left [real quick|asap|pls]: {a} minus {b}",
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
            "Each day {name} [reads|writes|packs] {a} [pages|letters|bags]. How many in {b} days?",
            "Each week {name} [reads|writes|packs] {a} [pages|letters|bags]. How many in {b} weeks?",
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
            "[whats|wats|what's] {a}[ x |x|*| times ]{b}[| pls|??| again]",
            "{b} [lots|groups|sets] of {a} [is|are|make] [what|how many]?",
            "{b} [x|*|×|times] {a}[| = ?|?]",
            "{a} and {b} multiplied[ together|][?|.| please| = ?]",
            "product of {a} [and|&] {b}[?|, please| ???|]",
            "[In Python, what|What|So what] does [print({a} * {b})|{a} * {b}] [give|output|show]?",
            "x = {a}\nx *= {b}\n[print(x)|What is x?|x is now?]",
            "If x = {a} and y = {b}, [what is|how much is|then what's] x times y?",
            "{a}\n×{b}\n[=|---|____]",
            "[Multiply these|The product of the two lines|Multiply the two][:|]\n{a}\n{b}",
            "What do {b} copies of {a} [add up to|come to|make]?",
            "[Rent|My gym|Parking] is {a} dollars a month. What [do I pay|does it cost] for {b} months?",
            "{name} [jogs|swims|practises] {a} minutes [a day|every day|daily]. How many minutes [is that in|add up"
            " over] {b} days?",
            "A [car|train|bus] [does|goes|covers] {a} km in an hour. How far [does it get|will it get] in {b}"
            " hours?",
            "{b} [friends|kids|players] each [get|want|bring] {a} [stickers|coins|grapes]. How many is that [all"
            " told|overall]?",
            "A [field|floor|rug|yard] is {a} m long and {b} m wide. [What is its area?|How many square metres?|"
            "Area?]",
            "A [grid|tray|sheet] has {a} columns and {b} rows. How many [cells|squares|fields] are in it?",
            "The recipe takes {a} g of flour. I'm making {b} batches. How [much|many grams of] flour do I need?",
            "A [house|tower|hotel] has {b} floors with {a} [rooms|windows|lamps] on each. [Count them all.|How many"
            " altogether?]",
            "{a} [to a|per] [box|crate|packet], and I've got {b} of those. [Total?|How many is that?|So how many?]",
            "[I work|She works|We work] {b} hours at {a} dollars an hour. [What's the pay|What do I write on the"
            " bill]?",
            "[times tables|multiplication] [drill|practice|quiz]: {a} [×|x|times] {b}",
            "[Just|Only] the [result|number|answer][, please|]: {a} [times|×|*] {b}",
            "What's {b} times as [much|many|large] as {a}?",
            "I have {a} [shells|photos|beads]; {name} has {b} times as many. How many does {name} have?",
            "[Scale|Scale up|Enlarge] {a} by a factor of {b}[.|, please.|. Result?]",
            "[My calculator died|I can't do this in my head|I'm bad at maths]. {a} times {b}[?| is what?| equals?]",
            "{b} [laps|rounds] of {a} metres[: how far is that?|, what's the distance?|. Total distance?]",
            "At {a} cents apiece, [how much are|what do I pay for] {b} [pens|eggs|copies|buttons]?",
            "[Hey|Hi|Excuse me], I'm [doing the accounts|counting stock|writing a bill] and need {a} times {b}[."
            " Help?|, please.|.]",
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
            "{a}加{b}[等于几|得几|得多少|是几啊]",
            "{a}+{b}[等于几|=多少|得几][啊|呢|]",
            "[往|在]{a}上[再|]加{b}，[结果|得数]是多少？",
            "[麻烦|拜托|劳驾]把{b}加到{a}上[，谢谢|，告诉我结果|]。",
            "[口算|心算|口算题|随堂小测]：{a}+{b}",
            "[只|直接][回复|给我|写][结果|得数|答案]：{a}+{b}",
            "[竖式|列竖式|竖式计算|算一下]：\n{a}\n+{b}",
            "[加一下|加起来|合计一下|算个总数]：\n{a}\n{b}",
            "x={a}，y={b}，[求x+y。|x+y等于多少？|x+y=？]",
            "[计算器坏了|我数学不好|我算不过来了|手边没有计算器]，{a}加{b}[等于多少|是多少|得几][？|]",
            "[孩子|我女儿|同桌|客户]问我{a}加{b}是多少，[答案是什么？|帮我算算。|我该说几？]",
            "甲数是{a}，乙数是{b}，[甲乙两数的和是多少|两数之和是几|两个数加起来是多少]？",
            "甲数是{a}，乙数比甲数[多|大]{b}，乙数是[几|多少]？",
            "[图书馆|学校|书店]原有{a}本[书|字典]，[又买来|又进了|新添了]{b}本，现在[一共|共]有多少本？",
            "[用掉|送走|卖出]{b}个以后还剩{a}个，原来有[几个|多少个]？",
            "[打车|吃饭|买菜]花了{a}块，[买水果|喝咖啡|停车]花了{b}块，[加一块儿|拢共|合计]花了多少？",
            "[水位|价格|读数]原来是{a}，[后来|接着]又[涨了|上升了]{b}，现在是多少？",
            "[我们队|小刚|红队]上半场得了{a}分，下半场得了{b}分，[全场|总共|加起来]多少分？",
            "[气球|无人机|风筝]在{a}米高处，又[上升|升高]了{b}米，现在[高度是多少|有多高]？",
            "上午[收到|寄出|送了]{a}件[快递|包裹]，下午{b}件，[全天|这一天]多少件？",
            "两根绳子，一根{a}厘米，一根{b}厘米，[首尾相接|连在一起]有多长？",
            "[底薪|工资]{a}元，[奖金|补贴]{b}元，[加起来|合计|总共]能拿多少[钱|]？",
            "[小华|弟弟]有{a}张卡片，我比他多{b}张，我有[几张|多少张]？",
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
            "{a}减{b}[等于几|得几|得多少|是几啊]",
            "{a}-{b}[等于几|=多少|得几][啊|呢|]",
            "从{b}到{a}还[差|要加|需要加]多少[？|]",
            "{b}[加|加上|再加]几[等于|才是|得]{a}？",
            "{a}[减掉|扣去|扣掉]{b}[等于几|是多少|还有多少]？",
            "拿{a}[去减|减去|减]{b}，[答案|得数|结果]是[多少|几]？",
            "甲数是{a}，乙数是{b}，甲数减乙数[是|得|等于]多少？",
            "甲数是{a}，乙数比甲数[少|小]{b}，乙数是[几|多少]？",
            "[卡里|账上]有{a}元，[扣了|划走|支出]{b}元[话费|会费|房租]，现在余额[是|]多少？",
            "[收入|营业额]{a}元，[成本|开支]{b}元，[赚了多少|利润是多少|盈余多少]？",
            "[炉温|水温|气温]原来是{a}度，[降了|下降了]{b}度，现在[多少|几]度？",
            "[无人机|气球|风筝]在{a}米高处，下降{b}米[以后|之后][高度是多少|在多高的地方]？",
            "[我们|红队|主队]得{a}分，对手得{b}分，领先[对方|][多少分|几分]？",
            "[小刚|这位选手|二班]得了{a}分，[因犯规|因迟到|违规]扣{b}分，[最后|现在]多少分？",
            "[计算器坏了|我数学不好|我算不过来了|手边没有计算器]，{a}减{b}[等于多少|是多少|得几][？|]",
            "[口算|心算|口算题|随堂小测]：{a}-{b}",
            "[只|直接][回复|给我|写][结果|得数|答案]：{a}-{b}",
            "[竖式|列竖式|竖式计算|算一下]：\n{a}\n-{b}",
            "x={a}，y={b}，[求x-y。|x-y等于多少？|x-y=？]",
            "[x+{b}|{b}+x]={a}，[求x。|x等于几？|x是多少？]",
            "[库存|仓库里有]{a}件，[发出|卖出]{b}件，[还有|还剩]多少件？",
            "[全程|这条路|路线]{a}公里，[已经|才]走了{b}公里，[离终点还有|还要走]多少公里？",
            "计划做{a}个，[到今天|目前]做了{b}个，还[差|要做][几个|多少个]？",
            "[小华|弟弟]有{a}张卡片，我比他少{b}张，我有[几张|多少张]？",
            "两个数的和是{a}，其中一个是{b}，另一个是[几|多少]？",
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
            "{a}乘{b}[等于几|得几|得多少|是几啊]",
            "{a}[*|x|×]{b}[等于几|=多少|得几][啊|呢|]",
            "{b}个{a}[是多少|等于几|得多少][？|]",
            "{b}[乘|乘以|×|x]{a}[是多少|等于几|得几][？|]",
            "{a}和{b}相乘，[结果|积|得数]是[多少|几]？",
            "[口算|心算|口算题|随堂小测]：{a}×{b}",
            "[只|直接][回复|给我|写][结果|得数|答案]：{a}×{b}",
            "[竖式|列竖式|竖式计算|算一下]：\n{a}\n×{b}",
            "x={a}，y={b}，[求x×y。|x×y等于多少？|x乘y得几？]",
            "[计算器坏了|我数学不好|我算不过来了|手边没有计算器]，{a}乘{b}[等于多少|是多少|得几][？|]",
            "[孩子|我女儿|同桌|客户]问我{a}乘{b}是多少，[答案是什么？|帮我算算。|我该说几？]",
            "一块[菜地|地毯|草坪]长{a}米，宽{b}米，面积是多少[平方米|]？",
            "[房租|会员费|停车费]每个月{a}元，{b}个月[要交|一共]多少钱？",
            "[时薪|一小时]{a}元，[干|做|工作]{b}个小时[能拿|能挣|赚]多少？",
            "[汽车|火车|轮船]每小时行{a}公里，{b}小时[行多远|能走多少公里]？",
            "[小明|奶奶|爸爸]每天[走路|锻炼|看书]{a}分钟，{b}天[共|一共|加起来]多少分钟？",
            "[苹果|排骨|茶叶]{a}元一斤，[买|称|来]{b}斤[要|得付|一共]多少钱？",
            "甲数是{a}，乙数是甲数的{b}倍，乙数是[几|多少]？",
            "妹妹有{a}张[贴纸|邮票]，姐姐的是她的{b}倍，姐姐有[几张|多少张]？",
            "一栋楼{b}层，每层{a}户，[全楼|整栋楼|一共]多少户？",
            "[操场|湖边]一圈{a}米，[跑|走]{b}圈是多少米？",
            "一份[试卷|材料|合同]{a}页，[印|复印|打印]{b}份，一共多少页？",
            "把{a}变成原来的{b}倍，[是多少|得几|等于多少]？",
            "{b}[辆大巴|节车厢|条船]各坐{a}人，[总共|一共|共]多少人？",
            "做一个[蛋糕|面包]要{a}克面粉，做{b}个要多少克？",
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
