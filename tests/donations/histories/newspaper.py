"""The paper's side of a history: its web server, its worker, and their sudden deaths.

Every transaction is a real one. Requests and jobs run in autocommit, as in production, so savepoints,
`on_commit` and advisory locks do here what they do there; nothing wraps them. What a history wrote
is deleted at its end.
"""

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django import app as jobs_app

from donations.models import LedgerEntry
from newsroom import crash_points
from tests.donations.histories.stripe_here import signed

WEBHOOK = "/support/stripe/webhook/"
LEDGER = LedgerEntry._meta.db_table
# Jobs are tried again for this many rounds, then something never ends.
MOST_ROUNDS = 400


class Killed(BaseException):
    """As kill -9: no handler of the paper's catches it, and PostgreSQL rolls back."""


def killed(act: Callable[[], object], point: str, times: int = 1) -> bool:
    """Do something that dies the `times`-th time it comes to a crash point; True when it did."""
    left = [times]

    def come_to(name: str) -> None:
        if name == point:
            left[0] -= 1
            if left[0] == 0:
                raise Killed(name)

    with patch.object(crash_points, "crash_point", come_to):
        try:
            act()
        except Killed:
            return True
    return False


def killed_in_a_fork(act: Callable[[], object], point: str) -> bool:
    """Do something in a child that gets a real SIGKILL at a crash point; True when it did.

    Whatever the child changed in the memory of this process, such as at Stripe, is lost with it.
    """
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            crash_points.armed_at = point
            act()
            connection.close()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return False


class Newspaper:
    def __init__(self) -> None:
        # Loads the middleware once for all who call.
        self._stripes = Client()
        self.browsers: dict[str, Client] = {}

    def begin_anew(self) -> None:
        self.browsers.clear()
        wipe()

    # Its web server.

    def browser(self, name: str) -> Client:
        """A reader's browser, in a network of its own."""
        if name not in self.browsers:
            number = len(self.browsers) + 1
            browser = Client(REMOTE_ADDR=f"198.{number // 250}.{number % 250}.7")
            browser.handler = self._stripes.handler
            self.browsers[name] = browser
        return self.browsers[name]

    def take(self, event: bytes) -> int:
        """An event arrives, signed now; the status that Stripe is answered."""
        response = self._stripes.post(
            WEBHOOK, event, "application/json", headers={"Stripe-Signature": signed(event)}
        )
        return response.status_code

    def press(self, browser: str, **form: str) -> HttpResponse:
        """The button of the support page."""
        return self.browser(browser).post("/support/checkout/", form)  # type: ignore[return-value]

    def thank(self, browser: str, session: str) -> HttpResponse:
        """The page that Stripe leads back to."""
        query = {"session_id": session}
        return self.browser(browser).get("/support/thanks/", query)  # type: ignore[return-value]

    # Its worker.

    def work(self, *, most: int = MOST_ROUNDS, whenever: bool = False, skip: int = 0) -> int:
        """Do what is due now, or with `whenever` all that waits; the number of jobs done.

        A job that dies with its process is found by the next worker, as it is in production.
        """
        self._resume_stalled()
        done = 0
        while done < most and (job := self._fetch(whenever=whenever, skip=skip)):
            self._do(*job)
            done += 1
        assert done < MOST_ROUNDS, "the queue never empties"
        return done

    def waiting(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs")
            (count,) = cursor.fetchone()
        return int(count)

    def _fetch(self, *, whenever: bool, skip: int) -> tuple[int, str, dict[str, Any], int] | None:
        """Take a job in hand: from then on another may be queued under its name."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ("
                "SELECT id FROM procrastinate_jobs WHERE status = 'todo'"
                " AND (%s OR scheduled_at IS NULL OR scheduled_at <= %s)"
                " ORDER BY id OFFSET %s LIMIT 1) RETURNING id, task_name, args, attempts",
                [whenever, now(), skip],
            )
            found = cursor.fetchone()
        if found is None:
            return None
        identifier, task, arguments, attempts = found
        if isinstance(arguments, str):
            arguments = json.loads(arguments)
        return identifier, task, arguments, attempts

    def _do(self, identifier: int, name: str, arguments: dict[str, Any], attempts: int) -> None:
        """A task that says so is tried again later, and given up on; no other may fail."""
        task = jobs_app.tasks[name]
        retry: Any = task.retry_strategy
        again_at = None
        try:
            task.func(**arguments)
        except Exception:
            if retry is None:
                raise
            if attempts + 1 < retry.max_attempts:
                again_at = now() + timedelta(seconds=retry.wait)
        with connection.cursor() as cursor:
            if again_at is None:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [identifier])
            else:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1,"
                    " scheduled_at = %s WHERE id = %s",
                    [again_at, identifier],
                )

    def _resume_stalled(self) -> None:
        """As newsroom.tasks.resume_stalled_jobs, which goes by heartbeats."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'doing' ORDER BY id")
            stalled = [identifier for (identifier,) in cursor.fetchall()]
            for identifier in stalled:
                try:
                    with transaction.atomic():
                        cursor.execute(
                            "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)",
                            [identifier],
                        )
                except IntegrityError:  # its next try waits already
                    cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [identifier])


def wipe() -> None:
    """Empty what a history writes to, though the ledger refuses to forget."""
    with connection.cursor() as cursor:
        cursor.execute(_wiping())


def _wiping() -> str:
    foundation = [
        apps.get_model("newsroom", name) for name in ("Alert", "OutgoingMail", "CountedAttempt")
    ]
    models = [*apps.get_app_config("donations").get_models(), *foundation]
    tables = [f'"{model._meta.db_table}"' for model in models]
    tables += ["procrastinate_events", "procrastinate_jobs"]
    # One transaction: foreign keys are looked at when all of it is done. Much quicker than TRUNCATE.
    return "; ".join(
        [
            f"ALTER TABLE {LEDGER} DISABLE TRIGGER USER",
            *(f"DELETE FROM {table}" for table in tables),  # noqa: S608  our own names
            "SET CONSTRAINTS ALL IMMEDIATE",
            f"ALTER TABLE {LEDGER} ENABLE TRIGGER USER",
        ]
    )
