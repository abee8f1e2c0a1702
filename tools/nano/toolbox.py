"""All kinds of tools, and those of which training sees none."""

from __future__ import annotations

from .domain import OK, Domain, domain
from .toolbox_home import HOME
from .toolbox_office import OFFICE

DOMAINS = (*HOME, *OFFICE)
# Training sees none of these.
HELD_OUT_DOMAINS: tuple[Domain, ...] = (
    domain(
        "water_plants garden_sprinkler irrigate",
        ("Water the plants for some minutes.", "Start the garden sprinkler."),
        ("给植物浇水几分钟。", "浇花。"),
        {"minutes duration": "number"},
        ("Water the plants for {minutes} minutes.", "The plants need {minutes} minutes of water."),
        ("给植物浇水{minutes}分钟。", "浇花{minutes}分钟。"),
        OK,
    ),
    domain(
        "open_door unlock_door door_control",
        ("Open a door.", "Unlock the door of a room."),
        ("打开房间的门。", "开门。"),
        {"room place": "room"},
        ("Open the door of the {room}.", "Unlock the {room} door.", "Please open the {room} door."),
        ("打开{room}的门。", "请开{room}的门。"),
        OK,
    ),
    domain(
        "rent_car car_rental hire_car",
        ("Rent a car in a city.", "Hire a car for some days."),
        ("在城市租车几天。", "租车。"),
        {"city location": "place", "days duration": "small"},
        ("Rent a car in {city} for {days} days.", "I need a car in {city}, {days} days."),
        ("在{city}租车{days}天。", "我要在{city}租{days}天车。"),
        OK,
    ),
    domain(
        "buy_ticket ticket_office event_ticket",
        ("Buy tickets for an event.", "Get a number of tickets."),
        ("购买活动门票。", "买票。"),
        {"event title": "event", "count quantity": "small"},
        ("Buy {count} tickets for {event}.", "I want {count} tickets for {event}."),
        ("买{count}张{event}的门票。", "我要{count}张{event}的票。"),
        OK,
    ),
    domain(
        "train_times train_schedule next_train",
        ("Find train times between cities.", "Next train from one city to another."),
        ("查询两地之间的火车时刻。", "下一班火车。"),
        {"from origin": "place", "to destination": "place"},
        ("When is the next train from {from} to {to}?", "Train times from {from} to {to} please."),
        ("从{from}到{to}的火车时刻？", "{from}到{to}的下一班火车几点？"),
        {"time": "time"},
        ("The train leaves at {time}.", "火车{time}出发。"),
    ),
    domain(
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
