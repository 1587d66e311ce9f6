"""Streets, and rooms with people in them."""

from articles.demo.engraving import Plate, Point, down_to, ellipse, rectangle, ridge


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
    plate.hatch(
        [(208, 602), (224, 602), (231, 735), (208, 735)], deep, spacing=7, angle=90, weight=(1, 4)
    )
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
