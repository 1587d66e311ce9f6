"""What the pictures show, for those who cannot see them and for those who can."""

# Name of the drawing: alternative text, caption.
PICTURES = {
    "harbour": (
        "Harbour cranes and a loaded container ship in front of a low red sun.",
        "The quays of Halmar at dusk.",
    ),
    "mountains": (
        "A steep pyramid of rock and snow between lower peaks, with a dark wood in front.",
        "The Hallins, where the Osk begins.",
    ),
    "delta": (
        "A map of a river that parts into seven arms before it reaches the sea; five places "
        "are marked in red.",
        "The seven arms of the Osk.",
    ),
    "skyline": (
        "A dark city under a thin moon, a few windows lit, and a burning candle in the foreground.",
        "Orsel after ten.",
    ),
    "ballot-box": (
        "A folded ballot paper drops into a sealed box; red rays spread out behind it.",
        "A ballot box of the old pattern, with its seal of three waves.",
    ),
    "wheat": (
        "Ears of wheat in front of a ploughed field, with a setting sun and grain silos behind.",
        "Winter wheat in the middle valley.",
    ),
    "viaduct": (
        "A train with lit windows crosses a stone viaduct over a river in the evening.",
        "The evening train on the viaduct at Ammer.",
    ),
    "library": (
        "A reader under a lamp in front of high shelves full of books; a ladder leans against them.",
        "The reading room of the Packet’s archive.",
    ),
    "lighthouse": (
        "A striped lighthouse on a rock sends two beams over a sea of rounded waves.",
        "The light on Skarn Rock can be seen for twenty-three miles.",
    ),
    "radio-mast": (
        "Rings spread from a radio mast on a hill; beside it stands a small house with a lit window.",
        "The mast above the harbour.",
    ),
    "night-ferry": (
        "A ferry with lit windows under a full moon; its lights lie broken on the water.",
        "The night ferry between Halmar and Maren.",
    ),
    "soup": (
        "A bowl of steaming soup on a checked tablecloth, with a spoon and half a loaf of dark bread.",
        "Sour rye soup, as it is eaten in Orsel: with the bread beside it.",
    ),
    "seed-jars": (
        "Two shelves of glass jars, each filled with seeds of another colour and size, and labelled.",
        "Beans, barleys and one pea: jars like these stood in the cold rooms at Ammer.",
    ),
    "stage": (
        "An empty chair in a beam of light on a stage between red curtains, seen over the heads "
        "of an audience.",
        "The seventh seat, in “The Vacancy”.",
    ),
    "type-case": (
        "Wooden printing letters, mirrored, in four rows: The Velmora Packet is printed far from "
        "home. One of them is red.",
        "The headline type of 1911, with the P that was cut in Halmar.",
    ),
    "reservoir": (
        "A nearly empty reservoir behind a dam, ringed by the pale lines of earlier shores, with "
        "one small boat.",
        "The lake at Brod Kessin, drawn from the public road.",
    ),
    "coins": (
        "Seven stacks of coins, each lower than the one before; a red line follows them down.",
        "What a hundred tals would buy, by year.",
    ),
    "observatory": (
        "Stars draw circles above the open dome of an observatory on a hill.",
        "Four hours of darkness above Orsel.",
    ),
    "letter": (
        "An envelope with a striped border, a cancelled stamp, four lines of handwriting and a "
        "red official mark.",
        "The envelope bears fourteen marks. The address is not shown.",
    ),
    "heron": (
        "A heron stands in shallow water between reeds; a pale sun hangs in the mist.",
        "Grey heron, Saltcote.",
    ),
    "isobars": (
        "A weather map: closed curves around a low pressure over a small sea, with a cold and a "
        "warm front.",
        "The low over the Grey Water, as both services draw it.",
    ),
}  # fmt: skip
