"""Two editors at one story: the second is told, and neither text is lost."""

from typing import Any

import pytest

from articles.models import Article
from tests.articles.factories import ArticleFactory, SectionFactory
from tests.desks import Desk, adding, changing, errors_of, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Desk:
    return Desk(somebody("Editors", "ana"))


@pytest.fixture
def boris() -> Desk:
    return Desk(somebody("Editors", "boris"))


def send(desk: Desk, article: Article, form: dict[str, Any], press: str = "_save") -> Any:
    return desk.client.post(changing(article), {**form, press: "1"}, follow=True)


@pytest.mark.parametrize("press", ["_save", "_publish", "_schedule", "_back_to_draft"])
def test_the_second_is_told_and_sees_both_texts(press: str, ana: Desk, boris: Desk) -> None:
    article = ArticleFactory(body="<p>As it was.</p>")
    anas, boriss = ana.form(changing(article)), boris.form(changing(article))
    send(ana, article, {**anas, "headline": "Anas headline", "body": "<p>Anas text.</p>"})
    response = send(
        boris,
        article,
        {
            **boriss,
            "headline": "Boriss headline",
            "body": "<p>Boriss text.</p>",
            "published_at_0": "2099-01-01",
            "published_at_1": "06:00",
        },
        press,
    )
    assert "Somebody else saved this story" in errors_of(response)["__all__"][0]
    page = response.content.decode()
    assert "ana saved this story" in page
    for text in ("Anas headline", "Anas text.", "Boriss headline", "Boriss text."):
        assert text in page
    kept = Article.objects.get()
    assert (kept.headline, kept.body, kept.status) == (
        "Anas headline",
        "<p>Anas text.</p>",
        "draft",
    )
    # Pressing again does not help: the text goes into the story as it is now.
    assert "__all__" in errors_of(send(boris, article, {**boriss, "headline": "Again"}))
    boris.fill_in(changing(article), headline="Both")
    article.refresh_from_db()
    assert article.headline == "Both"


def test_one_editor_saves_again_and_again(ana: Desk) -> None:
    ana.fill_in(
        adding("articles_article"), headline="One", section=SectionFactory().pk, body="<p>1</p>"
    )
    article = Article.objects.get()
    for headline in ("Two", "Three", "Four"):
        assert ana.fill_in(changing(article), headline=headline).redirect_chain
    article.refresh_from_db()
    assert article.headline == "Four"


@pytest.mark.parametrize("version", ["", "1", "1:forged", "-1"])
def test_a_form_without_its_version_saves_nothing(version: str, ana: Desk) -> None:
    article = ArticleFactory(headline="As it was")
    form = {**ana.form(changing(article)), "headline": "Mine", "version": version}
    response = send(ana, article, form)
    assert "__all__" in errors_of(response)
    assert "Mine" in response.content.decode()
    article.refresh_from_db()
    assert article.headline == "As it was"


def test_withdrawing_meanwhile_is_noticed_too(ana: Desk, boris: Desk) -> None:
    article = ArticleFactory(published=True)
    form = boris.form(changing(article))
    ana.client.post(f"/admin/articles/article/{article.pk}/withdraw/")
    assert "__all__" in errors_of(send(boris, article, form))
    article.refresh_from_db()
    assert article.status == "withdrawn"


def test_a_story_that_is_gone_is_said(ana: Desk) -> None:
    article = ArticleFactory()
    form = ana.form(changing(article))
    address = changing(article)
    article.delete()
    response = ana.client.post(address, form, follow=True)
    assert "doesn’t exist" in response.content.decode()
