"""PostgreSQL dies, restarts and freezes while Stripe tells us things: nothing is lost."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import stripe

from newsroom.dev.house import until
from tests.donations.crashes.conftest import House, Site
from tests.donations.crashes.post_office import PostOffice
from tests.own_postgres import OwnPostgres, own_postgres

SENDERS = 6
PATIENCE = 1.0  # seconds for a statement; in production more
STRIPES = 10.0  # seconds that Stripe surely waits for an answer


class Try(NamedTuple):
    status: int  # 0: no answer
    seconds: float


class Stripe:
    """Tells of ever new events, each until it is taken."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.taken: list[str] = []
        self.tries: list[Try] = []
        self._stopped = threading.Event()
        self._given_up = threading.Event()
        self._senders = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]
        for each in self._senders:
            each.start()

    def stop(self) -> None:
        """After what is under way was taken."""
        self._stopped.set()
        for each in self._senders:
            each.join(30)
        self._given_up.set()

    def goes_on(self, more: int = 60) -> None:
        """Until so many more were taken."""
        before = len(self.taken)
        assert until(lambda: len(self.taken) >= before + more, seconds=30), (
            self.site.house.log.read_text()[-3000:]
        )

    def refused(self, since: int) -> list[Try]:
        return [each for each in self.tries[since:] if each.status != 200]

    def _send(self, sender: int) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            event = an_event(f"evt_{sender}x{number}")
            status = 0
            while status != 200 and not self._given_up.is_set():
                began = time.monotonic()
                status = self.site.tell(event)
                self.tries.append(Try(status, time.monotonic() - began))
                # A steady load, not as much as possible.
                self._stopped.wait(0.01 if status == 200 else 0.1)
            self.taken.append(str(event["id"]))


def an_event(identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "data": {"object": {"id": f"cs_test_{identifier}", "object": "checkout.session"}},
        "livemode": False,
        # The worker ends with such a one without asking Stripe.
        "type": "product.created",
    }


def waiting(database: OwnPostgres) -> int:
    """Events that the worker has not come to."""
    with psycopg.connect(database.url) as session:
        found = session.execute(
            "SELECT count(*) FROM donations_stripeevent WHERE state = 'stored'"
        ).fetchone()
    return int(found[0]) if found else 0


def let_silence_last(database: OwnPostgres) -> None:
    """What the worker was at when its connections broke is brought back, without a wait."""
    job = "'default', 'newsroom.resume_stalled_jobs', 0, NULL, NULL, '{\"timestamp\": 0}', NULL"
    with psycopg.connect(database.url) as session:
        session.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 h'"
            " WHERE id < (SELECT max(id) FROM procrastinate_workers)"
        )
        session.execute(
            f"SELECT procrastinate_defer_jobs_v1(ARRAY[ROW({job})::procrastinate_job_to_defer_v1])"
        )


@pytest.fixture
def database(django_db_setup: None) -> Iterator[OwnPostgres]:
    with own_postgres() as found:
        yield found


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_row_22_nothing_is_lost_while_postgresql_restarts_or_freezes(
    database: OwnPostgres, tmp_path: Path, post_office: PostOffice
) -> None:
    house = House(tmp_path / "log", database.url, post_office.port)
    with contextlib.ExitStack() as ending:
        ending.callback(house.close)
        site = ending.enter_context(house.open(workers=2, patience=PATIENCE))
        worker = house.start_worker()
        told = Stripe(site)
        ending.callback(told.stop)
        told.goes_on()

        since = len(told.tries)
        database.restart_at_once()
        told.goes_on()
        down = told.refused(since)
        assert {each.status for each in down} <= {500, 503}, down
        assert max((each.seconds for each in down), default=0) < STRIPES / 2

        since = len(told.tries)
        with database.frozen():
            # Whoever waited for an answer has one, and so have those who came since.
            assert until(lambda: len(told.refused(since)) > 2 * SENDERS, seconds=60), told.tries
        frozen = told.refused(since)
        assert {each.status for each in frozen} <= {500, 503}, frozen
        assert max(each.seconds for each in frozen) < STRIPES
        told.goes_on()

        told.stop()
        # Neither was started anew.
        for _ in range(20):
            let_silence_last(database)
            if until(lambda: waiting(database) == 0, seconds=3):
                break
        assert waiting(database) == 0, house.log.read_text()[-3000:]
        assert house.end(worker) == 0
    with psycopg.connect(database.url) as session:
        stored = session.execute("SELECT event_id FROM donations_stripeevent").fetchall()
        queued = session.execute(
            "SELECT count(DISTINCT args->>'event_id'), count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'donations.apply_event'"
        ).fetchone()
    assert sorted(event for (event,) in stored) == sorted(told.taken)
    assert queued == (len(told.taken), len(told.taken))
