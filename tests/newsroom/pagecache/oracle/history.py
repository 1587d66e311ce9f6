"""A history: desks and time do something to the paper, and readers compare what they get."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import ClassVar

import time_machine
from concurrency.exceptions import RecordModifiedError
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.newsroom.pagecache.oracle import calendar, editors, fundraisers
from tests.newsroom.pagecache.oracle.paper import BEGAN, NothingThere, TestPaper
from tests.newsroom.pagecache.oracle.readers import Readers

DEEDS = {each.__name__: each for each in (*editors.DEEDS, *fundraisers.DEEDS)}
# What is twice in those lists happens twice as often.
NAMES = st.sampled_from([each.__name__ for each in (*editors.DEEDS, *fundraisers.DEEDS)])
CHANCES = st.integers(0, 9_999)
# What a desk may be told instead of "saved".
REFUSALS = (ValidationError, IntegrityError, ProtectedError, RecordModifiedError, NothingThere)
# So many pages are compared each time; of those that would be sent from memory so many.
LOOKED_AT, HELD = 6, 5
# So many are in memory when a history begins.
BEGIN_WITH = 12


@dataclass
class Stage:
    """Where histories are played, one after the other."""

    clock: time_machine.Traveller
    paper: TestPaper
    readers: Readers

    def begin(self, chance: Random) -> None:
        self.readers.all("mend")
        self.move_to(BEGAN)
        self.paper.begin(chance)
        self.readers.settle()

    def move_to(self, at: datetime) -> None:
        self.clock.move_to(at, tick=False)
        self.readers.travel(at)


class _TurnedBack(Exception):
    pass


class AnyHistory(RuleBasedStateMachine):
    stage: ClassVar[Stage]

    @initialize(chance=CHANCES)
    def begin(self, chance: int) -> None:
        self.paper, self.readers = self.stage.paper, self.stage.readers
        luck = Random(chance)
        self.stage.begin(luck)
        self.readers.read(luck.sample(self.paper.addresses(), BEGIN_WITH))

    @rule(name=NAMES, chance=CHANCES)
    def happens(self, name: str, chance: int) -> None:
        self._do(name, Random(chance))
        self._compare(chance)

    @rule(name=NAMES, chance=CHANCES)
    def happens_while_pages_are_made(self, name: str, chance: int) -> None:
        luck = Random(chance)
        addresses = self.paper.addresses()
        for process in self.readers.processes:
            process.order("read", luck.sample(addresses, 3))
        try:
            self._do(name, luck)
        finally:
            for process in self.readers.processes:
                process.answer()
        self._compare(chance)

    @rule(names=st.lists(NAMES, min_size=2, max_size=3), chance=CHANCES, is_kept=st.booleans())
    def happen_together_or_not_at_all(self, names: list[str], chance: int, is_kept: bool) -> None:
        with suppress(_TurnedBack), transaction.atomic():
            for name in names:
                self._do(name, Random(chance))
            if not is_kept:
                raise _TurnedBack
        self._compare(chance)

    @rule(chance=CHANCES)
    def time_passes(self, chance: int) -> None:
        self.stage.move_to(calendar.later(Random(chance)))
        self._compare(chance)

    def _do(self, name: str, chance: Random) -> None:
        with suppress(*REFUSALS), transaction.atomic():
            DEEDS[name](self.paper, chance)

    def _compare(self, chance: int) -> None:
        luck = Random(chance)
        self.readers.settle()
        held = self.readers.held()
        others = sorted({*self.paper.addresses(), *held} - {*held})
        chosen = luck.sample(held, min(HELD, len(held)))
        chosen += luck.sample(others, min(LOOKED_AT - len(chosen), len(others)))
        self.readers.compare(chosen)


def live(stage: Stage, histories: int, steps: int) -> None:
    """Raises `Stale`, and says how it came to that in few steps."""
    AnyHistory.stage = stage
    run_state_machine_as_test(
        seed(int(os.environ["SEED"]))(AnyHistory),
        settings=settings(
            max_examples=histories, stateful_step_count=steps, database=None, deadline=None,
            suppress_health_check=[*HealthCheck], phases=[Phase.generate, Phase.shrink],
        ),
    )  # fmt: skip
