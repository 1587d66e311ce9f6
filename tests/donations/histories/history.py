"""A history: what happened, step by step, from a seed; played, checked at its end, and, when it
ends badly, made as short as it still does.

A step is a verb and a number that its choices are drawn from, so a history can be written down, and
steps can be taken out of it: `start:4711 pay:12 deliver_some:5`.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.donations.histories import ending
from tests.donations.histories.verbs import VERBS, WEIGHTS
from tests.donations.histories.world import Stage

# Steps of a history; most are short, because most faults need few.
SHORTEST, LONGEST = 2, 30


class Step(NamedTuple):
    verb: str
    number: int

    def __str__(self) -> str:
        return f"{self.verb}:{self.number}"


@dataclass
class Outcome:
    """How a history went: what happened in words, and what was wrong at its end."""

    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def written_by(seed: int) -> list[Step]:
    """The history of this seed. It begins with somebody who pays, for before that little can fail."""
    draw = Random(seed)
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    length = min(SHORTEST + int(draw.expovariate(1 / 6)), LONGEST)
    chosen = ["start_and_pay", *draw.choices(names, weights, k=length), draw.choice(ending.WAYS)]
    return [Step(name, draw.randrange(10_000)) for name in chosen]


def read(text: str) -> list[Step]:
    """The steps that a failed history printed."""
    pairs = (word.rpartition(":") for word in text.split())
    return [Step(name, int(number)) for name, _, number in pairs]


def play(stage: Stage, seed: int, steps: Sequence[Step], *, is_real_death: bool = False) -> Outcome:
    """Play a history to its end. An exception of the paper's is a wrong end too."""
    outcome = Outcome()
    verbs = VERBS | ending.VERBS
    with stage.set_for(seed, is_real_death=is_real_death) as world:
        try:
            for step in steps:
                if said := verbs[step.verb](world, Random(step.number)):
                    outcome.told.append(f"{world.date()}  {said}")
                world.look()
            outcome.wrong = ending.what_is_wrong(world)
        except Exception:
            outcome.wrong = [traceback.format_exc(limit=-6)]
    return outcome


def shortened(stage: Stage, seed: int, steps: Sequence[Step], wrong: Sequence[str]) -> list[Step]:
    """The same history without the steps that its bad end, of the same kind, does not need."""
    kinds = {_kind(each) for each in wrong}
    kept, last = list(steps[:-1]), list(steps[-1:])
    size = max(len(kept) // 2, 1)
    while size:
        place = 0
        while place < len(kept):
            fewer = kept[:place] + kept[place + size :]
            if kinds & {_kind(each) for each in play(stage, seed, fewer + last).wrong}:
                kept = fewer
            else:
                place += size
        size //= 2
    return kept + last


def _kind(wrong: str) -> str:
    """`ledger: missing`; of a traceback its last line."""
    return " ".join(wrong.strip().splitlines()[-1].split()[:2])


def report(stage: Stage, seed: int, steps: Sequence[Step], wrong: Sequence[str]) -> str:
    """A bad end, as short as it gets, in words and ready to be played again."""
    short = shortened(stage, seed, steps, wrong)
    outcome = play(stage, seed, short)
    script = " ".join(map(str, short))
    lines = [
        f"History {seed} ends badly ({len(steps)} steps, {len(short)} are enough):",
        *(f"  {told}" for told in outcome.told),
        "What is wrong at its end:",
        *(f"  {wrong}" for wrong in outcome.wrong),
        f'Again: HISTORY="{seed} {script}" .venv/bin/pytest tests/donations/histories -n0',
    ]
    return "\n".join(lines)
