"""The front page: what the editors placed, and the newest stories where they placed nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, Subquery

from articles.models import Article, ArticleQuerySet, FrontPageSlot, Section

SECONDS = 6
OPINIONS = 4
STRIP = 4
LATEST = 12
# The section, by address, whose stories are opinion: they fill that column and no other place.
OPINION = "opinion"
# So many of the newest fill every place, even when editors placed all of them elsewhere.
ENOUGH = max(LATEST, 2 * (1 + SECONDS + OPINIONS))

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
    """The front page of this moment: three queries, at most a fixed number of stories."""
    placed = _placed_by_editors(at)
    recent = list(newest(at))
    news = [article for article in recent if article.section.slug != OPINION]
    opinions = [article for article in recent if article.section.slug == OPINION]
    shown = _Shown()

    # Editors' choices first, or a story chosen for one place could be spent on another.
    lead = shown.take(placed[Place.LEAD], 1)
    seconds = shown.take(placed[Place.SECOND], SECONDS)
    opinion = shown.take(placed[Place.OPINION], OPINIONS)
    lead += shown.take(news, 1 - len(lead))
    if not lead and seconds:
        # Every story has a place below it: the first of them leads.
        lead.append(seconds.pop(0))
    seconds += shown.take(news, SECONDS - len(seconds))
    opinion += shown.take(opinions, OPINIONS - len(opinion))

    strips = _strips(at, shown)
    latest = recent[:LATEST]
    if len(shown.pks) <= LATEST:
        # A young paper: a list of what stands above would only repeat it.
        latest = [article for article in latest if article.pk not in shown.pks]
    return FrontPage(lead[0] if lead else None, seconds, opinion, strips, latest)


def _placed_by_editors(at: datetime) -> dict[str, list[Article]]:
    placed: dict[str, list[Article]] = {place: [] for place in Place}
    slots = (
        Article.objects.published(at)
        .listed()
        .with_bylines()
        .filter(front_page_slots__isnull=False)
        .annotate(place=F("front_page_slots__place"))
        .order_by("front_page_slots__position", "front_page_slots__pk")
    )
    for article in slots:
        placed[vars(article)["place"]].append(article)
    return placed


def newest(at: datetime) -> ArticleQuerySet:
    """Enough of news and enough of opinion, newest first."""
    published = Article.objects.published(at).listed().with_bylines().newest_first()
    # By its number, as the index has it: joined by its address, all of its stories were sorted.
    opinion = Section.objects.filter(slug=OPINION).values("pk")
    news = published.exclude(section__slug=OPINION)[:ENOUGH]
    opinions = published.filter(section=Subquery(opinion))[:ENOUGH]
    return news.union(opinions, all=True).newest_first()


def newest_of_sections(at: datetime, shown: Iterable[int]) -> ArticleQuerySet:
    """A few of each section in the navigation, however large the archive."""
    published = Article.objects.published(at).newest_first()
    of_one = published.filter(section=OuterRef("pk")).exclude(pk__in=shown).values("pk")[:STRIP]
    sections = Section.objects.filter(is_in_navigation=True).exclude(slug=OPINION)
    each = sections.order_by().values(article=Func(ArraySubquery(of_one), function="unnest"))
    return (
        published.listed()
        .filter(pk__in=each)
        .order_by("section__position", "section__name", "section_id", "-published_at", "-pk")
    )


def _strips(at: datetime, shown: _Shown) -> list[Strip]:
    strips = []
    for _section, articles in groupby(newest_of_sections(at, shown.pks), attrgetter("section_id")):
        strip = shown.take(articles, STRIP)
        strips.append(Strip(strip[0].section, strip))
    return strips
