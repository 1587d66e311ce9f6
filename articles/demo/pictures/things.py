"""What lies on a table."""

import math

from PIL import Image, ImageDraw, ImageFont

from articles.demo.engraving import Plate, Point, ellipse, rectangle


def ballot_box(width: int) -> Plate:
    paper, ink, red, grey = "#f2e8d3", "#1f1d1b", "#b83a26", "#c9bda2"
    plate = Plate(53, paper, printed_width=width)
    plate.rays(600, 330, 190, 860, 84, 7, red)
    front: list[Point] = [(330, 430), (740, 470), (740, 775), (330, 720)]
    side: list[Point] = [(740, 470), (910, 400), (910, 680), (740, 775)]
    lid: list[Point] = [(330, 430), (505, 368), (910, 400), (740, 470)]
    plate.fill([(250, 770), (740, 830), (1010, 690), (905, 640), (330, 690)], ink, 2)
    plate.fill(front, paper)
    plate.fill(side, ink)
    plate.fill(lid, grey)
    plate.hatch(side, paper, spacing=12, angle=68, weight=(1, 4))
    plate.hatch(front, ink, spacing=13, angle=-42, weight=(5, 0.6))
    plate.hatch(lid, ink, spacing=12, angle=-22, weight=(1.2, 1.2))
    for edge in (front, side, lid):
        plate.line([*edge, edge[0]], 6, ink)
    plate.fill([(525, 405), (700, 419), (688, 430), (512, 415)], ink)
    # The paper that falls in, folded once.
    plate.fill([(520, 420), (560, 120), (735, 150), (694, 428)], ink)
    plate.fill([(526, 412), (566, 108), (729, 135), (688, 424)], "#fffaf0")
    plate.fill([(648, 122), (729, 135), (688, 424), (612, 417)], grey)
    plate.hatch(
        [(648, 122), (729, 135), (688, 424), (612, 417)], ink, spacing=9, angle=98, weight=(0.6, 3)
    )
    plate.line([(566, 108), (729, 135), (688, 424)], 5, ink)
    plate.line([(526, 412), (566, 108)], 5, ink)
    for row in range(4):
        y = 175 + row * 52
        plate.line([(582 - row * 7, y), (632 - row * 7, y + 7)], 5, ink)
    plate.line([(561, 205), (575, 222), (608, 176)], 9, red)
    # The seal
    plate.disc(535, 600, 70, ink)
    plate.disc(535, 600, 60, red)
    for number in range(3):
        y = 575 + number * 24
        wave = [(x, y + 7 * math.sin(x / 11)) for x in range(492, 580, 4)]
        plate.line(wave, 7, paper)
    return plate


def soup(width: int) -> Plate:
    cloth, ink, red, cream, broth = "#f3e9d7", "#2a1d18", "#b4442e", "#fff8ea", "#d9a24a"
    plate = Plate(127, "#6b7f72", printed_width=width)
    plate.hatch(
        rectangle(0, 0, 1200, 330), "#4f6258", spacing=14, angle=90, weight=(6, 6), wobble=1
    )
    table: list[Point] = [(0, 330), (1200, 330), (1200, 800), (0, 800)]
    plate.fill(table, cloth)
    for number in range(13):
        x = -400 + number * 170
        plate.fill(
            [(600 + (x - 600) * 0.5, 330), (600 + (x - 600) * 0.5 + 42, 330), (x + 84, 800), (x, 800)],
            "#dd9c82",
        )  # fmt: skip
    for number, y in enumerate((350, 408, 486, 588, 716)):
        plate.hatch(
            rectangle(0, y, 1200, y + 28 + number * 8),
            red,
            spacing=7,
            angle=90,
            weight=(3, 3),
            wobble=0.2,
        )
    plate.oval(560, 640, 360, 92, ink)
    plate.fill([*ellipse(560, 480, 320, 96, 180, 0), *ellipse(560, 500, 320, 196, 0, 180)], cream)
    bowl = ellipse(560, 500, 320, 196, 0, 180)
    plate.hatch(bowl, ink, spacing=12, angle=-58, weight=(6, 0.5))
    plate.line(bowl, 7, ink)
    for ring in range(2):
        plate.line(ellipse(560, 508, 300 - ring * 26, 150 - ring * 24, 12, 168), 7, "#3b6a8f")
    plate.oval(560, 480, 324, 100, ink)
    plate.oval(560, 480, 314, 92, cream)
    plate.oval(560, 486, 276, 74, broth)
    plate.hatch(ellipse(560, 486, 276, 74), "#b87f2c", spacing=12, weight=(1, 5), waves=3)
    for x, y in ((430, 480), (520, 512), (640, 466), (700, 500), (580, 450), (480, 448)):
        plate.oval(x, y, 30, 13, cream)
        plate.line(ellipse(x, y, 30, 13), 3, ink)
    for _ in range(26):
        left, low = 560 + plate.chance.uniform(-200, 200), 486 + plate.chance.uniform(-44, 44)
        plate.stroke([(left, low), (left + 9, low - 5), (left + 18, low)], (1, 7, 1), "#4d7040")
    for curl, x in enumerate((450, 560, 670)):
        steam = [(x + 26 * math.sin((y + curl * 40) / 38), y) for y in range(60, 400, 8)]
        plate.stroke(
            steam, [2 + 10 * math.sin(i / len(steam) * math.pi) for i in range(len(steam))], cream
        )
    loaf = [*ellipse(1000, 560, 165, 120, 180, 360), (1165, 640), (835, 640)]
    plate.fill(loaf, "#8a4f26", 3)
    plate.hatch(loaf, ink, spacing=11, angle=62, weight=(1, 5))
    for number in range(3):
        x = 900 + number * 74
        plate.stroke([(x, 580), (x + 20, 520), (x + 58, 474)], (3, 17, 3), "#eccb92")
    plate.line(loaf, 6, ink)
    plate.stroke([(110, 770), (170, 690), (250, 560)], (10, 16, 11), ink)
    plate.oval(268, 520, 30, 52, ink)
    plate.oval(266, 516, 18, 36, "#c9c3b4")
    return plate


def seed_jars(width: int) -> Plate:
    wall, ink, glass, label = "#39544a", "#14211d", "#dfe6d3", "#f3e6c4"
    plate = Plate(131, wall, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 800), ink, spacing=12, angle=0, weight=(3, 3), wobble=1)
    fillings = ("#d9a441", "#b7532f", "#8b9a46", "#e8dcae", "#6b4a36", "#c77f8a")
    for shelf in range(2):
        foot = 360 + shelf * 370
        for number in range(6):
            _jar(
                plate,
                40 + number * 192,
                foot,
                fillings[(number + shelf * 2) % 6],
                ink,
                glass,
                label,
            )
        plate.box(0, foot, 1200, foot + 26, "#8b6137")
        plate.hatch(rectangle(0, foot, 1200, foot + 26), ink, spacing=6, weight=(1, 3), waves=1)
        plate.box(0, foot + 26, 1200, foot + 44, ink)
    return plate


def _jar(
    plate: Plate, left: float, foot: float, seed: str, ink: str, glass: str, label: str
) -> None:
    right, top = left + 150, foot - 250
    body: list[Point] = [
        (left, foot), (left, top + 30), (left + 18, top), (right - 18, top), (right, top + 30),
        (right, foot),
    ]  # fmt: skip
    plate.fill(body, glass)
    level = plate.chance.uniform(60, 130)
    heap = [(left + 5, top + level), (left + 75, top + level - 18), (right - 5, top + level)]
    plate.fill([*heap, (right - 5, foot - 5), (left + 5, foot - 5)], seed)
    size = plate.chance.choice((4, 6, 9))
    y = top + level + 6
    odd = False
    while y < foot - 8:
        x = left + 12 + (size if odd else 0)
        while x < right - 12:
            plate.oval(
                x + plate.chance.uniform(-2, 2),
                y + plate.chance.uniform(-2, 2),
                size,
                size * 0.68,
                ink,
            )
            plate.oval(x - 1, y - 1.4, size * 0.66, size * 0.4, seed)
            x += size * 2.5
        y += size * 1.9
        odd = not odd
    plate.hatch(
        rectangle(right - 34, top + 34, right - 4, foot), ink, spacing=8, angle=90, weight=(1, 4)
    )
    plate.fill(
        [
            (left + 12, top + 44),
            (left + 24, top + 40),
            (left + 24, foot - 30),
            (left + 12, foot - 24),
        ],
        "#ffffff",
    )
    plate.line([*body, body[0]], 6, ink)
    plate.box(left + 10, top - 26, right - 10, top + 4, ink)
    plate.hatch(
        rectangle(left + 14, top - 22, right - 14, top),
        glass,
        spacing=9,
        angle=90,
        weight=(2, 4),
        wobble=0.3,
    )
    plate.box(left + 34, foot - 118, right - 34, foot - 48, ink)
    plate.box(left + 38, foot - 114, right - 38, foot - 52, label)
    for line in range(3):
        end = right - 48 - plate.chance.uniform(0, 26)
        plate.line([(left + 48, foot - 100 + line * 17), (end, foot - 100 + line * 17)], 3.4, ink)


def type_case(width: int) -> Plate:
    wood, ink, pale, red = "#c99a5b", "#201712", "#ecd3a2", "#a8341f"
    plate = Plate(139, ink, printed_width=width)
    rows = ("THE VELMORA", "PACKET IS", "PRINTED FAR", "FROM HOME")
    for row, words in enumerate(rows):
        top = 26 + row * 192
        each = 1152 / len(words)
        for number, letter in enumerate(reversed(words)):
            left = 24 + number * each
            is_space = letter == " "
            face = ink if is_space else (red if (row, letter) == (1, "P") else wood)
            plate.box(left + 3, top, left + each - 3, top + 176, face)
            if is_space:
                plate.box(left + 8, top + 40, left + each - 8, top + 176, "#4b3826")
                continue
            plate.hatch(
                rectangle(left + 3, top, left + each - 3, top + 176), pale,
                spacing=9, angle=90, weight=(2.5, 1), waves=1.5,
            )  # fmt: skip
            _mirrored(plate, letter, left + each / 2, top + 82, each, ink)
            plate.box(left + 3, top + 162, left + each - 3, top + 176, ink)
            plate.hatch(
                rectangle(left + 3, top + 160, left + each - 3, top + 176), wood,
                spacing=5, weight=(2, 2), wobble=0.2,
            )  # fmt: skip
    return plate


def _mirrored(plate: Plate, letter: str, x: float, y: float, wide: float, ink: str) -> None:
    """A letter as the type itself has it: the wrong way round."""
    scale = plate.sheet.width / plate.width
    font = ImageFont.load_default(size=150 * scale)
    left, top, right, bottom = font.getbbox(letter, stroke_width=4 * scale)
    mask = Image.new("L", (math.ceil(right - left), math.ceil(bottom - top)), 0)
    ImageDraw.Draw(mask).text(
        (-left, -top), letter, fill=255, font=font, stroke_width=round(4 * scale)
    )
    size = (
        max(1, round(min(mask.width, (wide - 22) * scale))), max(1, round(118 * scale)),
    )  # fmt: skip
    mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize(size)
    plate.sheet.paste(
        ink, (round(x * scale - mask.width / 2), round(y * scale - mask.height / 2)), mask
    )


def coins(width: int) -> Plate:
    ground, ink, copper, light = "#e4ddc8", "#1f2a2e", "#b3703a", "#f0c987"
    plate = Plate(151, ground, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 610), "#9fb0a8", spacing=24, weight=(2, 2), wobble=0.4)
    plate.hatch(
        rectangle(0, 0, 1200, 610), "#9fb0a8", spacing=24, angle=90, weight=(2, 2), wobble=0.4
    )
    plate.box(0, 610, 1200, 800, ink)
    plate.strokes((0, 620, 1200, 800), 80, "#50616a", length=(60, 220), width=(2, 6))
    heights = (17, 15, 15, 12, 9, 7, 5)
    for number, count in enumerate(heights):
        x = 135 + number * 156
        for coin in range(count):
            y = 660 - coin * 29 + plate.chance.uniform(-1, 1)
            drift = plate.chance.uniform(-5, 5)
            _coin(plate, x + drift, y, ink, copper, light)
    line = [(135 + number * 156, 660 - count * 29 - 70) for number, count in enumerate(heights)]
    plate.line(line, 9, "#b2332a")
    for x, y in line:
        plate.disc(x, y, 14, ink)
        plate.disc(x, y, 8, "#f7f0df")
    return plate


def _coin(plate: Plate, x: float, y: float, ink: str, copper: str, light: str) -> None:
    plate.fill([*ellipse(x, y, 66, 22, 0, 180), *ellipse(x, y - 24, 66, 22, 180, 0)], ink)
    rim = [*ellipse(x, y - 2, 62, 20, 0, 180), *ellipse(x, y - 22, 62, 20, 180, 0)]
    plate.fill(rim, copper)
    plate.hatch(rim, ink, spacing=7, angle=90, weight=(4, 0.8), wobble=0.2)
    plate.oval(x, y - 24, 66, 22, ink)
    plate.oval(x, y - 24, 61, 19, light)
    plate.line(ellipse(x, y - 24, 46, 13), 3, copper)


def letter(width: int) -> Plate:
    desk, paper, ink, red, blue = "#5b4634", "#f4ead2", "#241c17", "#b93d2a", "#3c5a7d"
    plate = Plate(163, desk, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 800), ink, spacing=16, weight=(2, 7), waves=5)
    envelope: list[Point] = [(190, 190), (1010, 130), (1060, 620), (240, 690)]
    plate.fill([(x + 22, y + 26) for x, y in envelope], ink, 1)
    plate.fill(envelope, paper, 1)
    for start, end in ((0, 1), (1, 2), (2, 3), (3, 0)):
        (x, y), (far_x, far_y) = envelope[start], envelope[end]
        for number in range(22):
            share, after = number / 22, (number + 0.5) / 22
            plate.line(
                [(x + (far_x - x) * share, y + (far_y - y) * share),
                 (x + (far_x - x) * after, y + (far_y - y) * after)],
                17, red if number % 2 else blue,
            )  # fmt: skip
    stamp: list[Point] = [(810, 175), (950, 165), (966, 325), (826, 336)]
    plate.fill(stamp, "#fffaf0")
    for start, end in ((0, 1), (1, 2), (2, 3), (3, 0)):
        (x, y), (far_x, far_y) = stamp[start], stamp[end]
        for tooth in range(9):
            share = (tooth + 0.5) / 9
            plate.disc(x + (far_x - x) * share, y + (far_y - y) * share, 5, paper)
    inner: list[Point] = [(826, 190), (938, 182), (951, 312), (839, 321)]
    plate.fill(inner, blue)
    plate.hatch(inner, paper, spacing=8, angle=-4, weight=(1, 3.5))
    plate.fill([(850, 312), (866, 250), (905, 236), (936, 304)], ink)
    plate.disc(900, 222, 15, "#f0c04d")
    for ring in (70, 50):
        plate.line(ellipse(742, 270, ring, ring), 5, ink)
    for wave in range(5):
        y = 226 + wave * 22
        plate.line([(x, y + 8 * math.sin(x / 17)) for x in range(800, 985, 5)], 4.5, ink)
    for line in range(4):
        y = 420 + line * 52
        start = 420 + line * 34
        end = start + (330, 390, 260, 180)[line]
        script = [
            (x, y - (x - start) * 0.06 + 9 * math.sin(x / 7) * plate.chance.uniform(0.4, 1.2))
            for x in range(start, end, 5)
        ]
        plate.line(script, 5, ink)
    plate.fill([(330, 560), (590, 538), (596, 598), (336, 620)], paper)
    for edge in (0, 8):
        box = [
            (330 + edge, 560 + edge),
            (590 - edge, 538 + edge),
            (596 - edge, 598 - edge),
            (336 + edge, 620 - edge),
        ]
        plate.line([*box, box[0]], 4, red)
    plate.hatch(
        [(345, 574), (580, 553), (584, 586), (348, 606)],
        red,
        spacing=11,
        angle=62,
        weight=(5, 5),
        wobble=1.5,
    )
    return plate
