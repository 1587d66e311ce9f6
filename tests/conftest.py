"""What every test may ask for."""

import gc
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django import app as jobs_app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoDbBlocker

from newsroom import alerts
from newsroom.dev.processes import ends_with_parent, is_listening
from tests.emptying import empty_only_what_was_written

RunJobs = Callable[..., int]

# What is generated comes from here; the workers of a run have one seed.
os.environ.setdefault("SEED", str(random.SystemRandom().randrange(10**9)))

# The longest, longest first: begun last, one of them would keep a processor waiting at the end.
LONGEST = (
    "test_it_starts_from_nothing_and_whoever_kills_it_loses_nothing",
    "test_final_ledger_is_a_function_of_stripes_final_objects",
    "test_from_an_empty_page_to_readers_and_back",
    "test_a_killed_import_goes_on_to_the_same_end",
    "test_the_books_of_the_demo_are_those_of_the_stand_in",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.name.partition("[")[0], len(rank)))


def pytest_collection_finish() -> None:
    """Thousands of tests lie in memory until the end; no search for garbage need pass them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the long tests measured, and how to generate the same again."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(value))
    terminalreporter.write_line(f"Generated from SEED={os.environ['SEED']}.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """At the very end a thread of the live server may still hold a session, which would keep the
    test database from being dropped.
    """
    with django_db_blocker.unblock():
        stop = empty_only_what_was_written()
    yield
    stop()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _nothing_said_yet() -> None:
    """No test keeps quiet because an earlier one raised the same alert a moment ago."""
    alerts._written.clear()


@pytest.fixture
def run_jobs(db: None) -> RunJobs:
    """`run_jobs()` does what the worker would do now; `run_jobs(at=…)` what is due by then.

    In this thread, so that an error in a task fails the test. Gives the number of jobs done.
    """
    # A flush between tests passes over the queue, whose models Django does not manage.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")

    def run(*, at: datetime | None = None) -> int:
        done = 0
        while job := (
            ProcrastinateJob.objects.filter(status="todo")
            .exclude(scheduled_at__gt=at or now())
            .order_by("pk")
            .first()
        ):
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
            task = jobs_app.tasks[job.task_name]
            task.func(**job.args)
            done += 1
        return done

    return run


class StandIn:
    """The local Stripe stand-in, running as a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def begin_anew(self) -> None:
        """Empty, and silent until it is ordered to `deliver`: on its own it would tell us what
        happened in the middle of a later test.
        """
        for order, form in (("reset", b""), ("webhooks", b"background=0")):
            urllib.request.urlopen(f"{self.url}/_stand_in/{order}", data=form).close()


@pytest.fixture(scope="session")
def _stand_in_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    url = settings.STRIPE_API_BASE
    port = int(url.rpartition(":")[2])
    log: Path = tmp_path_factory.mktemp("stand-in") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "donations.stripe_stand_in", "--port", str(port),
                "--webhook-url", f"{settings.SITE_URL}/support/stripe/webhook/",
                "--webhook-secret", settings.STRIPE_WEBHOOK_SECRETS[0],
            ],
            stdout=output, stderr=output, preexec_fn=ends_with_parent(),
        )  # fmt: skip
    deadline = time.monotonic() + 20
    while not is_listening(port):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"The stand-in did not start:\n{log.read_text()}")
        time.sleep(0.02)
    yield StandIn(url)
    process.terminate()
    process.wait(10)


@pytest.fixture
def stand_in(_stand_in_process: StandIn) -> StandIn:
    """Stripe as the tests see it, empty at the start of each test."""
    _stand_in_process.begin_anew()
    return _stand_in_process
