"""A plate to cut pictures into, as a wood engraver does: flat shapes, and lines for tone.

Coordinates are in units of a sheet 1200 wide; a plate is cut larger than it is printed, so that
its edges come out smooth. The same seed cuts the same picture, whatever the machine.
"""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]
Points = Sequence[Point]

# How much larger than printed a plate is cut.
FINER = 2


class Plate:
    """`printed_width` in pixels; `size` in units."""

    def __init__(
        self,
        seed: int,
        ground: str,
        *,
        printed_width: int = 1200,
        size: tuple[int, int] = (1200, 800),
    ) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
        self.width, self.height = size
        self._scale = printed_width * FINER / self.width
        pixels = (round(self.width * self._scale), round(self.height * self._scale))
        self.sheet = Image.new("RGB", pixels, ground)
        self._draw = ImageDraw.Draw(self.sheet)

    def printed(self) -> Image.Image:
        return self.sheet.reduce(FINER)

    # Flat shapes

    def fill(self, points: Points, colour: str, rough: float = 0) -> None:
        self._draw.polygon(self._pixels(self.roughened(points, rough)), fill=colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, rough: float = 0
    ) -> None:
        self.fill(rectangle(left, top, right, bottom), colour, rough)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: str) -> None:
        self.fill(ellipse(x, y, across, down), colour)

    def line(self, points: Points, width: float, colour: str, *, round_ends: bool = False) -> None:
        pixels = self._pixels(points)
        thick = max(1, round(width * self._scale))
        self._draw.line(pixels, fill=colour, width=thick, joint="curve")
        if round_ends and thick > 2:
            for x, y in (pixels[0], pixels[-1]):
                half = thick / 2
                self._draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def stroke(self, points: Points, widths: Sequence[float], colour: str) -> None:
        """One push of the graver: a line whose width changes from point to point."""
        self._draw.polygon(self._pixels(outline(points, widths)), fill=colour)

    # Tone

    def hatch(
        self,
        inside: Points,
        colour: str,
        *,
        spacing: float = 9,
        angle: float = 0,
        weight: tuple[float, float] = (3, 3),
        wobble: float = 0.8,
        waves: float = 0,
    ) -> None:
        """Parallel cuts within a shape. `weight`: their width at the first and at the last line.

        `angle` in degrees, 0 across the sheet; `waves` bends the lines by so many units.
        """
        edge = self._pixels(inside)
        left, top, right, bottom = self._bounds(edge)
        if right <= left or bottom <= top:
            return
        shape = Image.new("L", (right - left, bottom - top), 0)
        ImageDraw.Draw(shape).polygon([(x - left, y - top) for x, y in edge], fill=255)
        cuts = Image.new("L", shape.size, 0)
        draw = ImageDraw.Draw(cuts)
        middle_x, middle_y = shape.width / 2, shape.height / 2
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        half_long = (abs(cosine) * shape.width + abs(sine) * shape.height) / 2 + 4
        half_deep = (abs(sine) * shape.width + abs(cosine) * shape.height) / 2
        step = spacing * self._scale
        piece = max(step, 26 * self._scale)
        count = max(1, int(2 * half_deep / step))
        for number in range(count + 1):
            across = -half_deep + number * step
            thick = weight[0] + (weight[1] - weight[0]) * number / count
            if thick <= 0:
                continue
            line: list[Point] = []
            widths: list[float] = []
            along = -half_long
            phase = self.chance.uniform(-0.3, 0.3)
            while along <= half_long + piece:
                off = across + self.chance.uniform(-wobble, wobble) * self._scale
                if waves:
                    bend = math.sin(along / (60 * self._scale) + phase + number * 0.13)
                    off += bend * waves * self._scale
                line.append(
                    (
                        middle_x + along * cosine - off * sine,
                        middle_y + along * sine + off * cosine,
                    )
                )
                widths.append(thick * self._scale * self.chance.uniform(0.75, 1.15))
                along += piece
            draw.polygon(outline(line, widths), fill=255)
        mask = ImageChops.darker(shape, cuts)
        self.sheet.paste(colour, (left, top), mask)

    def rays(
        self, x: float, y: float, inner: float, outer: float, count: int, width: float, colour: str
    ) -> None:
        """Strokes that leave a centre and thin out."""
        for number in range(count):
            turn = 2 * math.pi * (number + self.chance.uniform(-0.12, 0.12)) / count
            start = inner * self.chance.uniform(1, 1.06)
            end = outer * self.chance.uniform(0.9, 1.1)
            points = [
                (x + math.cos(turn) * far, y + math.sin(turn) * far)
                for far in (start, (start + end) / 2, end)
            ]
            self.stroke(points, (width * 0.5, width, width * 1.4), colour)

    def strokes(
        self,
        box: tuple[float, float, float, float],
        count: int,
        colour: str,
        *,
        length: tuple[float, float] = (30, 120),
        width: tuple[float, float] = (2, 5),
    ) -> None:
        """Short level cuts that swell in the middle: water, fog, far ground."""
        left, top, right, bottom = box
        for _ in range(count):
            depth = self.chance.random()
            y = top + (bottom - top) * depth
            long = length[0] + (length[1] - length[0]) * depth
            thick = width[0] + (width[1] - width[0]) * depth
            x = self.chance.uniform(left, right - long / 2)
            end = min(right, x + long * self.chance.uniform(0.6, 1))
            lift = self.chance.uniform(-2, 2)
            self.stroke([(x, y), ((x + end) / 2, y + lift), (end, y)], (0.4, thick, 0.4), colour)

    def roughened(self, points: Points, rough: float) -> Points:
        """The same outline as a knife leaves it."""
        if not rough:
            return points
        cut: list[Point] = []
        for number, (x, y) in enumerate(points):
            next_x, next_y = points[(number + 1) % len(points)]
            pieces = max(1, int(math.hypot(next_x - x, next_y - y) / 22))
            for piece in range(pieces):
                share = piece / pieces
                jitter = rough if piece else rough * 0.3
                cut.append(
                    (
                        x + (next_x - x) * share + self.chance.uniform(-jitter, jitter),
                        y + (next_y - y) * share + self.chance.uniform(-jitter, jitter),
                    )
                )
        return cut

    def _pixels(self, points: Points) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _bounds(self, edge: Points) -> tuple[int, int, int, int]:
        """Of what lies on the sheet."""
        return (
            max(0, math.floor(min(x for x, _ in edge))),
            max(0, math.floor(min(y for _, y in edge))),
            min(self.sheet.width, math.ceil(max(x for x, _ in edge))),
            min(self.sheet.height, math.ceil(max(y for _, y in edge))),
        )


def rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(
    x: float, y: float, across: float, down: float, start: float = 0, end: float = 360
) -> list[Point]:
    steps = max(12, int((across + down) / 6))
    return [
        (
            x + across * math.cos(math.radians(start + (end - start) * step / steps)),
            y + down * math.sin(math.radians(start + (end - start) * step / steps)),
        )
        for step in range(steps + 1)
    ]


def outline(points: Points, widths: Sequence[float]) -> list[Point]:
    """Both sides of a line of changing width, as one polygon."""
    one: list[Point] = []
    other: list[Point] = []
    for number, (x, y) in enumerate(points):
        before = points[max(0, number - 1)]
        after = points[min(len(points) - 1, number + 1)]
        run, rise = after[0] - before[0], after[1] - before[1]
        long = math.hypot(run, rise) or 1
        half = widths[number] / 2
        one.append((x - rise / long * half, y + run / long * half))
        other.append((x + rise / long * half, y - run / long * half))
    return [*one, *reversed(other)]


def ridge(
    chance: random.Random, base: float, height: float, *, step: float = 40, width: float = 1200
) -> list[Point]:
    """The upper edge of far land, from left to right."""
    phases = [chance.uniform(0, 6.3) for _ in range(4)]
    points: list[Point] = []
    x = -step
    while x <= width + step:
        lift = sum(
            math.sin(x / (310 / (order + 1)) + phase) / (order + 1)
            for order, phase in enumerate(phases)
        )
        points.append((x, base - height * (lift + 1) / 2))
        x += step
    return points


def down_to(edge: Points, bottom: float) -> list[Point]:
    """The land under an edge."""
    return [*edge, (edge[-1][0], bottom), (edge[0][0], bottom)]
