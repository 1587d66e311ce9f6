"""Addresses: made from headlines, unique on their day, and remembered when they change."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from articles.models import Article, Redirect, Section
from articles.publishing import slug_from
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.desks import Desk, adding, changing, errors_of, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Editors"))


def story(headline: str, **changed: Any) -> dict[str, Any]:
    return {"headline": headline, "section": SectionFactory(slug="world").pk, **changed}


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Paris, at last!", "paris-at-last"),
        ("Зима близко: что делать", "зима-близко-что-делать"),
        ("أخبار اليوم", "أخبار-اليوم"),
        ("Straße", "straße"),
        ("“…”", "story"),
        ("x" * 200, "x" * 80),
        ("word " * 40, "word-" * 15 + "word"),
    ],
)
def test_an_address_is_made_from_the_headline_in_its_letters(headline: str, slug: str) -> None:
    assert slug_from(headline) == slug


def test_two_stories_of_a_day_get_two_addresses(desk: Desk, client: Client) -> None:
    for _ in range(3):
        desk.fill_in(adding("articles_article"), "_publish", **story("Weather"))
    articles = Article.objects.order_by("pk")
    assert [article.slug for article in articles] == ["weather", "weather-2", "weather-3"]
    assert {client.get(each.get_absolute_url()).context["article"] for each in articles} == set(
        articles
    )


def test_a_given_address_that_is_taken_is_refused_beside_the_field(desk: Desk) -> None:
    ArticleFactory(published=True, slug="weather")
    other = ArticleFactory(published=True, slug="rain")
    response = desk.fill_in(changing(other), slug="weather")
    assert "Another story of that day" in errors_of(response)["slug"][0]
    other.refresh_from_db()
    assert other.slug == "rain"
    # Another day is another address.
    response = desk.fill_in(adding("articles_article"), "_publish", **story("Sun", slug="weather"))
    assert Article.objects.filter(slug="weather").count() == 2


@pytest.mark.parametrize("slug", ["two words", "a/b", "?", "x" * 121])
def test_a_broken_address_is_refused(slug: str, desk: Desk) -> None:
    response = desk.fill_in(adding("articles_article"), **story("Weather", slug=slug))
    assert "slug" in errors_of(response)
    assert not Article.objects.exists()


def test_a_drafts_address_follows_its_headline_until_it_is_published(desk: Desk) -> None:
    desk.fill_in(adding("articles_article"), **story("First idea"))
    article = Article.objects.get()
    desk.fill_in(changing(article), headline="Second idea")
    article.refresh_from_db()
    assert article.slug == "second-idea"
    desk.fill_in(changing(article), "_publish", headline="Third idea")
    article.refresh_from_db()
    assert article.slug == "third-idea"
    desk.fill_in(changing(article), headline="Fourth idea")
    article.refresh_from_db()
    assert article.slug == "third-idea"
    assert not Redirect.objects.exists()


def test_an_address_chosen_by_hand_stays(desk: Desk) -> None:
    desk.fill_in(adding("articles_article"), **story("First idea", slug="mine"))
    article = Article.objects.get()
    desk.fill_in(changing(article), headline="Second idea")
    article.refresh_from_db()
    assert article.slug == "mine"


def test_a_renamed_story_is_found_at_every_address_it_had(desk: Desk, client: Client) -> None:
    article = ArticleFactory(published=True, slug="one")
    for slug in ("two", "три", "four"):
        desk.fill_in(changing(article), slug=slug)
    for old in ("one", "two", "три"):
        response = client.get(f"/2024/03/05/{old}/", follow=True)
        # In one step, however often the story moved.
        assert response.redirect_chain == [("/2024/03/05/four/", 301)]
        assert response.context["article"] == article


def test_a_story_that_moves_back_makes_no_circle(desk: Desk, client: Client) -> None:
    article = ArticleFactory(published=True, slug="one")
    desk.fill_in(changing(article), slug="two")
    desk.fill_in(changing(article), slug="one")
    assert client.get("/2024/03/05/one/").status_code == 200
    assert client.get("/2024/03/05/two/")["Location"] == "/2024/03/05/one/"
    assert Redirect.objects.count() == 1


def test_an_old_address_belongs_to_who_had_it_last(desk: Desk, client: Client) -> None:
    first = ArticleFactory(published=True, slug="weather")
    desk.fill_in(changing(first), slug="first")
    second = ArticleFactory(published=True, slug="weather")
    assert client.get("/2024/03/05/weather/").context["article"] == second
    desk.fill_in(changing(second), slug="second")
    assert client.get("/2024/03/05/weather/")["Location"] == "/2024/03/05/second/"


def test_a_draft_leaves_nothing_behind(desk: Desk) -> None:
    article = ArticleFactory(slug="one")
    desk.fill_in(changing(article), slug="two")
    coming = ArticleFactory(slug="three")
    desk.fill_in(changing(coming), "_schedule", published_at_0="2099-01-01", published_at_1="06:00")
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("make", [SectionFactory, TopicFactory, AuthorFactory, PageFactory])
def test_whatever_is_renamed_is_found_at_its_old_address(
    make: Any, desk: Desk, client: Client
) -> None:
    row = make(slug="old-name")
    old = row.get_absolute_url()
    desk.fill_in(changing(row), slug="new-name")
    row.refresh_from_db()
    assert row.slug == "new-name"
    assert client.get(old)["Location"] == row.get_absolute_url()
    desk.fill_in(changing(row), slug="old-name")
    assert client.get(old).status_code == 200


def test_who_follows_a_section_by_its_feed_still_does(desk: Desk, client: Client) -> None:
    section = SectionFactory(slug="old-name")
    desk.fill_in(changing(section), slug="new-name")
    for old in ("/old-name/feed/", "/old-name/feed"):
        response = client.get(old, follow=True)
        assert response.redirect_chain[-1] == ("/new-name/feed/", 301)
        assert response.status_code == 200
    assert client.get("/never/feed/").status_code == 404


@pytest.mark.parametrize(
    "slug",
    ["admin", "support", "feed", "static", "media", "en", "search", "2024", "with space", ""],
)
@pytest.mark.parametrize("model", ["articles_section", "articles_page"])
def test_an_address_that_the_site_needs_is_refused(slug: str, model: str, desk: Desk) -> None:
    response = desk.fill_in(adding(model), name="World", title="World", slug=slug)
    assert list(errors_of(response)) == ["slug"]
    if slug == "admin":
        assert "taken by the site itself" in errors_of(response)["slug"][0]
    assert not Section.objects.exists()


def test_a_section_and_a_page_never_share_an_address(desk: Desk) -> None:
    PageFactory(slug="about")
    response = desk.fill_in(adding("articles_section"), name="About", slug="about")
    assert "already" in errors_of(response)["slug"][0]


def test_a_section_with_stories_is_not_deleted(desk: Desk) -> None:
    article = ArticleFactory(published=True)
    desk.client.post(f"/admin/articles/section/{article.section.pk}/delete/", {"post": "yes"})
    assert Section.objects.filter(pk=article.section.pk).exists()


def test_redirects_are_looked_at_not_written(desk: Desk) -> None:
    article = ArticleFactory(published=True, published_at=datetime(2024, 3, 5, tzinfo=UTC))
    redirect = Redirect.objects.create(old_address="/old/", article=article)
    assert "/old/" in desk.open("/admin/articles/redirect/").content.decode()
    assert desk.client.post(changing(redirect), {"old_address": "/x/"}).status_code == 403
    assert desk.client.get("/admin/articles/redirect/add/").status_code == 403
