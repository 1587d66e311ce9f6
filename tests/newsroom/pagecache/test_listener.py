"""What a process hears of other processes' changes: all that was committed, and when it may not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from newsroom.dev.house import until
from newsroom.pagecache import listener, purge
from newsroom.pagecache.listener import Listener
from newsroom.pagecache.purging import CHANNEL

pytestmark = pytest.mark.django_db(transaction=True)

CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'newsroom ear' AND datname = current_database()
"""
SECONDS = 15.0


class Heard:
    """What a listener says, in order. `last` marks the end of what a test told."""

    def __init__(self) -> None:
        self.purges: list[list[str]] = []
        self.beats = 0
        self.changed = threading.Condition()

    def purge(self, keys: list[str]) -> None:
        with self.changed:
            self.purges.append(keys)
            self.changed.notify_all()

    def beat(self) -> None:
        with self.changed:
            self.beats += 1
            self.changed.notify_all()

    def wait_for(self, is_true: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_true, timeout=SECONDS), self.purges[-5:]

    def keys(self) -> set[str]:
        """All until now: what was told before is heard before."""
        purge("that-is-all")
        self.wait_for(lambda: ["that-is-all"] in self.purges)
        found = {key for keys in self.purges for key in keys} - {"that-is-all"}
        self.purges.clear()
        return found


@contextmanager
def listening() -> Iterator[tuple[Heard, Listener]]:
    heard = Heard()
    ear = Listener(heard.purge, heard.beat)
    before = set(threading.enumerate())
    ear.start()
    (thread,) = set(threading.enumerate()) - before
    try:
        heard.wait_for(lambda: heard.beats > 0)
        yield heard, ear
    finally:
        ear.stop()
        cut_off()
        thread.join(SECONDS)
        assert not thread.is_alive()


def cut_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CUT_OFF)


@pytest.fixture
def ear() -> Iterator[tuple[Heard, Listener]]:
    with listening() as found:
        yield found


Ear = tuple[Heard, Listener]


def test_all_is_purged_before_anything_is_believed(ear: Ear) -> None:
    heard, hears = ear
    assert heard.purges == [["*"]]
    assert not hears.is_deaf()


def test_a_purge_is_heard_when_it_is_committed(ear: Ear) -> None:
    heard, _ = ear
    assert heard.keys() == {"*"}
    purge("front", "article:1")
    assert heard.keys() == {"front", "article:1"}


def test_a_purge_is_not_heard_before_the_commit(ear: Ear) -> None:
    heard, _ = ear
    heard.keys()
    with transaction.atomic():
        purge("article:1")
        # Somebody else's is, meanwhile.
        with psycopg.connect(**_address(), autocommit=True) as other:
            other.execute("SELECT pg_notify(%s, 'article:2')", [CHANNEL])
        heard.wait_for(lambda: bool(heard.purges))
        assert heard.purges == [["article:2"]]
    heard.wait_for(lambda: len(heard.purges) == 2)
    assert heard.purges[1] == ["article:1"]


def test_what_is_rolled_back_is_never_heard(ear: Ear) -> None:
    heard, _ = ear
    heard.keys()
    with transaction.atomic():
        purge("article:1")
        transaction.set_rollback(True)
    assert heard.keys() == set()


def test_all_of_a_burst_is_heard_in_the_moment_of_a_beat(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, hears = ear
    heard.keys()
    ahead = 0.0
    real = hears._purge

    def takes_its_time(keys: list[str]) -> None:
        nonlocal ahead
        ahead += listener.BEAT
        real(keys)

    monkeypatch.setattr(listener, "monotonic", lambda: monotonic() + ahead)
    monkeypatch.setattr(hears, "_purge", takes_its_time)
    keys = {f"article:{number}" for number in range(30)}
    with transaction.atomic(), connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, key])
    assert heard.keys() == keys


def test_a_long_list_of_keys_is_heard_whole(ear: Ear) -> None:
    heard, _ = ear
    heard.keys()
    keys = {f"topic:{'ж' * 70}-{number}" for number in range(200)}
    purge(*keys)
    assert heard.keys() == keys


def test_more_keys_than_fit_are_heard_as_everything(ear: Ear) -> None:
    heard, _ = ear
    heard.keys()
    purge(*(f"topic:{'ж' * 70}-{number}" for number in range(2_000)))
    assert heard.keys() == {"*"}


def test_it_goes_on_hearing_that_it_hears(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "BEAT", 0.05)
    with listening() as (heard, ear):
        until_then = ear.hears_until
        beats = heard.beats
        heard.wait_for(lambda: heard.beats >= beats + 3)
        assert ear.hears_until > until_then
        # And it still hears others.
        heard.keys()
        purge("front")
        assert heard.keys() == {"front"}


def test_another_processs_beat_says_nothing_about_our_own_ear(ear: Ear) -> None:
    heard, hears = ear
    heard.keys()
    beats, until_then = heard.beats, hears.hears_until
    purge(listener.HEARTBEAT)
    assert heard.keys() == set()
    assert (heard.beats, hears.hears_until) == (beats, until_then)


def test_whose_connection_broke_is_deaf_at_once_and_believes_nothing_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "AGAIN_AFTER", 0.3)
    with listening() as (heard, ear):
        heard.keys()
        beats = heard.beats
        cut_off()
        assert until(ear.is_deaf, seconds=SECONDS)
        purge("article:1")  # nobody hears it
        heard.wait_for(lambda: heard.beats > beats)
        assert not ear.is_deaf()
        assert ["*"] in heard.purges
        heard.keys()
        purge("front")
        assert heard.keys() == {"front"}


def test_it_tries_again_for_as_long_as_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "AGAIN_AFTER", 0.01)
    real, tries = psycopg.connect, 0

    def refuses(**how: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise psycopg.OperationalError("refused")
        if tries < 6:
            raise RuntimeError("something else")
        return real(**how)

    monkeypatch.setattr(psycopg, "connect", refuses)
    with listening() as (heard, ear):
        assert not ear.is_deaf()
        assert heard.purges == [["*"]]
    assert tries >= 6


def test_whoever_cannot_take_a_purge_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge that was heard and not followed is a lost one."""
    monkeypatch.setattr(listener, "AGAIN_AFTER", 0.01)
    with listening() as (heard, ear):
        heard.keys()
        real = ear._purge

        def fails(keys: list[str]) -> None:
            ear._purge = real
            raise RuntimeError("no memory")

        ear._purge = fails
        purge("article:1")
        heard.wait_for(lambda: ["*"] in heard.purges)


def test_silence_means_deafness(ear: Ear) -> None:
    _, hears = ear
    assert 0 < hears.hears_until - monotonic() <= listener.DEAF_AFTER
    hears.hears_until = monotonic() - 0.001
    assert hears.is_deaf()


def test_a_direct_address_is_preferred(settings: Any) -> None:
    settings.DATABASE_DIRECT_URL = "postgres://direct.example/paper"
    assert listener._address()["conninfo"] == "postgres://direct.example/paper"
    settings.DATABASE_DIRECT_URL = ""
    assert listener._address()["dbname"] == connection.settings_dict["NAME"]


def _address() -> dict[str, Any]:
    return {k: v for k, v in listener._address().items() if k != "application_name"}
