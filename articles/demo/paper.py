"""Who makes the demo paper, and how it is divided. All of it is invented."""

from dataclasses import dataclass

NAME = "The Velmora Packet"
# What the paper is called, and how it looks: the fields of `newsroom.models.Paper`.
SETTINGS = {
    "name": NAME,
    "motto": "Carried across the water since 1911",
    "description": (
        "A daily newspaper written in exile: news from Velmora and the lands around the Grey Water."
    ),
    "accent_colour": "#14506b",
    "accent_colour_dark": "#8fc7dd",
    "language": "en",
    "time_zone": "Europe/Riga",
    "contact_email": "newsroom@example.com",
    "copyright_line": (
        "© The Velmora Packet Foundation, Halmar. Copy what you like; say where it is from."
    ),
    "social_links": "https://social.example/@velmorapacket",
}
CREDIT = f"Illustration: {NAME}"

# Address, name, description; in the order of the navigation.
SECTIONS = (
    ("velmora", "Velmora", "What is happening at home, from those who are there."),
    ("world", "World", "The lands around the Grey Water, and beyond them."),
    ("economy", "Economy", "Prices, ports, work and what money is worth this week."),
    ("environment", "Environment", "Rivers, weather, and everything that lives by them."),
    ("culture", "Culture", "Stage, page, kitchen and the people in them."),
    ("opinion", "Opinion", "What our authors think. They do not always agree with the paper."),
)

TOPICS = {
    "brod-kessin": ("Brod Kessin", "The dam, the mine and the town between them."),
    "books": ("Books", ""),
    "climate": (
        "Climate",
        "What the weather of a century does to a river and those who live by it.",
    ),
    "data": ("In figures", "Stories that began with a table."),
    "elections": ("Elections", "Rolls, ballots and the people who count them."),
    "exile": ("Exile", "Life on the other side of the water."),
    "food": ("Food", ""),
    "institutions": ("Institutions", "Registries, banks, bridges: what holds a country up."),
    "maps": ("Maps", ""),
    "music": ("Music", ""),
    "power-cuts": ("Power cuts", "The dark hours since the autumn of 2021."),
    "press-freedom": ("Press freedom", "On printing what somebody would rather not see printed."),
    "prices": ("Prices", "What things cost, in money and in time."),
    "prisons": ("Prisons", ""),
    "rivers": ("Rivers", "The Osk and its sisters, from the ice to the sea."),
    "schools": ("Schools", "Who teaches, who learns, and where."),
    "technology": ("Technology", ""),
    "the-grey-water": ("The Grey Water", "Ferries, lights and ports of our small sea."),
    "the-osk-delta": ("The Osk delta", "Seven arms, five districts, and the flood of 2019."),
    "theatre": ("Theatre", ""),
    "trade": ("Trade", "What crosses the water, and what it is charged."),
}


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    bio: str


AUTHORS = {
    "ilsabet-marenvoss": Person(
        "Ilsabet Marenvoss",
        "Editor",
        "Ilsabet Marenvoss has edited the Packet since 2014, seven years of them in Orsel and the "
        "rest above a ship’s chandler in Halmar. She began as a proofreader, and still reads the "
        "whole paper aloud to herself before it goes.\n\nShe writes about the offices and habits "
        "that hold a country together.",
    ),
    "tobin-arkesh": Person(
        "Tobin Arkesh",
        "Chief reporter",
        "Tobin Arkesh covered the Velmoran parliament until it stopped meeting, and has since "
        "covered everything else. He has been refused entry to eleven buildings and one boat.",
    ),
    "neva-oskalyn": Person(
        "Neva Oskalyn",
        "Environment correspondent",
        "Neva Oskalyn was born in the Osk delta and trained as a hydrologist. She has followed the "
        "river from the glacier to the sea on foot, and writes about water, ice, birds and the "
        "people who count them.",
    ),
    "rasha-al-miftah": Person(
        "Rasha al-Miftah",
        "Head of the Arabic desk",
        "Rasha al-Miftah wrote a weekly column for six years under a censor and has written one "
        "without him for five. Her collected columns, “Stones in the Lentils”, appeared in 2023.",
    ),
    "vera-podrechnaya": Person(
        "Vera Podrechnaya",
        "Head of the Russian desk",
        "Vera Podrechnaya reports from the ports and borders of the Grey Water in Russian and in "
        "English. Before she came to the Packet she worked as a ship’s radio officer.",
    ),
    "jonas-tesselby": Person(
        "Jonas Tesselby",
        "Economics and data editor",
        "Jonas Tesselby spent nine years at a statistical office, the last two of them counting "
        "things that were not to be published. He keeps the Packet’s index of what a loaf costs.",
    ),
    "odile-farrowmere": Person(
        "Odile Farrowmere",
        "Culture editor",
        "Odile Farrowmere writes about theatre, music and food, and holds that the three are one "
        "subject. She is from Maren and lays the bread under the soup.",
    ),
    "petra-kolmsund": Person(
        "Petra Kolmsund",
        "Pictures",
        "Petra Kolmsund was the Packet’s photographer for fourteen years. Since 2021 she draws, and "
        "cuts what she has drawn, so that nobody can be found in it.",
    ),
}
