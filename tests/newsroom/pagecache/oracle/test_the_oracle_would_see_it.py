"""Something is broken on purpose: then there are pages that are not true, and they are found."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import NamedTuple

import pytest
from django.db import connection
from django.utils.timezone import now

from articles import publishing
from articles.importers.known import leave_redirects
from articles.models import Article, Author, Topic
from donations.models import Campaign
from newsroom.dev.house import until
from newsroom.models import Paper
from tests.newsroom.pagecache.oracle.history import Stage
from tests.newsroom.pagecache.oracle.paper import OLD, TestPaper

FRONT, RIVERS = "/", "/topics/rivers/"
STORY = "/2026/03/28/story-0/"
Change = Callable[[TestPaper], object]


class Fault(NamedTuple):
    """One process is broken (an order to `WebProcess.spoil`) when something changes a page."""

    order: tuple[str, ...]
    address: str
    change: Change
    # Seconds that pass then.
    wait: int = 0


def _publish(paper: TestPaper) -> None:
    publishing.publish(paper.draft(Random(1)), now())


def _publish_by_ada(paper: TestPaper) -> None:
    paper.draft(Random(1)).bylines.create(author=Author.objects.get(slug="ada"))
    _publish(paper)


def _schedule(paper: TestPaper) -> None:
    publishing.schedule(paper.draft(Random(1)), now() + timedelta(seconds=1), now())


def _pause(paper: TestPaper) -> None:
    campaign = Campaign.objects.get()
    campaign.is_paused = True
    campaign.save()


def _end_soon(paper: TestPaper) -> None:
    campaign = Campaign.objects.get()
    campaign.ends_at = now() + timedelta(seconds=1)
    campaign.save()


def _story() -> Article:
    return Article.objects.get(slug="story-0")


FAULTS = {
    "a purge that is lost": Fault(("ear", "front"), FRONT, _publish),
    "a time that is not said": Fault(("clock",), FRONT, _schedule, wait=1),
    "a key that a page does not name": Fault(
        ("keys", "topic:"), RIVERS, lambda _: _story().topics.add(Topic.objects.get(slug="rivers"))
    ),
}
MORE = {
    "section": Fault(("ear", "section:"), "/culture/", _publish),
    "feed of a section": Fault(("ear", "section:"), "/culture/feed/", _publish),
    "author": Fault(("ear", "author:"), "/authors/ada/", _publish_by_ada),
    "story": Fault(
        ("ear", "article:", "section:", "topic:", "author:"),
        STORY,
        lambda _: _story().corrections.create(text="It was Tuesday.", made_at=now()),
    ),
    "story without its name": Fault(
        ("keys", "article:", "section:", "topic:", "author:"),
        STORY,
        lambda _: _story().corrections.create(text="It was Tuesday.", made_at=now()),
    ),
    "asks": Fault(("ear", "support"), FRONT, _pause),
    "asks without their name": Fault(("keys", "support"), STORY, _pause),
    "all": Fault(("ear", "*"), "/archive/", lambda _: Paper(name="The Other").save()),
    "old addresses": Fault(
        ("ear", "redirects"), "/2011/old-story/", lambda _: leave_redirects(_story(), [OLD[0]])
    ),
    "map": Fault(("ear", "sitemap"), "/sitemap-2026-03.xml", _publish),
    "archive": Fault(("ear", "archive"), "/archive/2026/03/", _publish),
    "search": Fault(("ear", "search"), "/search/?q=second", _publish),
    "end of a campaign": Fault(("clock",), STORY, _end_soon, wait=1),
    "midnight": Fault(("clock",), FRONT, lambda _: None, wait=3_610),
    "news of two days": Fault(("clock",), "/news-sitemap.xml", lambda _: None, wait=48 * 3_600),
    "story that was scheduled": Fault(("clock",), "/2026/03/28/a-draft/", _schedule, wait=1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_oracle_would_see(stage: Stage, name: str) -> None:
    _is_seen(stage, FAULTS[name])


@pytest.mark.soak
@pytest.mark.parametrize("name", MORE)
def test_the_oracle_would_see_in(stage: Stage, name: str) -> None:
    _is_seen(stage, MORE[name])


def _is_seen(stage: Stage, fault: Fault) -> None:
    """In the process that is broken, and in the other there is nothing to be seen."""
    stage.begin(Random(1))
    readers, broken = stage.readers, stage.readers.processes[0]
    broken.ask("spoil", *fault.order)
    assert not readers.differences([fault.address])
    fault.change(stage.paper)
    readers.settle()
    if fault.wait:
        assert not readers.differences([fault.address])
        stage.move_to(now() + timedelta(seconds=fault.wait))
    assert [*readers.differences([fault.address])] == [(fault.address, 0)]


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
    _publish(stage.paper)
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
    _publish(stage.paper)
    readers.settle()
    # Not yet.
    assert readers.read([FRONT]) == readers.read([FRONT]) == old
    readers.all("mend")
    readers.all("spoil", "hearing", "0")
    # Once more the old one, and meanwhile the new one is made.
    assert readers.read([FRONT]) == old
    assert until(lambda: old not in readers.all("read", [FRONT]), seconds=30)
    readers.compare([FRONT])
