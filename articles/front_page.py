"""The front page: what the editors placed, and the newest stories where they placed nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch

from articles.models import Article, ArticleQuerySet, FrontPageSlot, Section

SECONDS = 6
OPINIONS = 4
STRIP = 4
LATEST = 12
# The section, by address, whose stories are opinion: they fill that column and no other place.
OPINION = "opinion"

Place = FrontPageSlot.Place


@dataclass(frozen=True)
class Strip:
    section: Section
    articles: list[Article]


@dataclass(frozen=True)
class FrontPage:
    lead: Article | None = None
    seconds: list[Article] = field(default_factory=list)
    opinion: list[Article] = field(default_factory=list)
    strips: list[Strip] = field(default_factory=list)
    latest: list[Article] = field(default_factory=list)


class _Shown:
    """The stories placed so far: none has two places."""

    def __init__(self) -> None:
        self.pks: set[int] = set()

    def take(self, candidates: Iterable[Article], most: int) -> list[Article]:
        taken: list[Article] = []
        for article in candidates:
            if len(taken) == most:
                break
            if article.pk not in self.pks:
                self.pks.add(article.pk)
                taken.append(article)
        return taken


def compose(at: datetime) -> FrontPage:
    """The front page of this moment: at most a fixed number of stories and of queries."""
    published = Article.objects.published(at).listed().newest_first()
    news = published.exclude(section__slug=OPINION)
    opinions = published.filter(section__slug=OPINION)
    placed = _placed_by_editors(at)
    shown = _Shown()

    # Editors' choices first, or a story chosen for one place could be spent on another.
    lead = shown.take(placed[Place.LEAD], 1)
    seconds = shown.take(placed[Place.SECOND], SECONDS)
    opinion = shown.take(placed[Place.OPINION], OPINIONS)
    # Enough of the newest to fill every place, however many of them already have one.
    newest = list(news[: 1 + SECONDS + len(shown.pks)])
    lead += shown.take(newest, 1 - len(lead))
    if not lead and seconds:
        # Every story has a place below it: the first of them leads.
        lead.append(seconds.pop(0))
    seconds += shown.take(newest, SECONDS - len(seconds))
    opinion += shown.take(opinions[: OPINIONS + len(shown.pks)], OPINIONS - len(opinion))

    strips = _strips(published, shown)
    latest = list(published[:LATEST])
    if len(shown.pks) <= LATEST:
        # A young paper: a list of what stands above would only repeat it.
        latest = [article for article in latest if article.pk not in shown.pks]
    return FrontPage(lead[0] if lead else None, seconds, opinion, strips, latest)


def _placed_by_editors(at: datetime) -> dict[str, list[Article]]:
    slots = FrontPageSlot.objects.filter(
        article__in=Article.objects.published(at)
    ).prefetch_related(Prefetch("article", Article.objects.listed()))
    placed: dict[str, list[Article]] = {place: [] for place in Place}
    for slot in slots.order_by("position", "pk"):
        placed[slot.place].append(slot.article)
    return placed


def _strips(published: ArticleQuerySet, shown: _Shown) -> list[Strip]:
    """The newest of each section in one query, however large the archive."""
    newest = published.filter(section=OuterRef("pk")).exclude(pk__in=shown.pks).values("pk")[:STRIP]
    sections = list(
        Section.objects.filter(is_in_navigation=True)
        .exclude(slug=OPINION)
        .annotate(newest=ArraySubquery(newest))
    )
    articles = published.in_bulk([pk for section in sections for pk in section.newest])
    return [
        Strip(section, shown.take((articles[pk] for pk in section.newest), STRIP))
        for section in sections
        if section.newest
    ]
