"""RSS 2.0 and JSON Feed 1.1: the paper for whoever cannot, or would rather not, come to the site."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as etree

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.feeds import STORIES
from articles.models import Status
from newsroom.models import Paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    SectionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
SELF = "{http://www.w3.org/2005/Atom}link"


def channel(client: Client, address: str = "/feed/") -> etree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    found = etree.fromstring(response.content).find("channel")
    assert found is not None
    return found


def headlines(client: Client, address: str = "/feed/") -> list[str | None]:
    return [item.findtext("title") for item in channel(client, address).iter("item")]


def test_the_feed_names_the_paper_and_itself(client: Client) -> None:
    Paper(name="The Lantern", description="News of the coast.", language="de").save()
    feed = channel(client)
    assert feed.findtext("title") == "The Lantern"
    assert feed.findtext("description") == "News of the coast."
    assert feed.findtext("language") == "de"
    assert feed.findtext("link") == f"{settings.SITE_URL}/"
    own = feed.find(SELF)
    assert own is not None
    assert (own.get("rel"), own.get("href")) == ("self", f"{settings.SITE_URL}/feed/")


def test_a_story_is_there_in_full(client: Client) -> None:
    article = ArticleFactory(
        published=True,
        headline="Fish & <chips>",
        standfirst="Prices rise.",
        body="<p>All of it.</p>",
        section=SectionFactory(name="Economy"),
        topics=[TopicFactory(name="Fishing")],
        authors=[AuthorFactory(name="Ada Marsh"), AuthorFactory(name="Ilya Voss")],
        updated_at=LONG_AGO + timedelta(days=1),
    )
    feed = channel(client)
    item = feed.find("item")
    assert item is not None
    address = settings.SITE_URL + article.get_absolute_url()
    assert item.findtext("title") == "Fish & <chips>"
    assert item.findtext("link") == item.findtext("guid") == address
    guid = item.find("guid")
    assert guid is not None and guid.get("isPermaLink") == "true"
    assert item.findtext("description") == "Prices rise."
    assert item.findtext(CONTENT) == "<p>All of it.</p>"
    assert [each.text for each in item.iter(CREATOR)] == ["Ada Marsh", "Ilya Voss"]
    assert [each.text for each in item.iter("category")] == ["Economy", "Fishing"]
    assert parsedate_to_datetime(item.findtext("pubDate", "")) == LONG_AGO
    changed = parsedate_to_datetime(feed.findtext("lastBuildDate", ""))
    assert changed == LONG_AGO + timedelta(days=1)


def test_links_and_pictures_in_the_text_are_whole_addresses(client: Client) -> None:
    article = ArticleFactory(
        published=True,
        body='<p><a href="/about/?a=1&amp;b=2">us</a> <a href="#note">note</a> '
        '<a href="https://else.example/x">else</a> <a href="mailto:a@paper.example">mail</a> '
        '<img src="/media/a.jpg" alt="A &quot;field&quot;"></p>',
        lead_image=ImageFactory(caption="Low tide.", credit="Ada <Marsh>"),
    )
    text = channel(client).findtext(f"item/{CONTENT}", "")
    site, own = settings.SITE_URL, settings.SITE_URL + article.get_absolute_url()
    assert f'href="{site}/about/?a=1&amp;b=2"' in text
    assert f'href="{own}#note"' in text
    assert 'href="https://else.example/x"' in text
    assert 'href="mailto:a@paper.example"' in text
    assert f'src="{site}/media/a.jpg"' in text
    assert text.startswith(f'<figure><img src="{site}/media/pictures/')
    assert "Low tide. Picture: Ada &lt;Marsh&gt;" in text


def test_one_character_of_an_old_import_does_not_end_the_feed(client: Client) -> None:
    ArticleFactory(
        published=True, headline="Tab\x0bulated\x1f", standfirst="\x08", body="<p>\x0ctext\x01</p>"
    )
    assert headlines(client) == ["Tabulated"]


def test_an_agency_is_named_as_the_author(client: Client) -> None:
    ArticleFactory(published=True, wire_credit="Coast Agency", authors=[AuthorFactory()])
    assert [each.text for each in channel(client).iter(CREATOR)] == ["Coast Agency"]


def test_only_what_is_published_and_the_newest_of_it(client: Client) -> None:
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    for status in (Status.DRAFT, Status.WITHDRAWN):
        ArticleFactory(status=status, published_at=LONG_AGO)
    ArticleFactory(published=True, headline="Coming", published_at=due)
    for n in range(STORIES + 2):
        ArticleFactory(published=True, headline=f"{n}", published_at=LONG_AGO + timedelta(hours=n))
    newest_first = [f"{n}" for n in reversed(range(2, STORIES + 2))]
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        assert headlines(client) == newest_first
        assert client.get("/feed/")["Cache-Control"].startswith("public, max-age=1,")
    with time_machine.travel(due, tick=False):
        assert headlines(client) == ["Coming", *newest_first[:-1]]


def test_a_section_has_a_feed_of_its_own(client: Client) -> None:
    Paper(name="The Lantern").save()
    world = SectionFactory(name="World", slug="world", description="Beyond the coast.")
    ArticleFactory(published=True, headline="Far away", section=world)
    ArticleFactory(published=True, headline="At home")
    feed = channel(client, "/world/feed/")
    assert feed.findtext("title") == "The Lantern: World"
    assert feed.findtext("description") == "Beyond the coast."
    assert feed.findtext("link") == f"{settings.SITE_URL}/world/"
    assert headlines(client, "/world/feed/") == ["Far away"]


@pytest.mark.parametrize("address", ["/nowhere/feed/", "/feed/feed/"])
def test_no_section_no_feed(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_empty_paper_has_a_feed(client: Client) -> None:
    assert headlines(client) == []
    assert json.loads(client.get("/feed.json").content)["items"] == []


@pytest.mark.parametrize("address", ["/feed/", "/feed.json"])
def test_an_empty_feed_is_the_same_whenever_it_is_asked_for(client: Client, address: str) -> None:
    def ask(second: int) -> tuple[bytes, str]:
        with time_machine.travel(datetime(2026, 3, 5, 9, 0, second, tzinfo=UTC), tick=False):
            response = client.get(address)
        return response.content, response["Last-Modified"]

    assert ask(0) == ask(1)


def test_the_same_as_json(client: Client) -> None:
    Paper(name="The Lantern").save()
    article = ArticleFactory(
        published=True,
        headline="Fish & <chips>",
        body='<p>All <a href="/of/">of</a> it.</p>',
        language="ru",
        authors=[AuthorFactory(name="Ada Marsh", slug="ada-marsh")],
        topics=[TopicFactory(name="Fishing")],
        lead_image=ImageFactory(),
    )
    response = client.get("/feed.json")
    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(response.content)
    site = settings.SITE_URL
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "The Lantern"
    assert feed["home_page_url"] == f"{site}/"
    assert feed["feed_url"] == f"{site}/feed.json"
    (item,) = feed["items"]
    assert item["id"] == item["url"] == site + article.get_absolute_url()
    assert item["title"] == "Fish & <chips>"
    assert f'href="{site}/of/"' in item["content_html"]
    assert item["date_published"] == "2024-03-05T09:00:00+00:00"
    assert item["authors"] == [{"name": "Ada Marsh", "url": f"{site}/authors/ada-marsh/"}]
    assert item["tags"] == [article.section.name, "Fishing"]
    assert item["language"] == "ru"
    assert item["image"].startswith(f"{site}/media/")


@pytest.mark.parametrize("address", ["/feed/", "/feed.json"])
def test_the_number_of_queries_does_not_grow(client: Client, address: str) -> None:
    topics, authors = TopicFactory.create_batch(2), AuthorFactory.create_batch(2)

    def queries_with(number: int) -> int:
        for _ in range(number):
            ArticleFactory(published=True, topics=topics, authors=authors)
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    assert queries_with(3) == queries_with(20)
