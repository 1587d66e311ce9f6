"""The demo paper: what somebody finds who has just installed the product."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from django.utils.timezone import now
from pytest_django import DjangoDbBlocker

from articles import demo
from articles.demo import manuscripts, pictures, portraits
from articles.front_page import OPINION, compose
from articles.models import (
    Article,
    Author,
    Byline,
    Correction,
    FrontPageSlot,
    Image,
    Page,
    RelatedArticle,
    Section,
    Topic,
)
from articles.renditions import FORMATS
from newsroom.models import Paper

# Drawn small: what is tested is that each is there.
SMALL = 96


@pytest.fixture(scope="module")
def edition(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Seeded once for all tests of this file, which only read; then taken back."""
    with (
        override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        demo.seed(picture_width=SMALL)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client(edition: None) -> Client:
    return Client()


def published() -> list[Article]:
    return list(Article.objects.published(now()).whole())


@pytest.mark.usefixtures("edition")
def test_the_paper_is_of_a_real_ones_size() -> None:
    stories = published()
    assert len(stories) >= 24
    assert len({story.section_id for story in stories}) == 6
    assert len({byline.author_id for story in stories for byline in story.bylines.all()}) == 8
    assert Topic.objects.filter(articles__in=stories).distinct().count() >= 10
    years = {story.published_on.year for story in stories if story.published_on}
    assert {2021, 2022, 2023, 2024, 2025} <= years
    assert Author.objects.filter(portrait__isnull=False).count() >= 3
    assert not Author.objects.filter(bio="").exists()


@pytest.mark.usefixtures("edition")
def test_the_front_page_is_of_today() -> None:
    page = compose(now())
    assert page.lead is not None
    assert page.lead.language == "en"
    assert not page.lead.is_sensitive
    assert page.lead.lead_image
    newest = [page.lead, *page.seconds]
    assert len(newest) == 7
    assert all(
        story.published_at and now() - story.published_at < timedelta(days=4) for story in newest
    )
    assert len(page.opinion) == 4
    assert all(story.section.slug == OPINION for story in page.opinion)
    assert FrontPageSlot.objects.filter(place="second").count() == 3
    assert FrontPageSlot.objects.filter(place="opinion").count() == 2
    assert len(page.strips) == 5


@pytest.mark.usefixtures("edition")
def test_one_story_is_russian_one_arabic_and_one_long() -> None:
    assert re.search("[а-я]{4}", Article.objects.get(language="ru").body)
    assert re.search("[\u0621-\u064a]{4}", Article.objects.get(language="ar").body)
    lengths = [len(strip_tags(story.body).split()) for story in published()]
    assert max(lengths) >= 3000
    assert min(lengths) >= 200


@pytest.mark.usefixtures("edition")
def test_every_state_of_a_story_is_there() -> None:
    at = now()
    (due,) = Article.objects.scheduled(at)
    assert due.published_at and due.published_at - at < timedelta(days=4)
    assert Article.objects.filter(status="draft").count() == 1
    assert Article.objects.filter(status="withdrawn").count() == 1
    assert Article.objects.published(at).filter(is_sensitive=True).exists()
    assert Article.objects.published(at).exclude(wire_credit="").count() == 1
    assert Article.objects.published(at).exclude(updated_at=None).exists()
    assert Correction.objects.filter(made_at__lt=at).count() >= 2
    assert RelatedArticle.objects.count() >= 10


@pytest.mark.usefixtures("edition")
def test_the_lead_shows_what_a_body_can_hold() -> None:
    body = FrontPageSlot.objects.get(place="lead").article.body
    page = html5lib.parseFragment(body, namespaceHTMLElements=False)
    tags = {each.tag for each in page.iter()}
    assert {"h2", "blockquote", "ul", "table", "caption", "figure", "figcaption", "a"} <= tags


@pytest.mark.usefixtures("edition")
def test_no_two_stories_share_a_paragraph() -> None:
    paragraphs = [
        paragraph
        for story in Article.objects.all()
        for paragraph in re.findall(r"<p>(.+?)</p>", story.body)
    ]
    assert len(paragraphs) == len(set(paragraphs))


@pytest.mark.usefixtures("edition")
def test_every_picture_says_what_it_shows_and_who_drew_it() -> None:
    images = list(Image.objects.all())
    assert len(images) == len(pictures.PICTURES) + len(portraits.PORTRAITS) >= 14
    for image in images:
        assert image.alt and image.caption and image.credit
        assert all(image.file.storage.exists(_name(image, each)) for each in FORMATS)
    used = {story.lead_image_id for story in published()}
    assert {image.pk for image in images if image.width > image.height} <= used
    for story in Article.objects.all():
        page = html5lib.parseFragment(story.body, namespaceHTMLElements=False)
        for image_tag in page.iter("img"):
            assert image_tag.get("alt") and image_tag.get("width") and image_tag.get("height")
            assert image_tag.get("src", "").startswith("/media/")


def _name(image: Image, rendition: str) -> str:
    return str(getattr(image.file, rendition)).removeprefix("/media/")


def test_every_page_opens_without_error(client: Client) -> None:
    addresses = [
        *(each.get_absolute_url() for each in published()),
        *(each.get_absolute_url() for each in Page.objects.all()),
        *(each.get_absolute_url() for each in Section.objects.all()),
        *(each.get_absolute_url() for each in Author.objects.all()),
    ]
    for address in ["/", "/archive/", "/feed/", *addresses]:
        response = client.get(address)
        assert response.status_code == 200, address
        if address != "/feed/":
            html5lib.HTMLParser(strict=True).parse(response.content.decode())


def test_every_link_within_the_paper_leads_somewhere(client: Client) -> None:
    bodies = [story.body for story in published()] + [page.body for page in Page.objects.all()]
    found = {link for body in bodies for link in re.findall(r'href="(/[^"]*)"', body)}
    for address in found - {"/support/"}:
        assert client.get(address).status_code == 200, address
    assert len(found) >= 6
    assert not any(re.search(r'"(story|page|picture):', body) for body in bodies)


def test_what_is_not_out_is_not_served(client: Client) -> None:
    (due,) = Article.objects.scheduled(now())
    assert client.get(due.get_absolute_url()).status_code == 404
    assert client.get(Article.objects.get(status="withdrawn").get_absolute_url()).status_code == 410


@pytest.mark.usefixtures("edition")
def test_the_plain_pages_are_there() -> None:
    slugs = set(Page.objects.filter(is_published=True).values_list("slug", flat=True))
    assert slugs == {"about", "privacy", "contact", "terms", "other-ways"}


@pytest.mark.usefixtures("edition")
def test_the_settings_are_ones_that_an_editor_could_save() -> None:
    paper = Paper.load()
    paper.full_clean()
    assert paper.name == "The Velmora Packet"
    assert paper.social_addresses
    for colour, ground in (
        (paper.accent_colour, "#fbf9f4"),
        (paper.accent_colour, "#f3eee2"),
        ("#ffffff", paper.accent_colour),
        (paper.accent_colour_dark, "#16150f"),
        (paper.accent_colour_dark, "#201e17"),
    ):
        assert _contrast(colour, ground) >= 4.5, (colour, ground)


def _contrast(one: str, other: str) -> float:
    """As WCAG 2.2 reckons it."""
    darker, lighter = sorted(_luminance(each) for each in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.usefixtures("edition")
def test_a_second_run_writes_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        demo.seed(picture_width=SMALL)
    assert 0 < len(queries) <= 2
    assert all(each["sql"].startswith("SELECT") for each in queries)


@pytest.mark.django_db
def test_a_run_that_is_killed_again_and_again_is_finished_by_the_last(tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        # Among the sections, the pictures, the stories, and before the front page is laid out.
        for after in (3, 40, 60, 100):
            with pytest.raises(KilledError), connection.execute_wrapper(_Killer(after)):
                demo.seed(picture_width=24)
        demo.seed(picture_width=24)
    stories = manuscripts.read("stories")
    assert Article.objects.count() == len(stories)
    assert Byline.objects.count() == sum(
        len(story.names("Authors") + story.names("Photographs")) for story in stories
    )
    assert Image.objects.count() == len(pictures.PICTURES) + len(portraits.PORTRAITS)
    assert RelatedArticle.objects.count() == sum(len(story.names("Related")) for story in stories)
    assert Correction.objects.count() == sum(bool(story["Correction"]) for story in stories)
    assert FrontPageSlot.objects.count() == sum(bool(story["Front"]) for story in stories)
    assert Page.objects.count() == len(manuscripts.read("pages"))
    assert Author.objects.count() == 8


class KilledError(BaseException):
    pass


class _Killer:
    """Ends a run at its n-th writing query, as if the process had gone."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, execute: object, sql: str, *arguments: object) -> object:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.left -= 1
            if self.left < 0:
                raise KilledError
        assert callable(execute)
        return execute(sql, *arguments)


def test_drawing_twice_gives_the_same_picture() -> None:
    for name in ("delta", "heron"):
        assert pictures.draw(name, SMALL).tobytes() == pictures.draw(name, SMALL).tobytes()


@pytest.mark.django_db
def test_a_paper_that_is_no_demo_is_left_alone() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")
    assert not Article.objects.exists()
