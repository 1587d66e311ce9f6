"""Whatever is changed, every page that would look different now is told, or knew when it ends.

A page that is not told is rendered again, and must be the same.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.test import Client

from articles import publishing
from articles.models import (
    Article,
    Author,
    Byline,
    Correction,
    FrontPageSlot,
    Image,
    Page,
    Redirect,
    RelatedArticle,
    Section,
    Status,
    Topic,
)
from donations import standing
from donations.models import Campaign, GoalKind, PaymentSettings, Placement, Prompt
from newsroom.models import Paper
from newsroom.pagecache import Dependencies
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
    drawn_picture,
)
from tests.donations.factories import CampaignFactory, PromptFactory
from tests.purges import told

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTHS_AGO = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)

PAGES = (
    "/",
    "/?p=77",
    "/?p=99",
    "/world/",
    "/sport/",
    "/about/",
    "/hidden/",
    "/new/",
    "/2026/11/25/lead/",
    "/2026/11/25/aside/",
    "/2026/11/23/vesti/",
    "/2024/03/05/old/",
    "/2024/03/05/withdrawn/",
    "/2024/03/05/back-at-the-desk/",
    "/2026/11/25/soon/",
    "/2026/11/25/draft/",
    "/2026/11/25/new/",
    "/topics/rivers/",
    "/topics/elections/",
    "/topics/new/",
    "/authors/ada/",
    "/authors/ben/",
    "/authors/new/",
    "/archive/",
    "/archive/2026/11/",
    "/archive/2026/06/",
    "/archive/2024/03/",
    "/search/",
    "/search/?q=harbour",
    "/feed/",
    "/feed.json",
    "/sport/feed/",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-2026-11.xml",
    "/news-sitemap.xml",
    "/robots.txt",
    "/old/place/",
    "/old/section/",
    "/old/new/",
    "/support/",
)
Change = Callable[[], object]


@dataclass(frozen=True)
class Kept:
    """A page as a cache keeps it."""

    seen: tuple[int, str, bytes]
    keys: frozenset[str]
    until: datetime | None


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paper() -> None:
    """One of everything, and stories in every state and at every distance from each other."""
    Paper(name="The Packet", motto="Weekly", description="A paper.", contact_email="a@b.example",
          social_links="https://t.example/packet").save()  # fmt: skip
    world, sport, opinion = (SectionFactory(slug=slug) for slug in ("world", "sport", "opinion"))
    rivers, elections = TopicFactory(slug="rivers"), TopicFactory(slug="elections")
    ada = AuthorFactory(slug="ada", portrait=ImageFactory())
    ben = AuthorFactory(slug="ben")
    draft = ArticleFactory(slug="draft", headline="Draft", section=sport, authors=[ben])
    soon = ArticleFactory(slug="soon", section=sport, topics=[elections], status=Status.PUBLISHED,
                          published_at=NOW + HOUR)  # fmt: skip
    aside = story("aside", NOW - 2 * HOUR, section=sport, authors=[ben])
    lead = story("lead", NOW - HOUR, headline="The harbour", section=world, topics=[rivers],
                 authors=[ada], lead_image=ImageFactory(), dateline="PARIS", updated_at=NOW,
                 related=[draft, soon, aside])  # fmt: skip
    Correction.objects.create(article=lead, text="It was Tuesday.", made_at=NOW)
    story("vesti", NOW - 47 * HOUR, language="ru", section=world, topics=[rivers])
    story("think", NOW - 3 * HOUR, section=opinion, authors=[ada])
    story("old", LONG_AGO, section=world, authors=[ben], topics=[elections])
    ArticleFactory(slug="withdrawn", status=Status.WITHDRAWN, published_at=LONG_AGO)
    ArticleFactory(slug="back-at-the-desk", published_at=LONG_AGO, section=world)
    PageFactory(slug="about")
    PageFactory(slug="hidden", is_published=False)
    FrontPageSlot.objects.create(place="lead", article=aside)
    FrontPageSlot.objects.create(place="second", article=draft, position=1)
    for old, target in (
        ("/old/place/", {"article": aside}),
        ("/?p=77", {"article": lead}),
        ("/old/draft/", {"article": draft}),
        ("/old/section/", {"section": world}),
    ):
        Redirect.objects.create(old_address=old, **target)
    campaign = CampaignFactory(ends_at=NOW + 9 * HOUR)
    for placement in Placement:
        PromptFactory(campaign=campaign, placement=placement, headline=f"Help: {placement}")
    PromptFactory(campaign=campaign, headline="Later", starts_at=NOW + 2 * HOUR, priority=5,
                  ends_at=NOW + 3 * HOUR)  # fmt: skip
    PromptFactory(campaign=campaign, headline="Off", is_live=False, priority=9)
    CampaignFactory(is_paused=True)


def story(slug: str, at: datetime, **more: Any) -> Article:
    written: Article = ArticleFactory(slug=slug, status=Status.PUBLISHED, published_at=at, **more)
    return written


# One for all, which loads the middleware once.
reader = Client()


def render(address: str) -> Kept:
    said = Dependencies()
    extra: Any = {"newsroom.dependencies": said}
    response = reader.get(address, **extra)
    assert response.status_code < 500, address
    seen = (response.status_code, response.get("Location", ""), response.content)
    return Kept(seen, frozenset(said.keys), said.until)


def left_behind(kept: dict[str, Kept], change: Change) -> list[str]:
    """Pages that a change makes look different without a word to whoever keeps them."""
    with transaction.atomic():
        with told() as keys:
            change()
        untold = [] if "*" in keys else [each for each in kept if not kept[each].keys & keys]
        found = [each for each in untold if render(each).seen != kept[each].seen]
        transaction.set_rollback(True)
    return found


# Every field of every row that a page may show.

ROWS: tuple[tuple[type[models.Model], dict[str, Any]], ...] = (
    (Article, {"slug": "lead"}),
    (Article, {"slug": "soon"}),
    (Article, {"slug": "draft"}),
    (Byline, {"article__slug": "lead"}),
    (Correction, {}),
    (RelatedArticle, {"other__slug": "aside"}),
    (FrontPageSlot, {"place": "lead"}),
    (Section, {"slug": "world"}),
    (Topic, {"slug": "rivers"}),
    (Author, {"slug": "ada"}),
    (Page, {"slug": "about"}),
    (Image, {}),
    (Paper, {}),
    (Campaign, {"is_paused": False}),
    (Prompt, {"placement": "banner"}),
    (PaymentSettings, {}),
)
# With another value of these, nobody might see the other fields: each is changed alone.
GATES = {"status", "slug", "language", "section", "article", "published_at", "published_on"}
OPEN = ({"slug": "lead"}, {"article__slug": "lead"}, {"other__slug": "aside"})
# Kept by the database or the row itself.
OWN = {"version", "words", "created_at", "changed_at", "uploaded_at", "width", "height"}
VALUES: dict[str, Any] = {
    "language": "ar",
    "time_zone": "Asia/Tokyo",
    "accent_colour": "#123456",
    "accent_colour_dark": "#abcdef",
    "contact_email": "other@paper.example",
    "social_links": "https://other.example/",
    "currency": "eur",
    "focal_point": "0.1x0.9",
    "languages": ["ru"],
    "sections": ["world"],
    "topics": ["rivers"],
    "published_on": date(2026, 11, 25),
    "pinned_site_url": "https://paper.example",
}
# What a field cannot have without another.
WITH: dict[str, dict[str, Any]] = {
    "goal_kind": {"goal_kind": GoalKind.SUPPORTERS, "goal_supporters": 7},
    "goal_minor": {"goal_minor": 7_00},
    "ends_at": {"ends_at": NOW - HOUR},
    "published_at": {"published_at": MONTHS_AGO},
}


def fields_of(model: type[models.Model]) -> list[str]:
    return [
        each.name
        for each in model._meta.concrete_fields
        if not each.primary_key and each.name not in OWN
    ]


def other_value(row: Any, field: Any) -> Any:
    value = getattr(row, field.name)
    if field.name in VALUES:
        return VALUES[field.name]
    if field.choices:
        return next(each for each, _words in field.choices if each != value)
    if isinstance(field, models.ForeignKey):
        others = field.related_model._default_manager.exclude(pk=getattr(row, field.attname))
        taken = (
            type(row)._default_manager.values(field.attname)
            if field.name in {"article", "other"}
            else []
        )
        return others.exclude(pk__in=taken).order_by("-pk").first()
    if isinstance(field, models.FileField):
        return ContentFile(drawn_picture(50, 50), name="other.jpg")
    if isinstance(field, ArrayField):
        return [3_00, 4_00]
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    if isinstance(field, models.DateTimeField):
        return (value or NOW) - 50 * DAY
    return f"{value}-2" if "slug" in field.name else f"Other {field.name}"[: field.max_length]


def changed(model: type[models.Model], which: dict[str, Any], names: list[str]) -> Change:
    def change() -> None:
        row: Any = model._default_manager.filter(**which).order_by("pk").first() or model()
        for name in names:
            values = WITH.get(name) or {name: other_value(row, model._meta.get_field(name))}
            for each, value in values.items():
                setattr(row, each, value)
        row.save()

    return change


@pytest.mark.soak
@pytest.mark.usefixtures("paper")
def test_a_field_is_changed() -> None:
    kept = {address: render(address) for address in PAGES}
    for model, which in ROWS:
        for names, change in changes_of(model, which):
            assert left_behind(kept, change) == [], (model, which, names)


def changes_of(
    model: type[models.Model], which: dict[str, Any]
) -> Iterator[tuple[list[str], Change]]:
    """Every field of a row, together with those of which the same is told; and without the row."""
    alike: dict[tuple[str, frozenset[str]], list[str]] = {}
    for name in fields_of(model):
        with transaction.atomic(), told() as keys:
            changed(model, which, [name])()
            transaction.set_rollback(True)
        alone = name if name in GATES and which in OPEN else ""
        alike.setdefault((alone, frozenset(keys)), []).append(name)
    for names in alike.values():
        yield names, changed(model, which, names)
    yield ["all, gone"], lambda: gone(model, which)


def gone(model: type[models.Model], which: dict[str, Any]) -> None:
    """Deleted, where that may be."""
    row = model._default_manager.filter(**which).order_by("pk").first()
    with suppress(models.ProtectedError), transaction.atomic():
        if row is not None:
            row.delete()


# What comes new, and the verbs.


def article(slug: str) -> Article:
    return Article.objects.get(slug=slug)


def at(which: str, verb: Callable[..., None], *arguments: Any, **values: Any) -> None:
    written = article(which)
    for name, value in values.items():
        setattr(written, name, value)
    verb(written, *arguments)


def new_story(**more: Any) -> Article:
    return story("new", NOW - HOUR / 2, **{"section": Section.objects.get(slug="world"), **more})


CHANGES: dict[str, Change] = {
    "draft published": lambda: at("draft", publishing.publish, NOW),
    "draft published under another address": lambda: at("draft", publishing.publish, NOW, slug="new"),
    "draft scheduled": lambda: at("draft", publishing.schedule, NOW + HOUR / 2, NOW),
    "draft saved": lambda: at("draft", publishing.save, NOW, headline="Harbour", body="<p>x</p>"),
    "scheduled brought forward": lambda: at("soon", publishing.schedule, NOW + HOUR / 4, NOW),
    "scheduled taken back": lambda: at("soon", publishing.back_to_draft, NOW),
    "scheduled published": lambda: at("soon", publishing.publish, NOW),
    "withdrawn": lambda: at("lead", publishing.withdraw),
    "withdrawn beside another": lambda: at("aside", publishing.withdraw),
    "taken back to the desk": lambda: at("aside", publishing.back_to_draft, NOW),
    "moved": lambda: at("lead", publishing.save, NOW, slug="new"),
    "withdrawn from the desk": lambda: at("back-at-the-desk", publishing.withdraw),
    "again published": lambda: at("back-at-the-desk", publishing.publish, NOW),
    "withdrawn again published": lambda: at("withdrawn", publishing.publish, NOW),
    "new story": new_story,
    "new story of another language": lambda: new_story(
        language="ru", section=Section.objects.get(slug="opinion")
    ),
    "new story of another month": lambda: story("new", MONTHS_AGO),
    "new story by an author": lambda: new_story(authors=[Author.objects.get(slug="ben")]),
    "new story on a topic": lambda: new_story(topics=[Topic.objects.get(slug="elections")]),
    "filed under a topic": lambda: article("aside").topics.add(Topic.objects.get(slug="rivers")),
    "filed from the topic": lambda: Topic.objects.get(slug="rivers").articles.add(article("aside")),
    "taken from a topic": lambda: article("lead").topics.remove(Topic.objects.get(slug="rivers")),
    "taken from all topics": lambda: article("lead").topics.clear(),
    "topic emptied": lambda: Topic.objects.get(slug="rivers").articles.clear(),
    "topic filled anew": lambda: Topic.objects.get(slug="rivers").articles.set([article("aside")]),
    "another byline": lambda: Byline.objects.create(
        article=article("lead"), author=Author.objects.get(slug="ben")
    ),
    "bylines cleared": lambda: article("lead").authors.clear(),
    "authors given": lambda: article("lead").authors.add(Author.objects.get(slug="ben")),
    "another correction": lambda: Correction.objects.create(
        article=article("aside"), text="It was Monday.", made_at=NOW
    ),
    "another beside": lambda: RelatedArticle.objects.create(
        article=article("aside"), other=article("old")
    ),
    "another place in front": lambda: FrontPageSlot.objects.create(
        place="second", article=article("old")
    ),
    "front page emptied": lambda: FrontPageSlot.objects.all().delete(),
    "new section": lambda: SectionFactory(slug="new"),
    "new topic": lambda: TopicFactory(slug="new"),
    "new author": lambda: AuthorFactory(slug="new"),
    "new page": lambda: PageFactory(slug="new"),
    "page published": lambda: Page.objects.get(slug="hidden").delete() or PageFactory(slug="hidden"),
    "new picture": lambda: ImageFactory(),
    "old address": lambda: Redirect.objects.create(old_address="/old/new/", article=article("old")),
    "old address of WordPress": lambda: Redirect.objects.create(
        old_address="/?p=99", article=article("old")
    ),
    "old address forgotten": lambda: Redirect.objects.filter(old_address="/old/place/").delete(),
    "new prompt": lambda: PromptFactory(campaign=Campaign.objects.get(is_paused=False), priority=7, headline="Now"),
    "new campaign": lambda: PromptFactory(
        campaign=CampaignFactory(starts_at=NOW - HOUR), priority=7, placement=Placement.FOOTER
    ),
    "payments paused": lambda: PaymentSettings(is_paused=True).save(),
    "address pinned": standing.pin,
}  # fmt: skip


@pytest.mark.soak
@pytest.mark.usefixtures("paper")
def test_something_is_done() -> None:
    kept = {address: render(address) for address in PAGES}
    behind = {name: left_behind(kept, change) for name, change in CHANGES.items()}
    assert {name: pages for name, pages in behind.items() if pages} == {}


@pytest.mark.usefixtures("paper")
def test_the_test_would_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is told, the front page is left behind, and not it alone."""
    kept = {address: render(address) for address in PAGES[:20]}
    for module in ("articles.purging", "donations.purging", "newsroom.purging"):
        monkeypatch.setattr(f"{module}.purge", lambda *keys: None)
    for name in ("draft published", "withdrawn", "payments paused", "new section"):
        behind = left_behind(kept, CHANGES[name])
        assert "/" in behind
        assert len(behind) > 3


# What changes by time alone.

MOMENTS = (
    NOW + HOUR,  # a story is due, and another leaves the map of news
    NOW + 2 * HOUR,  # a prompt begins, which ends an hour later
    NOW + 9 * HOUR,  # the campaign ends
    NOW + 12 * HOUR,  # midnight
    datetime(2026, 12, 1, tzinfo=UTC),  # what this month's goal counts begins anew
)


# What nothing of the above can reach.
STANDING_STILL = {"/old/place/", "/old/section/", "/?p=77", "/?p=99", "/robots.txt", "/paper.css"}


@pytest.mark.usefixtures("paper")
def test_time_passes() -> None:
    kept = {address: render(address) for address in PAGES if address not in STANDING_STILL}
    assert kept["/"].until == MOMENTS[0]
    changed_in_time: set[str] = set()
    for moment in MOMENTS:
        with time_machine.travel(moment, tick=False):
            for address, page in kept.items():
                now = render(address)
                if now.seen != page.seen:
                    changed_in_time.add(address)
                    assert page.until is not None, (address, moment)
                    assert page.until <= moment, (address, moment)
                kept[address] = now
    assert {"/", "/2026/11/25/soon/", "/news-sitemap.xml", "/sport/feed/"} <= changed_in_time
