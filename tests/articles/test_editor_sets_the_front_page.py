"""An editor says what leads, and in which order the rest follows."""

from datetime import timedelta

import pytest
from django.test import Client

from articles.models import FrontPageSlot
from tests.articles.factories import LONG_AGO, ArticleFactory
from tests.desks import Desk, adding, errors_of, somebody

pytestmark = pytest.mark.django_db

SLOTS = "/admin/articles/frontpageslot/"


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Editors"))


def test_an_older_story_leads_because_an_editor_says_so(desk: Desk, client: Client) -> None:
    old, new = (
        ArticleFactory(published=True, published_at=LONG_AGO + timedelta(days=n)) for n in (0, 9)
    )
    assert client.get("/").context["lead"] == new
    desk.fill_in(adding("articles_frontpageslot"), article=old.pk, place="lead", position=0)
    assert client.get("/").context["lead"] == old
    desk.client.post(f"{SLOTS}{FrontPageSlot.objects.get().pk}/delete/", {"post": "yes"})
    assert client.get("/").context["lead"] == new


def test_the_order_is_set_in_the_list(desk: Desk, client: Client) -> None:
    slots = [
        FrontPageSlot.objects.create(
            place="second", position=n, article=ArticleFactory(published=True)
        )
        for n in range(3)
    ]
    ArticleFactory(published=True)  # leads, as nobody chose another
    data: dict[str, object] = {
        "form-TOTAL_FORMS": 3,
        "form-INITIAL_FORMS": 3,
        "_save": "1",
    }
    for n, slot in enumerate(slots):
        data |= {f"form-{n}-id": slot.pk, f"form-{n}-place": "second", f"form-{n}-position": 9 - n}
    desk.client.post(SLOTS, data)
    seconds = client.get("/").context["seconds"]
    assert seconds == [slot.article for slot in reversed(slots)]


def test_a_story_stands_once(desk: Desk) -> None:
    article = ArticleFactory(published=True)
    for place in ("lead", "second"):
        response = desk.fill_in(
            adding("articles_frontpageslot"), article=article.pk, place=place, position=0
        )
    assert "already has a place" in str(errors_of(response))
    assert FrontPageSlot.objects.get().place == "lead"


def test_a_draft_waits_in_its_place_unseen(desk: Desk, client: Client) -> None:
    published, draft = ArticleFactory(published=True), ArticleFactory()
    desk.fill_in(adding("articles_frontpageslot"), article=draft.pk, place="lead", position=0)
    assert client.get("/").context["lead"] == published
    assert "draft" in desk.open(SLOTS).content.decode()


def test_a_front_page_is_never_without_a_lead(client: Client) -> None:
    first, second = ArticleFactory(published=True), ArticleFactory(published=True)
    for position, article in enumerate((first, second)):
        FrontPageSlot.objects.create(place="second", position=position, article=article)
    context = client.get("/").context
    assert (context["lead"], context["seconds"]) == (first, [second])
