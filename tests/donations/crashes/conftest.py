"""A house whose processes are killed: web server, worker, stand-in, PostgreSQL, all real."""

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from newsroom import jobs
from newsroom.dev.house import until
from newsroom.dev.processes import ends_with_parent, free_port, is_listening
from tests.donations.conftest import WEBHOOK, signed
from tests.donations.crashes.post_office import PostOffice

ROOT = Path(__file__).resolve().parents[3]
KILLED = -signal.SIGKILL
# What supporters and Stripe wait for; the rest of the queue minds the house.
OURS = ("donations.apply_event", "newsroom.send_mail")


class Answer(NamedTuple):
    status: int  # 0: the other side died
    location: str


class House:
    def __init__(self, log: Path, database_url: str, smtp_port: int) -> None:
        self.log = log
        env = {"DATABASE_URL": database_url, "SMTP_PORT": str(smtp_port)}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.donations.crashes.warm"],
                cwd=ROOT,
                env=os.environ | env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                preexec_fn=ends_with_parent(),
            )
        self._hear()

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def work(self, *, crash_at: str = "") -> int:
        """A worker does what is due; its exit status."""
        pid = self._order(act="work", crash_at=crash_at)["pid"]
        return int(self._order(act="wait", pid=pid)["status"])

    def dies_at_work(self, point: str) -> bool:
        """A worker is killed at a point of the code; one may stop before its last job's letters."""
        statuses: list[int] = []
        while len(statuses) < 5 and KILLED not in statuses:
            statuses.append(self.work(crash_at=point))
        return statuses[-1] == KILLED

    def compare(self, *, crash_at: str) -> int:
        """The books are compared with Stripe's; the exit status."""
        pid = self._order(act="compare", crash_at=crash_at)["pid"]
        return int(self._order(act="wait", pid=pid)["status"])

    def start_again(self) -> None:
        """A new worker, after the dead one's silence has lasted. It does what is due."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 h'"
            )
        name = "newsroom.resume_stalled_jobs"
        jobs.defer(name, once_as=name, timestamp=0)
        self.finish()

    def finish(self) -> None:
        """Workers, until nothing is left to do: one stops before what its last job queues."""
        for _ in range(5):
            assert self.work() == 0, self.log.read_text()
            if not stuck():
                return

    def _order(self, **order: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        return dict(json.loads(line))

    def open(self, **how: object) -> "Site":
        """See `warm.serve`."""
        port = free_port()
        pid = self._order(act="serve", port=port, **how)["pid"]
        site = Site(self, pid, port)
        assert until(lambda: is_listening(port), seconds=20), self.log.read_text()
        return site

    def start_worker(self) -> int:
        return int(self._order(act="stay")["pid"])

    def end(self, pid: int, signum: int = signal.SIGTERM) -> int:
        return int(self._order(act="end", pid=pid, signal=int(signum))["status"])


class Site:
    """The paper on a port of its own, as Stripe and readers reach it."""

    def __init__(self, house: House, pid: int, port: int) -> None:
        self.house, self.pid, self.port = house, pid, port

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_: object) -> None:
        self.house.end(self.pid, signal.SIGQUIT)

    def tell(self, event: object) -> int:
        """Deliver an event; the status, 0 when there was no answer."""
        body = json.dumps(event).encode()
        headers = {"Content-Type": "application/json", "Stripe-Signature": signed(body)}
        return self._post(WEBHOOK, body, headers).status

    def press(self, **form: object) -> Answer:
        """The button of the support page."""
        body = urllib.parse.urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._post("/support/checkout/", body, headers)

    def again(self, **form: object) -> Answer:
        """Pressed until somebody answers: who died has a successor in a moment."""
        found = [self.press(**form)]

        def is_answered() -> bool:
            found.append(self.press(**form))
            return found[-1].status != 0

        assert until(is_answered, seconds=20), self.house.log.read_text()
        return found[-1]

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("POST", path, body, {"Host": "127.0.0.1", **headers})
            answer = link.getresponse()
            answer.read()
            return Answer(answer.status, answer.headers.get("Location", ""))
        except (ConnectionError, http.client.RemoteDisconnected):
            return Answer(0, "")
        finally:
            link.close()


@pytest.fixture(scope="session")
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    yield office
    office.close()


@pytest.fixture(scope="session")
def _house(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, post_office: PostOffice
) -> Iterator[House]:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = settings.DATABASES["default"]["NAME"]
    log = tmp_path_factory.mktemp("house") / "log"
    house = House(log, f"{server}/{name}", post_office.port)
    yield house
    house.close()


@pytest.fixture
def house(_house: House, post_office: PostOffice, transactional_db: None) -> Iterator[House]:
    """With nothing to do, and no mail received."""
    _empty_queue()
    post_office.message_ids.clear()
    yield _house
    _empty_queue()


def _empty_queue() -> None:
    # A flush between tests passes over the queue, whose models Django does not manage.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("DELETE FROM procrastinate_periodic_defers")


def stuck() -> list[str]:
    """Jobs of supporters and of Stripe that nobody did to their end."""
    waiting = ProcrastinateJob.objects.filter(task_name__in=OURS).exclude(status="succeeded")
    return [f"{job.task_name} {job.args} {job.status}" for job in waiting]
