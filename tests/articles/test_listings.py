"""Sections, topics, authors and plain pages."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Byline, Page, Section, Status
from articles.views.paging import PAGE
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


def token(written: str) -> str:
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def test_a_section_shows_its_stories_newest_first(client: Client) -> None:
    world = SectionFactory(slug="world")
    older = ArticleFactory(published=True, section=world)
    newer = ArticleFactory(published=True, section=world, published_at=LONG_AGO + timedelta(days=1))
    ArticleFactory(published=True)
    response = client.get("/world/")
    assert response.context["section"] == world
    assert response.context["articles"] == [newer, older]
    assert response.context["older_url"] == ""
    assert response.context["page"].section == "world"
    assert "section:world" in response["Surrogate-Key"].split()


def test_a_topic_shows_its_stories(client: Client) -> None:
    topic = TopicFactory(slug="выборы")
    article = ArticleFactory(published=True, topics=[topic])
    ArticleFactory(published=True)
    response = client.get(topic.get_absolute_url())
    assert response.context["topic"] == topic
    assert response.context["articles"] == [article]


def test_an_author_shows_each_story_once(client: Client) -> None:
    author = AuthorFactory()
    article = ArticleFactory(published=True, authors=[author])
    Byline.objects.create(article=article, author=author, role="Photographs")
    ArticleFactory(published=True)
    response = client.get(author.get_absolute_url())
    assert response.context["author"] == author
    assert response.context["articles"] == [article]


def test_a_plain_page_is_read_once_it_is_published(client: Client) -> None:
    page = PageFactory(slug="about", is_published=False, language="ru")
    assert client.get("/about/").status_code == 404
    Page.objects.update(is_published=True)
    response = client.get("/about/")
    assert response.context["plain_page"] == page
    assert response.context["page"].language == "ru"


@pytest.mark.parametrize("address", ["/nothing/", "/topics/nothing/", "/authors/nobody/"])
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_empty_list_is_a_page_all_the_same(client: Client) -> None:
    for row in (SectionFactory(), TopicFactory(), AuthorFactory()):
        response = client.get(row.get_absolute_url())
        assert response.status_code == 200
        assert response.context["articles"] == []


def test_lists_show_only_what_is_published(client: Client) -> None:
    section, topic, author = SectionFactory(), TopicFactory(), AuthorFactory()
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    placed = {"section": section, "topics": [topic], "authors": [author]}
    for status in (Status.DRAFT, Status.REVIEW, Status.WITHDRAWN):
        ArticleFactory(status=status, published_at=LONG_AGO, **placed)
    coming = ArticleFactory(published=True, published_at=due, **placed)
    for row in (section, topic, author):
        with time_machine.travel(due - timedelta(seconds=1), tick=False):
            response = client.get(row.get_absolute_url())
            assert response.context["articles"] == []
            assert response["Cache-Control"].startswith("public, max-age=1,")
        with time_machine.travel(due, tick=False):
            assert client.get(row.get_absolute_url()).context["articles"] == [coming]


def test_older_stories_follow_without_a_gap_or_a_repetition(client: Client) -> None:
    section = SectionFactory(slug="world")
    # Some of one moment, as after an import: the moment alone does not order them.
    stories = [
        ArticleFactory(
            published=True, section=section, published_at=LONG_AGO + timedelta(hours=n // 8)
        )
        for n in range(2 * PAGE + 3)
    ]
    seen: list[Article] = []
    address = "/world/"
    while address:
        context = client.get(address).context
        assert (context["newest_url"] == "/world/") is (address != "/world/")
        seen += context["articles"]
        address = context["older_url"]
    assert [each.pk for each in seen] == [each.pk for each in reversed(stories)]


def test_a_new_story_does_not_move_the_older_page(client: Client) -> None:
    section = SectionFactory(slug="world")
    for n in range(PAGE + 1):
        ArticleFactory(published=True, section=section, published_at=LONG_AGO + timedelta(hours=n))
    older_url = client.get("/world/").context["older_url"]
    before = client.get(older_url).context["articles"]
    ArticleFactory(published=True, section=section, published_at=LONG_AGO + timedelta(days=9))
    assert client.get(older_url).context["articles"] == before != []


@pytest.mark.parametrize(
    "before",
    [
        "2",
        "abc",
        "%00",
        "é",
        token("1.2.3"),
        token("1"),
        token("x.y"),
        token("1.-2"),
        token(f"{10**30}.1"),
        token(f"1.{2**63}"),
        token("9" * 5000 + ".1"),
        "A" * 3000,
    ],
)
def test_a_broken_link_to_older_stories_is_not_found(client: Client, before: str) -> None:
    SectionFactory(slug="world")
    assert client.get("/world/", {"before": before}).status_code == 404


@pytest.mark.parametrize("slug", ["admin", "support", "feed", "search", "static", "ru", "2024"])
@pytest.mark.parametrize("kind", [Section, Page])
def test_an_address_of_the_site_itself_is_refused(
    kind: type[Section] | type[Page], slug: str
) -> None:
    named = {"name": "World"} if kind is Section else {"title": "About"}
    with pytest.raises(ValidationError, match="taken by the site itself"):
        kind.objects.create(slug=slug, **named)
    assert not kind.objects.exists()


def test_a_section_and_a_page_do_not_share_an_address(client: Client) -> None:
    SectionFactory(slug="world")
    PageFactory(slug="about")
    with pytest.raises(ValidationError, match="already a section at /world/"):
        Page.objects.create(title="World", slug="world")
    with pytest.raises(ValidationError, match="already a page at /about/"):
        Section.objects.create(name="About", slug="about")
    assert (Section.objects.count(), Page.objects.count()) == (1, 1)


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    section, topic, author = SectionFactory(), TopicFactory(), AuthorFactory()

    def publish(number: int) -> None:
        for _ in range(number):
            ArticleFactory(published=True, section=section, topics=[topic], authors=[author])

    def queries() -> list[int]:
        made = []
        for row in (section, topic, author):
            with CaptureQueriesContext(connection) as counted:
                assert client.get(row.get_absolute_url()).status_code == 200
            made.append(len(counted))
        return made

    publish(3)
    few = queries()
    publish(30)
    assert queries() == few
