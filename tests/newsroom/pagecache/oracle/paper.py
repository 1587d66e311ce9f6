"""A small paper with something of everything, and all addresses that readers may try there."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from articles.models import (
    Article,
    Author,
    FrontPageSlot,
    Image,
    Page,
    Redirect,
    Section,
    Status,
    Topic,
)
from donations.models import Placement
from newsroom.models import Paper
from newsroom.pagecache import purge
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.donations.factories import CampaignFactory, PromptFactory
from tests.donations.histories.newspaper import wipe

Row = TypeVar("Row")
# The evening before a clock change and the last days of a month, where the paper is.
BEGAN = datetime(2026, 3, 28, 20, 59, 50, tzinfo=UTC)
TIME_ZONES = ("Europe/Vilnius", "America/New_York", "Asia/Kathmandu", "UTC")
# All addresses that things may have, so that one is free, taken, moved away from, and taken again.
TOP = ("world", "culture", "opinion", "about", "privacy", "courts")
TOPICS = ("rivers", "borders", "ghosts")
AUTHORS = ("ada", "bo", "cyd")
OLD = ("/2011/old-story/", "/?p=7", "/?page_id=8", "/old-about/")
# Older than a day, on every list: stories come to these pages and leave them.
OLDER = base64.urlsafe_b64encode(
    f"{int((BEGAN - timedelta(days=1)).timestamp()) * 10**6}.1".encode()
).decode()
OLDER = f"?before={OLDER.rstrip('=')}"
FIXED = (
    "/", "/archive/", "/search/?q=water", "/search/?q=nobody", "/search/", "/feed/", "/feed.json",
    "/sitemap.xml", "/sitemap-pages.xml", "/news-sitemap.xml", "/robots.txt",
    "/nothing/at/all/", "/2026/02/30/never/", "/?utm_source=letter",
    f"/world/{OLDER}", f"/topics/rivers/{OLDER}", f"/authors/ada/{OLDER}",
    f"/search/{OLDER}&q=water",
)  # fmt: skip
# More than one page of its section has.
STORIES = 22


class TestPaper:
    """What is there at the beginning; `addresses` grow with the stories."""

    __test__ = False

    def __init__(self) -> None:
        picture = ImageFactory()
        self._file, self._size = picture.file.name, (picture.width, picture.height)
        self._stories: set[str] = set()

    def begin(self, chance: Random) -> None:
        _wipe_articles()
        wipe()
        at = now()
        Paper(name="The Test", motto="Every day.", time_zone=TIME_ZONES[0]).save()
        width, height = self._size
        pictures = Image.objects.bulk_create(
            Image(file=self._file, width=width, height=height, alt=f"Picture {n}") for n in range(2)
        )
        sections = [SectionFactory(slug=slug, name=slug.title()) for slug in TOP[:3]]
        topics = [TopicFactory(slug=slug) for slug in TOPICS[:2]]
        authors = [
            AuthorFactory(slug=slug, portrait=portrait)
            for slug, portrait in zip(AUTHORS[:2], [pictures[0], None], strict=True)
        ]
        PageFactory(slug="about")
        PageFactory(slug="privacy", is_published=False)
        for number in range(STORIES):
            story = ArticleFactory(
                slug=f"story-{number}",
                status=Status.PUBLISHED,
                published_at=at - timedelta(hours=9 * number, seconds=1),
                # Most in one section, so that it needs a second page.
                section=sections[0 if number < STORIES - 1 else 1],
                authors=[chance.choice(authors)],
                topics=[chance.choice(topics)] if number % 2 else [],
                body="<p>Water rises.</p>" if number % 3 else "<p>Nothing.</p>",
                lead_image=pictures[1] if number % 5 == 0 else None,
            )
        ArticleFactory(slug="a-draft", section=sections[1])
        FrontPageSlot.objects.create(place=FrontPageSlot.Place.SECOND, article=story)
        campaign = CampaignFactory()
        for placement in Placement:
            PromptFactory(campaign=campaign, placement=placement)
        self._stories.clear()
        purge("*")

    def addresses(self) -> list[str]:
        """Everything that can be read or was to be read once, and what never was."""
        # What was an address once is kept in mind: there must be no story any more, or a redirect.
        dated = Article.objects.exclude(published_on=None)
        self._stories.update(story.get_absolute_url() for story in dated)
        self._stories.update(Redirect.objects.values_list("old_address", flat=True))
        months = {f"{story.published_at:%Y/%m}" for story in dated if story.published_at}
        months |= {f"{now():%Y/%m}", "2026/02", "2026/04"}
        return sorted(
            {
                *FIXED,
                *OLD,
                *self._stories,
                *(f"/{slug}/" for slug in TOP),
                *(f"/{slug}/feed/" for slug in TOP),
                *(reverse("articles:topic", args=[slug]) for slug in TOPICS),
                *(reverse("articles:author", args=[slug]) for slug in AUTHORS),
                *(f"/archive/{month}/" for month in months),
                *(f"/sitemap-{month.replace('/', '-')}.xml" for month in months),
            }
        )

    def story(self, chance: Random, **which: object) -> Article:
        """Any of these, the newest ones most."""
        found = Article.objects.filter(**which).order_by("-pk")
        return any_of(chance, list(found[: chance.choice((3, 30))]))

    def draft(self, chance: Random) -> Article:
        return self.story(chance, status__in=(Status.DRAFT, Status.REVIEW))

    def section(self, chance: Random) -> Section:
        return any_of(chance, list(Section.objects.order_by("pk")))

    def topic(self, chance: Random) -> Topic:
        return any_of(chance, list(Topic.objects.order_by("pk")))

    def author(self, chance: Random) -> Author:
        return any_of(chance, list(Author.objects.order_by("pk")))

    def page(self, chance: Random) -> Page:
        return any_of(chance, list(Page.objects.order_by("pk")))

    def picture(self, chance: Random) -> Image:
        return any_of(chance, list(Image.objects.order_by("pk")))


class NothingThere(Exception):
    """There is none of what was to be changed."""


def any_of(chance: Random, rows: Sequence[Row]) -> Row:
    if not rows:
        raise NothingThere
    return chance.choice(rows)


def _wipe_articles() -> None:
    """In one transaction: foreign keys are looked at when all of it is done."""
    models = [*apps.get_app_config("articles").get_models(include_auto_created=True)]
    tables = [Paper._meta.db_table, *(each._meta.db_table for each in models)]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"DELETE FROM {each}" for each in tables))  # noqa: S608
