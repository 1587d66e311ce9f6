"""Whatever happens, in whatever order and however often: the books are what Stripe's objects say.

Forty histories of a fresh seed, which is printed at the end of a run; a bad end comes with
a script that plays it again. `HISTORIES=1000` plays more of them, `SEED=4711` the same ones again,
`HISTORY="…"` one. `make soak` plays ten thousand, a tenth of them with processes that are killed.
"""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from tests.donations.histories.history import Step, play, read, report, written_by
from tests.donations.histories.world import Stage

SEED = int(os.environ["SEED"])
GIVEN = os.environ.get("HISTORY", "")
HISTORIES = int(os.environ.get("HISTORIES", "100"))
# In the long run: so many parts of so many.
PARTS = 50
OF_A_PART = int(os.environ.get("HISTORIES", "10000")) // PARTS
# Each so manieth history forks its processes and kills them.
REAL_DEATHS = 10
# Bad ends of one part that are worth shortening.
MOST_REPORTS = 3

pytestmark = pytest.mark.django_db(transaction=True)
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


def test_final_ledger_is_a_function_of_stripes_final_objects(stage: Stage) -> None:
    for seed, steps in _histories():
        if wrong := play(stage, seed, steps).wrong:
            pytest.fail(report(stage, seed, steps, wrong), pytrace=False)


def _histories() -> Iterator[tuple[int, list[Step]]]:
    if GIVEN:
        seed, _, script = GIVEN.partition(" ")
        yield int(seed), read(script) if script else written_by(int(seed))
    else:
        for number in range(SEED, SEED + HISTORIES):
            yield number, written_by(number)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_histories(stage: Stage, part: int, record_property: Record) -> None:
    began = time.monotonic()
    first = SEED + 1_000_000 + part * OF_A_PART
    bad = 0
    reports: list[str] = []
    for seed in range(first, first + OF_A_PART):
        steps = written_by(seed)
        is_real_death = seed % REAL_DEATHS == 0
        wrong = play(stage, seed, steps, is_real_death=is_real_death).wrong
        if wrong:
            bad += 1
            if len(reports) < MOST_REPORTS:
                reports.append(report(stage, seed, steps, wrong))
    seconds = time.monotonic() - began
    record_property(
        "figures", f"{OF_A_PART} histories from {first}: {bad} end badly, {seconds:.0f} s"
    )
    if bad:
        pytest.fail("\n\n".join([f"{bad} of {OF_A_PART} end badly.", *reports]), pytrace=False)
