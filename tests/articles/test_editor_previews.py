"""A story is shown before its readers see it, to whoever holds the link, and to no cache."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.test import Client

from articles.models import Article, Status
from articles.preview_links import GOOD_FOR, SALT, preview_link
from tests.articles.factories import ArticleFactory, AuthorFactory, ImageFactory, TopicFactory
from tests.desks import Desk, changing, somebody

pytestmark = pytest.mark.django_db


def path(article: Article) -> str:
    return preview_link(article).removeprefix(settings.SITE_URL)


def test_an_outsider_reads_a_draft_by_its_link(client: Client) -> None:
    article = ArticleFactory(
        authors=[AuthorFactory()], topics=[TopicFactory()], lead_image=ImageFactory()
    )
    response = client.get(path(article))
    assert response.status_code == 200
    assert response.context["article"] == article
    assert response.context["is_preview"] is True
    assert response.context["page"].is_preview is True
    page = response.content.decode()
    assert article.headline in page
    assert "The first paragraph." in page
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.has_header("Surrogate-Key")
    assert not response.cookies


@pytest.mark.parametrize("status", [Status.REVIEW, Status.WITHDRAWN])
def test_any_story_out_of_readers_sight_has_a_preview(status: str, client: Client) -> None:
    assert client.get(path(ArticleFactory(status=status))).status_code == 200


def test_a_scheduled_story_is_previewed_until_it_opens(client: Client) -> None:
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    article = ArticleFactory(published=True, published_at=due)
    with time_machine.travel(due - timedelta(hours=1), tick=False):
        link = path(article)
        assert client.get(link).context["article"] == article
    with time_machine.travel(due, tick=False):
        response = client.get(link)
        assert response["Location"] == article.get_absolute_url()
        assert response["Cache-Control"] == "private, no-store"


def test_the_form_previews_what_is_saved(client: Client) -> None:
    article = ArticleFactory()
    desk = Desk(somebody("Editors"))
    response = desk.open(changing(article))
    link = response.context["desk"]["preview_link"]
    assert link in response.content.decode()
    assert link.startswith(settings.SITE_URL)
    desk.fill_in(changing(article), headline="A better headline")
    page = client.get(link.removeprefix(settings.SITE_URL)).content.decode()
    assert "A better headline" in page
    assert "preview_link" in desk.open("/admin/articles/article/add/").context["desk"]


def test_a_link_expires(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        article = ArticleFactory()
        link = path(article)
        clock.shift(GOOD_FOR)
        assert client.get(link).status_code == 200
        clock.shift(timedelta(seconds=1))
        response = client.get(link)
    assert response.status_code == 410
    assert article.headline not in response.content.decode()
    assert "expired" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_a_link_that_is_not_ours_opens_nothing(client: Client) -> None:
    article = ArticleFactory()
    good = path(article)
    for broken in (
        good[:-2] + "/",
        good.replace(":", ";"),
        good[:9] + "x" + good[9:],
        f"/preview/{article.pk}/",
        f"/preview/{signing.dumps(article.pk, salt='another')}/",
        f"/preview/{signing.dumps('words', salt=SALT)}/",
        "/preview/%00/",
    ):
        response = client.get(broken)
        assert response.status_code == 404, broken
        assert article.headline not in response.content.decode()
    article.delete()
    response = client.get(good)
    assert response.status_code == 404
    assert "does not work" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
