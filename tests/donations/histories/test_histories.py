"""Whatever happens, in whatever order and however often: the books are what Stripe's objects say.

About a hundred histories of a fresh seed, which is printed; each fails with a script that plays it
again. `HISTORIES=1000` plays more of them, `SEED=4711` the same ones again, `HISTORY="…"` one.
`make soak` plays ten thousand.
"""

import os
import random

import pytest

from tests.donations.histories.history import play, read, report, written_by
from tests.donations.histories.world import Stage

HISTORIES = int(os.environ.get("HISTORIES", "100"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**9))
GIVEN = os.environ.get("HISTORY", "")


@pytest.mark.django_db(transaction=True)
def test_final_ledger_is_a_function_of_stripes_final_objects(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = Stage()
    if GIVEN:
        seed, _, script = GIVEN.partition(" ")
        steps = read(script) if script else written_by(int(seed))
        outcome = play(stage, int(seed), steps)
        if outcome.wrong:
            pytest.fail(report(stage, int(seed), steps, outcome.wrong), pytrace=False)
        return
    with capsys.disabled():
        print(f"\n{HISTORIES} histories of SEED={SEED}")
    for seed in range(SEED, SEED + HISTORIES):
        steps = written_by(seed)
        if wrong := play(stage, seed, steps).wrong:
            pytest.fail(report(stage, seed, steps, wrong), pytrace=False)
