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
            "[bump|push|move|bring|turn] it up by {n}",
            "make it {n} [bigger|larger|higher|greater]",
            "[stack|pile|put|pack] another {n} on[ top| top of it|]",
            "[toss|chuck|stick|pour|drop] in [another|an extra] {n}",
            "[collect|receive|pick up|grab|earn|score|save|deposit] {n} more",
            "[find|take|form|work out] the sum of [that|it|the result] and {n}",
            "[move|step|climb|jump|go] {n} [up|forward|higher|further]",
            "top it up with {n}[ more|]",
            "[tack|add|put|lay] on {n}[ more|]",
            "+{n}",
            "[extend|enlarge|boost|lift] it by {n}",
            "add [the number|the amount of|a further|an additional] {n}",
            "[give|grant] it {n} [more|extra]",
            "[bring in|fetch|buy|find] another {n}",
            "sum [it|that|the result] with {n}",
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
            "-{n}",
            "[knock|chop|trim|strip|slice] {n} off[ it| that|]",
            "[move|step|climb|jump|go] {n} [down|back|backwards]",
            "make it {n} [smaller|less|lower]",
            "[get rid of|part with|let go of|do without] {n}",
            "[bring|push|turn|move] it down by {n}",
            "[shrink|diminish|decrease|trim] it by {n}",
            "[use up|pay|consume|donate|sell] {n}[ of it| of that|]",
            "[pull|take|pick|fish] {n} out[ of it|]",
            "[hand over|give away|pay out|give back] {n}",
            "[cross out|scrap|dump|discard] {n} of [it|that]",
            "less {n}",
            "[find|work out|get] [that|it|the result] minus {n}",
            "let {n} go",
            "subtract [the number|the amount of|another|a further] {n}",
        ),
        "×2": (
            *("double it", "multiply it by 2", "multiply by two", "times two", "double"),
            *("double [that|the result|everything]", "make it twice as [large|big|much]", "× 2"),
            "take [it|that] twice",
            *(
                "multiply [that|the result|everything] by [2|two]",
                "[go|get] to twice [that|as much]",
            ),
            "*2",
            "x2",
            "add [it|the result|that number] to itself",
            "add as much as [you have already|is already there]",
            "scale it [up |]by [2|two|a factor of 2]",
            "[raise|increase|lift|bring] it to [double|twice its size|twice as much]",
            "make it [double|double the amount|double of what it was]",
            "multiply [it|that] with [2|two]",
            "[find|work out|get] [twice|two times|double] [that|the result|this number]",
            "grow it to [twice its size|two times that|double its size]",
            "double [it all|the lot|the whole thing|what you have|up]",
            "increase it [twofold|by 100%|by 100 percent]",
            "2 times [that|the result|this]",
            "[duplicate|double] the amount",
        ),
        "×": (
            *("multiply it by {n}", "times {n}", "multiply by {n}", "× {n}"),
            *("multiply [that|the result] by {n}", "make it {n} times as [large|big|much]"),
            "take [it|that] {n} times",
            *("{n} times [that|the amount]", "[get|have] {n} times as [much|many]"),
            "let it grow to {n} times [that|its size]",
            "* {n}",
            "*{n}",
            "x{n}",
            "multiply [it|that] with {n}",
            "scale it [up |]by [a factor of |]{n}",
            "[find|work out|get|calculate] {n} times [that|the result|this number]",
            "make it {n} times [that|the amount|what it was]",
            "[raise|increase|lift] it [to {n} times that|{n}-fold|by a factor of {n}]",
            "take {n} copies of [it|that]",
            "multiply [everything so far|the lot|the whole thing|what you have] by {n}",
            "times the [whole thing|result] by {n}",
            "[find|form|work out] the product of [that|it|the result] and {n}",
            "let it become {n} times as [large|big|much]",
            "go [up |]to {n} times [that|as much]",
        ),
        "÷2": (
            *("halve it", "divide it by 2", "take half of it", "divide by two", "halve", "÷ 2"),
            *("halve [that|the result]", "cut [it|that] in half", "split it in two"),
            *(
                "[take|keep] [only |]half[ of that|]",
                "divide [that|the result|everything] by [2|two]",
            ),
            *("[lose|remove] half[ of it|]", "share it between two"),
            "/2",
            "/ 2",
            "divide [it|that] in two[ equal parts and keep one|]",
            "split it into two equal [parts|shares] and [keep|take] [only |]one",
            "[reduce|cut|lower] it [down to half|to half|by half]",
            "make it half as [big|large|much]",
            "[chop|break|slice|cut|saw] it in half",
            "[find|work out|get|calculate] half of [that|it|the result|this number]",
            "[throw|give] half [of it |]away",
            "[drop|go|shrink|fall] to half [of that|the size|as much]",
            "half it",
            "[take 50% off|reduce it by 50%|cut it by 50 percent]",
            "[get rid of|give up|spend|sell] half[ of it| of that|]",
            "[divide|split] [it all|the lot|the whole thing|what you have] by [2|two]",
            "keep one of two equal [parts|halves]",
        ),
    },
    "zh": {
        "+": (
            *("加{n}", "加上{n}", "增加{n}", "[把它|结果|]加{n}", "多{n}", "+{n}", "提高{n}"),
            *("再加{n}", "[涨|上升|升高]{n}", "[又|再]多{n}", "[数字|它]增加{n}", "添[上|]{n}"),
            "[与|和|跟|同]{n}相加",
            "[和|跟]{n}加起来",
            "[往上|额外|继续|另外]加{n}",
            "[追加|累加|增添|补上]{n}",
            "[增大|增长|上调|调高|上浮]{n}",
            "加[数字|进|入|进去]{n}",
            "[往上|向上][数|走|升]{n}",
            "[前进|升]{n}",
            "[存入|收入|放进|装进]{n}",
            "跟{n}求和",
            "[多加|多给|多拿|补]{n}",
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
            "[减掉|扣去|减下|刨去]{n}",
            "[下调|调低|压低|下跌]{n}",
            "[取走|抽走|划掉|砍掉]{n}",
            "[花掉|用掉|支出|取出]{n}",
            "[往下|继续|另外]减{n}",
            "减[数字|个]{n}",
            "[后退|倒退|往回退]{n}",
            "[丢掉|舍去|退掉|送出]{n}",
            "[往下|向下][数|走|降]{n}",
            "[少要|少拿|削减|抹去]{n}",
            "从中[减去|拿走|扣掉]{n}",
        ),
        "×2": (
            *("翻倍", "乘以2", "乘2", "变成两倍", "[翻一番|加倍]", "×2", "乘以二"),
            *("[增加|扩大]到[2|两]倍", "[它|结果|数字]翻倍", "再乘[以|]2"),
            "*2",
            "变[成|为]原来的[2|两|二]倍",
            "乘上[2|二]",
            "[翻一倍|增加一倍|扩大一倍|提高一倍]",
            "[变成|变为|加到|翻成]双倍",
            "加上它[自己|自身|本身]",
            "[与|和|跟]自己相加",
            "[取|求|算]它的[2|两]倍",
            "放大到[原来的|][2|两]倍",
            "[与|和|跟]2相乘",
            "涨[到|成][原来的|][2|两]倍",
        ),
        "×": (
            *("乘以{n}", "乘{n}", "变成{n}倍", "×{n}", "[把它|结果]乘以{n}", "扩大到{n}倍"),
            *("[变为|增加到]{n}倍", "再乘[以|上|]{n}", "取它的{n}倍"),
            "*{n}",
            "x{n}",
            "变[成|为]原来的{n}倍",
            "乘上[数字|]{n}",
            "[与|和|跟|同]{n}相乘",
            "[放大|提高|增长|升]到[原来的|]{n}倍",
            "[求|算]它的{n}倍",
            "[涨|翻]到[原来的|]{n}倍",
            "[和|跟]{n}乘起来",
            "[增至|增为|升为|扩为]{n}倍",
            "乘[一个|个]{n}",
        ),
        "÷2": (
            *("减半", "除以2", "除以二", "取一半", "÷2", "[把它|结果]减半", "分成两半"),
            *("再除以2", "[取|求]它的一半", "[变成|只留]一半", "[对半分|平分成两份]"),
            "/2",
            "变[成|为]原来的一半",
            "[减少|缩小|砍掉|去掉|扣掉]一半",
            "[降|缩|减]到[原来的|]一半",
            "[折半|对半砍|打对折|打五折]",
            "平均分成两份，[只取|只留|取其中]一份",
            "除以[数字|]2",
            "[只取|只要|只保留]一半",
            "[丢掉|拿走|送出|用掉|花掉]一半",
            "[取|求|算][这个数的|结果的]一半",
            "[少|降]一半",
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
            (
                "[A truck|A ship|A wagon|A van|A train] [carries|is loaded "
                "with|brings|transports] {n} {things}."
            ),
            (
                "[In a game|On a trip|At camp|On a farm], {name} [has|gets|begins with|"
                "counts] {n} {things}."
            ),
            (
                "[Yesterday|Last week|This morning|Last year] {name} "
                "[counted|found|got|bought|had] {n} {things}."
            ),
            (
                "[My|Our|The] [school|club|office|shop|museum|family] [has|owns|keeps|got] {n} "
                "{things}."
            ),
            (
                "For [a party|a birthday|a class|the guests|a fair], {name} "
                "[buys|prepares|orders|brings] {n} {things}."
            ),
            (
                "[Imagine|Suppose|Say|Let's say|Assume] [there are {n} {things}|{name} has {n} "
                "{things}|you own {n} {things}]."
            ),
            "A [basket|jar|crate|cupboard|suitcase|chest] [holds|contains] {n} {things}.",
            (
                "[Story problem|Word problem|Homework|Riddle|Puzzle|Exercise]: {name} has {n} "
                "{things}."
            ),
            "[We begin|We start|Start|It starts|It all began] with {n} {things}.",
            (
                "[Once|Once upon a time|Long ago] [a king|a farmer|a pirate|an old woman] had "
                "{n} {things}."
            ),
            (
                "[A farmer|A gardener|A collector|A shopkeeper|A guest] [has|brings|counts] "
                "{n} {things}."
            ),
            (
                "{name} [gets|receives|is given] {n} {things} [for a birthday|as a present|in "
                "the mail|from a neighbour]."
            ),
            "[hi|hey|ok so|well], [i have|i got|there are|we had] {n} {things}.",
            "[In the warehouse|In stock|On the list|In the cellar|On board]: {n} {things}.",
            (
                "[On day one|On Monday|In January|Before breakfast], {name} [has|owns|counts] "
                "{n} {things}."
            ),
            "{name} is [counting|sorting|packing] {things} and has {n}[ of them|].",
        ),
        "+": (
            *("{n} more are added.", "Then {n} {things} come on top.", "Someone brings {n} more."),
            "[Then |Later |Now |Next |]{n} [more |new |other ]{things} [arrive|are bought|are found].",
            "[Then|Later|Next] {name} [buys|gets|finds|receives|adds] {n} more[| {things}].",
            "[A friend|Her mother|His uncle|The shop] [gives|brings|adds] {n}[ more| extra].",
            "{name} [earns|picks up|wins|catches] {n} more[ {things}|].",
            "[After that|Soon|A day later] {n} [more |]{things} [come|are added|are delivered].",
            (
                "[Grandma|The postman|A neighbour|An uncle|A visitor] [drops "
                "off|leaves|delivers|comes with] another {n}."
            ),
            (
                "[At the market|At a fair|In the next shop|On the internet], {name} "
                "[buys|orders|finds|gets] {n} more."
            ),
            (
                "On [Monday|the next day|Sunday|a rainy day] {n} more {things} [arrive|come "
                "in|turn up|are bought]."
            ),
            (
                "[Behind the sofa|Under the bed|In the car|In the cellar], {name} "
                "[finds|discovers] {n} more."
            ),
            (
                "[Another|An additional|A further] {n} [{things} |]are [put in|bought|brought "
                "in|delivered|loaded]."
            ),
            (
                "[As a present|For a birthday|As a reward|As a bonus], {name} gets {n} "
                "[more|new ones|extra]."
            ),
            (
                "In the next [round|game|level], {name} [wins|earns|collects] {n} "
                "[more|additional ones]."
            ),
            "{n} [extra|new|further] ones are [added|bought|put in|made].",
            "To these, {name} adds {n}[ more| others| new ones|].",
            "[oh and then|and then|plus] {n} more [came in|were added|showed up].",
            "[The pile|The stock|The collection|The number] [grows|goes up|increases] by {n}.",
            (
                "[A week later|In the afternoon|At noon|In the evening], {n} [more|others] are "
                "[made|bought|brought|found]."
            ),
            "A [parcel|delivery|bag] with {n} [more|further|new] {things} [arrives|comes in].",
            (
                "[Because that is not enough|To have enough|Just in case], {name} "
                "[gets|buys|orders] {n} more."
            ),
            "At the next stop, {n} more [are loaded|get in|are taken on board].",
        ),
        "-": (
            *("{n} get lost.", "Then {n} are given away.", "{n} {things} are sold."),
            "[Then |Later |Now |Next |]{n} [of them |{things} ][break|disappear|are used|are taken away].",
            "[Then|Later|Next] {name} [loses|sells|gives away|uses|drops] {n}[ of them|].",
            "[A friend|Her mother|His uncle|A guest] [takes|borrows|removes] {n}[ away|].",
            "[After that|Soon|A day later] {n} [{things} |][are gone|vanish|are missing|are thrown away].",
            "{name} [gives|hands|sends] {n} [of them |{things} |]to [a friend|the neighbours|a child].",
            "{n} [fall down|are eaten|are stolen|are returned].",
            (
                "[A dog|A monkey|A thief|A bird|A fox] [steals|carries off|runs off with] {n}[ "
                "of them|]."
            ),
            "The [wind blows|river washes|storm carries] {n} [of them |]away.",
            "{name} [trades|swaps|exchanges] {n} [of them |{things} |]for a [bicycle|guitar|hat].",
            "At the [market|fair|school sale], {name} [sells|gives out] {n}[ of them|].",
            (
                "{n} [of them |]turn out to be [bad|damaged|useless] and [are thrown out|go "
                "into the bin|are sent back]."
            ),
            (
                "On [Monday|the next day|Sunday|a rainy day] {n} [of them|{things}] [are "
                "sold|go missing|get stolen]."
            ),
            (
                "[A customer|A child|A colleague|A neighbour] [buys|takes home|asks for and "
                "gets] {n} of them."
            ),
            "[The pile|The stock|The collection|The number] [shrinks|goes down|decreases] by {n}.",
            (
                "Unfortunately[,|] {n} [of them |][fall into a river|burn|are lost on the "
                "way|get destroyed]."
            ),
            "In [a bet|a game|the next round], {name} loses {n}[ of them|].",
            (
                "[Because there is too little room|To tidy up|To be nice], {name} gives away "
                "{n}[ of them|]."
            ),
            (
                "[A week later|In the afternoon|At noon|In the evening], {n} are [used "
                "up|taken out|handed out|sold]."
            ),
            "From these, {name} [takes away|removes|throws out] {n}.",
            "[oh and then|and then|but] {n} [of them |]got [lost|stolen|sold|thrown away].",
            "{name} [pays with|uses up|spends] {n}[ of them| {things}|].",
            "At the next stop, {n} [of them |][are unloaded|get out|leave].",
        ),
        "×2": (
            *("The number doubles.", "Then there are twice as many."),
            "[Then|Later|Next] [the number|it|the amount] [is doubled|becomes twice as large].",
            "[Then|Later|Next] {name} doubles [the number|the amount|them].",
            "[After that|Soon|A day later] there are [twice|two times] as many.",
            "[The amount|The number] [grows|rises] to [double|twice that].",
            "[A magician|A fairy|A wizard|A witch] turns each [one |of them |]into two.",
            (
                "For [every|each] one[ of them|], [another one|one more|a second one] is "
                "[added|bought|brought]."
            ),
            "{name} [buys|gets|adds|finds] as many [{things} |]as there already are.",
            (
                "[The stock|The pile|The collection] [doubles in size|doubles|becomes twice as "
                "big][ overnight| in a week|]."
            ),
            (
                "By [Friday|evening|next week|spring], [there are twice as many|the number has "
                "doubled]."
            ),
            (
                "[On a lucky day|With a bit of luck|In a bonus round], {name} doubles [the "
                "lot|the number|the amount]."
            ),
            "[Everything|All of it|The whole lot] [gets|is] doubled.",
            "Each [one |of them |]is replaced by two[ new ones|].",
            "{name} manages to [double|make twice] their number.",
            "Suddenly there are two for every one before.",
            "[oh and then|and then|plus] the number [doubled|became twice as large].",
            "The count [goes up|jumps|climbs] to [two times|double] what it was.",
            (
                "A [week|month|year] later, [the number|the amount] is [twice|two "
                "times|double] what it was."
            ),
            "Each one is [exchanged|swapped] for two [new|other] {things}.",
        ),
        "×": (
            *("Then there are {n} times as many.", "The number becomes {n} times as large."),
            "[Then|Later|Next] [the number|it|the amount] is multiplied by {n}.",
            "[Then|Later|Next] [the number|the amount] grows to {n} times [as much|itself].",
            "[After that|Soon|A day later] there are {n} times [as many|that].",
            "[A magician|A fairy|A wizard|A witch] turns each [one |of them |]into {n}.",
            "Each [one |of them |]is replaced by {n}[ new ones|].",
            "For every one [there was|before], there are now {n}.",
            "By [Friday|evening|next week|spring], there are {n} times as many.",
            (
                "[The stock|The pile|The collection] [grows|increases|swells] to {n} times "
                "[its size|what it was]."
            ),
            "{name} multiplies [the number|their number|the stock|the amount] by {n}.",
            (
                "[On a lucky day|With a bit of luck|In a bonus round], {name} ends up with {n} "
                "times as many."
            ),
            "The count [goes up|jumps|climbs] to {n} times what it was.",
            "The [number|amount|stock] [goes up|rises|grows] by a factor of {n}.",
            "[Everything|All of it|The whole lot] [gets|is] multiplied by {n}.",
            "A [week|month|year] later, [the number|the amount] is {n} times what it was.",
            "Suddenly there are {n} for every one before.",
            "Each one is [exchanged|swapped] for {n} [new|other] {things}.",
            "[oh and then|and then|plus] the number [went up|rose] to {n} times [that|as much].",
        ),
        "÷2": (
            *("Half of them are taken.", "Then half are given away."),
            "[Then|Later|Next] {name} [loses|sells|gives away|uses] half of them.",
            "[Then|Later|Next] [the number|the amount] is [halved|cut in half].",
            "[After that|Soon|A day later] half [of them |][are gone|are left|remain|get lost].",
            "{name} [keeps|gives away] [only |]half of [them|the {things}].",
            (
                "{name} [sells|gives|hands|sends] half [of them |of the {things} |]to [a "
                "friend|a neighbour|the school]."
            ),
            (
                "[A dog|A monkey|A thief|A bird|A fox] [steals|carries off|runs off with] half "
                "of them."
            ),
            "Every [second|other] one is [removed|sold|thrown away|given away|taken out].",
            "Half of them turn out to be [bad|damaged|useless] and are [thrown out|sent back].",
            (
                "The [number|amount|stock] [drops|falls|shrinks|goes down] [by half|to half of "
                "what it was]."
            ),
            (
                "[Unfortunately|Sadly], half [of them |of the {things} |][burn|get lost|get "
                "stolen|go missing]."
            ),
            (
                "The {things} are split into two equal piles, and one pile is [sold|given "
                "away|removed]."
            ),
            (
                "They are shared equally between two [people|children|boxes], and only one "
                "share [is kept|counts]."
            ),
            (
                "On [Friday|the next day|Sunday|a rainy day] half of [them|the {things}] are "
                "[sold|picked up|used up]."
            ),
            "By [evening|next week|spring], only half of [them|the {things}] are left.",
            "[50 percent|50%] of them are [sold|lost|thrown away|given away].",
            "[A customer|A colleague|A guest] buys half of [them|the {things}].",
            "In [a bet|a game|the next round], {name} loses half[ of them|].",
            "[oh and then|and then|but] half of them [got lost|were sold|were taken away].",
            "At the next stop, half [of them |][are unloaded|get out|leave].",
        ),
        "ask": (
            *("How many {things} are there now?", "How many are left in the end?"),
            "How many [{things} |]is that [now|in the end|at last]?",
            "[What is|Tell me] the number of {things} [now|in the end]?",
            "How many [{things} |]does that make?",
            "[And now|Finally], how many [{things} |]are there?",
            "What is the [count|total] [now|at the end]?",
            "How many [{things} |][are left|remain|are there][ at the end| now|]?",
            "So how many [{things} |]are there [in total|in all|altogether] now?",
            (
                "[Count|Work out|Calculate|Find|Find out] how many {things} there are [now|at "
                "the end]."
            ),
            "[Can|Could] you [please |]tell me how many [{things} |]there are now?",
            (
                "[Help {name}|Please count|Do the maths|Please help]: how many {things} are "
                "there now?"
            ),
            (
                "[I wonder|I'd like to know|I need to know|{name} wants to know] how many "
                "[{things} |]there are now."
            ),
            "What number of {things} do [we|you] [end up|finish] with?",
            "[Final|Last|Current|New] [count|number|amount]?",
            "[how many|how much] [now|is that now|in the end][?|??|]",
            "That [leaves|makes] how many[ {things}|]?",
            "[Give|Write down|State|Report|Determine] the [final|resulting] number of {things}.",
            (
                "Now {name} counts [the {things}|them all]. [What number comes out|How many "
                "are there]?"
            ),
            "[So|And] the [result|answer|final number|total] is?",
            "[Do you know|Any idea|Can you work out] how many [{things} |]that makes?",
            (
                "[Answer with a number|Just the number, please|Only the number]: how many "
                "{things} now?"
            ),
            "[What|Which number] [do|would] you get when you count [the {things}|them] now?",
            (
                "How many {things} [does that come to|have we got now|does that add up to in "
                "the end]?"
            ),
        ),
    },
    "zh": {
        "start": (
            *("{name}有{n}个{things}。", "盒子里有{n}个{things}。"),
            "[一开始|起初|开始时|早上]有{n}个{things}。",
            "{name}[买了|找到|带来]{n}个{things}。",
            "[桌上|袋子里|店里|抽屉里]有{n}个{things}。",
            "[仓库|学校|办公室|教室|书包|箱子]里[原来|原先|本来|]有{n}个{things}。",
            "{name}[去超市|逛集市|从外地|出门旅行][买回|带回]了{n}个{things}。",
            "{name}数了数，[一共|总共|]有{n}个{things}。",
            "[我家|我们班|我们公司|邻居家|我][有|原来有]{n}个{things}。",
            "一辆[货车|卡车|三轮车]上[装|放|载]着{n}个{things}。",
            "[为了招待客人|为了开派对|为了过节|活动前]，{name}准备了{n}个{things}。",
            "[应用题|题目|数学题|思考题]：{name}有{n}个{things}。",
            "[假设|比如说|想象一下|假如]{name}手里有{n}个{things}。",
            "[游戏里|游戏开始时|比赛开始时]，{name}有{n}个{things}。",
            "[从前|很久以前]，[一位国王|一个农夫|一个老人]有{n}个{things}。",
            "[你好|在吗|问一下|帮个忙]，我[这里|手上|]有{n}个{things}。",
            "{things}[一开始|原来|最初|本来]有{n}个。",
        ),
        "+": (
            *("又来了{n}个。", "然后再放进{n}个。"),
            *("[后来|接着|然后|]又[买了|得到|找到|多了]{n}个。", "[朋友|妈妈]又给了{n}个。"),
            *(
                "[朋友|老师|店主][送来|带来|加了]{n}个。",
                "[不久|之后|第二天][增加|添了|捡到]{n}个。",
            ),
            "[邻居|同事|快递员|同学][又|后来又|]送[过来|来]{n}个。",
            "[在集市上|在网上|在另一家店]又买[到|了]{n}个。",
            "[下午|晚上|周末|过了几天]，又[多出|添了|来了|运来]{n}个。",
            "{name}又[得到|收到|找到|拿来|做了]{n}个[{things}|]。",
            "[不够用|怕不够|觉得太少]，[于是|就]又[买|订|拿]了{n}个。",
            "在[沙发下|柜子后面|车里|角落里]又[发现|找到]{n}个。",
            "[作为奖励|作为生日礼物|抽奖时]，{name}又得了{n}个。",
            "[另外|此外|除此之外][又|还]添进来{n}个[{things}|]。",
            "[总数|数量][增加|多|上升]了{n}个。",
            "[下一局|第二轮|玩游戏时]，{name}又赢了{n}个。",
            "对了，[后来|]又[加|多|来]了{n}个。",
            "到了下一站，又[装上|搬上来]{n}个。",
        ),
        "-": (
            *("丢了{n}个。", "然后送出{n}个。", "卖掉{n}个。"),
            *("[后来|接着|然后|][用掉|拿走|少了|坏了]{n}个。", "[朋友|妈妈]拿走了{n}个。"),
            *("[不久|之后|第二天][丢了|卖了|送人|吃了]{n}个。", "有{n}个[坏了|被拿走|不见了]。"),
            "[小偷偷走|小狗叼走|猴子抢走|大风吹走]了{n}个。",
            "{name}[卖掉|送出|用掉|弄丢|扔掉]了{n}个[{things}|]。",
            "其中{n}个[坏了|裂了|不合格]，[扔掉了|被退回了|被丢掉了]。",
            "[顾客|客人|邻居|同事][买走|拿走|带走]了{n}个。",
            "[下午|晚上|周末|过了几天]，[卖出|少了|用去|送走]{n}个。",
            "[太多了放不下|地方不够|用不完]，[只好|就]送走{n}个。",
            "[打赌|玩游戏|比赛]输[掉|了]{n}个。",
            "[不小心|在路上|搬运时]弄丢了{n}个。",
            "[拿|用]{n}个[{things}|]换了[一本书|一顶帽子|一辆自行车]。",
            "[总数|数量][减少|少|下降]了{n}个。",
            "对了，[后来|中途|][丢|少|卖]了{n}个。",
            "[分给|送给][同学们|孩子们|客人]{n}个。",
        ),
        "×2": (
            *("数量翻倍。", "然后变成两倍。", "[后来|接着]数量[加倍|乘以2|翻一番]。"),
            "[不久|之后|第二天][变成|增加到]两倍。",
            "[魔法师|魔术师|仙女]把每[一|]个都变成两个。",
            "[总数|数量|库存][翻了一倍|翻了一番|增加了一倍|变成了两倍]。",
            "[到了周末|到了晚上|一个月后|过了几天]，数量翻了[一倍|一番]。",
            "每[一|]个都换成两个[新的|{things}|]。",
            "{name}让[数量|总数][翻了一倍|变成两倍|加倍]。",
            "原来每有一个，现在就有两个。",
            "又[买|运|添|送]来一批，和现有的一样多。",
            "[一夜之间|没过多久|运气真好]，数量变成了[两|2]倍。",
            "对了，[后来|]数量[翻倍了|加倍了|变成了两倍]。",
            "现在的数量是[刚才|之前]的[两|2]倍。",
        ),
        "×": (
            *("数量变成{n}倍。", "然后增加到{n}倍。", "[后来|接着]数量[乘以{n}|扩大到{n}倍]。"),
            "[不久|之后|第二天][变成|增加到]{n}倍。",
            "[魔法师|魔术师|仙女]把每[一|]个都变成{n}个。",
            "[总数|数量|库存][变成了|涨到|增长到|扩大到][刚才的|之前的|]{n}倍。",
            "[到了周末|到了晚上|一个月后|过了几天]，数量[变成|涨到]{n}倍。",
            "每[一|]个都换成{n}个[新的|{things}|]。",
            "{name}让[数量|总数][变成|增加到]{n}倍。",
            "原来每有一个，现在就有{n}个。",
            "[一夜之间|没过多久|运气真好]，数量[涨|增加]到{n}倍。",
            "对了，[后来|]数量[变成了|涨到了]{n}倍。",
            "[数量|总数|个数]乘[以|上]{n}。",
            "现在的数量是[刚才|之前]的{n}倍。",
        ),
        "÷2": (
            *("拿走一半。", "然后送出一半。", "[后来|接着]数量减半。", "[后来|接着]用掉一半。"),
            *("[不久|之后|第二天][只剩|剩下]一半。", "[送走|卖掉|丢了]一半。"),
            "[小偷偷走|小狗叼走|猴子抢走|大风吹走]了一半。",
            "{name}[卖掉|送出|用掉|弄丢|扔掉]了一半[{things}|]。",
            "[顾客|客人|邻居|同事][买走|拿走|带走]了一半。",
            "有一半[坏了|裂了|不合格]，[扔掉了|被退回了|被丢掉了]。",
            "[总数|数量|库存][减少|下降|少]了一半。",
            "[到了周末|到了晚上|一个月后|过了几天]，只剩[下|]一半[了|]。",
            "平均分成两份，只[留下|保留|要]一份。",
            "每两个里[卖掉|拿走|送出]一个。",
            "对了，[后来|中途|][丢|少|卖]了一半。",
            "[打赌|玩游戏|比赛]输[掉|了]一半。",
            "[分给|送给][同学们|孩子们|客人]一半。",
        ),
        "ask": (
            *("现在有多少个{things}？", "最后剩下多少个？", "[最后|现在|一共]是多少个？"),
            "[请问|那么][现在|最后][有|还有]几个{things}？",
            "[还剩|剩下|一共有][多少|几]个[{things}|]？",
            "[请问|想问一下|问一下|请教一下]，[现在|最后]一共有多少个？",
            "[算算看|算一算|帮我算算|数一数]，{things}[现在|最后]有[几|多少]个？",
            "{things}[现在|最后|最终][有|剩下|还有]多少个？",
            "那[现在|最后][到底|总共|]有多少个{things}[呢|啊|]？",
            "[求|请写出|请给出|告诉我][现在|最后]{things}的个数。",
            "[最终|最后的|现在的]数量是[多少|几]？",
            "{name}[现在|最后]数一数，会数出多少个{things}？",
            "你[知道|能算出|算得出][现在|最后]有几个{things}吗？",
            "[最后|现在]有多少个？[只写数字。|直接说答案。|]",
            "[问|问题|求]：[现在|最后][有|是]多少个{things}？",
            "[现在|最后|到头来]几个了？",
            "[个数|总数][现在|最后]是[多少|几]？",
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
        (
            "[Riddle|Puzzle|Brain teaser]: I was {start}. Then this was done to me: "
            "{steps}. [What|Which number] am I now?"
        ),
        (
            '[My homework says|The task says|It says here|My teacher wrote]: "{start}, '
            "{steps}.\" [What's the answer?|What is the solution?|I need the result.]"
        ),
        (
            "I [type|key|tap] {start} into my calculator and then [press|enter|do]: "
            "{steps}. What['s| is] on the [display|screen]?"
        ),
        (
            "1) [take|write down|start with] {start}\n2) {steps}\n3) [tell me the "
            "number|what do you have now?|say the result]"
        ),
        (
            "[What do I end up with|What's the final number|Where do I land|What is the "
            "answer]? [I start at|Start:|Number:] {start}. [Then:|Steps:|What I do:] "
            "{steps}."
        ),
        "What [becomes of|happens to|is left of] {start} after this: {steps}?",
        (
            "[Start|Input|Number|Initial value]: {start}\n[Steps|Operations|To "
            "do|Changes]: {steps}\n[Result|Answer|Output][: ?|:|?]"
        ),
        (
            "y = {start}. [Apply|Do this|Now do] to y: {steps}. [What is y now?|y = ?|New "
            "value of y?]"
        ),
        (
            "A machine [gets|is fed|receives] {start}. [It does this|Inside, this "
            "happens|Its program is]: {steps}. What [comes out|does it put out|leaves the "
            "machine]?"
        ),
        (
            "[My score|The score|My balance|The counter|The price] [is|was|stood at] "
            "{start}. [Then|Now|After that]: {steps}. [What|How much] is it [now|in the "
            "end]?"
        ),
        (
            "Do [this|the following] to [the number |]{start}: {steps}. [What['s| is] the "
            "outcome?|What do you end up with?|Give me the outcome.]"
        ),
        (
            "[Here are some steps|These are the steps|Steps]: {steps}. [Apply them to "
            "{start}.|Start at {start}.|They begin at {start}.] What is the [result|final "
            "number|answer]?"
        ),
        (
            "[ok so|hey|so|um] i [have|got|start with] {start} and then {steps}, what [do "
            "i have|is that|does that make] now[?|]"
        ),
        (
            "[Just|Only|I only want] the [number|final number|result], [please|no "
            "explanation|no talk]: {start}, {steps}."
        ),
        (
            "[In your head|Step by step|In this order|One after the other|From left to "
            "right]: {start}, {steps}. [What is the result?|Result, please.|What do you "
            "have?]"
        ),
        (
            "[I need help with|I'm stuck on|Help me with|Please check] this[ one|]: [start "
            "with|take] {start}, {steps}. What [should|do] I get?"
        ),
        (
            '"[Take|Begin with|Start at] {start}, {steps}" - [what\'s the answer|what '
            "does that give|what should I write down]?"
        ),
        (
            "[My kid|My son|A friend|My boss|A student] [asks|wants to know]: {start}, "
            "{steps}, [what is the result|what does it make|how much is it]?"
        ),
        (
            "[We play a game|A game|Let's play]: you [are|start|stand] at {start}. "
            "[Then|Now|Your moves]: {steps}. Where are you now?"
        ),
        (
            "[Some number|A value|n] [equals|is] {start}. This is done to it: {steps}. "
            "What [does it equal|is it] [now|at the end]?"
        ),
        (
            "If {start} is where [I|you|we] start and the steps are: {steps}, what is the "
            "[end|last number|result]?"
        ),
        "[Quick one|Quick question|Fast math|Mental maths]: {start}, {steps}[?|... ?| = ??]",
        "{start} -> {steps} -> [?|result?|what number?]",
        (
            "[Follow|Do|Carry out] these [steps|instructions|operations] and [give "
            "me|report|write] the [last|final] number: [start at|take|begin with] {start}, "
            "{steps}."
        ),
        (
            "[You're|You are|Act as|Play] a calculator. [Input|Entry|Keys]: {start}, "
            "{steps}. [Output|Display][?|: ?]"
        ),
        (
            "[With|Given] {start} as [the input|the starting value|the first number], "
            "[what is the output of|what do I get from|what is the result of] this: "
            "{steps}?"
        ),
        (
            "Someone [hands|gives] me {start}. [I do this|What happens next|Then]: "
            "{steps}. How much [do I have|is it] [now|in the end]?"
        ),
        (
            "How much is it [now|in the end] if it was {start} [before|at first] and this "
            "[happened|was done]: {steps}?"
        ),
        (
            "[I would like to know|I'm looking for|I need|Please send me] the result of "
            "[the following|this]: {start}, {steps}.[ Thank you.| Many thanks.| Thanks in "
            "advance!|]"
        ),
        ("// start with {start}, {steps}\n// [what is the result?|expected result: ?|result = ?]"),
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
        "[猜谜|谜语|猜一猜]：我原来是{start}，有人对我做了这些：{steps}。我现在是[多少|几]？",
        "[家庭作业|作业题|数学作业|口算题|填空题]：{start}，{steps}，[答案是|等于|得]（　）。",
        (
            "在计算器上[输入|按下|打出]{start}，[依次按|接着按|继续操作]：{steps}，"
            "[屏幕上|最后]显示[多少|几]？"
        ),
        (
            "第一步：[写下|取|记住]{start}。第二步：{steps}。[第三步："
            "告诉我结果。|最后得多少？|现在是几？]"
        ),
        "[最后得多少|结果是多少|答案是几]？[题目是|条件是|过程]：{start}，{steps}。",
        "[问一下|请教一下|想知道]，{start}，{steps}，[到最后|最终]是多少[啊|呢|]？",
        "[起始值|初始值|输入]：{start}\n[操作|步骤|运算]：{steps}\n[结果|输出|答案]：[？|]",
        "y = {start}，对 y [依次操作|做如下运算]：{steps}。y [现在|最后]等于[几|多少]？",
        "[老师|同学|孩子|我妹妹][出了道题|问我]：{start}，{steps}，[等于多少|得几|答案是几]？",
        "“{start}，{steps}”，[这道题|这个题|这题][答案|结果]是多少？",
        (
            "我[脑子|心]里[有|记着]一个数，是{start}。[对它|我把它]这样变："
            "{steps}。[你说|请问|那么]现在是几？"
        ),
        "帮忙[口算|心算|算]一下，{start}[这个数|]，{steps}，[得多少|是几|等于几]？",
        "[急|在线等|求助|快]！{start}，{steps}，到底[是|得|等于]多少？",
        "[只要|只给|只说|直接给]答案，[不要过程|别啰嗦|不用解释]：{start}，{steps}。",
        "[往一台机器里放进|数字机器吃进]{start}，它依次这样处理：{steps}。出来的[数|]是多少？",
        "对{start}[进行|做|执行][下面|以下]的操作：{steps}。[求|写出|给出]最后的[数|结果]。",
        "[得分|分数|积分|余额|库存]原来是{start}，{steps}，[现在|最后]是多少？",
        ("[按顺序算|一步一步来|按步骤计算|从左往右算]：{start}，{steps}，[得多少|等于几|结果呢]？"),
        "{start}这个数[，|：]{steps}，[会|最后|]变成[多少|几]？",
        (
            "[要是|若|倘若]从{start}[算起|数起|出发]，{steps}，"
            "[那|那么|]最后会[到|得到|变成][多少|几]？"
        ),
        (
            "[我算糊涂了|我不会算|计算器没电了|算不清了]，[你来算|帮我看看|帮帮我]："
            "{start}，{steps}，是多少？"
        ),
        "对一个数这样做：{steps}。这个数[如果|若|]是{start}，[结果|最后]是[多少|几]？",
        "{start}→{steps}→[？|多少？|几？]",
        (
            "[做个游戏|玩个数字游戏|来玩游戏]：[你在|你站在|起点是]{start}，{steps}，"
            "[现在|最后]到了几？"
        ),
    ),
}
JOINTS: dict[Language, tuple[str, ...]] = {
    "en": (
        *(", ", ", then ", " and then ", ", and ", "; ", "; then ", ", after that ", ", next "),
        *(", and after that ", ", and finally ", ". Then ", ". Next, ", ". After that, ", " then "),
        ", afterwards ",
        ", and afterwards ",
        " and next ",
        ". Now ",
        "; next, ",
        "; and then ",
        ". From there, ",
        " -> ",
        ".\nThen ",
        "\n",
    ),
    "zh": (
        "，",
        "，再",
        "，然后",
        "，接着",
        "，然后再",
        "，之后",
        "；",
        "，最后",
        "，接下来",
        "，随后",
        "，紧接着",
        "，之后再",
        "，而后",
        "。然后",
        "、",
        "→",
        "；接着",
        "，跟着",
        "。接下来",
    ),
}
NAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Tom",
        "Anna",
        "Mia",
        "Ben",
        "Sara",
        "Leo",
        "Nina",
        "Max",
        "The teacher",
        "Emma",
        "Paul",
        "Lucy",
        "Omar",
        "Grandma",
        "Mr. Brown",
        "Aunt May",
        "Jack",
        "Lena",
        "Ravi",
        "Chloe",
        "Sam",
        "Mrs. Green",
        "Felix",
        "Yuki",
        "Zoe",
    ),
    "zh": (
        "小明",
        "小红",
        "老师",
        "李华",
        "王芳",
        "小刚",
        "小丽",
        "小军",
        "小芳",
        "张伟",
        "刘洋",
        "陈静",
        "赵敏",
        "爷爷",
        "奶奶",
        "叔叔",
        "姑姑",
        "乐乐",
        "豆豆",
        "阿强",
        "班长",
        "表哥",
        "孙浩",
        "周婷",
        "小林",
    ),
}
THINGS: dict[Language, tuple[str, ...]] = {
    "en": (
        "apples",
        "coins",
        "stamps",
        "books",
        "pens",
        "eggs",
        "cards",
        "balls",
        "tickets",
        "flowers",
        "marbles",
        "pencils",
        "stickers",
        "seeds",
        "oranges",
        "photos",
        "tokens",
        "keys",
        "shells",
        "toys",
        "beads",
        "lemons",
        "cookies",
        "plants",
        "dollars",
    ),
    "zh": (
        "苹果",
        "硬币",
        "球",
        "鸡蛋",
        "杯子",
        "梨",
        "桃子",
        "橘子",
        "西瓜",
        "包子",
        "馒头",
        "面包",
        "玩具",
        "纽扣",
        "气球",
        "瓶子",
        "罐头",
        "徽章",
        "灯泡",
        "橙子",
        "土豆",
        "玻璃球",
        "贝壳",
        "月饼",
        "铃铛",
        "粽子",
    ),
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
