"""What other processes hear of a change to the paper: its keys, with the commit, and no more."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from articles import publishing
from articles.importers import known
from articles.models import Article, FrontPageSlot, Image, Redirect, Section, Status, Topic
from newsroom.models import Paper
from newsroom.pagecache import purge
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.desks import Desk, adding, administrator, changing
from tests.purges import Ear, listening

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = {"front", "archive", "search", "sitemap", "redirects"}
LATER = datetime(2199, 1, 1, 12, 0, tzinfo=UTC)
Act = Callable[[Desk], object]


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


def stories() -> None:
    world, sport = SectionFactory(slug="world"), SectionFactory(slug="sport")
    rivers, ada = TopicFactory(slug="rivers"), AuthorFactory(slug="ada")
    for slug, state in (
        ("open", {"published": True}),
        ("soon", {"status": Status.PUBLISHED, "published_at": LATER}),
        ("draft", {}),
        ("withdrawn", {"status": Status.WITHDRAWN, "published_at": LATER}),
    ):
        ArticleFactory(slug=slug, section=world, topics=[rivers], authors=[ada], **state)
    ArticleFactory(slug="beside", section=sport, published=True, related=[article("open")])
    PageFactory(slug="about")
    AuthorFactory(slug="ben")
    Redirect.objects.create(old_address="/old/", article=article("open"))
    FrontPageSlot.objects.create(place="lead", article=article("open"))


def article(slug: str) -> Article:
    return Article.objects.get(slug=slug)


def whole(slug: str, *more: str) -> set[str]:
    """Of a story that readers have, had or will have."""
    own = {f"article:{article(slug).pk}", "section:world", "topic:rivers", "author:ada"}
    return LISTS | own | {*more}


def at_desk(row: Any, press: str = "_save", **changed: Any) -> Act:
    def act(desk: Desk) -> None:
        response = desk.fill_in(changing(row()), press, **changed)
        assert response.redirect_chain, "the form was refused"

    return act


def one(model: Any, **which: Any) -> Callable[[], Any]:
    return lambda: model.objects.get(**which)


def chosen_to_go(desk: Desk) -> None:
    """By the list's own action."""
    slot = FrontPageSlot.objects.get()
    desk.client.post(
        "/admin/articles/frontpageslot/",
        {"action": "delete_selected", "_selected_action": [slot.pk], "post": "yes"},
    )


def test_each_change_is_heard(ear: Ear) -> None:
    """At the desks, one after the other: each entrance, and what follows from where the story is."""
    stories()
    desk = Desk(administrator())
    pk = {each.slug: each.pk for each in Article.objects.all()}
    near = f"article:{pk['beside']}"
    opened, draft = whole("open", near), f"article:{pk['draft']}"
    withdraw = f"/admin/articles/article/{pk['open']}/withdraw/"
    ben = one(Article, slug="draft")
    steps: tuple[tuple[str, Act, set[str]], ...] = (
        ("a draft is saved", at_desk(ben, headline="Better", body="<p>More.</p>"), {draft}),
        ("a draft is handed in", at_desk(ben, "_review"), {draft}),
        ("a draft is begun", lambda desk: desk.fill_in(adding("articles_article"), headline="New",
         section=Section.objects.get(slug="sport").pk), {"article:new"}),
        ("a story is changed", at_desk(one(Article, slug="open"), headline="Better"), opened),
        ("a story to come is changed", at_desk(one(Article, slug="soon"), kicker="Soon"),
         whole("soon")),
        ("a withdrawn story is changed", at_desk(one(Article, slug="withdrawn"), kicker="Was"),
         whole("withdrawn")),
        ("a story moves", lambda desk: desk.fill_in(changing(article("open")),
         section=Section.objects.get(slug="sport").pk), opened | {"section:sport"}),
        ("a story moves back", lambda desk: desk.fill_in(changing(article("open")),
         section=Section.objects.get(slug="world").pk), opened | {"section:sport"}),
        ("a story is withdrawn", lambda desk: desk.client.post(withdraw), opened),
        ("a draft is published", at_desk(ben, "_publish"), whole("draft")),
        ("a place in front is given up", chosen_to_go, {"front"}),
        ("a redirect goes", lambda desk: desk.client.post(
         f"/admin/articles/redirect/{Redirect.objects.get().pk}/delete/", {"post": "yes"}),
         {"redirects"}),
        ("a section is renamed", at_desk(one(Section, slug="world"), name="Globe"), {"*"}),
        ("a topic is renamed", at_desk(one(Topic, slug="rivers"), name="Waters"), {"*"}),
        ("a topic is new", lambda desk: desk.fill_in(adding("articles_topic"), name="Ice",
         slug="ice"), {"topic:ice"}),
        ("a page is new", lambda desk: desk.fill_in(adding("articles_page"), title="Contact",
         slug="contact"), {"*"}),
        ("the paper is renamed", lambda desk: desk.fill_in("/admin/newsroom/paper/1/change/",
         name="The Packet"), {"*"}),
        ("a picture is new", lambda desk: ImageFactory(), set()),
        ("a picture's words change", at_desk(one(Image), alt="A boat"), {"*"}),
    )  # fmt: skip
    ear.heard()
    for what, act, expected in steps:
        act(desk)
        newest = f"article:{Article.objects.order_by('-pk').values_list('pk', flat=True)[0]}"
        assert ear.heard() == {newest if key == "article:new" else key for key in expected}, what


def test_by_verbs_and_by_hand(ear: Ear) -> None:
    stories()
    pk = {each.slug: each.pk for each in Article.objects.all()}
    opened = whole("open", f"article:{pk['beside']}")
    at = now()
    steps: tuple[tuple[str, Callable[[], object], set[str]], ...] = (
        ("scheduled", lambda: publishing.schedule(article("draft"), LATER, at), whole("draft")),
        ("taken back", lambda: publishing.back_to_draft(article("draft"), at), whole("draft")),
        ("saved", lambda: publishing.save(article("draft"), at), {f"article:{pk['draft']}"}),
        ("filed", lambda: article("open").topics.add(TopicFactory(slug="ice")),
         opened | {"topic:ice"}),
        ("taken out", lambda: article("open").topics.remove(Topic.objects.get(slug="ice")),
         opened | {"topic:ice"}),
        ("corrected", lambda: article("open").corrections.create(text="No.", made_at=at), opened),
        ("signed anew", lambda: article("open").bylines.get().delete(), opened),
        ("led to", lambda: known.leave_redirects(article("open"), ["/very/old/"]), {"redirects"}),
        ("led to again", lambda: known.leave_redirects(article("open"), ["/very/old/"]), set()),
        ("gone", lambda: article("open").delete(),
         opened - {"author:ada"} | {"section:sport"}),
        ("new author", lambda: AuthorFactory(slug="cleo"), {"author:cleo"}),
        ("paper", lambda: Paper(motto="Daily").save(), {"*"}),
    )  # fmt: skip
    ear.heard()
    for what, act, expected in steps:
        act()
        assert ear.heard() == expected, what


def test_what_is_rolled_back_is_heard_by_nobody(ear: Ear) -> None:
    written = ArticleFactory(published=True)
    ear.heard()
    with pytest.raises(RuntimeError), transaction.atomic():
        publishing.withdraw(written)
        raise RuntimeError
    assert ear.payloads() == []
    assert Article.objects.get().status == Status.PUBLISHED


def test_nothing_is_heard_before_the_commit(ear: Ear) -> None:
    written = ArticleFactory(published=True)
    ear.heard()
    with transaction.atomic():
        publishing.withdraw(written)
        assert ear.payloads() == []
    assert f"article:{written.pk}" in ear.heard()


def test_a_row_and_its_purge_stand_or_fall_together() -> None:
    """Also of a row that is saved by itself: were they two commits, one could be lost to a kill."""
    with transaction.atomic():
        SectionFactory(slug="world")
    seen: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "pg_notify" in sql:
            assert connection.in_atomic_block
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        Section.objects.get().save()
        ArticleFactory(section=Section.objects.get()).topics.add(TopicFactory())
        Paper().save()
    assert len(seen) > 3


KILLED = """
import django, os, signal
django.setup()
from django.db import transaction
from articles.models import Article
from articles import publishing
with transaction.atomic():
    publishing.withdraw(Article.objects.get())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_before_the_commit_loses_both(ear: Ear) -> None:
    ArticleFactory(published=True)
    ear.heard()
    database = connection.get_connection_params()
    url = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(
        **{"password": "", **database}
    )
    process = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "DATABASE_URL": url},
        cwd=settings.BASE_DIR,
        capture_output=True,
        timeout=60,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-500:]
    assert ear.payloads() == []
    assert Article.objects.get().status == Status.PUBLISHED


def test_many_keys_fit_their_messages(ear: Ear) -> None:
    """A message holds 8,000 bytes, and letters have one to four of them."""
    keys = {f"topic:{'очень-длинная-тема-' * 3}{number}" for number in range(300)}
    purge(*keys)
    payloads = ear.payloads()
    assert 1 < len(payloads) <= 8
    assert max(len(each.encode()) for each in payloads) < 8_000
    assert {key for each in payloads for key in each.split()} == keys


def test_too_many_keys_are_everything(ear: Ear) -> None:
    purge(*(f"article:{number}" for number in range(10_000)))
    assert ear.payloads() == ["*"]


def test_a_story_under_many_topics_is_heard_whole(ear: Ear) -> None:
    topics = [TopicFactory(slug=f"{'тема-' * 12}{number}") for number in range(120)]
    written = ArticleFactory(published=True, topics=topics)
    ear.heard()
    written.save()
    assert ear.heard() >= {f"topic:{each.slug}" for each in topics}


def test_a_draft_disturbs_nobody_however_often_it_is_saved(ear: Ear) -> None:
    written = ArticleFactory(topics=[TopicFactory()], authors=[AuthorFactory()])
    ear.heard()
    at = now() + timedelta(seconds=1)
    for number in range(3):
        written.headline = f"Try {number}"
        publishing.save(written, at)
    assert ear.payloads() == [f"article:{written.pk}"] * 3
