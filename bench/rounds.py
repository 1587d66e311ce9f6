"""Rounds of one after the other, again and again, so that a busy minute harms all alike."""

import math
import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("ROUND_LASTS", "4"))

Figures = dict[str, float]
Each = TypeVar("Each")


def alternate(each: Sequence[Each], measure: Callable[[Each, int], Figures]) -> list[list[Figures]]:
    """ROUNDS figures of each, after a round to warm up; every second round goes backwards."""
    found: list[list[Figures]] = [[] for _ in each]
    for number in range(-1, ROUNDS):
        order = range(len(each))
        for place in reversed(order) if number % 2 else order:
            figures = measure(each[place], number + 1)
            if number >= 0:
                found[place].append(figures)
            print(".", end="", flush=True)
    print(flush=True)
    return found


def medians(rounds: Sequence[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def ratio(name: str, ours: Sequence[Figures], theirs: Sequence[Figures]) -> float:
    """The median of what both measured in the same round, ours by theirs."""
    return statistics.median(
        mine[name] / other[name] if other[name] else float("inf")
        for mine, other in zip(ours, theirs, strict=True)
    )


def rank(values: Iterable[float], share: float) -> float:
    """The smallest value that this share of all does not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * share) - 1)]


def verdict(is_met: bool, promise: str) -> None:
    print(f"{'Met' if is_met else 'MISSED'}: {promise}")


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """As docs/performance.md has it."""
    cells = [list(head), *(list(each) for each in lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    for line in (cells[0], rule, *cells[1:]):
        first, *rest = (
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        print("| " + " | ".join([first, *rest]) + " |")
