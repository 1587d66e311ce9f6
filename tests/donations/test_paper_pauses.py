"""The paper takes no new support for a while, or runs as a copy: honest, and at once."""

from collections.abc import Callable

import html5lib
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from donations.models import PaymentSettings, Subscription, SupportIntent
from tests.articles.factories import ArticleFactory
from tests.conftest import RunJobs
from tests.desks import Desk, administrator, somebody
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import PromptFactory

pytestmark = pytest.mark.django_db

SUPPORT, CHECKOUT = "/support/", "/support/checkout/"
SWITCH = "/admin/donations/paymentsettings/1/change/"
CHOSEN = {"every": "month", "amount": "7.50", "currency": "usd"}


def pause() -> None:
    PaymentSettings(is_paused=True, paused_at=now()).save()


def test_the_support_page_says_so_and_what_helps_instead(client: Client) -> None:
    pause()
    response = client.get(SUPPORT)
    assert response.status_code == 200
    page = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(page)
    assert "We take no new support for now" in page
    assert "Nothing was charged" in page
    assert "Remind me later" in page
    assert "/feed/" in page
    assert 'action="/support/checkout/"' not in page
    assert "support" in response["Surrogate-Key"].split()
    PaymentSettings.objects.update(is_paused=False)
    assert 'action="/support/checkout/"' in client.get(SUPPORT).content.decode()


def test_a_press_is_answered_the_same_with_the_choice_kept(
    client: Client, stripe_side: Stripe
) -> None:
    pause()
    response = client.post(CHECKOUT, CHOSEN)
    assert response.status_code == 503
    assert response["Cache-Control"] == "private, no-store"
    assert response["Retry-After"]
    page = response.content.decode()
    assert "We take no new support for now" in page
    assert "$7.50" in page
    assert "/support/?every=month&amp;amount=7.50&amp;currency=usd" in page
    assert stripe_side.requests() == []
    assert not SupportIntent.objects.exists()


@pytest.mark.parametrize("amount", ["", "nonsense", "0"])
def test_a_press_with_nothing_to_keep_is_answered_too(client: Client, amount: str) -> None:
    pause()
    response = client.post(CHECKOUT, {**CHOSEN, "amount": amount})
    assert response.status_code == 503
    assert "We kept your choice" not in response.content.decode()


def test_no_page_asks_for_what_would_be_refused(client: Client, settings: Settings) -> None:
    story, words = ArticleFactory(published=True).get_absolute_url(), PromptFactory().headline
    assert words in client.get(story).content.decode()
    pause()
    response = client.get(story)
    assert words not in response.content.decode()
    assert "support" in response["Surrogate-Key"].split()
    PaymentSettings.objects.update(is_paused=False, pinned_site_url="https://paper.example")
    # With a test key a copy may ask; with the live one it has nothing to ask for.
    assert words in client.get(story).content.decode()
    settings.STRIPE_LIVEMODE = True
    assert words not in client.get(story).content.decode()
    PaymentSettings.objects.update(pinned_site_url=settings.SITE_URL)
    assert words in client.get(story).content.decode()


def test_who_supports_already_goes_on_and_who_is_on_stripes_page_may_pay(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, client: Client
) -> None:
    session = start()
    pause()
    stripe_side.pay(session)
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert Subscription.objects.get().status == "active"
    assert client.get("/support/thanks/", {"session_id": session}).context["state"] == "paid"


def test_the_switch_is_one_page_and_remembers_who_turned_it(client: Client) -> None:
    desk = Desk(somebody("Fundraisers"))
    assert desk.open("/admin/donations/paymentsettings/").headers["Location"] == SWITCH
    assert desk.fill_in(SWITCH, is_paused="on").status_code == 200
    row = PaymentSettings.load()
    assert row.is_paused
    assert row.paused_at is not None
    entry = LogEntry.objects.get()
    assert entry.user == desk.user
    assert "ake no new support" in entry.get_change_message()
    form = desk.form(SWITCH)
    del form["is_paused"]
    desk.client.post(SWITCH, form)
    row = PaymentSettings.load()
    assert (row.is_paused, row.paused_at) == (False, None)


def test_turning_the_switch_leaves_the_papers_home_alone() -> None:
    PaymentSettings(pinned_site_url="https://paper.example").save()
    desk = Desk(administrator())
    desk.fill_in(SWITCH, is_paused="on", pinned_site_url="https://elsewhere.example")
    assert PaymentSettings.load().pinned_site_url == "https://paper.example"
    assert desk.client.post("/admin/donations/paymentsettings/1/delete/", {"post": "yes"}).status_code == 403  # fmt: skip
    assert desk.open("/admin/donations/paymentsettings/add/").status_code == 403


def test_editors_do_not_find_the_switch() -> None:
    assert Desk(somebody("Editors")).open(SWITCH).status_code == 403
    assert Desk(somebody("Editors", name="other")).open("/admin/donations/paymentsettings/").status_code == 403  # fmt: skip


def test_a_copy_with_a_live_key_names_the_paper_itself(
    client: Client, settings: Settings, stripe_side: Stripe
) -> None:
    settings.STRIPE_LIVEMODE = True
    PaymentSettings(pinned_site_url="https://paper.example").save()
    page = client.get(SUPPORT).content.decode()
    assert "This is a copy of the paper" in page
    assert "https://paper.example/support/" in page
    response = client.post(CHECKOUT, CHOSEN)
    assert response.status_code == 503
    assert "This is a copy" in response.content.decode()
    assert stripe_side.requests() == []


def test_a_copy_closes_no_page_of_the_papers_own(
    start: Callable[..., str], stripe_side: Stripe, run_jobs: RunJobs, settings: Settings
) -> None:
    start(amount="5")
    start(amount="6")
    settings.STRIPE_LIVEMODE = True
    PaymentSettings(pinned_site_url="https://paper.example").save()
    run_jobs()
    assert not stripe_side.events("checkout.session.expired")
