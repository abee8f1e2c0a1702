"""Tools from daily life: weather, messages, travel, the house."""

from __future__ import annotations

from .domain import OK, Domain, domain

HOME: tuple[Domain, ...] = (
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
    domain(
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
)
