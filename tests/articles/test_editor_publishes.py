"""An editor writes, previews, publishes, schedules, withdraws; each refusal beside it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article, Status
from newsroom.models import Paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.desks import Desk, adding, changing, errors_of, somebody

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADD = "articles_article"


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Editors"))


def story(**changed: Any) -> dict[str, Any]:
    section = SectionFactory(slug="world")
    return {
        "headline": "The river rose overnight",
        "body": "<p>It rained.</p>",
        "section": section.pk,
        **changed,
    }


def test_a_draft_is_kept_and_nobody_sees_it(desk: Desk, client: Client) -> None:
    response = desk.fill_in(adding(ADD), **story(standfirst="And fell by noon."))
    article = Article.objects.get()
    assert response.redirect_chain[-1][0] == changing(article)
    assert "Saved as a draft" in response.content.decode()
    assert (article.status, article.published_at, article.published_on) == ("draft", None, None)
    assert (article.headline, article.standfirst) == (
        "The river rose overnight",
        "And fell by noon.",
    )
    assert article.slug == "the-river-rose-overnight"
    assert article.headline not in client.get("/").content.decode()


def test_everything_on_the_form_is_kept(desk: Desk, client: Client) -> None:
    author, photographer, topic = AuthorFactory(), AuthorFactory(), TopicFactory()
    image, other = ImageFactory(), ArticleFactory(published=True)
    desk.fill_in(
        adding(ADD),
        "_publish",
        **story(
            dateline="PARIS",
            kicker="Flood",
            language="fr",
            topics=[topic.pk],
            lead_image=image.pk,
            lead_caption="The quay at six.",
            is_sensitive="on",
        ),
        **{
            "bylines-TOTAL_FORMS": 2,
            "bylines-0-author": photographer.pk,
            "bylines-0-role": "Photographs",
            "bylines-0-position": 2,
            "bylines-1-author": author.pk,
            "bylines-1-position": 1,
            "related_links-TOTAL_FORMS": 1,
            "related_links-0-other": other.pk,
            "related_links-0-position": 0,
            "corrections-TOTAL_FORMS": 1,
            "corrections-0-text": "It was Monday.",
            "corrections-0-made_at_0": "2026-03-01",
            "corrections-0-made_at_1": "12:00",
        },
    )
    article = Article.objects.get(headline="The river rose overnight")
    assert (article.dateline, article.kicker, article.language) == ("PARIS", "Flood", "fr")
    assert (article.is_sensitive, article.lead_image, article.caption) == (
        True,
        image,
        "The quay at six.",
    )
    assert [topic] == list(article.topics.all())
    assert [byline.author for byline in article.bylines.all()] == [author, photographer]
    assert [link.other for link in article.related_links.all()] == [other]
    context = client.get(article.get_absolute_url()).context
    assert [each.made_at for each in context["corrections"]] == [NOON]
    assert context["related"] == [other]


def test_publishing_opens_the_story_and_freezes_its_address(desk: Desk, client: Client) -> None:
    Paper(time_zone="Asia/Tokyo").save()
    late = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # the second of March where the paper is
    with time_machine.travel(late, tick=False):
        response = desk.fill_in(adding(ADD), "_publish", **story())
        assert "Readers see it now" in response.content.decode()
        assert client.get("/2026/03/02/the-river-rose-overnight/").status_code == 200
        assert "The river rose overnight" in client.get("/").content.decode()
    article = Article.objects.get()
    assert (article.published_at, article.published_on) == (late, date(2026, 3, 2))
    with time_machine.travel(late + timedelta(days=9), tick=False):
        desk.fill_in(changing(article), headline="The river fell")
        article.refresh_from_db()
        assert article.published_on == date(2026, 3, 2)
        assert article.slug == "the-river-rose-overnight"
        assert article.published_at == late
        assert "The river fell" in client.get(article.get_absolute_url()).content.decode()


def test_a_time_of_the_past_dates_the_story_back(desk: Desk) -> None:
    desk.fill_in(
        adding(ADD), "_publish", **story(published_at_0="2019-05-06", published_at_1="07:08")
    )
    assert Article.objects.get().get_absolute_url() == "/2019/05/06/the-river-rose-overnight/"


def test_publish_now_means_now_whatever_time_to_come_was_set(desk: Desk) -> None:
    with time_machine.travel(NOON, tick=False):
        desk.fill_in(
            adding(ADD), "_publish", **story(published_at_0="2030-01-01", published_at_1="06:00")
        )
    assert Article.objects.get().published_at == NOON


def everywhere(client: Client) -> dict[str, bool]:
    """Where readers would meet the story."""
    places = {
        "article": "/2026/03/02/the-river-rose-overnight/",
        "front": "/",
        "section": "/world/",
        "feed": "/feed/",
        "json feed": "/feed.json",
        "section feed": "/world/feed/",
        "sitemap": "/sitemap-2026-03.xml",
        "news": "/news-sitemap.xml",
        "search": "/search/?q=river",
        "archive": "/archive/2026/03/",
    }
    return {
        name: "the-river-rose-overnight" in client.get(address).content.decode()
        for name, address in places.items()
    }


def test_a_scheduled_story_appears_everywhere_at_its_second(desk: Desk, client: Client) -> None:
    Paper(time_zone="Asia/Tokyo").save()
    due = datetime(2026, 3, 2, 6, 0, 7, tzinfo=UTC)
    with time_machine.travel(NOON, tick=False):
        response = desk.fill_in(
            adding(ADD),
            "_schedule",
            **story(published_at_0="2026-03-02", published_at_1="15:00:07"),
        )
        assert "15:00:07 (Asia/Tokyo)" in response.content.decode()
    article = Article.objects.get()
    assert (article.status, article.published_at) == (Status.PUBLISHED, due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        assert client.get(article.get_absolute_url()).status_code == 404
        assert not any(everywhere(client).values()), everywhere(client)
    with time_machine.travel(due, tick=False):
        assert client.get(article.get_absolute_url()).status_code == 200
        assert all(everywhere(client).values()), everywhere(client)


@pytest.mark.parametrize(
    ("day", "time"), [("", ""), ("2026-03-01", "11:59"), ("2026-03-01", "12:00")]
)
def test_a_schedule_needs_a_time_to_come(day: str, time: str, desk: Desk) -> None:
    with time_machine.travel(NOON, tick=False):
        response = desk.fill_in(
            adding(ADD), "_schedule", **story(published_at_0=day, published_at_1=time)
        )
    assert errors_of(response) == {"published_at": ["Set a time to come, or publish now."]}
    assert "It rained." in response.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("day", "time", "complaint"),
    [
        ("2026-03-02", "25:00", "no time of day"),
        ("2026-03-02", "six", "no time of day"),
        ("2026-03-02", "", "no time of day"),
        ("2026-02-30", "06:00", "no date"),
        ("tomorrow", "06:00", "no date"),
        ("", "06:00", "no date"),
    ],
)
def test_a_broken_time_is_said_beside_it_and_nothing_is_lost(
    day: str, time: str, complaint: str, desk: Desk
) -> None:
    response = desk.fill_in(
        adding(ADD), "_schedule", **story(published_at_0=day, published_at_1=time)
    )
    assert complaint in " ".join(errors_of(response)["published_at"])
    page = response.content.decode()
    assert f'value="{time}"' in page or not time
    assert "It rained." in page
    assert "The river rose overnight" in page
    assert not Article.objects.exists()


def test_a_time_that_the_clocks_skip_is_refused(desk: Desk) -> None:
    Paper(time_zone="Europe/Berlin").save()
    with time_machine.travel(NOON, tick=False):
        response = desk.fill_in(
            adding(ADD), "_schedule", **story(published_at_0="2026-03-29", published_at_1="02:30")
        )
    assert "published_at" in errors_of(response)


@pytest.mark.parametrize(
    ("missing", "press"), [("headline", "_publish"), ("section", "_publish"), ("headline", "_save")]
)
def test_what_a_story_needs_is_said_and_nothing_is_lost(
    missing: str, press: str, desk: Desk
) -> None:
    response = desk.fill_in(adding(ADD), press, **story(**{missing: " "}))
    assert list(errors_of(response)) == [missing]
    assert "It rained." in response.content.decode()
    assert not Article.objects.exists()


def test_a_schedule_can_be_moved_taken_back_and_shortened(desk: Desk) -> None:
    with time_machine.travel(NOON, tick=False):
        article = ArticleFactory(published=True, published_at=NOON + timedelta(days=1), slug="s")
        desk.fill_in(changing(article), published_at_0="2026-03-05", published_at_1="06:00")
        article.refresh_from_db()
        assert article.get_absolute_url() == "/2026/03/05/s/"
        desk.fill_in(changing(article), "_back_to_draft")
        article.refresh_from_db()
        assert (article.status, article.published_at, article.published_on) == (
            "draft",
            None,
            None,
        )
        desk.fill_in(changing(article), "_publish")
        article.refresh_from_db()
        assert article.get_absolute_url() == "/2026/03/01/s/"


def test_a_published_story_is_not_moved_to_the_future(desk: Desk) -> None:
    article = ArticleFactory(published=True)
    for press in ("_save", "_schedule"):
        response = desk.fill_in(
            changing(article), press, published_at_0="2099-01-01", published_at_1="06:00"
        )
        assert "Withdraw it" in errors_of(response)["published_at"][0]
    response = desk.fill_in(changing(article), published_at_0="", published_at_1="")
    assert errors_of(response) == {"published_at": ["A published story has a time."]}
    article.refresh_from_db()
    assert article.published_at == LONG_AGO


def test_a_story_is_withdrawn_after_a_second_question(desk: Desk, client: Client) -> None:
    article = ArticleFactory(published=True)
    address = reverse("admin:articles_article_withdraw", args=[article.pk])
    assert address in desk.open(changing(article)).content.decode()
    assert article.headline in desk.open(address).content.decode()
    assert client.get(article.get_absolute_url()).status_code == 200  # only asked so far
    desk.client.post(address)
    assert client.get(article.get_absolute_url()).status_code == 410
    assert article.headline not in client.get("/").content.decode()
    desk.fill_in(changing(article), "_publish")
    assert client.get(article.get_absolute_url()).status_code == 200
    article.refresh_from_db()
    assert article.published_at == LONG_AGO


@pytest.mark.parametrize("status", [Status.DRAFT, Status.WITHDRAWN])
def test_only_what_readers_see_can_be_withdrawn(status: str, desk: Desk) -> None:
    article = ArticleFactory(status=status)
    desk.client.post(reverse("admin:articles_article_withdraw", args=[article.pk]))
    article.refresh_from_db()
    assert article.status == status


def test_a_story_that_went_back_to_draft_keeps_its_address(desk: Desk, client: Client) -> None:
    article = ArticleFactory(published=True, slug="s")
    desk.fill_in(changing(article), "_back_to_draft")
    assert client.get("/2024/03/05/s/").status_code == 404
    desk.fill_in(changing(article), "_publish")
    assert client.get("/2024/03/05/s/").status_code == 200


def test_readers_are_told_of_an_update_only_when_it_is_one(desk: Desk) -> None:
    article = ArticleFactory(published=True)
    desk.fill_in(changing(article), headline="A comma, more")
    article.refresh_from_db()
    assert article.updated_at is None
    with time_machine.travel(NOON, tick=False):
        desk.fill_in(changing(article), is_update="on")
    article.refresh_from_db()
    assert article.updated_at == NOON


def test_a_published_story_cannot_be_deleted_but_a_draft_can(desk: Desk) -> None:
    published, draft = ArticleFactory(published=True), ArticleFactory()
    for article in (published, draft):
        address = reverse("admin:articles_article_delete", args=[article.pk])
        desk.client.post(address, {"post": "yes"})
    assert list(Article.objects.all()) == [published]


def test_who_may_not_publish_hands_in_for_review(client: Client) -> None:
    writer = somebody()
    writer.user_permissions.set(
        Permission.objects.filter(
            codename__in=["add_article", "change_article", "view_article", "view_section"]
        )
    )
    desk = Desk(writer)
    page = desk.open(adding(ADD)).content.decode()
    assert 'name="_publish"' not in page
    assert 'name="_schedule"' not in page
    desk.fill_in(adding(ADD), "_review", **story())
    article = Article.objects.get()
    assert article.status == Status.REVIEW
    for press in ("_publish", "_schedule", "_back_to_draft"):
        data = {**desk.form(changing(article)), press: "1"}
        data |= {"published_at_0": "2099-01-01", "published_at_1": "06:00"}
        assert desk.client.post(changing(article), data).status_code == 403
    article.refresh_from_db()
    assert article.status == Status.REVIEW
    # What readers see is out of their hands.
    live = ArticleFactory(published=True)
    assert desk.client.post(changing(live), {"headline": "Mine"}).status_code == 403
    withdraw = reverse("admin:articles_article_withdraw", args=[live.pk])
    assert desk.client.post(withdraw).status_code == 403
    live.refresh_from_db()
    assert live.is_visible(datetime.now(UTC))


def test_a_body_is_clean_whatever_was_pasted(desk: Desk) -> None:
    desk.fill_in(
        adding(ADD),
        **story(
            body='<p onclick="x()">Hi<script>alert(1)</script> <b>you</b></p><iframe></iframe>'
        ),
    )
    body = Article.objects.get().body
    assert "script" not in body
    assert "onclick" not in body
    assert "iframe" not in body
    assert "Hi" in body


def test_the_history_tells_who_did_what(desk: Desk) -> None:
    desk.fill_in(adding(ADD), **story())
    article = Article.objects.get()
    desk.fill_in(changing(article), "_publish", headline="The river fell")
    desk.client.post(reverse("admin:articles_article_withdraw", args=[article.pk]))
    address = reverse("admin:articles_article_history", args=[article.pk])
    history = desk.open(address).content.decode()
    for told in ("Added.", "Published. Changed Headline.", "Withdrawn.", desk.user.username):
        assert told in history


def test_the_list_asks_the_database_a_fixed_number_of_times(desk: Desk) -> None:
    address = reverse("admin:articles_article_changelist")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.open(address).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        for _ in range(number):
            ArticleFactory(published=True, authors=[AuthorFactory()])

    add(3)
    few = queries()
    add(20)
    assert queries() == few


def test_the_list_finds_stories_by_words_and_state(desk: Desk) -> None:
    draft = ArticleFactory(headline="Bees return", body="<p>The hives are full.</p>")
    published = ArticleFactory(published=True, headline="Wasps leave", authors=[AuthorFactory()])
    coming = ArticleFactory(
        published=True, headline="Ants wait", published_at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    address = reverse("admin:articles_article_changelist")

    def shown(query: str) -> set[Article]:
        response = desk.open(f"{address}?{query}")
        assert response.status_code == 200
        return set(response.context["cl"].result_list)

    assert shown("") == {draft, published, coming}
    assert shown("q=hives") == {draft}
    assert shown("q=wasp") == {published}
    assert shown("state=draft") == {draft}
    assert shown("state=published") == {published}
    assert shown("state=scheduled") == {coming}
    assert shown("state=withdrawn") == set()
    assert shown("q=%27%22(") == set()


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("day", ["0001-01-01", "1599-12-31", "2201-01-01", "9999-12-31"])
def test_a_time_out_of_the_calendar_is_refused(desk: Desk, day: str, zone: str) -> None:
    paper = Paper.load()
    paper.time_zone = zone
    paper.save()
    when = {"published_at_0": day, "published_at_1": "00:00"}
    response = desk.fill_in(adding(ADD), "_publish", **story(**when))
    assert errors_of(response) == {"published_at": ["Between 1600 and 2200, please."]}
    assert not Article.objects.exists()
    assert "It rained." in response.content.decode()


def test_a_form_is_opened_whatever_its_address_asks_for(desk: Desk) -> None:
    assert desk.open(f"{adding(ADD)}?published_at=soon").status_code == 200
    for state in ("nonsense", "%00"):
        assert desk.open(f"/admin/articles/article/?state={state}").status_code == 200
