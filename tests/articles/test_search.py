from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from articles.models import Article, Status
from articles.search import LONGEST_QUERY
from articles.views.paging import PAGE
from tests.articles.factories import LONG_AGO, ArticleFactory

pytestmark = pytest.mark.django_db


def search(client: Client, query: str) -> list[Article]:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    return list(response.context["articles"])


def test_without_a_query_there_is_a_form(client: Client) -> None:
    ArticleFactory(published=True)
    for address in ("/search/", "/search/?q=", "/search/?q=%20%00%20"):
        response = client.get(address)
        assert response.status_code == 200
        assert response.context["query"] == ""
        assert response.context["articles"] == []
        assert response.context["count_note"] == ""


def test_a_word_is_found_in_headline_standfirst_and_text(client: Client) -> None:
    in_headline = ArticleFactory(published=True, headline="The lighthouse keeper")
    in_standfirst = ArticleFactory(published=True, standfirst="About a lighthouse.")
    in_text = ArticleFactory(published=True, body="<p>Two <em>lighthouses</em> stood.</p>")
    ArticleFactory(published=True, headline="The harbour")
    found = search(client, "lighthouse")
    assert set(found) == {in_headline, in_standfirst, in_text}


def test_tags_are_not_words(client: Client) -> None:
    ArticleFactory(published=True, body="<blockquote>Quoted</blockquote>")
    assert search(client, "blockquote") == []


def test_the_newest_comes_first(client: Client) -> None:
    older = ArticleFactory(published=True, body="<p>Harbour harbour harbour</p>")
    newer = ArticleFactory(
        published=True, headline="Harbour", published_at=LONG_AGO + timedelta(days=1)
    )
    assert search(client, "harbour") == [newer, older]


@pytest.mark.parametrize(
    ("language", "headline", "query"),
    [
        ("en", "Ships sailed at dawn", "ship sailing"),
        ("ru", "Корабли ушли на рассвете", "корабль"),
        ("de", "Die Häuser am Hafen", "Haus OR Häusern"),
        ("ar", "السفن في الميناء", "سفن"),
        ("uk", "Кораблі пішли на світанку", "кораблі"),
        ("fa", "کشتی ها در بندر", "بندر"),
    ],
)
def test_each_story_is_searched_in_its_own_language(
    client: Client, language: str, headline: str, query: str
) -> None:
    article = ArticleFactory(published=True, language=language, headline=headline)
    assert search(client, query) == [article]


def test_people_write_phrases_and_exclusions(client: Client) -> None:
    right = ArticleFactory(published=True, headline="The white house by the sea")
    ArticleFactory(published=True, headline="A house painted white")
    assert search(client, '"white house"') == [right]
    assert right not in search(client, "white -sea")
    assert len(search(client, "white -sea")) == 1
    # As its own language stems it: another's would not know "seas" from "sea".
    assert right not in search(client, "white -seas")
    assert len(search(client, "sea or painted")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "'",
        '"',
        '"unclosed phrase',
        "a & b | !c <-> :*",
        "((((",
        "\\",
        "%",
        "'; DROP TABLE articles_article; --",
        "harb\x00our",
        "😀",
        "-",
        "the",
        "x" * 5000,
        "слово " * 500,
        "\u202eabc\ufffd",
    ],
)
def test_strange_queries_find_nothing_and_break_nothing(client: Client, query: str) -> None:
    ArticleFactory(published=True, headline="Harbour")
    assert search(client, query) == []
    assert Article.objects.count() == 1


def test_an_overlong_query_is_cut(client: Client) -> None:
    response = client.get("/search/", {"q": "x" * 5000})
    assert response.context["query"] == "x" * LONGEST_QUERY


def test_only_what_is_published_is_found(client: Client) -> None:
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    for status in (Status.DRAFT, Status.REVIEW, Status.WITHDRAWN):
        ArticleFactory(headline="Harbour", status=status, published_at=LONG_AGO)
    coming = ArticleFactory(headline="Harbour", published=True, published_at=due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        assert search(client, "harbour") == []
    with time_machine.travel(due, tick=False):
        assert search(client, "harbour") == [coming]


def test_older_results_keep_the_query(client: Client) -> None:
    for n in range(PAGE + 2):
        ArticleFactory(
            published=True, headline="Old & new", published_at=LONG_AGO + timedelta(hours=n)
        )
    first = client.get("/search/", {"q": "old & new"}).context
    second = client.get(first["older_url"]).context
    assert second["query"] == "old & new"
    assert len(second["articles"]) == 2
    assert second["newest_url"] == "/search/?q=old+%26+new"
    assert first["count_note"] == f"{PAGE + 2} stories"


@pytest.mark.parametrize(("number", "note"), [(0, "No stories"), (1, "1 story"), (2, "2 stories")])
def test_the_reader_is_told_how_many(client: Client, number: int, note: str) -> None:
    ArticleFactory.create_batch(number, published=True, headline="Harbour")
    assert client.get("/search/?q=harbour").context["count_note"] == note
