"""Something is broken on purpose: then there are pages that are not true, and they are found."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils.timezone import now

from articles import publishing
from articles.models import Topic
from newsroom.dev.house import until
from tests.newsroom.pagecache.oracle.history import Stage, live
from tests.newsroom.pagecache.oracle.readers import Readers, Stale

FRONT, RIVERS = "/", "/topics/rivers/"
# What is broken, and how it is called in `web_process`.
FAULTS = {
    "no purge of the front page is heard": ("ear", "front", "*"),
    "no purge of asks is heard": ("ear", "support"),
    "no purge of stories is heard": ("ear", "article:"),
    "no purge of lists is heard": ("ear", "section:", "topic:", "author:"),
    "no purge of everything is heard": ("ear", "*"),
    "no purge of old addresses is heard": ("ear", "redirects"),
    "no purge of archives, maps and searches is heard": ("ear", "archive", "sitemap", "search"),
    "pages do not name their topics and authors": ("keys", "topic:", "author:"),
    "pages do not name their stories": ("keys", "article:"),
    "pages do not name their asks": ("keys", "support"),
    "no page says until when it is true": ("clock",),
    "what is purged while it is made is kept": ("doubt",),
}


def test_a_purge_that_is_lost(stage: Stage) -> None:
    _read_with_a_fault(stage, "ear", "front")
    publishing.publish(stage.paper.draft(Random(1)), now())
    _is_found(stage.readers, FRONT)


def test_a_time_that_is_not_said(stage: Stage) -> None:
    _read_with_a_fault(stage, "clock")
    due = now() + timedelta(seconds=1)
    publishing.schedule(stage.paper.draft(Random(1)), due, now())
    stage.readers.settle()
    stage.readers.compare([FRONT])
    stage.move_to(due)
    _is_found(stage.readers, FRONT)


def test_a_key_that_a_page_does_not_name(stage: Stage) -> None:
    _read_with_a_fault(stage, "keys", "topic:")
    story = stage.paper.story(Random(1), topics=None)
    story.topics.add(Topic.objects.get(slug="rivers"))
    _is_found(stage.readers, RIVERS)


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
def test_a_long_history_finds_every_fault(stage: Stage, fault: str) -> None:
    stage.fault = FAULTS[fault]
    with pytest.raises(Stale):
        live(stage, histories=60, steps=40)


def test_who_was_deaf_believes_nothing(stage: Stage) -> None:
    stage.begin(Random(1))
    readers = stage.readers
    readers.read([FRONT, RIVERS])
    assert {FRONT, RIVERS} <= {*readers.held()}
    times = readers.all("hear_all", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'newsroom ear' AND datname = current_database()"
        )
        assert len(cursor.fetchall()) == len(times)
    # Nobody may hear of this.
    publishing.publish(stage.paper.draft(Random(1)), now())
    for process, before in zip(readers.processes, times, strict=True):
        process.ask("hear_all", before + 1)
    assert readers.held() == []
    readers.compare([FRONT, RIVERS])
    assert readers.hits == 0


def test_who_is_deaf_asks_again_from_time_to_time(stage: Stage) -> None:
    stage.begin(Random(1))
    readers = stage.readers
    old = readers.read([FRONT])
    readers.all("spoil", "hearing", "1000")
    publishing.publish(stage.paper.draft(Random(1)), now())
    readers.settle()
    # Not yet.
    assert readers.read([FRONT]) == readers.read([FRONT]) == old
    readers.all("mend")
    readers.all("spoil", "hearing", "0")
    # Once more the old one, and meanwhile the new one is made.
    assert readers.read([FRONT]) == old
    assert until(lambda: old not in readers.all("read", [FRONT]), seconds=30)
    readers.compare([FRONT])


def _read_with_a_fault(stage: Stage, *fault: str) -> None:
    stage.begin(Random(1))
    stage.readers.all("spoil", *fault)
    stage.readers.read([FRONT, RIVERS])
    stage.readers.compare([FRONT, RIVERS])


def _is_found(readers: Readers, address: str) -> None:
    readers.settle()
    with pytest.raises(Stale, match=f"^{address} in process 0"):
        readers.compare([address])
    readers.all("mend")
