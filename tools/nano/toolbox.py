"""Tools from daily life, each with the ways in which people ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from .item import Language


@dataclass(frozen=True)
class Domain:
    """`params` maps a parameter's names, one of which a tool has, to the kind of its value.

    `asks` has a place for the first name of each parameter. `response` maps the fields that the
    tool responds with to kinds; `answers` read them out.
    """

    names: tuple[str, ...]
    descriptions: dict[Language, tuple[str, ...]]
    params: dict[tuple[str, ...], str]
    asks: dict[Language, tuple[str, ...]]
    response: dict[str, str]
    answers: dict[Language, str]


def _domain(
    names: str,
    english: tuple[str, ...],
    chinese: tuple[str, ...],
    params: dict[str, str],
    asks: tuple[str, ...],
    chinese_asks: tuple[str, ...],
    response: dict[str, str],
    answers: tuple[str, str] = ("Done.", "完成了。"),
) -> Domain:
    return Domain(
        tuple(names.split()),
        {"en": english, "zh": chinese},
        {tuple(key.split()): kind for key, kind in params.items()},
        {"en": asks, "zh": chinese_asks},
        response,
        {"en": answers[0], "zh": answers[1]},
    )


OK = {"status": "ok"}

DOMAINS: tuple[Domain, ...] = (
    _domain(
        "get_weather weather weather_lookup current_weather",
        ("Get the weather of a city.", "Current weather in a place.", "Look up the weather."),
        ("查询城市天气。", "获取某地的天气。"),
        {"city location place": "place"},
        (
            *("What is the weather in {city}?", "How is the weather in {city}?"),
            *("Is it raining in {city}?", "Weather in {city} please.", "Is it cold in {city} now?"),
            *("Tell me the weather in {city}.", "Do I need an umbrella in {city}?"),
        ),
        ("{city}天气怎么样？", "查一下{city}的天气。", "{city}现在下雨吗？", "{city}冷不冷？"),
        {"temperature": "degrees", "sky": "sky"},
        ("It is {temperature} degrees and {sky}.", "气温{temperature}度，{sky}。"),
    ),
    _domain(
        "set_alarm create_alarm alarm wake_up",
        ("Set an alarm.", "Create an alarm at a time.", "Wake the user up."),
        ("设置闹钟。", "在指定时间叫醒用户。"),
        {"time at hour": "time"},
        (
            *("Set an alarm for {time}.", "Wake me up at {time}.", "I need an alarm at {time}."),
            *("Please wake me at {time}.", "Alarm at {time} please."),
        ),
        ("把闹钟设在{time}。", "{time}叫我起床。", "设一个{time}的闹钟。"),
        OK,
    ),
    _domain(
        "set_timer start_timer timer countdown",
        ("Start a timer.", "Count down some minutes."),
        ("启动计时器。", "倒计时若干分钟。"),
        {"minutes duration": "number"},
        (
            *("Set a timer for {minutes} minutes.", "Start a timer of {minutes} minutes."),
            *("Count down {minutes} minutes.", "Remind me when {minutes} minutes are over."),
        ),
        ("倒计时{minutes}分钟。", "定一个{minutes}分钟的计时器。", "{minutes}分钟后提醒我。"),
        OK,
    ),
    _domain(
        "translate translate_text translator",
        ("Translate text into a language.", "Translate words to another language."),
        ("把文字翻译成另一种语言。", "翻译文本。"),
        {"text words": "text", "language target_language to": "language"},
        (
            *("Translate '{text}' into {language}.", "How do you say '{text}' in {language}?"),
            *("What is '{text}' in {language}?", "Put '{text}' into {language}."),
        ),
        (
            "把“{text}”翻译成{language}。",
            "“{text}”用{language}怎么说？",
            "请将“{text}”译成{language}。",
        ),
        {"translation": "word"},
        ("The translation is {translation}.", "译文是{translation}。"),
    ),
    _domain(
        "play_music play_song music_player",
        ("Play a song.", "Play music by title.", "Start a song in the music player."),
        ("播放歌曲。", "播放音乐。"),
        {"title song name": "title"},
        (
            *("Play the song {title}.", "I want to hear {title}.", "Put on {title}."),
            *(
                "Play {title} for me.",
                "Please start the song {title}.",
                "Let me listen to {title}.",
            ),
        ),
        ("播放{title}。", "我想听{title}。", "放一首{title}。", "来一首{title}。"),
        OK,
    ),
    _domain(
        "send_message message text_message send_text",
        ("Send a message to a person.", "Send a text message."),
        ("给某人发消息。", "发送短信。"),
        {"to recipient person": "person", "text message body": "text"},
        (
            *("Send {to} the message '{text}'.", "Tell {to} '{text}'.", "Text {to}: '{text}'."),
            *("Write '{text}' to {to}.", "Message {to} that '{text}'.", "Let {to} know: '{text}'."),
        ),
        ("给{to}发消息“{text}”。", "告诉{to}“{text}”。", "发短信给{to}：“{text}”。"),
        OK,
    ),
    _domain(
        "send_email email mail send_mail",
        ("Send an email.", "Write an email to an address."),
        ("发送电子邮件。", "写邮件到一个地址。"),
        {"address to recipient": "email", "text body content": "text"},
        (
            *("Email '{text}' to {address}.", "Send an email to {address} saying '{text}'."),
            *("Write an email to {address}: '{text}'.", "Mail '{text}' to {address}."),
        ),
        ("发邮件到{address}，内容是“{text}”。", "给{address}写邮件：“{text}”。"),
        OK,
    ),
    _domain(
        "call phone_call make_call dial",
        ("Call a phone number.", "Make a phone call."),
        ("拨打电话号码。", "打电话。"),
        {"number phone phone_number": "phone"},
        (
            "Call {number}.",
            "Dial {number} please.",
            "Make a phone call to {number}.",
            "Ring {number}.",
        ),
        ("拨打{number}。", "打电话到{number}。", "帮我拨{number}。"),
        OK,
    ),
    _domain(
        "get_stock stock_price stock share_price",
        ("Get the price of a stock.", "Current share price of a company."),
        ("查询股票价格。", "获取公司的股价。"),
        {"company symbol name": "company"},
        (
            *("What is the stock price of {company}?", "How is the share of {company} doing?"),
            *("Show me the stock of {company}.", "What does a share of {company} cost?"),
        ),
        ("{company}的股价是多少？", "查一下{company}的股票。", "{company}一股多少钱？"),
        {"price": "number"},
        ("A share costs {price} dollars.", "每股{price}元。"),
    ),
    _domain(
        "convert_currency currency exchange exchange_money",
        ("Convert money between currencies.", "Exchange an amount into a currency."),
        ("货币兑换。", "把金额换成另一种货币。"),
        {"amount value": "number", "from source": "currency", "to target": "currency"},
        (
            *("Convert {amount} {from} to {to}.", "How much is {amount} {from} in {to}?"),
            *("Exchange {amount} {from} for {to}.", "What are {amount} {from} worth in {to}?"),
        ),
        (
            "把{amount}{from}换成{to}。",
            "{amount}{from}等于多少{to}？",
            "{amount}{from}能换多少{to}？",
        ),
        {"result": "number"},
        ("That is {result}.", "结果是{result}。"),
    ),
    _domain(
        "book_hotel reserve_hotel hotel hotel_booking",
        ("Book a hotel room.", "Reserve a hotel in a city."),
        ("预订酒店。", "在某城市订房间。"),
        {"city location": "place", "nights days": "small"},
        (
            *(
                "Book a hotel in {city} for {nights} nights.",
                "I need a room in {city}, {nights} nights.",
            ),
            *(
                "Reserve {nights} nights at a hotel in {city}.",
                "Find me a hotel in {city}, {nights} nights.",
            ),
        ),
        ("在{city}订{nights}晚酒店。", "我要在{city}住{nights}晚，帮我订房。"),
        OK,
    ),
    _domain(
        "book_flight flight reserve_flight buy_flight",
        ("Book a flight.", "Reserve a plane ticket between cities."),
        ("预订机票。", "订两地之间的航班。"),
        {"from origin start": "place", "to destination": "place"},
        (
            *("Book a flight from {from} to {to}.", "I want to fly from {from} to {to}."),
            *(
                "Get me a plane ticket from {from} to {to}.",
                "Reserve a flight to {to} from {from}.",
            ),
        ),
        ("订一张从{from}到{to}的机票。", "我要从{from}飞到{to}。", "帮我订{from}到{to}的航班。"),
        OK,
    ),
    _domain(
        "find_restaurant restaurant restaurant_search",
        ("Find a restaurant.", "Search restaurants by kind of food and city."),
        ("查找餐厅。", "按菜系和城市找餐馆。"),
        {"food cuisine": "food", "city location": "place"},
        (
            *("Find a restaurant with {food} in {city}.", "Where can I eat {food} in {city}?"),
            *("I am hungry for {food} in {city}.", "Is there a place for {food} in {city}?"),
        ),
        ("在{city}找一家吃{food}的餐厅。", "{city}哪里可以吃{food}？", "我想在{city}吃{food}。"),
        {"restaurant": "company"},
        ("You can eat at {restaurant}.", "你可以去{restaurant}。"),
    ),
    _domain(
        "add_event create_event calendar add_appointment",
        ("Add an event to the calendar.", "Create an appointment on a day."),
        ("在日历中添加日程。", "新建约会。"),
        {"title name event": "event", "day date": "day"},
        (
            *("Add {title} to my calendar on {day}.", "Put {title} on {day} in the calendar."),
            *("I have {title} on {day}, note it.", "Schedule {title} for {day}."),
        ),
        ("把{title}加到{day}的日历。", "{day}安排{title}。", "{day}有{title}，记到日程里。"),
        OK,
    ),
    _domain(
        "get_events list_events show_calendar agenda",
        ("List the events of a day.", "Show the calendar of a day."),
        ("列出某天的日程。", "查看日历。"),
        {"day date": "day"},
        (
            *("What is on my calendar on {day}?", "Which events do I have on {day}?"),
            *("Show my agenda for {day}.", "Am I busy on {day}?", "What are my plans for {day}?"),
        ),
        ("{day}我有什么安排？", "看看{day}的日程。", "{day}我忙吗？"),
        {"event": "event"},
        ("You have {event}.", "你有{event}。"),
    ),
    _domain(
        "turn_on_light lights_on switch_on_light",
        ("Turn on the light in a room.", "Switch on the lamp of a room."),
        ("打开房间的灯。", "开灯。"),
        {"room place": "room"},
        (
            *(
                "Turn on the light in the {room}.",
                "It is dark in the {room}.",
                "Light in the {room} please.",
            ),
            *("Switch on the {room} lamp.", "Lights on in the {room}!"),
        ),
        ("打开{room}的灯。", "{room}太暗了。", "请开{room}的灯。"),
        OK,
    ),
    _domain(
        "set_temperature heating thermostat set_heating",
        ("Set the temperature of a room.", "Change the heating."),
        ("设置房间温度。", "调节暖气。"),
        {"room place": "room", "degrees temperature": "degrees"},
        (
            *("Set the {room} to {degrees} degrees.", "Heat the {room} to {degrees} degrees."),
            *(
                "I want {degrees} degrees in the {room}.",
                "Make it {degrees} degrees in the {room}.",
            ),
        ),
        ("把{room}调到{degrees}度。", "{room}的温度设为{degrees}度。"),
        OK,
    ),
    _domain(
        "add_to_list shopping_list add_item buy_list",
        ("Add an item to the shopping list.", "Put something on the shopping list."),
        ("把物品加入购物清单。", "购物清单。"),
        {"item product": "item"},
        (
            *(
                "Add {item} to the shopping list.",
                "We need to buy {item}.",
                "Put {item} on the list.",
            ),
            *("Note that we are out of {item}.", "Remember to buy {item}."),
        ),
        ("把{item}加到购物清单。", "我们要买{item}。", "{item}用完了，记一下。"),
        OK,
    ),
    _domain(
        "create_note write_note take_note save_note",
        ("Write a note.", "Save a short note."),
        ("写一条笔记。", "保存便签。"),
        {"text content note": "text"},
        (
            "Write a note: '{text}'.",
            "Note down '{text}'.",
            "Save the note '{text}'.",
            "Make a note of '{text}'.",
        ),
        ("记一条笔记：“{text}”。", "写下“{text}”。", "把“{text}”存成便签。"),
        OK,
    ),
    _domain(
        "get_news news headlines latest_news",
        ("Get the latest news on a topic.", "Headlines about a topic."),
        ("获取某主题的最新新闻。", "新闻头条。"),
        {"topic subject": "topic"},
        (
            *(
                "What is new in {topic}?",
                "Show me news about {topic}.",
                "Any headlines on {topic}?",
            ),
            *("Give me the latest on {topic}.", "Read me the {topic} news."),
        ),
        ("有什么{topic}新闻？", "看看{topic}的最新消息。", "给我{topic}头条。"),
        {"headline": "title"},
        ("The news: {headline}.", "新闻：{headline}。"),
    ),
    _domain(
        "get_time world_clock local_time current_time",
        ("Get the time in a city.", "Current local time of a place."),
        ("查询城市的当前时间。", "世界时钟。"),
        {"city place": "place"},
        ("What time is it in {city}?", "Tell me the time in {city}.", "How late is it in {city}?"),
        ("{city}现在几点？", "{city}是什么时间？", "告诉我{city}的时间。"),
        {"time": "time"},
        ("It is {time}.", "现在是{time}。"),
    ),
    _domain(
        "order_food food_delivery deliver_food",
        ("Order food.", "Have a dish delivered."),
        ("订餐。", "点外卖。"),
        {"dish food": "food", "count quantity": "small"},
        (
            "Order {count} {dish}.",
            "I would like {count} {dish} delivered.",
            "Get me {count} {dish}, please.",
        ),
        ("点{count}份{dish}。", "我要{count}份{dish}外卖。", "帮我订{count}份{dish}。"),
        OK,
    ),
    _domain(
        "get_recipe recipe find_recipe cookbook",
        ("Get a recipe for a dish.", "Look up how to cook a dish."),
        ("查找菜谱。", "查询一道菜的做法。"),
        {"dish food": "food"},
        (
            "How do I cook {dish}?",
            "Give me a recipe for {dish}.",
            "How is {dish} made?",
            "I want to make {dish}.",
        ),
        ("{dish}怎么做？", "给我{dish}的菜谱。", "我想做{dish}。"),
        {"minutes": "number"},
        ("It takes {minutes} minutes.", "需要{minutes}分钟。"),
    ),
    _domain(
        "get_route directions navigate route_planner",
        ("Find the way between two places.", "Directions from one place to another."),
        ("查询两地之间的路线。", "导航。"),
        {"from start origin": "place", "to end destination": "place"},
        (
            *("How do I get from {from} to {to}?", "Show me the way from {from} to {to}."),
            *("Give me directions from {from} to {to}.", "Navigate from {from} to {to}."),
        ),
        ("从{from}到{to}怎么走？", "导航从{from}到{to}。", "{from}到{to}的路线。"),
        {"kilometers": "number"},
        ("It is {kilometers} kilometers.", "全程{kilometers}公里。"),
    ),
    _domain(
        "track_package package_status parcel track_parcel",
        ("Track a package.", "Where a parcel is."),
        ("查询包裹。", "追踪快递。"),
        {"number id code": "id"},
        (
            "Where is my package {number}?",
            "Track parcel {number}.",
            "Has package {number} arrived?",
        ),
        ("包裹{number}在哪里？", "查一下快递{number}。", "{number}号包裹到了吗？"),
        {"city": "place"},
        ("The package is in {city}.", "包裹在{city}。"),
    ),
    _domain(
        "find_email get_email email_of lookup_email",
        ("Find the email address of a person.", "Email address of a contact."),
        ("查找某人的邮箱地址。", "联系人的邮箱。"),
        {"name person contact": "person"},
        (
            "What is the email address of {name}?",
            "Find the email of {name}.",
            "Which email does {name} have?",
        ),
        ("{name}的邮箱是什么？", "查找{name}的邮箱。", "{name}的邮箱地址？"),
        {"email": "email"},
        ("The address is {email}.", "邮箱是{email}。"),
    ),
    _domain(
        "find_phone get_phone phone_book lookup_phone",
        ("Find the phone number of a person.", "Phone number of a contact."),
        ("查找某人的电话号码。", "联系人的电话。"),
        {"name person contact": "person"},
        (
            "What is the phone number of {name}?",
            "Find the number of {name}.",
            "How can I phone {name}?",
        ),
        ("{name}的电话是多少？", "查找{name}的电话号码。", "{name}的号码是什么？"),
        {"phone": "phone"},
        ("The number is {phone}.", "号码是{phone}。"),
    ),
    _domain(
        "get_price price check_price price_of",
        ("Get the price of a product.", "What an item costs."),
        ("查询商品价格。", "商品多少钱。"),
        {"item product": "item"},
        ("What does {item} cost?", "How much is {item}?", "Tell me the price of {item}."),
        ("{item}多少钱？", "查一下{item}的价格。", "{item}什么价？"),
        {"price": "number"},
        ("It costs {price} dollars.", "价格是{price}元。"),
    ),
    _domain(
        "get_balance account_balance balance bank_balance",
        ("Get the balance of a bank account.", "How much money an account has."),
        ("查询银行账户余额。", "账户里有多少钱。"),
        {"account name": "account"},
        (
            *("How much money is in my {account} account?", "What is the balance of {account}?"),
            "Show me the balance of the {account} account.",
        ),
        ("我的{account}账户有多少钱？", "查询{account}余额。", "{account}账户还剩多少？"),
        {"balance": "number"},
        ("The balance is {balance} dollars.", "余额是{balance}元。"),
    ),
    _domain(
        "transfer_money pay transfer send_money",
        ("Send money to a person.", "Transfer an amount to somebody."),
        ("给某人转账。", "汇款。"),
        {"to recipient person": "person", "amount value": "number"},
        (
            "Send {amount} dollars to {to}.",
            "Pay {to} {amount} dollars.",
            "Transfer {amount} to {to}.",
        ),
        ("给{to}转{amount}元。", "转账{amount}元给{to}。", "付{amount}元给{to}。"),
        OK,
    ),
    _domain(
        "define dictionary define_word word_meaning",
        ("Look up the meaning of a word.", "Explain a word from the dictionary."),
        ("查词典。", "查询词语的意思。"),
        {"word term": "word"},
        ("What does '{word}' mean?", "Define '{word}'.", "Look up '{word}' in the dictionary."),
        ("“{word}”是什么意思？", "查词典：“{word}”。", "解释一下“{word}”。"),
        {"meaning": "title"},
        ("It means: {meaning}.", "意思是：{meaning}。"),
    ),
    _domain(
        "roll_dice dice throw_dice",
        ("Roll dice.", "Throw a number of dice."),
        ("掷骰子。", "扔几个骰子。"),
        {"count number": "small"},
        ("Roll {count} dice.", "Throw {count} dice for me.", "Let us roll {count} dice."),
        ("掷{count}个骰子。", "扔{count}个骰子。"),
        {"sum": "number"},
        ("The sum is {sum}.", "点数是{sum}。"),
    ),
)
# The same, of which training sees none.
HELD_OUT_DOMAINS: tuple[Domain, ...] = (
    _domain(
        "water_plants garden_sprinkler irrigate",
        ("Water the plants for some minutes.", "Start the garden sprinkler."),
        ("给植物浇水几分钟。", "浇花。"),
        {"minutes duration": "number"},
        ("Water the plants for {minutes} minutes.", "The plants need {minutes} minutes of water."),
        ("给植物浇水{minutes}分钟。", "浇花{minutes}分钟。"),
        OK,
    ),
    _domain(
        "open_door unlock_door door_control",
        ("Open a door.", "Unlock the door of a room."),
        ("打开房间的门。", "开门。"),
        {"room place": "room"},
        ("Open the door of the {room}.", "Unlock the {room} door.", "Please open the {room} door."),
        ("打开{room}的门。", "请开{room}的门。"),
        OK,
    ),
    _domain(
        "rent_car car_rental hire_car",
        ("Rent a car in a city.", "Hire a car for some days."),
        ("在城市租车几天。", "租车。"),
        {"city location": "place", "days duration": "small"},
        ("Rent a car in {city} for {days} days.", "I need a car in {city}, {days} days."),
        ("在{city}租车{days}天。", "我要在{city}租{days}天车。"),
        OK,
    ),
    _domain(
        "buy_ticket ticket_office event_ticket",
        ("Buy tickets for an event.", "Get a number of tickets."),
        ("购买活动门票。", "买票。"),
        {"event title": "event", "count quantity": "small"},
        ("Buy {count} tickets for {event}.", "I want {count} tickets for {event}."),
        ("买{count}张{event}的门票。", "我要{count}张{event}的票。"),
        OK,
    ),
    _domain(
        "train_times train_schedule next_train",
        ("Find train times between cities.", "Next train from one city to another."),
        ("查询两地之间的火车时刻。", "下一班火车。"),
        {"from origin": "place", "to destination": "place"},
        ("When is the next train from {from} to {to}?", "Train times from {from} to {to} please."),
        ("从{from}到{to}的火车时刻？", "{from}到{to}的下一班火车几点？"),
        {"time": "time"},
        ("The train leaves at {time}.", "火车{time}出发。"),
    ),
    _domain(
        "find_book library_search book_search",
        ("Find a book in the library.", "Search the library for a title."),
        ("在图书馆找书。", "图书馆检索。"),
        {"title name": "title"},
        ("Does the library have the book {title}?", "Find the book {title}."),
        ("图书馆有{title}这本书吗？", "在图书馆找{title}。"),
        {"shelf": "number"},
        ("It is on shelf {shelf}.", "在第{shelf}号书架。"),
    ),
)
