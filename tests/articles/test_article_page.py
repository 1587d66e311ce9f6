import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Correction, Image, Redirect, Status
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


def test_a_story_is_read_at_its_address(client: Client) -> None:
    author, topic = AuthorFactory(), TopicFactory()
    article = ArticleFactory(published=True, slug="a-story", authors=[author], topics=[topic])
    Correction.objects.create(article=article, text="It was Tuesday.", made_at=LONG_AGO)
    response = client.get("/2024/03/05/a-story/")
    assert response.status_code == 200
    assert response.context["article"] == article
    assert [byline.author for byline in response.context["authors"]] == [author]
    assert [each.text for each in response.context["corrections"]] == ["It was Tuesday."]
    assert response.context["is_preview"] is False
    page = response.context["page"]
    assert (page.kind, page.section, page.topics) == (
        "article",
        article.section.slug,
        (topic.slug,),
    )
    assert f"article:{article.pk}" in response["Surrogate-Key"].split()
    assert f"section:{article.section.slug}" in response["Surrogate-Key"].split()


def test_the_date_in_the_address_is_the_papers_own(client: Client) -> None:
    Paper(time_zone="Asia/Tokyo").save()
    late = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    article = ArticleFactory(published=True, published_at=late, slug="late")
    assert article.get_absolute_url() == "/2026/03/02/late/"
    assert client.get("/2026/03/02/late/").status_code == 200
    assert client.get("/2026/03/01/late/").status_code == 404


def test_an_address_may_be_written_in_any_letters(client: Client) -> None:
    article = ArticleFactory(published=True, slug="зима-близко", language="ru")
    assert client.get(article.get_absolute_url()).context["article"] == article


@pytest.mark.parametrize(
    "address",
    [
        "/2024/03/06/a-story/",
        "/2024/03/05/another-story/",
        "/2024/02/31/a-story/",
        "/0000/03/05/a-story/",
        "/2024/13/05/a-story/",
        "/2024/3/5/a-story/",
        "/2024/03/05/a-story%00/",
    ],
)
def test_a_wrong_address_finds_nothing(client: Client, address: str) -> None:
    ArticleFactory(published=True, slug="a-story")
    assert client.get(address).status_code == 404


def test_an_old_address_leads_to_the_new_one(client: Client) -> None:
    article = ArticleFactory(published=True, slug="new-name")
    Redirect.objects.create(old_address="/2024/03/05/old-name/", article=article)
    response = client.get("/2024/03/05/old-name/")
    assert response.status_code == 301
    assert response["Location"] == "/2024/03/05/new-name/"


def test_a_withdrawn_story_says_so(client: Client) -> None:
    article = ArticleFactory(published=True)
    Article.objects.filter(pk=article.pk).update(status=Status.WITHDRAWN)
    other = ArticleFactory(published=True)
    response = client.get(article.get_absolute_url())
    assert response.status_code == 410
    assert article.headline not in response.content.decode()
    assert response.context["latest"] == [other]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEW])
def test_an_unfinished_story_is_not_shown(client: Client, status: str) -> None:
    article = ArticleFactory(published=True)
    Article.objects.filter(pk=article.pk).update(status=status)
    response = client.get(article.get_absolute_url())
    assert response.status_code == 404
    assert article.headline not in response.content.decode()


def test_a_story_of_the_future_opens_at_its_second(client: Client) -> None:
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    article = ArticleFactory(published=True, published_at=due)
    with time_machine.travel(due - timedelta(seconds=3), tick=False):
        response = client.get(article.get_absolute_url())
        assert response.status_code == 404
        assert article.headline not in response.content.decode()
        assert response["Cache-Control"].startswith("public, max-age=3,")
    with time_machine.travel(due, tick=False):
        assert client.get(article.get_absolute_url()).status_code == 200


def test_editors_choose_related_stories_and_topics_fill_up(client: Client) -> None:
    topic = TopicFactory()
    chosen, second_choice = ArticleFactory(published=True), ArticleFactory(published=True)
    hidden, draft = ArticleFactory(published=True), ArticleFactory(topics=[topic])
    Article.objects.filter(pk=hidden.pk).update(status=Status.WITHDRAWN)
    older, newer, newest = (
        ArticleFactory(published=True, published_at=LONG_AGO + timedelta(days=n), topics=[topic])
        for n in range(3)
    )
    ArticleFactory(published=True, topics=[topic], language="ru")
    article = ArticleFactory(
        published=True, topics=[topic], related=[second_choice, hidden, draft, chosen]
    )
    related = client.get(article.get_absolute_url()).context["related"]
    assert related == [second_choice, chosen, newest, newer]
    assert older not in related


def test_read_next_is_the_newest_of_the_section_not_yet_shown(client: Client) -> None:
    section = SectionFactory()

    def in_section(days: int) -> Article:
        at = LONG_AGO + timedelta(days=days)
        return ArticleFactory(published=True, published_at=at, section=section)

    oldest, middle, newest = in_section(0), in_section(1), in_section(2)
    ArticleFactory(published=True, published_at=LONG_AGO + timedelta(days=9))
    assert client.get(oldest.get_absolute_url()).context["read_next"] == newest
    assert client.get(newest.get_absolute_url()).context["read_next"] == middle
    oldest.related_links.create(other=newest)
    assert client.get(oldest.get_absolute_url()).context["read_next"] == middle


def test_a_lonely_story_has_nothing_beside_it(client: Client) -> None:
    context = client.get(ArticleFactory(published=True).get_absolute_url()).context
    assert context["related"] == []
    assert context["read_next"] is None


def test_search_engines_are_told_who_wrote_what_and_when(client: Client) -> None:
    Paper(name="The Lantern").save()
    author = AuthorFactory(name="Ada Marsh", slug="ada-marsh")
    article = ArticleFactory(published=True, authors=[author], topics=[TopicFactory(name="Rivers")])
    told = json.loads(client.get(article.get_absolute_url()).context["structured_data"])
    assert told["@type"] == "NewsArticle"
    assert told["headline"] == article.headline
    assert told["datePublished"] == "2024-03-05T09:00:00+00:00"
    assert told["author"][0]["name"] == "Ada Marsh"
    assert told["author"][0]["url"].endswith("/authors/ada-marsh/")
    assert told["publisher"]["name"] == "The Lantern"
    assert told["keywords"] == ["Rivers"]
    assert "image" not in told


def test_nothing_in_a_headline_ends_the_script_element(client: Client) -> None:
    headline = '</script><script>alert("&")</script>'
    article = ArticleFactory(published=True, headline=headline)
    told = client.get(article.get_absolute_url()).context["structured_data"]
    assert "<" not in told
    assert json.loads(told)["headline"] == headline


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    def one_with(number: int) -> str:
        article = ArticleFactory(
            published=True,
            authors=AuthorFactory.create_batch(number),
            topics=TopicFactory.create_batch(number),
            related=ArticleFactory.create_batch(number, published=True),
        )
        for n in range(number):
            Correction.objects.create(article=article, text=f"{n}", made_at=LONG_AGO)
        return str(article.get_absolute_url())

    assert queries(one_with(4)) == queries(one_with(30))


class TestPicture:
    def render(self, image: Image | None, arguments: str = "") -> dict[str, object]:
        from articles.templatetags.articles import picture

        Template("{% load articles %}{% picture image " + arguments + " %}").render(
            Context({"image": image})
        )
        return picture(image)

    def test_formats_come_best_first_with_their_real_widths(self) -> None:
        image = ImageFactory()
        given = self.render(image, 'sizes="50vw" is_lead=True')
        kinds = [source["type"] for source in given["sources"]]  # type: ignore[attr-defined]
        assert kinds == ["image/avif", "image/webp"]
        # The original is 64 pixels wide: nothing larger is promised.
        srcset = given["sources"][0]["srcset"]  # type: ignore[index]
        assert srcset.endswith(" 64w")
        assert srcset.count(",") == 0

    def test_a_large_picture_comes_in_several_widths(self) -> None:
        image = ImageFactory()
        image.width, image.height = 1300, 800
        srcset = self.render(image)["sources"][0]["srcset"]  # type: ignore[index]
        assert [part.split()[1] for part in srcset.split(", ")] == ["480w", "800w", "1300w"]

    def test_a_story_without_a_picture_shows_none(self) -> None:
        assert self.render(None) == {"image": None}
