"""The demo paper's authors, cut like the rest: nobody in particular."""

from dataclasses import dataclass

from PIL import Image

from articles.demo.engraving import Plate, Point, ellipse

INK, SKIN = "#1d1b1e", "#f3e6d0"


@dataclass(frozen=True)
class Sitter:
    seed: int
    ground: str
    coat: str
    hair: str  # long, short, bun, curls, scarf, bald
    hair_colour: str = INK
    has_glasses: bool = False
    has_beard: bool = False
    skin: str = SKIN


PORTRAITS = {
    "ilsabet-marenvoss": Sitter(1, "#9db3a8", "#6d2f2a", "bun", "#c9c4b8", has_glasses=True),
    "tobin-arkesh": Sitter(2, "#d9a35f", "#27384a", "short", has_beard=True, skin="#e2bd94"),
    "neva-oskalyn": Sitter(3, "#b9c7cf", "#3e5a45", "long", "#8d4a2b"),
    "rasha-al-miftah": Sitter(4, "#d8b7a4", "#24404a", "scarf", "#3f7480", skin="#e6c49c"),
    "jonas-tesselby": Sitter(5, "#c8c39d", "#45324f", "bald", "#5d4632", has_glasses=True, has_beard=True),
    "odile-farrowmere": Sitter(6, "#cf8f77", "#1f2a3a", "curls", skin="#a9744f"),
}  # fmt: skip


def draw(name: str, width: int) -> Image.Image:
    """The portrait of that author, a square `width` pixels wide."""
    sitter = PORTRAITS[name]
    plate = Plate(sitter.seed, sitter.ground, printed_width=width, size=(800, 800))
    plate.hatch(ellipse(400, 400, 620, 620), "#fbf5e6", spacing=17, angle=-38, weight=(1, 5))
    if sitter.hair in {"long", "curls", "bun", "scarf"}:
        _hair_behind(plate, sitter)
    _shoulders(plate, sitter)
    _face(plate, sitter)
    _hair(plate, sitter)
    if sitter.has_glasses:
        _glasses(plate)
    return plate.printed()


def _shoulders(plate: Plate, sitter: Sitter) -> None:
    coat: list[Point] = [
        (60, 800), (92, 690), (180, 628), (330, 582), (400, 640), (470, 582), (620, 628), (708, 690),
        (740, 800),
    ]  # fmt: skip
    plate.fill([(330, 480), (470, 480), (482, 610), (400, 668), (318, 610)], sitter.skin)
    plate.fill([(330, 500), (470, 500), (476, 560), (400, 586), (330, 545)], INK)
    plate.hatch(
        [(400, 480), (470, 480), (482, 610), (400, 668)], INK, spacing=9, angle=38, weight=(4, 4)
    )
    plate.fill(coat, sitter.coat, 1)
    right_half = [(400, 640), *coat[5:], (400, 800)]
    plate.hatch(right_half, INK, spacing=12, angle=66, weight=(2, 7))
    plate.hatch(
        [*coat[:4], (400, 640), (400, 800)], "#fbf5e6", spacing=15, angle=-62, weight=(3, 0.8)
    )
    for side in (-1, 1):
        collar: list[Point] = [
            (400 + side * 74, 572), (400 + side * 118, 612), (400 + side * 66, 740), (400, 650),
        ]  # fmt: skip
        plate.fill(collar, "#f7efe0" if sitter.hair != "scarf" else sitter.hair_colour)
        plate.line([*collar, collar[0]], 6, INK)


def _face(plate: Plate, sitter: Sitter) -> None:
    face: list[Point] = [
        (262, 300), (270, 215), (322, 158), (400, 142), (478, 158), (530, 215), (538, 300),
        (528, 398), (498, 470), (446, 526), (400, 540), (354, 526), (302, 470), (272, 398),
    ]  # fmt: skip
    if sitter.hair not in {"scarf", "long", "curls"}:
        for side in (-1, 1):
            plate.oval(400 + side * 138, 345, 22, 42, sitter.skin)
            plate.line(ellipse(400 + side * 138, 345, 22, 42), 5, INK)
    plate.fill(face, sitter.skin)
    shade: list[Point] = [
        (446, 150), (478, 158), (530, 215), (538, 300), (528, 398), (498, 470), (446, 526), (400, 540),
        (432, 500), (470, 440), (486, 380), (480, 300), (492, 230),
    ]  # fmt: skip
    plate.hatch(shade, INK, spacing=9, angle=28, weight=(5, 5.5))
    plate.hatch(
        [(272, 398), (302, 470), (354, 526), (400, 540), (372, 512), (326, 452), (300, 392)], INK,
        spacing=10, angle=-34, weight=(2.4, 2.4),
    )  # fmt: skip
    plate.line([*face, face[0]], 6, INK)
    for side in (-1, 1):
        x = 400 + side * 62
        plate.stroke(
            [(x - 38, 292 - side * 2), (x - 4, 276), (x + 36, 290 + side * 2)], (5, 13, 5), INK
        )
        eye = [
            (x - 28, 330),
            (x - 10, 316),
            (x + 12, 316),
            (x + 28, 330),
            (x + 10, 341),
            (x - 10, 341),
        ]
        plate.fill(eye, "#fffaf0")
        plate.disc(x + 2, 328, 12.5, INK)
        plate.disc(x - 2, 324, 3.6, "#fffaf0")
        plate.stroke(
            [(x - 34, 330), (x - 10, 313), (x + 12, 313), (x + 33, 328)], (3, 8, 8, 3), INK
        )
        plate.stroke([(x - 22, 350), (x, 357), (x + 22, 350)], (1, 3.5, 1), INK)
    plate.stroke([(418, 318), (428, 372), (440, 408), (424, 420), (396, 418)], (2, 5, 7, 6, 2), INK)
    plate.hatch(
        [(420, 320), (432, 380), (444, 408), (462, 400), (450, 340)],
        INK,
        spacing=8,
        angle=70,
        weight=(2, 3),
    )
    if sitter.has_beard:
        beard: list[Point] = [
            (266, 390), (300, 420), (340, 446), (368, 432), (400, 440), (432, 432), (460, 446),
            (500, 420), (534, 390), (524, 470), (486, 536), (440, 574), (400, 584), (360, 574),
            (314, 536), (276, 470),
        ]  # fmt: skip
        colour = sitter.hair_colour
        plate.fill(beard, colour, 3)
        plate.hatch(beard, sitter.skin, spacing=13, angle=82, weight=(2.6, 2.2), wobble=1.4)
    mouth = 466
    plate.fill([(350, mouth), (384, mouth - 10), (400, mouth - 5), (418, mouth - 10), (452, mouth),
                (424, mouth + 16), (400, mouth + 20), (376, mouth + 16)], "#a4493b")  # fmt: skip
    plate.stroke([(344, mouth - 1), (400, mouth + 4), (458, mouth - 1)], (2, 6, 2), INK)


def _hair_behind(plate: Plate, sitter: Sitter) -> None:
    colour = sitter.hair_colour
    if sitter.hair == "long":
        back: list[Point] = [
            (232, 300), (250, 190), (330, 112), (470, 112), (550, 190), (568, 300), (590, 470), (604, 640),
            (196, 640), (210, 470),
        ]  # fmt: skip
        plate.fill(back, colour, 3)
        plate.hatch(back, INK, spacing=12, angle=88, weight=(5, 6), wobble=1.6)
    elif sitter.hair == "bun":
        plate.disc(400, 96, 74, colour)
        plate.hatch(ellipse(400, 96, 74, 74), INK, spacing=10, angle=30, weight=(1, 6))
        plate.line(ellipse(400, 96, 74, 74), 6, INK)
    elif sitter.hair == "curls":
        for _ in range(60):
            turn = plate.chance.uniform(150, 390)
            x, y = ellipse(400, 300, 178, 190, turn, turn + 1)[0]
            plate.disc(x, y, plate.chance.uniform(34, 52), INK)
    elif sitter.hair == "scarf":
        back = [
            (226, 330), (240, 200), (320, 100), (480, 100), (560, 200), (574, 330), (580, 480), (660, 640),
            (140, 640), (220, 480),
        ]  # fmt: skip
        plate.fill(back, colour, 2)
        plate.hatch(back, INK, spacing=13, angle=74, weight=(2, 6))


def _hair(plate: Plate, sitter: Sitter) -> None:
    colour = sitter.hair_colour
    if sitter.hair == "short":
        hair: list[Point] = [
            (252, 322), (240, 214), (300, 128), (392, 98), (500, 116), (556, 200), (550, 322),
            (528, 262), (508, 222), (436, 226), (352, 200), (300, 232), (274, 274),
        ]  # fmt: skip
        plate.fill(hair, colour, 4)
        plate.hatch(hair, sitter.skin, spacing=15, angle=58, weight=(3.4, 1.2), wobble=1.6)
    elif sitter.hair in {"long", "bun"}:
        for side in (-1, 1):
            half: list[Point] = [
                (400, 120), (400 + side * 90, 126), (400 + side * 150, 196), (400 + side * 158, 340),
                (400 + side * 134, 400 if sitter.hair == "long" else 330), (400 + side * 116, 270),
                (400 + side * 60, 212), (400, 172),
            ]  # fmt: skip
            plate.fill(half, colour, 2)
            light = sitter.skin if sitter.hair == "long" else INK
            plate.hatch(half, light, spacing=11, angle=90 - side * 38, weight=(3, 2), wobble=1.2)
        if sitter.hair == "bun":
            plate.line([(400, 122), (310, 126), (250, 196), (242, 336)], 5, INK)
            plate.line([(400, 122), (490, 126), (550, 196), (558, 336)], 5, INK)
    elif sitter.hair == "curls":
        for number in range(34):
            turn = 190 + number * 160 / 33
            x, y = ellipse(400, 300, 146, 142, turn, turn + 1)[0]
            far = plate.chance.uniform(22, 34)
            plate.disc(x, y, far, INK)
            start = plate.chance.uniform(0, 360)
            plate.line(ellipse(x, y, far * 0.6, far * 0.6, start, start + 200), 4, sitter.skin)
    elif sitter.hair == "scarf":
        front: list[Point] = [
            *ellipse(400, 330, 172, 216, 180, 360), *reversed(ellipse(400, 340, 134, 158, 180, 360)),
        ]  # fmt: skip
        plate.fill(front, colour)
        plate.hatch(front, "#fbf5e6", spacing=14, angle=-20, weight=(2, 4))
        for side in (1, -1):
            fall: list[Point] = [
                (400 + side * 172, 330), (400 + side * 134, 340), (400 + side * 122, 440),
                (400 + side * 40, 560), (400 - side * 60, 660), (400 - side * 10, 730),
                (400 + side * 130, 700), (400 + side * 200, 610), (400 + side * 178, 480),
            ]  # fmt: skip
            plate.fill(fall, colour)
            light = INK if side > 0 else "#fbf5e6"
            plate.hatch(fall, light, spacing=13, angle=90 + side * 32, weight=(2, 5))
            plate.line([*fall[1:], fall[0]], 6, INK)
        plate.line(ellipse(400, 340, 134, 158, 180, 360), 6, INK)
    elif sitter.hair == "bald":
        plate.stroke([(330, 186), (380, 166), (440, 172)], (1, 4, 1), INK)
        for side in (-1, 1):
            temple: list[Point] = [
                (400 + side * 132, 240), (400 + side * 150, 262), (400 + side * 144, 396),
                (400 + side * 128, 400), (400 + side * 126, 300),
            ]  # fmt: skip
            plate.fill(temple, colour, 2)


def _glasses(plate: Plate) -> None:
    for side in (-1, 1):
        plate.line(ellipse(400 + side * 63, 328, 50, 42), 7, INK)
        plate.line([(400 + side * 113, 322), (400 + side * 142, 312)], 7, INK)
    plate.line([(387, 322), (400, 315), (413, 322)], 7, INK)
