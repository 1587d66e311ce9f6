"""The demo paper's pictures: each function cuts one plate. No camera, no download."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from articles.demo.engraving import Plate, Point, down_to, ellipse, rectangle, ridge

Cut = Callable[[int], Plate]
PICTURES: dict[str, Cut] = {}


def picture(cut: Cut) -> Cut:
    PICTURES[cut.__name__.replace("_", "-")] = cut
    return cut


def draw(name: str, width: int) -> Image.Image:
    """The picture of that name, `width` pixels wide."""
    return PICTURES[name](width).printed()


@picture
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


@picture
def mountains(width: int) -> Plate:
    paper, ink, blue, glow = "#eef0ea", "#16263a", "#5e83a0", "#e7a76a"
    plate = Plate(11, paper, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 420), blue, spacing=11, weight=(8, 0.8), wobble=0.6)
    plate.disc(300, 190, 78, glow)
    peaks = (
        (180, 300, 300, blue), (980, 250, 380, blue), (560, 130, 520, ink), (1120, 380, 260, ink),
        (60, 440, 240, ink),
    )  # fmt: skip
    for x, top, half, shade in peaks:
        _peak(plate, x, top, half, shade, paper)
    wood = ridge(plate.chance, 690, 70, step=50)
    plate.fill(down_to(wood, 830), blue, 2)
    plate.hatch(down_to(wood, 830), paper, spacing=12, angle=12, weight=(3, 1.5))
    for number in range(46):
        foot = -10 + number * 27 + plate.chance.uniform(-8, 8)
        _fir(plate, foot, 812, plate.chance.uniform(70, 165), ink)
    return plate


def _peak(plate: Plate, x: float, top: float, half: float, shade: str, paper: str) -> None:
    foot = 720
    left, right = (x - half, foot), (x + half * 0.95, foot)
    spine: list[Point] = [(x, top)]
    side = 1
    down = top
    while down < foot:
        down += plate.chance.uniform(46, 76)
        side = -side
        spine.append((x + side * (down - top) * plate.chance.uniform(0.05, 0.16), down))
    plate.fill([(x, top), right, left], paper)
    plate.fill([*spine, left], shade, 3)
    plate.hatch([*spine, left], paper, spacing=17, angle=64, weight=(1.5, 5.5))
    plate.hatch([*spine, right], shade, spacing=15, angle=-52, weight=(0.6, 3.2))
    plate.line([left, (x, top), right], 3, shade)


def _fir(plate: Plate, x: float, foot: float, tall: float, ink: str) -> None:
    for tier in range(4):
        top = foot - tall + tall * 0.2 * tier
        half = tall * (0.09 + 0.055 * tier)
        low = top + tall * 0.36
        plate.fill([(x, top), (x + half, low), (x, low - 6), (x - half, low)], ink)
    plate.box(x - 2, foot - tall * 0.2, x + 2, foot, ink)


@picture
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


@picture
def skyline(width: int) -> Plate:
    night, deep, lamp, haze = "#24344f", "#101827", "#f2c766", "#50698c"
    plate = Plate(41, night, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 620), deep, spacing=12, weight=(10, 2), wobble=0.8)
    plate.disc(930, 170, 74, "#e9e2cf")
    plate.disc(902, 156, 66, deep)
    for row, colour in ((0, haze), (1, deep)):
        x = -30.0
        while x < 1200:
            wide = plate.chance.uniform(70, 140)
            top = plate.chance.uniform(300, 470) + row * 110
            _house(plate, x, top, x + wide, colour, deep if row == 0 else haze)
            for line in range(int((800 - top) / 34)):
                for window in range(int(wide / 26)):
                    left = x + 10 + window * 25
                    if plate.chance.random() < (0.05 if row == 0 else 0.12):
                        low = top + 18 + line * 34
                        plate.box(left, low, left + 12, low + 17, lamp)
            x += wide + plate.chance.uniform(-6, 10)
    # One candle, close by.
    plate.box(0, 735, 1200, 800, "#070b12")
    plate.disc(205, 570, 168, "#1b2942")
    plate.box(0, 735, 1200, 800, "#070b12")
    plate.fill([(176, 735), (184, 600), (226, 600), (234, 735)], "#efe6d2", 1)
    plate.hatch(rectangle(206, 602, 232, 735), deep, spacing=7, angle=90, weight=(1, 4))
    plate.rays(205, 560, 62, 150, 34, 3, lamp)
    plate.fill([(205, 500), (226, 552), (222, 582), (205, 594), (188, 582), (184, 552)], lamp)
    plate.fill([(205, 545), (213, 572), (205, 588), (197, 572)], "#fff6dc")
    return plate


def _house(plate: Plate, left: float, top: float, right: float, colour: str, other: str) -> None:
    style = plate.chance.randrange(4)
    middle = (left + right) / 2
    if style == 0:
        plate.fill([(left, top), (middle, top - 46), (right, top)], colour)
    elif style == 1:
        plate.box(middle - 16, top - 26, middle + 16, top, colour)
        plate.line([(middle, top - 92), (middle, top)], 4, colour)
    elif style == 2:
        plate.fill(ellipse(middle, top, (right - left) * 0.32, 44, 180, 360), colour)
    plate.box(left, top, right, 800, colour)
    plate.hatch(
        rectangle(right - (right - left) * 0.3, top, right, 800), other,
        spacing=8, angle=90, weight=(0.6, 2.4), wobble=0.4,
    )  # fmt: skip


@picture
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


@picture
def wheat(width: int) -> Plate:
    sky, gold, ink, rust = "#f4e6c0", "#dca02f", "#2b2416", "#a9562a"
    plate = Plate(67, sky, printed_width=width)
    plate.rays(600, 390, 130, 800, 64, 8, "#e7b75a")
    plate.fill(ellipse(600, 400, 120, 120, 180, 360), rust)
    for number in range(3):
        x = 840 + number * 66
        plate.box(x, 262, x + 58, 404, ink)
        plate.fill(ellipse(x + 29, 264, 29, 22, 180, 360), ink)
        plate.hatch(rectangle(x + 4, 270, x + 24, 404), sky, spacing=6, angle=90, weight=(2.4, 0.8))
    plate.box(1040, 190, 1084, 404, ink)
    plate.fill([(1034, 192), (1062, 160), (1090, 192)], ink)
    plate.box(0, 400, 1200, 800, gold)
    for number in range(-26, 40):
        plate.stroke(
            [(600 + number * 9, 402), (600 + number * 30, 520), (600 + number * 95, 800)],
            (0.8, 3.5, 11), rust,
        )  # fmt: skip
    plate.strokes((0, 400, 1200, 470), 70, ink, length=(10, 40), width=(1, 2.4))
    for number in range(15):
        stem = 20 + number * 86 + plate.chance.uniform(-22, 22)
        _ear(plate, stem, 830, plate.chance.uniform(300, 470), ink, gold, sky)
    return plate


def _ear(plate: Plate, x: float, foot: float, tall: float, ink: str, gold: str, light: str) -> None:
    lean = plate.chance.uniform(-0.22, 0.22)
    stem = [
        (x + lean * tall * (share**2) * 0.9, foot - tall * share)
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    plate.stroke(stem, (9, 8, 7, 6, 4), ink)
    top_x, top_y = stem[-1]
    for row in range(9):
        y = top_y + row * 17 - 30
        middle = top_x - lean * row * 11 + lean * 30
        for side in (-1, 1):
            grain: list[Point] = [
                (middle, y + 14), (middle + side * 19, y + 2), (middle + side * 17, y - 17),
                (middle + side * 5, y - 10),
            ]  # fmt: skip
            plate.fill(grain, ink)
            plate.fill(
                [(middle + side * 4, y + 8), (middle + side * 15, y), (middle + side * 14, y - 11),
                 (middle + side * 6, y - 6)],
                gold if row % 3 else light,
            )  # fmt: skip
            plate.line([(middle + side * 16, y - 14), (middle + side * 34, y - 62)], 2, ink)


@picture
def viaduct(width: int) -> Plate:
    dusk, ink, stone, lamp = "#d98a5f", "#211a2b", "#7a4b59", "#ffe2a0"
    plate = Plate(71, dusk, printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 380), "#f0b884", spacing=14, weight=(1, 9), waves=2)
    plate.hatch(rectangle(0, 0, 1200, 240), stone, spacing=14, weight=(8, 0), waves=2)
    far = ridge(plate.chance, 470, 130, step=45)
    plate.fill(down_to(far, 830), stone, 3)
    plate.hatch(down_to(far, 830), dusk, spacing=13, angle=-38, weight=(4, 1))
    near = ridge(plate.chance, 600, 90, step=45)
    plate.fill(down_to(near, 830), ink, 3)
    plate.hatch(down_to(near, 830), stone, spacing=14, angle=24, weight=(3.5, 1.5))
    plate.box(0, 640, 1200, 800, stone)
    plate.box(0, 372, 1200, 412, ink)
    for number in range(8):
        left = -60 + number * 168
        pier: list[Point] = [(left, 400), (left + 168, 400), (left + 168, 560)]
        arch = ellipse(left + 84, 500, 58, 78, 0, -180)
        plate.fill([*pier, (left + 142, 560), *arch, (left + 26, 560), (left, 560)], ink)
        plate.fill([(left - 26, 560), (left + 26, 560), (left + 32, 720), (left - 32, 720)], ink)
        plate.hatch(
            [(left - 24, 420), (left - 4, 420), (left - 6, 720), (left - 30, 720)], dusk,
            spacing=13, weight=(5, 3), wobble=1,
        )  # fmt: skip
    for car in range(5):
        left = 60 + car * 186
        plate.box(left, 296, left + 178, 364, ink)
        plate.fill(ellipse(left + 89, 298, 89, 16, 180, 360), ink)
        for window in range(6):
            plate.box(left + 14 + window * 27, 312, left + 33 + window * 27, 336, lamp)
    plate.fill([(990, 364), (990, 290), (1080, 290), (1132, 340), (1132, 364)], ink)
    plate.fill([(1086, 300), (1112, 326), (1086, 326)], lamp)
    plate.fill([(1132, 348), (1210, 322), (1210, 392)], lamp)
    plate.line([(0, 366), (1200, 366)], 5, ink)
    plate.strokes((0, 700, 1200, 800), 90, ink, length=(40, 160), width=(3, 7))
    plate.strokes((0, 690, 1200, 800), 50, lamp, length=(14, 60), width=(1.5, 3.5))
    return plate


@picture
def library(width: int) -> Plate:
    wall, ink, oak, red, green = "#ead7b0", "#241b14", "#8a5a33", "#a63c2b", "#4f6b57"
    plate = Plate(83, ink, printed_width=width)
    spines = (wall, red, green, oak, "#c98f45", "#6d5a72")
    for shelf in range(5):
        foot = 150 + shelf * 148
        plate.box(0, foot, 1200, foot + 14, oak)
        plate.hatch(rectangle(0, foot, 1200, foot + 14), ink, spacing=5, weight=(1.2, 1.2))
        x = 6.0
        while x < 1200:
            thick, tall = plate.chance.uniform(17, 42), plate.chance.uniform(86, 122)
            colour = spines[plate.chance.randrange(len(spines))]
            lean = 15 if plate.chance.random() < 0.06 else 0
            book: list[Point] = [
                (x, foot), (x + lean, foot - tall), (x + lean + thick, foot - tall), (x + thick, foot),
            ]  # fmt: skip
            plate.fill(book, colour)
            if plate.chance.random() < 0.5:
                plate.hatch(book, ink, spacing=6, angle=90, weight=(0.4, 2.6), wobble=0.3)
            band = foot - tall * plate.chance.uniform(0.55, 0.85)
            plate.box(x + 4, band, x + thick - 4, band + 9, ink if colour == wall else wall)
            x += thick + lean + plate.chance.choice((3, 3, 3, 16))
    # A ladder, and a reader under the lamp.
    for rail in (0, 78):
        plate.line([(150 + rail, 800), (250 + rail, 0)], 11, wall)
    for rung in range(9):
        y = 760 - rung * 92
        along = (800 - y) / 8
        plate.line([(150 + along, y), (228 + along, y)], 9, wall)
    plate.fill(ellipse(790, 690, 380, 330, 180, 360), ink)
    plate.hatch(
        ellipse(790, 690, 380, 330, 180, 360), "#e2a94c", spacing=13, angle=90, weight=(5, 5)
    )
    plate.fill([(690, 420), (890, 420), (850, 348), (730, 348)], "#f6d98c")
    plate.line([(790, 350), (790, 0)], 5, wall)
    _reader(plate, ink, wall)
    plate.box(400, 690, 1200, 800, oak)
    plate.hatch(rectangle(400, 690, 1200, 800), ink, spacing=12, weight=(1, 5), waves=1)
    plate.fill([(690, 690), (790, 664), (890, 690), (890, 706), (790, 682), (690, 706)], "#fff4d8")
    return plate


def _reader(plate: Plate, ink: str, light: str) -> None:
    plate.fill(
        [(640, 700), (660, 590), (720, 545), (770, 535), (830, 545), (890, 590), (925, 700)], ink, 1
    )
    plate.oval(782, 490, 46, 56, ink)
    plate.fill([(742, 480), (760, 430), (806, 428), (832, 470), (834, 530), (812, 500)], ink)
    plate.hatch(
        [(830, 548), (890, 592), (920, 690), (860, 690)], light, spacing=11, angle=60, weight=(3, 1)
    )
    plate.fill([(750, 478), (764, 470), (770, 520), (756, 524)], light)


@picture
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


@picture
def radio_mast(width: int) -> Plate:
    paper, ink, teal, red = "#efe7d6", "#1d2b33", "#3f7f86", "#c64a33"
    plate = Plate(101, paper, printed_width=width)
    for ring in range(13):
        far = 70 + ring * 62
        plate.line(ellipse(420, 170, far, far), 14 - ring * 0.8, teal if ring % 2 else red)
        plate.line(ellipse(420, 170, far + 16, far + 16), 3, teal)
    hills = ridge(plate.chance, 660, 110, step=50)
    plate.fill(down_to(hills, 830), teal, 3)
    plate.hatch(down_to(hills, 830), paper, spacing=12, angle=-30, weight=(4, 1))
    near = ridge(plate.chance, 745, 70, step=50)
    plate.fill(down_to(near, 830), ink, 3)
    plate.hatch(down_to(near, 830), teal, spacing=14, angle=18, weight=(2, 2))
    top, foot = 150, 720
    for rung in range(12):
        share, after = rung / 12, (rung + 1) / 12
        y, low = top + (foot - top) * share, top + (foot - top) * after
        half, wide = 6 + 62 * share, 6 + 62 * after
        plate.line([(420 - half, y), (420 + wide, low)], 4.5, ink)
        plate.line([(420 + half, y), (420 - wide, low)], 4.5, ink)
        plate.line([(420 - wide, low), (420 + wide, low)], 4.5, ink)
    plate.line([(414, top), (352, foot)], 9, ink)
    plate.line([(426, top), (488, foot)], 9, ink)
    plate.line([(420, 90), (420, top)], 8, ink)
    plate.disc(420, 92, 13, red)
    # A kitchen where somebody listens.
    plate.box(830, 560, 1050, 740, ink)
    plate.fill([(805, 566), (940, 470), (1075, 566)], ink)
    plate.hatch([(815, 562), (940, 475), (1065, 562)], paper, spacing=13, weight=(2, 4), wobble=1)
    plate.box(1000, 470, 1024, 540, ink)
    plate.box(868, 606, 948, 680, "#f5cf6d")
    plate.line([(908, 606), (908, 680)], 5, ink)
    plate.line([(868, 643), (948, 643)], 5, ink)
    plate.box(982, 630, 1026, 740, paper)
    plate.line([(1040, 560), (1040, 430), (1078, 452)], 4, ink)
    return plate


@picture
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


@picture
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


@picture
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


@picture
def stage(width: int) -> Plate:
    dark, red, deep, light = "#170f12", "#a5281f", "#5a1414", "#f6e3b4"
    plate = Plate(137, dark, printed_width=width)
    plate.fill([(540, -20), (640, -20), (860, 660), (330, 660)], "#6b5338")
    plate.hatch(
        [(540, -20), (640, -20), (860, 660), (330, 660)],
        light,
        spacing=13,
        angle=90,
        weight=(3, 3),
        wobble=0.5,
    )
    plate.box(0, 560, 1200, 720, "#3a241b")
    plate.hatch(rectangle(0, 560, 1200, 720), dark, spacing=20, weight=(3, 6), wobble=1)
    plate.oval(595, 640, 270, 56, light)
    plate.hatch(ellipse(595, 640, 270, 56), "#c79b57", spacing=10, weight=(1, 4))
    # The chair
    plate.fill([(600, 650), (760, 676), (850, 664), (700, 642)], dark)
    for x, top, foot in ((540, 400, 648), (640, 400, 640), (528, 530, 662), (652, 530, 656)):
        plate.line([(x, top), (x, foot)], 11, dark)
    for y in (408, 440, 472):
        plate.box(536, y, 644, y + 14, dark)
    plate.fill([(536, 522), (644, 522), (660, 546), (520, 546)], dark)
    for side in (-1, 1):
        for fold in range(7):
            near, far = 600 + side * (330 + fold * 48), 600 + side * (392 + fold * 48)
            top = 600 + side * (200 + fold * 62)
            curtain: list[Point] = [
                (top, -20), (top + side * 72, -20), (far, 300), (far + side * 20, 690), (near + side * 6, 690),
                (near - side * 8, 300),
            ]  # fmt: skip
            plate.fill(curtain, red if fold % 2 else deep)
            plate.hatch(
                curtain,
                dark,
                spacing=11,
                angle=90 - side * 8,
                weight=(1, 4.5) if side > 0 else (4.5, 1),
            )
    for number in range(9):
        x = 66 + number * 134
        plate.fill(ellipse(x, -6, 74, 96, 0, 180), red)
        plate.hatch(ellipse(x, -6, 74, 96, 0, 180), dark, spacing=10, angle=90, weight=(1, 5))
        plate.line(ellipse(x, -6, 74, 96, 0, 180), 6, "#d9a441")
    for number in range(13):
        middle = 20 + number * 98 + plate.chance.uniform(-14, 14)
        head = 738 + plate.chance.uniform(-12, 18)
        plate.oval(middle, head - 40, 31, 37, dark)
        plate.fill(ellipse(middle, head + 50, 62, 66, 180, 360), dark)
        plate.line(ellipse(middle, head - 40, 31, 37, 215, 325), 3.5, "#c79b57")
    return plate


@picture
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


@picture
def reservoir(width: int) -> Plate:
    earth, ink, water, pale = "#cf9d6a", "#2a211d", "#3d7c95", "#f0dcb6"
    plate = Plate(149, "#e9c79a", printed_width=width)
    plate.hatch(rectangle(0, 0, 1200, 250), "#7fb0bd", spacing=12, weight=(9, 1), waves=1)
    far = ridge(plate.chance, 250, 110, step=36)
    plate.fill(down_to(far, 830), "#9a6b4c", 2)
    plate.hatch(down_to(far, 400), ink, spacing=12, angle=56, weight=(4, 1.5))
    # Every summer's water line is cut into the shore.
    for step in range(13):
        share = step / 12
        shore = ellipse(560, 470 + share * 60, 760 - share * 400, 250 - share * 165)
        plate.fill(shore, pale if step % 2 else earth, 3)
        plate.line([*shore, shore[0]], 2.2, ink)
    pool = ellipse(560, 532, 335, 76)
    plate.fill(pool, water)
    plate.hatch(pool, "#bfe0df", spacing=11, weight=(1, 4), waves=2)
    plate.fill([(545, 560), (700, 560), (672, 586), (566, 586)], ink)
    plate.line([(610, 560), (640, 500), (640, 560)], 5, ink)
    for _ in range(26):
        x, y = plate.chance.uniform(60, 1000), plate.chance.uniform(640, 700)
        plate.stroke([(x, y), (x + 26, y + 9), (x + 50, y - 3)], (0.6, 3.5, 0.6), ink)
    wall = [*ellipse(560, 610, 900, 170, 168, 12), *ellipse(560, 700, 900, 240, 12, 168)]
    plate.fill(wall, "#ded7c6")
    plate.hatch(wall, ink, spacing=14, angle=90, weight=(1, 6), wobble=0.5)
    plate.line(ellipse(560, 610, 900, 170, 168, 12), 14, ink)
    plate.line(ellipse(560, 604, 900, 170, 168, 12), 6, pale)
    for gauge in range(9):
        y = 380 + gauge * 30
        plate.box(1010, y, 1050, y + 15, ink if gauge % 2 else "#f7f1e2")
    for edge in (1010, 1050):
        plate.line([(edge, 376), (edge, 654)], 4, ink)
    return plate


@picture
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


@picture
def observatory(width: int) -> Plate:
    night, ink, pale, amber = "#20305a", "#0d1226", "#e8e6da", "#f0b552"
    plate = Plate(157, night, printed_width=width)
    for ring in range(40):
        far = 24 + ring * 23 + plate.chance.uniform(-5, 5)
        for _ in range(2):
            start = plate.chance.uniform(0, 360)
            arc = ellipse(640, 190, far, far, start, start + plate.chance.uniform(40, 120))
            thick = plate.chance.uniform(1.4, 4.4)
            middle = len(arc) / 2
            widths = [thick * (1 - abs(i - middle) / middle) + 0.4 for i in range(len(arc))]
            plate.stroke(arc, widths, amber if plate.chance.random() < 0.16 else pale)
    plate.disc(640, 190, 6, pale)
    hill = ridge(plate.chance, 690, 100, step=40)
    plate.fill(down_to(hill, 830), ink, 3)
    plate.hatch(down_to(hill, 830), night, spacing=12, angle=-24, weight=(4, 2))
    plate.box(300, 520, 660, 700, pale)
    plate.fill(ellipse(480, 526, 190, 190, 180, 360), pale)
    plate.hatch(
        [*ellipse(480, 526, 190, 190, 270, 360), (480, 526)],
        ink,
        spacing=10,
        angle=72,
        weight=(1, 6),
    )
    plate.hatch(rectangle(520, 540, 660, 700), ink, spacing=10, angle=90, weight=(1, 6))
    plate.fill([(470, 526), (486, 334), (546, 346), (560, 526)], ink)
    plate.fill([(486, 500), (518, 280), (556, 286), (540, 506)], amber)
    plate.line([(520, 280), (556, 286)], 12, ink)
    plate.box(286, 516, 674, 540, ink)
    for window in (340, 410):
        plate.box(window, 580, window + 34, 630, amber)
    plate.box(580, 600, 624, 700, ink)
    for number in range(18):
        x = 730 + number * 28 + plate.chance.uniform(-6, 6)
        _fir(plate, x, 720, plate.chance.uniform(70, 150), ink)
    return plate


@picture
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


@picture
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
