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
bear bucket basket bridge bottle blanket button brother bus camel candle carpet castle chair cheese
church circle coffee copper cotton crown cup diamond dinner doctor dragon dress drum duck eagle
elbow envelope evening farmer feather finger flower friend frog ghost giraffe glove goat guitar
hammer heart helmet honey hospital hotel jacket jewel jungle knife ladder lake library lizard lock
lunch magnet map meadow medal melon mirror monkey museum needle neighbour newspaper notebook nurse
oak office olive owl oven parrot pencil pepper pillow planet pocket potato present pumpkin rocket
ring rice roof rope ruler sailor scissors shark sheep ship shoe silver sister snake soap sofa
spider spoon squirrel stone sugar summer sweater teacher tiger ticket toast tomato tower toy truck
tulip turtle vegetable violin volcano wagon wall wheel whale wood yogurt angry brave calm clean
cold curious dark deep dirty dry easy empty famous fast fresh funny gentle green happy huge lazy
light loud lucky modern narrow nice noisy old polite poor proud rough sad safe shy slow smooth
strong sunny tall thick tiny tired useful warm weak wet wide wild wise bake blow borrow build buy
choose climb cook cover cry cut dig drink fight fly grow hope hunt jump kiss knock laugh love meet
move paint pick pull ride rub run sell sing sit sleep smile swim visit wash
""".split()
CHINESE = """
苹果 小鸟 白云 大海 花园 河流 森林 学校 火车 月亮 太阳 星星 桌子 椅子 窗户 大门 老师 朋友 米饭 面包
牛奶 茶杯 书包 铅笔 手机 电脑 汽车 飞机 轮船 城市 村庄 山谷 春天 夏天 秋天 冬天 红色 蓝色 音乐 电影
香蕉 西瓜 葡萄 橙子 草莓 白菜 土豆 番茄 鸡蛋 牛肉 面条 饺子 豆腐 蛋糕 糖果 果汁 咖啡 筷子 勺子 盘子
瓶子 毛巾 肥皂 牙刷 镜子 梳子 雨伞 帽子 衣服 裤子 裙子 鞋子 袜子 手套 围巾 眼镜 手表 钥匙 钱包 沙发
柜子 枕头 被子 台灯 冰箱 电视 空调 风扇 相机 橡皮 尺子 剪刀 地图 报纸 信封 邮票 黑板 教室 操场 医院
商店 银行 公园 超市 车站 机场 大桥 马路 工厂 医生 护士 司机 警察 农民 学生 爸爸 妈妈 哥哥 妹妹 爷爷
奶奶 邻居 老虎 狮子 大象 熊猫 猴子 兔子 松鼠 狐狸 绵羊 乌龟 青蛙 蝴蝶 蜜蜂 蚂蚁 金鱼 海豚 玫瑰 竹子
石头 沙滩 雪花 彩虹 早晨 夜晚 绿色 足球 钢琴 故事 跑步 游泳 跳舞 唱歌 睡觉 旅行 高兴 安静 勇敢 温暖
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
            "My teacher [told us|says we have] to write these words from last to first: {list}",
            "I wrote this down the wrong way round: {list}. [Turn it round|Please flip it|Can you reverse it?]",
            "A game: I say words, you say them back [in reverse|from last to first]. [Ready? |Here we go: |]{list}",
            "On my shelf, from left to right: {list}. [Name|List|Read] them from right to left.",
            "The queue, front to back: {list}. Everyone turns round. What is the order from the new front?",
            "I pile up boxes [labelled|marked] {list}, in that order. In what order do I take them off the top?",
            'Mirror writing puzzle: keep every word as it is, [but|just] mirror the order of the words. "{list}"',
            'Take "{list}" and [write|give me|tell me] the same words [with the last one first|starting from the end].',
            'What do I get if I read "{list}" word by word from the [end to the start|last word to the first]?',
            "{list}\n\n[Same words|The same list|All of these], [but |]the last one first[, please|, and so on|].",
            "[Reverse|Flip|Turn round] the order [here|of what stands below|of the next line]:\n{list}",
            "My list is upside down, what is at the bottom should be on top: {list}",
            "[hey|hi|yo] [can u|could u|pls|plz] [flip|reverse] [this|these] for me {list}",
            "[Would you mind|How about] [writing|giving me|listing] {list} in the opposite order?",
            "On the way there I pass signs that say {list}. In [what|which] order do I see them on the way back?",
            "# [TODO|FIXME]: reverse the [list|words|items]\n{list}",
            'words = "{list}" - [print|return|I need] them [in reverse|last to first]',
            "[Rewind|Play back] this [playlist|tape|list] from the [last|final] [title|entry] to the first: {list}",
            "The wagons of a train are {list}. Now the last one goes in front: [list|name] them from that end.",
            "I put {list} into a bag, one after another. Last in, first out: in [what|which] order do they come out?",
            "A row of cards: {list}. [What is the row|How does it read] seen from the other end?",
            "[Don't|Do not] change the words, [only|just] turn their order round, last one first. {list}",
            '[Begin|Start] at the end of "{list}" and [work|walk] your way back to the start, word by word.',
            'My [kid|son|daughter] has to copy "{list}" from the last word to the first. What is the answer?',
            "[Quick|Come on|Ok|So]: {list}, but [backwards|the other way round][!|?|.|]",
            "[I don't like|I hate] this order, I want exactly the opposite: {list}",
            "From top to bottom my list says {list}. How does it read from [bottom to top|the bottom up]?",
            "These are ranked from worst to best: {list}. I need [them |it from ]best to worst[, please|].",
            "[They|These] run from old to new: {list}. Show [me the words|them] from new to old.",
            '"{list}" [reversed|in reverse|backwards], word by word[?|, please.|]',
            "Send me back what I [wrote|typed], only in [reverse|the opposite] order: {list}",
            "From the last one down to the first one, [please|that's all I need]: {list}",
            "[Good morning|Hello], I have a list, {list}, which I need in reverse order. [Thank you!|Many thanks.]",
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
            "My teacher [says we have|told us] to put these words in ABC order: {list}",
            "I'm [making|writing] [a glossary|an index|a word list] and need this [alphabetically|from A to Z]: {list}",
            "The [labels|folders|jars] on my shelf say {list}. [Which|What] order do they go in, A to Z?",
            "{list}\n\n[ABC order|alphabetical][, please|, pls|, thanks|]",
            "In [which|what] order would I find {list} in a dictionary?",
            "Roll call goes by the alphabet, and the teams are {list}. In [which|what] order are they called up?",
            "# [TODO|FIXME]: sort [alphabetically|from a to z]\n{list}",
            "[alphabetical|a-z|ABC] sort of {list}[?|, please|]",
            'Take "{list}" and [line them up|arrange them|put them] [from A to Z|alphabetically].',
            "These are [all mixed up|a mess|all over the place]: {list}. [Tidy them up|Arrange them] by the alphabet.",
            "[hey|hi|yo] [can u|could u|pls|plz] [alphabetize|sort] these words {list}",
            "[Would you mind|How about] [putting|bringing|getting] {list} into alphabetical order?",
            "I want to file cards that say {list}, A at the front, Z at the back. [What is the order|How do they go]?",
            "Begin with the word nearest to A and end with the one nearest to Z: {list}",
            "Library rules: everything is shelved by title, from A to Z. [My titles|The titles]: {list}",
            '[Make|Build|Write] an alphabetical list [out of|from] "{list}".',
            "[Phone book|Dictionary|Encyclopedia] [style|order][, please|]: {list}",
            "[How does|How will] {list} look [when sorted alphabetically|once sorted from A to Z]?",
            "I [typed|wrote|jotted down] {list} as they came to mind. Now I need them in [alphabetical|ABC] order.",
            "If two words begin alike, compare their next letters. Sort [these|the words] alphabetically: {list}",
            "[Quick|Ok|Right]: {list}, [alphabetically|in the order of the alphabet][!|.|]",
            "ABC game: the word that comes first in the alphabet goes first, and so on. [Our words|Words]: {list}",
            "I have to hang up signs that say {list} in alphabetical order. How do they hang from left to right?",
            'Put "{list}" [in|into] order by [the letters they start with|spelling, A first].',
            "My [boss|mum|librarian] wants this [alphabetised|sorted from A to Z|in alphabetical order]: {list}",
            "[Good morning|Hello], I'd like a few words in alphabetical order, {list}. [Thank you!|Many thanks.]",
            "{list} -> [a..z|abc|A-Z|alphabetical]",
            "[Unsorted|Input|Words]: {list}\n[Sorted|Sorted alphabetically|From A to Z]:",
            "[Don't|Do not] [change|drop|add] any words, [just|only] sort them alphabetically: {list}",
            "The spelling test asks for {list}. [List|Write] the words as they follow each other in a dictionary.",
            "why aren't these sorted?? {list} - [put them in abc order|do it alphabetically][!|]",
            "My contacts are saved as {list}. In [which|what] order does the phone show them, A to Z?",
            'If you sorted "{list}" by the alphabet, what would the [result|list] be?',
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
            "My scores [this week|so far|in the game] were {list}. List them from [worst to best|lowest to highest].",
            "[The prices are|The shop charges] {list}. [Show|List|Put] the cheapest first and the dearest last.",
            "The ages [in our family|of my cousins] are {list}. [Write|Give] them from youngest to oldest.",
            "Pages {list} fell out of a book. In [which|what] order do they go back?",
            "Tickets {list} are waiting, and the lowest number always goes first. [What's|What is] the order?",
            "I walk past the house numbers {list}, starting at the lowest. In which order do I pass them?",
            'My [teacher|homework|worksheet] says "ascending order". The numbers are {list}',
            "The players wear {list}. Line them up by shirt number, [lowest|smallest] first.",
            "{list}\n\n[smallest to biggest|low to high|ascending][, please|, pls|, thanks|]",
            "# [TODO|FIXME]: sort [ascending|the numbers, smallest first]\n{list}",
            "[sort asc|ascending sort|sort, ascending]: {list}",
            "The thermometer showed {list}. List [the values|these] from coldest to warmest.",
            "Which [number |]is the smallest, which comes next, and so on[ up to the largest|]: {list}",
            '[Begin|Start] with the smallest of "{list}" and [work|go] up to the [largest|biggest].',
            "[hey|hi|yo] [can u|could u|pls|plz] [sort|order] these [numbers|nums] [low to high|small to big] {list}",
            "[Would you mind|How about] [putting|ordering] {list} from [least to greatest|smallest to largest]?",
            "How do {list} go [if|when] the smallest comes first and the biggest last?",
            "[Least to greatest|Small to large|Ascending|Numerical order, low to high][, please|]: {list}",
            "These [numbers|values] are [all mixed up|a mess]: {list}. [Bring|Put] them into ascending order.",
            "[Unsorted|Input|Numbers]: {list}\n[Sorted|In ascending order|From smallest to largest]:",
            "I hold the cards {list} and want the low ones on the left. What is my hand from left to right?",
            "Lengths in [km|cm|metres]: {list}. [Order|List|Put] them from shortest to longest.",
            "My [boss|friend|colleague] sent me {list}, all jumbled. Put them in [ascending|increasing] order.",
            "On a number line, in [which|what] order do {list} stand from left to right?",
            "If you sorted {list} by size, smallest first, what would [you get|come out]?",
            "[Quick|Ok|Right]: {list}, [lowest first|by size from the smallest up][!|.|]",
            "[Don't|Do not|No need to] add anything up, just sort the numbers, smallest first: {list}",
            'Take "{list}" and write the numbers again[ in increasing order| from low to high|, smallest first].',
            "[Good morning|Hello], I'd like a few numbers from low to high, {list}. [Thank you!|Many thanks.]",
            "{list} -> [ascending|low to high|asc|smallest first]",
            "why aren't these sorted?? {list} - [put the smallest first|low to high][!|]",
            "The parcels weigh {list} [kilos|kg|pounds]. Write the weights from light to heavy.",
            "Bus lines {list} stop here. Write the line numbers on the sign from low to high.",
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
            "How many things did I write down? {list}",
            "I packed {list}. [Count up what I packed.|How many things did I pack?|How many things are in the bag?]",
            "Tell me how many entries [there are|my list has|you find here]: {list}",
            "My shopping list says {list}. How many things [must I buy|do I have to get|is that]?",
            "My teacher [asks|wants to know] how many words [these are|there are here|stand on the board]: {list}",
            "Memory game, I said {list}. How many words [did I say|was that|do you have to remember]?",
            "The labels on the shelf say {list}, one word each. How many labels [are there|did I make]?",
            "In the queue: {list}. How many are [waiting|in it]?",
            "{list}\n\nhow many words[?|??| is that]",
            '"{list}" [has|contains|consists of] how many words?',
            'How many words [are there in|are in|make up] "{list}"?',
            "# [TODO|FIXME]: count the [words|items|entries]\n{list}",
            "[word count|number of words|item count][, please|]: {list}",
            "What does `echo {list} | wc -w` print?",
            "[hey|hi|yo] how many words [is this|are there|do u see] {list}",
            '[Look at|Go over|Read] "{list}" and [tell me|say] how many words you [see|find|count].',
            "Today I [learned|practised|looked up] the words {list}. How many is that [in total|altogether]?",
            "My [son|daughter|kid|parrot] can already say {list}. How many words is that?",
            "For the name of our band we have {list}. How many [ideas|suggestions] is that?",
            "[Don't|Do not] repeat [them|the list], [just|only] tell me how many [there are|you count]: {list}",
            "Just the number, please: how many [words|items|entries] are [here|in this list]? {list}",
            'Number of [elements|entries|items|words] in "{list}"[?|, please.|]',
            "[Input|Words|Text]: {list}\n[Number of words|Word count|How many words]:",
            "The [inventory|stock list|programme] shows {list}. How many [items|entries] are on it?",
            "Give the words numbers, starting with 1: {list}. [Which|What] number does the last [word|one] get?",
            "I need one card for each of these: {list}. How many cards [do I need|must I buy|is that]?",
            "I get one point for each word. My words: {list}. [How many points do I get?|What's my score?]",
            "I'm [too lazy|too tired|in no mood] to count: {list}. How many [words|entries] [are there|is that]?",
            "[Good morning|Hello|Good evening], how many words do I have here, {list}? [Thank you!|Many thanks.]",
            "[Please |]go through {list} one by one and [count them|tell me how many there are].",
            "{list} -> [how many?|count|number of words]",
            '[Would you mind|How about] counting [the words|the items|the entries] in "{list}"?',
            "The children drew pictures: {list}. [One picture each|One child, one picture]: how many children drew?",
            "[Count up|Tally] [what I wrote|the words here|these entries]: {list}",
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
            "老师让我们把这些词从最后一个写到第一个：{list}",
            "[我们来玩个游戏|玩个游戏吧]，我说几个词，你[从最后一个说到第一个|按相反的顺序说一遍]：{list}",
            "书架上从左到右是{list}，从右到左[是什么|怎么念|依次是哪些]？",
            "队伍从前到后是{list}，所有人一起向后转，现在从前到后是什么顺序？",
            "我把[箱子|积木|盒子]一个个叠起来，从下到上是{list}，从上到下[呢|是什么顺序]？",
            "这单子写反了，[最后一个应该排在最前面|帮我整个倒过来]：{list}",
            "“{list}”，词不变，[只把|把]顺序[倒过来|颠倒一下]。",
            "[词|每个词]本身不[变|动]，只把先后顺序[倒过来|反一下|颠倒]：{list}",
            "[下面|以下]这些词，请[按相反的顺序|从最后一个开始][重写|再写|列]一遍：\n{list}",
            "{list}\n[倒序|反过来|从后往前来一遍][，谢谢|，拜托了|吧|]",
            "去的路上[依次|先后]经过{list}，原路返回的时候[依次|先后]经过什么？",
            "往包里[依次|先后]放了{list}，后放的先拿出来，取出的顺序是[什么|怎样的]？",
            "火车车厢从前到后是{list}，车头换到另一[头|端]以后，从前到后[是什么|怎么排]？",
            "# [待办|TODO]：[列表反转|把词倒序]\n{list}",
            "[能不能|可不可以|能否][帮我|]把{list}[倒着|反着][排|列]一下？",
            "我想要{list}[的倒序|反过来的顺序]，[写给我|列出来][吧|]。",
            "从[最后|末尾]一个词开始，[一个一个|依次|逐个]往前[念|写|说]：{list}",
            "最后的排最前，最前的排最后，[中间也一样倒过来|依此类推]：{list}",
            "这顺序[搞反了|不对]，[应该|得][反过来|倒过来]才对：{list}",
            "孩子的作业：把“{list}”从最后一个词写到第一个词，答案是什么？",
            "{list}这几个词，[反着来|倒过来排|换成相反的顺序]",
            "[喂|嗨|诶]，把{list}[顺序反一下|倒过来|调个头]",
            "[输入|词语]：{list}\n[倒序|反转后|逆序]：",
            "名次从低到高是{list}，从高到低呢？",
            "这几个是从旧到新排的：{list}，[请改成|给我改成|换成]从新到旧。",
            "您好，我这里有几个词：{list}，[请您|麻烦您]按相反的顺序[列出来|排一下]，谢谢！",
            "一排卡片从左到右是{list}，走到对面去看，从左到右[又|]是什么顺序？",
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
            "老师让我们把[这几个数|这些数字]从小到大排[好|列]：{list}",
            "这几次的分数是{list}，[从低到高|由低到高]排[一下|好|列]。",
            "价格[分别|]是{list}，[从便宜到贵|从低到高]排[一下|个序]。",
            "家里人的年龄[分别|]是{list}，从最小的开始[写|列|排]。",
            "书掉了几页，页码是{list}，按[页码|先后]顺序应该怎么[放|排]？",
            "排队的号码有{list}，号小的先[办|来]，[顺序是什么|应该怎么排]？",
            "送快递，门牌号有{list}，从最小的号开始送，[依次|先后]是哪几号？",
            "队员的球衣号码是{list}，按号码从小到大站成一排，[顺序是什么|怎么站]？",
            "{list}\n[从小到大排|升序排列|由小到大][，谢谢|，拜托了|吧|]",
            "# [待办|TODO]：[升序排序|从小到大排序]\n{list}",
            "[输入|数字]：{list}\n[升序|从小到大|排序后]：",
            "这几天的气温是{list}度，[从冷到热|从低到高]排[一下|列]。",
            "手[里|上]的牌是{list}，小的放左边，大的放右边，从左到右怎么[放|摆]？",
            "[能不能|可不可以|能否][帮我|]把{list}[从小到大|按升序][排|理]一下？",
            "{list}这几个数，[哪个最小|谁最小]就排最前，[依次|挨个]往后排。",
            "在数轴上从左到右，{list}[该|应该]怎么排？",
            "这些数[乱七八糟的|全乱了|没有顺序]：{list}，[整理|理]成从小到大的顺序。",
            "先写最小的，再写[大一点|稍大]的，最后写最大的：{list}",
            "不[用|要]计算，[只要|只管]从小到大排[好|出来]就行：{list}",
            "[喂|嗨|诶]，{list}，[给我|帮我][从小到大|按升序]排[一下|好]",
            "包裹的重量是{list}公斤，[从轻到重|由轻到重]排[一下|列]。",
            "您好，我这里有几个数：{list}，[请您|麻烦您]从小到大[列出来|排一下]，谢谢！",
            "如果把{list}从小到大排，[结果是什么|会是什么样]？",
            "玩牌，数字小的先出，[应该按什么顺序出|出牌顺序是什么]：{list}",
            "绳子的长度是{list}[米|厘米]，[从短到长|由短到长][写|列|排]出来。",
            "孩子的作业：把“{list}”按从小到大的顺序写一遍，答案是什么？",
            "这一站有{list}路车，[请|]把线路号从小到大[写|排|列]一下。",
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
            "我[一共|总共]写了几[个词|样东西]？{list}",
            "我带了{list}，[帮我|]数[数|一数][一共|]带了[几样|多少样][东西|]。",
            "告诉我[这里|下面|单子上]有[几个词|多少个词|几项]：{list}",
            "购物单上[是|写着]{list}，一共要买[几样|多少样]东西？",
            "老师问[这一行|黑板上]有[几个|多少个]词：{list}",
            "我刚才说了{list}，[我|]一共说了[几个|多少个]词？",
            "书架上的标签[有|写着]{list}，一个词一张，[一共|总共][几张|多少张]标签？",
            "排着队的有{list}，[一共|总共]是[几个|多少个]？",
            "{list}\n[几个词|多少个词|一共几个词][？|呀？|呢？]",
            "“{list}”[里|里面|当中]有[几个|多少个]词[？|语？]",
            "# [待办|TODO]：[统计词数|数词语个数]\n{list}",
            "[输入|词语]：{list}\n[词数|个数|总数]：",
            "孩子今天学会了{list}，[一共|总共]学会了[几个|多少个]词？",
            "给乐队起名，大家提了{list}，[一共|总共]提了几个名字？",
            "[不用|别]重复，只[告诉我|说]有几个词[就行|]：{list}",
            "[只要|我只要]数字：[这里|下面]有几个词？{list}",
            "给[这些词|每个词]编号，从1开始：{list}。最后一个[是|排到]几号？",
            "每个词[做|写]一张卡片，[要|需要|得准备]几张[卡片|]？{list}",
            "说对一个词得一分，[他|小明|我]说对了{list}，一共得几分？",
            "[喂|嗨|诶]，{list}，[这是|这里有]几个词[啊|]？",
            "您好，请[您|]帮我数一下[这里|下面]有几个词：{list}，谢谢！",
            "我懒得数[了|]，[你|]看看[这|这里]有几个词：{list}",
            "把{list}[一个一个|挨个]数一遍，一共[有|是]几个？",
            "小朋友们画了{list}，一人画一样，一共有几个小朋友？",
            "清单上有{list}，[一共|总共][几项|多少项]？",
            "[能不能|可不可以|能否][帮我|]数一[下|数]{list}[有|是]几个词？",
            "{list}加起来[是|有][几个|多少个]词？",
            "统计[一下|][词数|词语的个数|有多少项]：{list}",
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
