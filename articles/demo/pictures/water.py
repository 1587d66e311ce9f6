"""The river, the sea and who lives by them."""

import math

from articles.demo.engraving import Plate, Point, down_to, ellipse, rectangle, ridge


def delta(width: int) -> Plate:
    sand, ink, water, red = "#e9dcb9", "#22332f", "#a9cdc4", "#bf4b30"
    plate = Plate(29, sand, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 800), "#d3bf8c", spacing=22, angle=34, weight=(3, 3), waves=3)
    for _ in range(260):
        x, y = plate.chance.uniform(0, 1200), plate.chance.uniform(0, 560)
        plate.stroke([(x - 5, y), (x, y - 9), (x + 5, y)], (1, 3, 1), "#7d8b5b")
    coast: list[Point] = [(x, _coast(x)) for x in range(-20, 1240, 20)]
    plate.fill(down_to(coast, 830), water)
    for depth in range(1, 12):
        far = depth * (9 + depth * 1.7)
        plate.line([(x, y + far) for x, y in coast], max(1.2, 5 - depth * 0.35), ink)
    plate.line(coast, 4, ink)
    mouths = ((110, 1), (285, 1), (455, 1), (590, 1), (735, -1), (905, -1), (1090, -1))
    arms = [_arm(plate, mouth, side) for mouth, side in mouths]
    for points, widths in arms:
        plate.stroke(points, [each + 6 for each in widths], ink)
    for points, widths in arms:
        plate.stroke(points, widths, water)
    for arm, at in ((0, 26), (2, 24), (3, 9), (4, 28), (6, 24)):
        x, y = arms[arm][0][at]
        plate.disc(x, y, 15, ink)
        plate.disc(x, y, 9, red)
    _compass(plate, 1060, 150, 82, ink, sand, red)
    for edge in (rectangle(14, 14, 1186, 786), rectangle(24, 24, 1176, 776)):
        plate.line([*edge, edge[0]], 3, ink)
    return plate


def _coast(x: float) -> float:
    return 610 + 40 * math.sin(x / 150) + 70 * math.exp(-(((x - 610) / 420) ** 2))


def _arm(plate: Plate, mouth: float, side: int) -> tuple[list[Point], list[float]]:
    """From the one river in the north to one of its mouths: where it runs, and how wide."""
    low = _coast(mouth) + 14
    parting = 110 + 260 * (1 - min(1, abs(mouth - 600) / 500)) ** 2
    bend = plate.chance.uniform(0, 6)
    points: list[Point] = []
    widths: list[float] = []
    for step in range(41):
        y = -20 + (low + 20) * step / 40
        share = max(0, (y - parting) / (low - parting))
        stem = 585 + 26 * math.sin(y / 75)
        way = share * share * (3 - 2 * share) * 0.55 + share * 0.45
        ripple = 20 * math.sin(bend + y / 46) * math.sin(math.pi * share)
        points.append((stem + (mouth - 585) * way + ripple * side, y))
        widths.append(46 - 30 * min(1, share * 2.4) + 9 * share)
    return points, widths


def _compass(plate: Plate, x: float, y: float, far: float, ink: str, paper: str, red: str) -> None:
    plate.disc(x, y, far + 10, ink)
    plate.disc(x, y, far + 5, paper)
    for number in range(8):
        turn = math.radians(number * 45 - 90)
        long = far if number % 2 == 0 else far * 0.55
        tip = (x + long * math.cos(turn), y + long * math.sin(turn))
        for side, colour in ((0.4, ink), (-0.4, red if number == 0 else paper)):
            corner = (
                x + far * 0.2 * math.cos(turn + side * 2),
                y + far * 0.2 * math.sin(turn + side * 2),
            )
            plate.fill([(x, y), corner, tip], colour)
            plate.line([(x, y), tip, corner], 1.4, ink)


def harbour(width: int) -> Plate:
    cream, ink, red, sea = "#f0e4cb", "#1c2a35", "#c2492f", "#7fa0a0"
    plate = Plate(3, cream, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 430), sea, spacing=13, weight=(9, 1.5), waves=2)
    plate.disc(865, 330, 150, red)
    plate.hatch(ellipse(865, 330, 150, 150), cream, spacing=14, weight=(0, 7), wobble=0.5)
    far = ridge(plate.chance, 470, 60, step=60)
    plate.fill(down_to(far, 560), sea, 2)
    plate.box(0, 520, 1200, 800, ink)
    for x, reach, size in ((110, 300, 1.0), (420, 270, 0.86), (690, 230, 0.72)):
        _crane(plate, x, 535, reach, size, ink)
    _ship(plate, ink, red, cream, sea)
    plate.strokes((0, 610, 1200, 800), 150, sea, length=(24, 150), width=(2, 6))
    plate.strokes((740, 600, 1010, 800), 46, red, length=(20, 110), width=(3, 7))
    plate.strokes((0, 660, 1200, 800), 30, cream, length=(16, 90), width=(2, 4))
    return plate


def _crane(plate: Plate, x: float, foot: float, reach: float, size: float, ink: str) -> None:
    top = foot - 330 * size
    boom = foot - 225 * size
    legs = 92 * size
    thick = 9 * size
    for leg in (x, x + legs):
        plate.line([(leg, foot), (leg, boom)], thick, ink)
    plate.line([(x, foot), (x + legs, boom)], thick * 0.45, ink)
    plate.line([(x + legs, foot), (x, boom)], thick * 0.45, ink)
    plate.line([(x - 70 * size, boom), (x + reach * size, boom)], thick * 1.5, ink)
    plate.line([(x + legs * 0.3, boom), (x + legs * 0.55, top)], thick, ink)
    plate.line([(x + legs, boom), (x + legs * 0.55, top)], thick, ink)
    for end in (x - 62 * size, x + reach * 0.6 * size, x + reach * 0.96 * size):
        plate.line([(x + legs * 0.55, top), (end, boom)], 2.6 * size, ink)
    hook = x + reach * 0.72 * size
    plate.line([(hook, boom), (hook, boom + 90 * size)], 2.4 * size, ink)
    plate.box(hook - 22 * size, boom + 90 * size, hook + 22 * size, boom + 116 * size, ink)
    plate.box(x + legs * 0.2, boom - 26 * size, x + legs * 0.8, boom, ink)


def _ship(plate: Plate, ink: str, red: str, cream: str, sea: str) -> None:
    hull: list[Point] = [(455, 545), (1150, 545), (1108, 640), (505, 640), (470, 590)]
    for row in range(3):
        for column in range(9 - row):
            left = 545 + column * 48 + row * 6
            colour = (red, cream, sea, ink)[plate.chance.randrange(4)]
            plate.box(left, 508 - row * 34, left + 45, 540 - row * 34, colour)
            cut = ink if colour != ink else cream
            plate.hatch(
                rectangle(left + 3, 511 - row * 34, left + 42, 537 - row * 34), cut,
                spacing=8, angle=90, weight=(1.6, 1.6), wobble=0.2,
            )  # fmt: skip
    plate.box(1010, 425, 1095, 545, cream)
    plate.box(1000, 418, 1105, 432, ink)
    for row in range(3):
        plate.box(1020, 446 + row * 30, 1085, 458 + row * 30, ink)
    plate.box(1040, 372, 1072, 418, red)
    plate.fill(hull, ink, 1)
    plate.fill([(474, 600), (1128, 600), (1108, 640), (505, 640)], red)
    plate.hatch(
        [(468, 552), (1140, 552), (1130, 592), (474, 592)],
        sea,
        spacing=9,
        weight=(2.4, 1),
        wobble=0.4,
    )


def lighthouse(width: int) -> Plate:
    sky, deep, foam, red = "#2f5a66", "#10252c", "#f1ead6", "#c9452f"
    plate = Plate(97, sky, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 560), deep, spacing=12, weight=(10, 1.5), waves=2)
    plate.fill([(815, 205), (0, 20), (0, 190)], "#f4dd95")
    plate.fill([(815, 205), (0, 60), (0, 140)], foam)
    plate.fill([(865, 205), (1200, 120), (1200, 290)], "#f4dd95")
    rock: list[Point] = [
        (600, 640), (660, 560), (720, 575), (760, 505), (930, 500), (985, 560), (1060, 545),
        (1160, 640), (1200, 830), (560, 830),
    ]  # fmt: skip
    plate.fill(rock, deep, 5)
    plate.hatch(rock, sky, spacing=15, angle=58, weight=(5, 2))
    tower: list[Point] = [(790, 510), (812, 240), (868, 240), (892, 510)]
    plate.fill(tower, foam)
    for number in range(3):
        top = 275 + number * 84
        half = 28 + (top - 240) * 0.085
        plate.fill(
            [(840 - half, top), (840 + half, top), (840 + half + 4, top + 42), (840 - half - 4, top + 42)],
            red,
        )  # fmt: skip
    plate.hatch(
        [(842, 240), (868, 240), (892, 510), (850, 510)], deep, spacing=9, angle=90, weight=(1, 6)
    )
    plate.box(800, 228, 880, 244, deep)
    plate.box(818, 182, 862, 230, "#f4dd95")
    for bar in (818, 839, 860):
        plate.line([(bar, 182), (bar, 230)], 4, deep)
    plate.fill([(808, 184), (840, 146), (872, 184)], red)
    for row in range(7):
        y = 600 + row * 34
        shade = deep if row % 2 else sky
        shift = (row % 2) * 60
        for number in range(-1, 12):
            x = number * 120 + shift
            plate.fill(ellipse(x, y + 60, 68, 62, 180, 360), shade)
            for ring, thick in ((66, 6), (50, 4), (34, 3)):
                plate.line(ellipse(x, y + 60, ring, ring - 4, 186, 354), thick, foam)
    plate.box(0, 795, 1200, 800, deep)
    return plate


def night_ferry(width: int) -> Plate:
    night, ink, lamp, silver = "#1b2f4b", "#0b1422", "#f3c565", "#a9bccb"
    plate = Plate(113, night, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 470), ink, spacing=12, weight=(9, 1), waves=1)
    plate.disc(245, 160, 84, "#efe7d0")
    for x, y, far in ((222, 140, 17), (268, 178, 24), (236, 196, 9), (276, 128, 8)):
        plate.disc(x, y, far, "#d9cfb2")
    for _ in range(60):
        plate.disc(
            plate.chance.uniform(0, 1200),
            plate.chance.uniform(0, 330),
            plate.chance.uniform(1.4, 3),
            silver,
        )
    coast = ridge(plate.chance, 476, 40, step=30)
    plate.fill(down_to(coast, 480), ink)
    for _ in range(34):
        plate.disc(plate.chance.uniform(0, 1200), plate.chance.uniform(452, 470), 2.6, lamp)
    plate.box(0, 474, 1200, 800, ink)
    plate.hatch(rectangle(0, 474, 1200, 800), night, spacing=12, weight=(3, 8), waves=3)
    hull: list[Point] = [(300, 520), (1120, 520), (1062, 636), (366, 636)]
    for deck, (left, right) in enumerate(((395, 1010), (450, 960), (520, 880))):
        top = 468 - deck * 54
        plate.box(left, top, right, top + 56, "#e9e1cc", 1)
        plate.box(left - 10, top - 5, right + 10, top + 4, ink)
        for window in range(int((right - left - 30) / 36)):
            x = left + 20 + window * 36
            lit = plate.chance.random() < 0.7
            plate.box(x, top + 16, x + 20, top + 38, lamp if lit else night)
    plate.fill([(690, 360), (700, 268), (790, 268), (800, 360)], "#b7402d")
    plate.box(698, 282, 792, 300, "#e9e1cc")
    plate.fill([(697, 268), (793, 268), (790, 248), (700, 248)], ink)
    for puff in range(6):
        plate.oval(760 + puff * 62, 226 - puff * 19, 30 + puff * 9, 17 + puff * 4, "#42587a")
    plate.line([(455, 360), (455, 240)], 5, "#e9e1cc")
    plate.line([(455, 250), (300, 520)], 2, silver)
    plate.line([(455, 250), (690, 300)], 2, silver)
    plate.fill(hull, "#0a0f18", 1)
    plate.fill([(318, 556), (1102, 556), (1096, 570), (326, 570)], "#b7402d")
    plate.hatch(
        [(330, 580), (1090, 580), (1062, 634), (366, 634)], silver, spacing=10, weight=(2, 0.8)
    )
    for porthole in range(14):
        plate.disc(386 + porthole * 50, 540, 7, lamp)
    plate.strokes((330, 640, 1090, 780), 90, lamp, length=(14, 60), width=(2, 5))
    plate.strokes((140, 490, 350, 800), 60, "#efe7d0", length=(20, 110), width=(2, 6))
    plate.strokes((900, 628, 1200, 700), 40, silver, length=(40, 150), width=(2, 5))
    return plate


def heron(width: int) -> Plate:
    mist, ink, reed, sun = "#dfe3d2", "#20302f", "#6d8468", "#e39b5b"
    plate = Plate(167, mist, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 460), "#a8bcb4", spacing=14, weight=(7, 1), waves=3)
    plate.disc(330, 330, 118, sun)
    plate.hatch(ellipse(330, 330, 118, 118), mist, spacing=13, weight=(0, 8))
    shore = ridge(plate.chance, 476, 40, step=30)
    plate.fill(down_to(shore, 490), reed, 2)
    plate.hatch(rectangle(0, 486, 1200, 800), reed, spacing=15, weight=(2, 7), waves=4)
    plate.strokes((200, 490, 460, 760), 40, sun, length=(30, 120), width=(3, 7))
    neck: list[Point] = [
        (700, 470), (742, 420), (742, 360), (704, 318), (690, 270), (712, 228), (752, 214),
    ]  # fmt: skip
    plate.stroke(neck, (52, 40, 30, 26, 24, 24, 26), ink)
    body: list[Point] = [
        (740, 440), (690, 430), (600, 474), (470, 572), (560, 560), (640, 566), (716, 540), (752, 486),
    ]  # fmt: skip
    plate.fill(body, ink, 1)
    plate.hatch(
        [(690, 450), (610, 490), (520, 556), (640, 552), (706, 520)],
        mist,
        spacing=13,
        angle=-34,
        weight=(1.5, 5),
    )
    plate.oval(758, 213, 30, 19, ink)
    plate.fill([(776, 203), (900, 226), (778, 222)], sun)
    plate.line([(778, 213), (888, 224)], 2, ink)
    plate.stroke([(752, 202), (700, 190), (640, 206)], (7, 5, 1), ink)
    plate.disc(766, 209, 4.5, "#fff7df")
    plate.line([(660, 556), (668, 640), (655, 720)], 8, ink)
    plate.line([(690, 548), (716, 630), (700, 720)], 8, ink)
    plate.strokes((600, 712, 770, 770), 16, ink, length=(60, 140), width=(3, 5))
    for number in range(74):
        left_side = number % 3
        x = plate.chance.uniform(-20, 330) if left_side == 0 else plate.chance.uniform(860, 1220)
        tall = plate.chance.uniform(180, 560)
        lean = plate.chance.uniform(-60, 60)
        blade = [(x, 820), (x + lean * 0.3, 820 - tall * 0.55), (x + lean, 820 - tall)]
        plate.stroke(blade, (9, 6, 1), ink if number % 2 else reed)
        if number % 7 == 0:
            plate.oval(x + lean, 820 - tall, 9, 34, "#5a3a25")
    return plate


def isobars(width: int) -> Plate:
    sea, ink, land, red, blue = "#e6ebe4", "#1f2d36", "#c9c19c", "#b8402f", "#2f6485"
    plate = Plate(173, sea, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 800), "#b9cbc9", spacing=15, weight=(2, 5), waves=3)
    for shore in (
        [(x, 150 + 50 * math.sin(x / 130) + 22 * math.sin(x / 41)) for x in range(-20, 1240, 20)],
        [
            (x, 690 + 46 * math.sin(x / 160 + 2) + 18 * math.sin(x / 37))
            for x in range(-20, 1240, 20)
        ],
    ):
        edge = -40 if shore[0][1] < 400 else 840
        ground: list[Point] = [*shore, (1240, edge), (-40, edge)]
        plate.fill(ground, land)
        plate.hatch(ground, "#a79c70", spacing=13, angle=38, weight=(2, 2))
        plate.line(shore, 5, ink)
    for ring in range(8):
        far = 100 + ring * 62
        turns = [math.radians(step * 2) for step in range(181)]
        lobe = [
            (
                500 + far * 1.35 * math.cos(turn) + 26 * math.sin(3 * turn + ring * 0.4),
                420 + far * 0.82 * math.sin(turn) + 16 * math.cos(2 * turn + ring * 0.3),
            )
            for turn in turns
        ]
        plate.line(lobe, 6 if ring % 3 else 9, ink)
    _front(plate, 0, blue, ink)
    _front(plate, 1, red, ink)
    plate.disc(500, 420, 46, ink)
    plate.disc(500, 420, 39, "#fbf6e8")
    for number in range(3):
        swirl = ellipse(
            500, 420, 12 + number * 9, 12 + number * 9, number * 120, number * 120 + 230
        )
        plate.line(swirl, 5, red)
    _compass(plate, 1085, 130, 66, ink, sea, red)
    return plate


def _front(plate: Plate, is_warm: int, colour: str, ink: str) -> None:
    """Cold air with teeth, warm air with half moons, as weather maps have them."""
    line: list[Point] = [
        (
            500 + step * (15 if is_warm else 7.4) + (0 if is_warm else 90 * math.sin(step / 17)),
            420 + (30 * math.sin(step / 11) - step * 1.2 if is_warm else step * 9.4),
        )
        for step in range(3, 46)
    ]
    for number in range(2, len(line) - 4, 6):
        (x, y), (far_x, far_y) = line[number], line[number + 3]
        middle_x, middle_y = (x + far_x) / 2, (y + far_y) / 2
        long = math.hypot(far_x - x, far_y - y)
        if is_warm:
            plate.disc(middle_x, middle_y - 2, long * 0.5, colour)
        else:
            tip = (middle_x + (far_y - y), middle_y - (far_x - x))
            plate.fill([(x, y), (far_x, far_y), tip], colour)
    plate.line(line, 11, colour)
