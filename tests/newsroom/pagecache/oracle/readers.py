"""Readers of two web processes, who never believe what they read."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from newsroom.dev.processes import ends_with_parent
from newsroom.pagecache import purge
from tests.newsroom.pagecache.oracle.comparing import difference_of
from tests.newsroom.pagecache.oracle.web_process import Looked

ROOT = Path(__file__).resolve().parents[4]
_marks = count()


class Stale(AssertionError):
    """A page came from the cache that would not be rendered now."""


class Process:
    """The far end of `web_process`."""

    def __init__(self, at: datetime) -> None:
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "tests.newsroom.pagecache.oracle",
                    str(theirs.fileno()), str(int(at.timestamp())),
                ],
                cwd=ROOT, env=_environment(), stdout=self._log, stderr=self._log,
                pass_fds=[theirs.fileno()], preexec_fn=ends_with_parent(),
            )  # fmt: skip
        self._orders = Connection(ours.detach())

    def ask(self, name: str, *arguments: Any) -> Any:
        self.order(name, *arguments)
        return self.answer()

    def order(self, name: str, *arguments: Any) -> None:
        self._orders.send((name, *arguments))

    def answer(self) -> Any:
        try:
            is_well, result = self._orders.recv()
        except EOFError as error:
            self._process.wait(10)
            raise RuntimeError(f"A web process died:\n{self.log()}") from error
        if not is_well:
            raise RuntimeError(f"{result}\n{self.log()}")
        return result

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()[-4_000:]

    def end(self) -> None:
        self._orders.close()
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


class Readers:
    """Two processes and what was compared in them."""

    def __init__(self, at: datetime) -> None:
        self.processes = [Process(at) for _ in range(2)]
        for each in self.processes:
            each.answer()
        self.pages = self.hits = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.processes:
            each.end()

    def all(self, name: str, *arguments: Any) -> list[Any]:
        """The same order to each, at the same time."""
        for each in self.processes:
            each.order(name, *arguments)
        return [each.answer() for each in self.processes]

    def travel(self, at: datetime) -> None:
        self.all("travel", at)

    def settle(self) -> None:
        """Until they have heard of everything that was committed so far."""
        mark = f"mark:{next(_marks)}"
        purge(mark)
        self.all("hear", mark)

    def held(self) -> list[str]:
        """What either of them would send from memory."""
        return sorted({address for held in self.all("held") for address in held})

    def read(self, addresses: Iterable[str]) -> dict[str, bytes]:
        first, _second = self.all("read", [*addresses])
        found: dict[str, bytes] = first
        return found

    def compare(self, addresses: Sequence[str]) -> None:
        """Raises `Stale` for the first of these pages that is not as a fresh one."""
        for (address, number), difference in self.differences(addresses).items():
            log = self.processes[number].log() if "an error" in difference else ""
            raise Stale(f"{address} in process {number}, {now()}\n{difference}\n{log}")

    def differences(self, addresses: Sequence[str]) -> dict[tuple[str, int], str]:
        """Of pages that are not as fresh ones: address and process, and what differs."""
        for number, process in enumerate(self.processes):
            # Made anew by one of them: a page is dear.
            process.order("look", addresses, addresses[number :: len(self.processes)])
        looked: list[Looked] = [process.answer() for process in self.processes]
        self.pages += sum(len(each.cached) for each in looked)
        self.hits += sum(each.hits for each in looked)
        fresh = {address: page for each in looked for address, page in each.fresh.items()}
        return {
            (address, number): difference
            for number, each in enumerate(looked)
            for address, page in each.cached.items()
            if (difference := difference_of(page, fresh[address]))
        }


def _environment() -> dict[str, str]:
    """With the database of this test, which has another name than the one that we began with."""
    found: dict[str, Any] = connection.settings_dict
    place = f"{found['HOST']}:{found['PORT']}" if found["HOST"] else ""
    url = f"postgres://{found['USER']}:{found['PASSWORD']}@{place}/{found['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
