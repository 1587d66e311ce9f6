"""Mountains, fields and what stands on them."""

from articles.demo.engraving import Plate, Point, down_to, ellipse, rectangle, ridge


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
