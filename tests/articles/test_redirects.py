"""Whoever comes by an address of another year, or another system, still arrives."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from articles.models import Article, Redirect, Status
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("/2014/05/old-name/", "/2014/05/old-name/"),
        ("/2014/05/old-name/", "/2014/05/old-name"),
        ("/2014/05/old-name", "/2014/05/old-name/"),
        ("/2014/05/old-name/", "/2014/05/old-name/?utm_source=mail"),
        ("/old-name.html", "/old-name.html"),
        ("/index.php?p=12", "/index.php?p=12"),
        ("/2014/05/старое-имя/", "/2014/05/старое-имя/"),
        ("/2014/05/06/old-name/", "/2014/05/06/old-name/"),
        ("/old-name/", "/old-name/"),
        ("/topics/old-name/", "/topics/old-name/"),
    ],
)
def test_an_old_address_is_remembered_however_it_is_written(
    client: Client, kept: str, asked: str
) -> None:
    article = ArticleFactory(published=True)
    Redirect.objects.create(old_address=kept, article=article)
    response = client.get(asked, follow=True)
    assert response.redirect_chain[-1] == (article.get_absolute_url(), 301)
    assert response.status_code == 200


def test_anything_with_an_address_can_have_had_another(client: Client) -> None:
    rows: dict[str, Any] = {
        "article": ArticleFactory(published=True),
        "page": PageFactory(),
        "section": SectionFactory(),
        "topic": TopicFactory(),
        "author": AuthorFactory(),
    }
    for name, row in rows.items():
        Redirect.objects.create(old_address=f"/old/{name}/", **{name: row})
        response = client.get(f"/old/{name}/")
        assert response.status_code == 301
        assert response["Location"] == row.get_absolute_url()
        assert "redirects" in response["Surrogate-Key"].split()


def test_a_page_that_exists_wins_over_a_redirect(client: Client) -> None:
    section = SectionFactory(slug="world")
    Redirect.objects.create(old_address="/world/", article=ArticleFactory(published=True))
    assert client.get("/world/").context["section"] == section


def test_the_query_decides_when_it_is_known(client: Client) -> None:
    with_query, without = ArticleFactory(published=True), ArticleFactory(published=True)
    Redirect.objects.create(old_address="/index.php?p=12", article=with_query)
    Redirect.objects.create(old_address="/index.php", article=without)
    assert client.get("/index.php?p=12")["Location"] == with_query.get_absolute_url()
    assert client.get("/index.php?p=13")["Location"] == without.get_absolute_url()


def test_nobody_is_sent_to_what_is_not_there_yet(client: Client) -> None:
    coming = ArticleFactory(published=True, published_at=datetime(2099, 1, 1, tzinfo=UTC))
    draft, page = ArticleFactory(), PageFactory(is_published=False)
    Redirect.objects.create(old_address="/old/coming/", article=coming)
    Redirect.objects.create(old_address="/old/draft/", article=draft)
    Redirect.objects.create(old_address="/old/page/", page=page)
    for name in ("coming", "draft", "page"):
        assert client.get(f"/old/{name}/").status_code == 404


def test_a_withdrawn_story_is_gone_by_its_old_address_too(client: Client) -> None:
    article = ArticleFactory(published=True)
    Redirect.objects.create(old_address="/old/", article=article)
    Article.objects.filter(pk=article.pk).update(status=Status.WITHDRAWN)
    assert client.get("/old/", follow=True).status_code == 410


def test_a_redirect_to_its_own_address_is_no_circle(client: Client) -> None:
    section = SectionFactory(slug="world")
    Redirect.objects.create(old_address="/world/", section=section)
    assert client.get("/world/").status_code == 200
    # Not found, because of its query, at the very address the redirect leads to.
    assert client.get("/world/?before=nonsense").status_code == 404
