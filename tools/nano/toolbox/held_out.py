"""Tools of which training sees none."""

from __future__ import annotations

from .domain import OK, Domain, domain

HELD_OUT_DOMAINS: tuple[Domain, ...] = (
    domain(
        "water_plants garden_sprinkler irrigate",
        (
            "Water the plants for some minutes.",
            "Start the garden sprinkler.",
            "[Give|Bring] water to the [plants|flowers] [for a while|for some minutes].",
        ),
        (
            "给植物浇水几分钟。",
            "浇花。",
            "[自动|定时]给花园浇水。",
        ),
        {"minutes duration": "number"},
        (
            "Water the plants for {minutes} minutes.",
            "The plants need {minutes} minutes of water.",
            "[Could|Can] you water [the garden|the flowers|my plants] for {minutes} minutes[, please|]?",
            "The flowers are [dry|thirsty], [water them for|give them] {minutes} minutes.",
            "[I need|I'd like] the sprinkler [on|to run] for {minutes} minutes.",
            "sprinkler {minutes} minutes",
        ),
        (
            "给植物浇水{minutes}分钟。",
            "浇花{minutes}分钟。",
            "[请|帮我|麻烦]给[花园|花草|植物]浇{minutes}分钟水。",
            "[花|植物]干了，浇水{minutes}分钟。",
            "[能不能|能否]浇{minutes}分钟的花？",
        ),
        OK,
    ),
    domain(
        "open_door unlock_door door_control",
        (
            "Open a door.",
            "Unlock the door of a room.",
            "[Opens|Unlocks] [a door|the door of a room].",
        ),
        (
            "打开房间的门。",
            "开门。",
            "[控制|解锁]房门。",
        ),
        {"room place": "room"},
        (
            "Open the door of the {room}.",
            "Unlock the {room} door.",
            "Please open the {room} door.",
            "[Could|Can] you [open|unlock] the [door of the {room}|{room} door][, please|]?",
            "[Somebody wants|I want|I need] to get into the {room}[, open the door|, unlock it].",
            "{room} door, open [it|up] please",
            "[Let me|Let us] into the {room}[, please|].",
        ),
        (
            "打开{room}的门。",
            "请开{room}的门。",
            "[帮我|麻烦|请]把{room}的门[打开|开一下]。",
            "[能不能|能否]开一下{room}的门？",
            "我要进{room}，[开门|把门打开]。",
        ),
        OK,
    ),
    domain(
        "rent_car car_rental hire_car",
        (
            "Rent a car in a city.",
            "Hire a car for some days.",
            "[Rents|Hire] a [car|vehicle] [for a trip|for a number of days].",
        ),
        (
            "在城市租车几天。",
            "租车。",
            "[租借|预订]汽车。",
        ),
        {"city location": "place", "days duration": "small"},
        (
            "Rent a car in {city} for {days} days.",
            "I need a car in {city}, {days} days.",
            "[Could|Can] [I|you] [rent|hire] a car in {city} for {days} days[, please|]?",
            "[I'd like|We want|We need] a [rental car|car] for {days} days in {city}.",
            "I'm in {city} for {days} days and need [a car|something to drive].",
            "rental car {city}, {days} days",
        ),
        (
            "在{city}租车{days}天。",
            "我要在{city}租{days}天车。",
            "[帮我|麻烦|请]在{city}租[一辆|]车，[用|租]{days}天。",
            "[我想|我们想]在{city}租车，{days}天。",
            "{city}租车，{days}天",
        ),
        OK,
    ),
    domain(
        "buy_ticket ticket_office event_ticket",
        (
            "Buy tickets for an event.",
            "Get a number of tickets.",
            "[Buys|Order] [tickets|seats] for [an event|a show].",
        ),
        (
            "购买活动门票。",
            "买票。",
            "[订购|预订]演出票。",
        ),
        {"event title": "event", "count quantity": "small"},
        (
            "Buy {count} tickets for {event}.",
            "I want {count} tickets for {event}.",
            "[Could|Can] you [get|buy|book] [me |us |]{count} tickets for {event}[, please|]?",
            "[We need|I'd like|We'd like] {count} [seats|tickets] for {event}.",
            "{count} tickets, {event}[, please|]",
            "[I'm going to|We're going to] {event}, buy {count} tickets[, please|].",
        ),
        (
            "买{count}张{event}的门票。",
            "我要{count}张{event}的票。",
            "[帮我|麻烦|请][订|买]{count}张{event}[票|的票]。",
            "[我们要去|我想去]{event}，买{count}张票。",
            "{event}的票，{count}张",
        ),
        OK,
    ),
    domain(
        "train_times train_schedule next_train",
        (
            "Find train times between cities.",
            "Next train from one city to another.",
            "[Tells|Look up] when trains [leave|go].",
        ),
        (
            "查询两地之间的火车时刻。",
            "下一班火车。",
            "[查|查询]列车时间。",
        ),
        {"from origin": "place", "to destination": "place"},
        (
            "When is the next train from {from} to {to}?",
            "Train times from {from} to {to} please.",
            "[Could|Can] you tell me when [the|a] train [goes|leaves] from {from} to {to}?",
            "I [want|need|have] to take the train from {from} to {to}[, when does it leave|, at what time]?",
            "[Trains|Train times] {from} to {to}[, please|]",
            "From {from} to {to} by train, when[ can I leave| does it go|]?",
        ),
        (
            "从{from}到{to}的火车时刻？",
            "{from}到{to}的下一班火车几点？",
            "[帮我|麻烦|请]查[一下|]从{from}到{to}的火车[时间|]。",
            "我要坐火车从{from}去{to}，[几点有车|几点开]？",
            "火车，{from}到{to}，几点？",
        ),
        {"time": "time"},
    ),
    domain(
        "find_book library_search book_search",
        (
            "Find a book in the library.",
            "Search the library for a title.",
            "[Finds|Look for] a [book|title] [on the shelves|in the library].",
        ),
        (
            "在图书馆找书。",
            "图书馆检索。",
            "[查找|搜索]图书。",
        ),
        {"title name": "title"},
        (
            "Does the library have the book {title}?",
            "Find the book {title}.",
            "[Could|Can] you [find|look for|locate] the book {title}[ in the library|, please|]?",
            "[I want|I'd like] to [read|borrow] {title}[, where is it|, is it in the library]?",
            "[Where|On which shelf] is the book {title}?",
            "book {title}, library",
        ),
        (
            "图书馆有{title}这本书吗？",
            "在图书馆找{title}。",
            "[帮我|麻烦|请]找[一下|]{title}这本书。",
            "[我想|我要][借|读]{title}，[图书馆有吗|在哪里]？",
            "{title}这本书[在哪|放在哪里]？",
        ),
        {"shelf": "number"},
    ),
)
