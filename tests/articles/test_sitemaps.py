"""What search engines are told: sitemaps and robots.txt."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as etree

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from articles.models import Status
from newsroom.models import Paper
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

MAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
JANUARY = datetime(2024, 1, 9, 12, 0, tzinfo=UTC)


def read(client: Client, address: str) -> etree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    return etree.fromstring(response.content)


def addresses(client: Client, address: str) -> list[str]:
    found = [each.text or "" for each in read(client, address).iter(f"{MAPS}loc")]
    assert all(each.startswith(f"{settings.SITE_URL}/") for each in found)
    return [each.removeprefix(settings.SITE_URL) for each in found]


def test_the_index_leads_to_a_map_for_each_month(client: Client) -> None:
    ArticleFactory(published=True, published_at=JANUARY)
    ArticleFactory(published=True, published_at=datetime(2023, 11, 3, tzinfo=UTC))
    ArticleFactory(published=True, published_at=datetime(2099, 11, 3, tzinfo=UTC))
    parts = addresses(client, "/sitemap.xml")
    assert parts == ["/sitemap-pages.xml", "/sitemap-2024-01.xml", "/sitemap-2023-11.xml"]
    for part in parts:
        assert addresses(client, part)


def test_a_month_lists_its_stories_and_when_they_changed(client: Client) -> None:
    article = ArticleFactory(
        published=True, published_at=JANUARY, updated_at=JANUARY + timedelta(days=40)
    )
    ArticleFactory(published=True, published_at=datetime(2024, 2, 1, tzinfo=UTC))
    for status in (Status.DRAFT, Status.WITHDRAWN):
        ArticleFactory(status=status, published_at=JANUARY)
    assert addresses(client, "/sitemap-2024-01.xml") == [article.get_absolute_url()]
    changed = read(client, "/sitemap-2024-01.xml").find(f"{MAPS}url/{MAPS}lastmod")
    assert changed is not None and changed.text == "2024-02-18"


def test_a_months_map_begins_when_it_begins_where_the_paper_is(client: Client) -> None:
    Paper(time_zone="Asia/Tokyo").save()
    last_of_january = datetime(2024, 1, 31, 16, 0, tzinfo=UTC)
    article = ArticleFactory(published=True, published_at=last_of_january)
    assert addresses(client, "/sitemap-2024-02.xml") == [article.get_absolute_url()]


def test_lasting_pages_are_listed(client: Client) -> None:
    rows: list[Any] = [SectionFactory(), PageFactory(), TopicFactory(), AuthorFactory()]
    ArticleFactory(published=True, topics=[rows[2]], authors=[rows[3]])
    # A topic or an author whose first story is still to come would tell of it.
    coming, unknown = TopicFactory(), AuthorFactory()
    ArticleFactory(topics=[coming], authors=[unknown])
    hidden: list[Any] = [PageFactory(is_published=False), coming, unknown]
    listed = addresses(client, "/sitemap-pages.xml")
    assert {"/", *(row.get_absolute_url() for row in rows)} <= set(listed)
    assert not {row.get_absolute_url() for row in hidden} & set(listed)


@pytest.mark.parametrize(
    "name", ["nothing", "2024-13", "2024-00", "0000-01", "9999-12", "2024-1", "pages2"]
)
def test_no_such_map(client: Client, name: str) -> None:
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_the_news_map_holds_two_days(client: Client) -> None:
    Paper(name="The Lantern").save()
    headline = "Fish & <chips>"
    article = ArticleFactory(published=True, published_at=JANUARY, headline=headline, language="ru")
    with time_machine.travel(JANUARY + timedelta(hours=47, minutes=59, seconds=58), tick=False):
        (url,) = read(client, "/news-sitemap.xml")
        assert url.findtext(f"{MAPS}loc") == settings.SITE_URL + article.get_absolute_url()
        assert url.findtext(f"{NEWS}news/{NEWS}title") == headline
        assert url.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}name") == "The Lantern"
        assert url.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}language") == "ru"
        published = url.findtext(f"{NEWS}news/{NEWS}publication_date", "")
        assert datetime.fromisoformat(published) == JANUARY
        caching = client.get("/news-sitemap.xml")["Cache-Control"]
        assert caching.startswith("public, max-age=2,")
    with time_machine.travel(JANUARY + timedelta(hours=48), tick=False):
        assert addresses(client, "/news-sitemap.xml") == []
    with time_machine.travel(JANUARY - timedelta(seconds=1), tick=False):
        assert addresses(client, "/news-sitemap.xml") == []


def test_robots_are_shown_the_maps_and_kept_from_the_desks(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    for line in ("User-agent: *", "Disallow: /admin/", "Disallow: /preview/", "Disallow: /search/"):
        assert line in lines
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert f"Sitemap: {settings.SITE_URL}/news-sitemap.xml" in lines
