from datetime import UTC, date, datetime

import pytest
from django.test import Client

from articles.models import Status
from articles.views.paging import PAGE
from newsroom.models import Paper
from tests.articles.factories import ArticleFactory

pytestmark = pytest.mark.django_db


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_months_are_counted_newest_first(client: Client) -> None:
    for when in (at(2024, 1, 9), at(2024, 1, 10), at(2023, 11, 30), at(2099, 1, 1)):
        ArticleFactory(published=True, published_at=when)
    ArticleFactory(status=Status.WITHDRAWN, published_at=at(2024, 2, 1))
    assert client.get("/archive/").context["months"] == [
        {"month": date(2024, 1, 1), "count": 2},
        {"month": date(2023, 11, 1), "count": 1},
    ]


def test_an_empty_archive_is_a_page_all_the_same(client: Client) -> None:
    assert client.get("/archive/").context["months"] == []


def test_a_month_shows_its_stories_and_the_way_to_the_next(client: Client) -> None:
    earlier = ArticleFactory(published=True, published_at=at(2023, 6, 1))
    first = ArticleFactory(published=True, published_at=at(2024, 1, 1))
    last = ArticleFactory(published=True, published_at=at(2024, 1, 31, 23, 59, 59))
    later = ArticleFactory(published=True, published_at=at(2024, 2, 1))
    context = client.get("/archive/2024/01/").context
    assert context["articles"] == [last, first]
    assert context["month"] == date(2024, 1, 1)
    assert (context["previous_month"], context["next_month"]) == (
        date(2023, 6, 1),
        date(2024, 2, 1),
    )
    assert client.get("/archive/2023/06/").context["articles"] == [earlier]
    assert client.get("/archive/2023/06/").context["previous_month"] is None
    assert client.get("/archive/2024/02/").context["articles"] == [later]
    assert client.get("/archive/2024/02/").context["next_month"] is None


def test_a_month_begins_when_it_begins_where_the_paper_is(client: Client) -> None:
    Paper(time_zone="Asia/Tokyo").save()
    new_year_in_tokyo = ArticleFactory(published=True, published_at=at(2023, 12, 31, 15))
    old_year_in_tokyo = ArticleFactory(published=True, published_at=at(2023, 12, 31, 14, 59))
    assert client.get("/archive/2024/01/").context["articles"] == [new_year_in_tokyo]
    assert client.get("/archive/2023/12/").context["articles"] == [old_year_in_tokyo]
    assert [each["count"] for each in client.get("/archive/").context["months"]] == [1, 1]


def test_december_ends_with_the_year(client: Client) -> None:
    article = ArticleFactory(published=True, published_at=at(2023, 12, 31, 23))
    ArticleFactory(published=True, published_at=at(2024, 1, 1))
    assert client.get("/archive/2023/12/").context["articles"] == [article]


def test_a_full_month_continues_on_older_pages(client: Client) -> None:
    for n in range(PAGE + 1):
        ArticleFactory(published=True, published_at=at(2024, 1, 1 + n))
    ArticleFactory(published=True, published_at=at(2023, 12, 31))
    context = client.get(client.get("/archive/2024/01/").context["older_url"]).context
    assert [each.published_at for each in context["articles"]] == [at(2024, 1, 1)]
    assert context["older_url"] == ""
    assert context["newest_url"] == "/archive/2024/01/"


@pytest.mark.parametrize(
    "address",
    [
        "/archive/2024/00/",
        "/archive/2024/13/",
        "/archive/0000/01/",
        "/archive/9999/12/",
        "/archive/2024/1/",
        "/archive/2024/",
        "/archive/2024/03/",
        "/archive/2024/01/?before=nonsense",
    ],
)
def test_a_month_that_is_none_or_empty_is_not_found(client: Client, address: str) -> None:
    ArticleFactory(published=True, published_at=at(2024, 1, 1))
    assert client.get(address).status_code == 404
