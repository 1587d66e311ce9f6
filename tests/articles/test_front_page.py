from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.front_page import LATEST, OPINIONS, SECONDS, STRIP, FrontPage, compose
from articles.models import Article, FrontPageSlot, Redirect, Status
from tests.articles.factories import LONG_AGO, ArticleFactory, SectionFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Place = FrontPageSlot.Place


def story(minutes_ago: int, **kwargs: object) -> Article:
    published_at = NOW - timedelta(minutes=minutes_ago)
    return ArticleFactory(published=True, published_at=published_at, **kwargs)


def place(article: Article, where: str, position: int = 0) -> None:
    FrontPageSlot.objects.create(article=article, place=where, position=position)


def placed_on(front: FrontPage) -> list[Article]:
    strips = [article for strip in front.strips for article in strip.articles]
    lead = [front.lead] if front.lead else []
    return [*lead, *front.seconds, *front.opinion, *strips]


def everything_on(front: FrontPage) -> list[Article]:
    return [*placed_on(front), *front.latest]


def test_an_empty_paper_has_an_empty_front_page(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.context["lead"] is None
    assert response.context["latest"] == []


def test_the_newest_story_leads_when_nobody_chose_one() -> None:
    older, newest = story(20), story(10)
    front = compose(NOW)
    assert front.lead == newest
    assert front.seconds == [older]


def test_what_editors_placed_stands_where_they_placed_it() -> None:
    lead, first, second, comment = story(500), story(400), story(300), story(200)
    story(1)
    place(lead, Place.LEAD)
    place(first, Place.SECOND, 0)
    place(second, Place.SECOND, 1)
    place(comment, Place.OPINION)
    front = compose(NOW)
    assert front.lead == lead
    assert front.seconds[:2] == [first, second]
    assert front.opinion == [comment]


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.WITHDRAWN},
        {"status": Status.DRAFT},
        {"published_at": NOW + timedelta(seconds=1)},
    ],
)
def test_a_placed_story_that_readers_may_not_see_leaves_its_place(
    change: dict[str, object],
) -> None:
    hidden, other = story(10), story(20)
    place(hidden, Place.LEAD)
    Article.objects.filter(pk=hidden.pk).update(**change)
    front = compose(NOW)
    assert front.lead == other
    assert hidden not in everything_on(front)


def test_no_story_has_two_places() -> None:
    sections = [SectionFactory(), SectionFactory(), SectionFactory(slug="opinion")]
    stories = [story(n, section=sections[n % 3]) for n in range(1, 61)]
    place(stories[0], Place.SECOND)
    place(stories[5], Place.OPINION)
    place(stories[7], Place.LEAD)
    shown = [article.pk for article in placed_on(compose(NOW))]
    assert len(shown) == len(set(shown)) > 18


def test_the_latest_are_the_latest_wherever_else_they_stand() -> None:
    opinion, news = SectionFactory(slug="opinion"), SectionFactory()
    stories = [story(n, section=[opinion, news][n % 2]) for n in range(1, 41)]
    front = compose(NOW)
    assert front.lead in front.latest
    assert front.latest == stories[:LATEST]


def test_a_young_paper_repeats_nothing() -> None:
    for n in range(1, 10):
        story(n, section=SectionFactory(is_in_navigation=False))
    front = compose(NOW)
    assert len(everything_on(front)) == len(set(everything_on(front))) == 9


def test_every_place_is_filled_and_none_beyond_its_size() -> None:
    opinion, news = SectionFactory(slug="opinion"), SectionFactory()
    for n in range(1, 41):
        story(n, section=opinion if n % 2 else news)
    front = compose(NOW)
    assert len(front.seconds) == SECONDS
    assert len(front.opinion) == OPINIONS
    assert {article.section for article in front.opinion} == {opinion}
    assert [strip.section for strip in front.strips] == [news]
    assert len(front.strips[0].articles) == STRIP


def test_sections_follow_in_the_order_of_the_navigation() -> None:
    sport = SectionFactory(name="Sport", position=2)
    world = SectionFactory(name="World", position=1)
    hidden = SectionFactory(name="Hidden", position=0, is_in_navigation=False)
    SectionFactory(name="Nothing yet", position=3)
    for n in range(20, 50):
        story(n, section=[sport, world, hidden][n % 3])
    assert [strip.section for strip in compose(NOW).strips] == [world, sport]


def test_a_story_of_the_future_comes_at_its_second(client: Client) -> None:
    due = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    coming = ArticleFactory(published=True, published_at=due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        response = client.get("/")
        assert response.context["lead"] is None
        # No cache may keep the page beyond that second.
        assert response["Cache-Control"].startswith("public, max-age=1,")
    with time_machine.travel(due, tick=False):
        assert client.get("/").context["lead"] == coming


@pytest.mark.parametrize("query", ["p=12", "page_id=12", "attachment_id=12"])
def test_an_old_wordpress_address_leads_to_the_story(client: Client, query: str) -> None:
    article = ArticleFactory(published=True)
    Redirect.objects.create(old_address=f"/?{query}", article=article)
    response = client.get(f"/?{query}&utm_source=mail")
    assert response.status_code == 301
    assert response["Location"] == article.get_absolute_url()


@pytest.mark.parametrize(
    "query", ["p=99", "p=", "p=%00", "p=-1", "p=1%3B", "fbclid=abc", "p=" + "9" * 600]
)
def test_other_parameters_change_nothing(client: Client, query: str) -> None:
    article = ArticleFactory(published=True)
    Redirect.objects.create(old_address="/?p=12", article=article)
    response = client.get(f"/?{query}")
    assert response.status_code == 200
    assert response.context["lead"] == article


def test_the_number_of_queries_does_not_grow_with_the_archive(client: Client) -> None:
    section = SectionFactory()

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get("/").status_code == 200
        return len(made)

    def publish(number: int) -> None:
        for n in range(number):
            article = ArticleFactory(
                published=True, published_at=LONG_AGO - timedelta(hours=n), section=section
            )
            if n < 3:
                place(article, Place.SECOND, n)

    publish(30)
    few = queries()
    publish(60)
    assert queries() == few
