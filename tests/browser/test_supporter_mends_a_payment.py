"""A renewal fails, a letter says so, and its supporter puts it right: with a script and without."""

import re
import urllib.parse
import urllib.request
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from donations import access, portal
from donations.models import LedgerEntry, Subscription
from newsroom.models import Paper
from tests.conftest import RunJobs, StandIn
from tests.donations.factories import CampaignFactory, SubscriptionFactory, SupporterFactory

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "ada@example.com"
PAYS_ONCE = "4000000000000341"
LINK = re.compile(r"http://\S+")


class Stripe:
    def __init__(self, url: str, run_jobs: RunJobs) -> None:
        self.url = url
        self.run_jobs = run_jobs

    def order(self, act: str, **form: object) -> None:
        body = urllib.parse.urlencode(form).encode()
        urllib.request.urlopen(f"{self.url}/_stand_in/{act}", data=body).close()

    def tell(self) -> None:
        """Everything that happened, and what we do about it."""
        self.order("deliver")
        self.run_jobs()


@pytest.fixture
def stripe(transactional_db: None, stand_in: StandIn, run_jobs: RunJobs) -> Stripe:
    portal._known.clear()
    CampaignFactory()
    Paper(name="The Lantern", contact_email="desk@lantern.example").save()
    side = Stripe(stand_in.url, run_jobs)
    side.order("clock", now=int(now().timestamp()))
    return side


def link_in(letter: Any, path: str) -> str:
    (found,) = [each for each in LINK.findall(letter.body) if path in each]
    return str(found)


def check(page: Page) -> None:
    """Everybody can use it, and nothing is wider than a phone."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_from_the_letter_to_a_new_card(reader: Page, stripe: Stripe, mailoutbox: list[Any]) -> None:
    reader.goto("/support/")
    reader.get_by_text("$10", exact=True).locator("visible=true").click()
    reader.get_by_role("button", name="Continue to payment").click()
    reader.get_by_label("E-mail").fill(ADDRESS)
    reader.get_by_label("Card number").fill(PAYS_ONCE)
    reader.get_by_role("button", name="Pay", exact=True).click()
    expect(reader.get_by_role("heading", name="Thank you.")).to_be_visible()
    stripe.tell()
    stripe.order("clock", advance=31 * 86_400)
    stripe.tell()
    assert Subscription.objects.get().status == "past_due"
    letter = mailoutbox[-1]
    assert "did not go through" in letter.subject

    reader.goto(link_in(letter, "/manage/entry/"))
    expect(reader.get_by_role("heading", name="Look after your support")).to_be_visible()
    reader.get_by_role("button", name="Send me the letter").click()
    expect(reader.get_by_role("heading", name="Please look into your mail")).to_be_visible()
    assert ADDRESS not in reader.content()
    stripe.tell()
    way_in = link_in(mailoutbox[-1], "/manage/access/")
    reader.goto(way_in)
    reader.get_by_role("button", name="Open my support").click()
    expect(reader).to_have_url(re.compile(re.escape(stripe.url) + "/p/session/"))
    reader.get_by_label("Card number").fill("4242 4242 4242 4242")
    reader.get_by_role("button", name="Save card").click()
    expect(reader.get_by_role("heading", name="Welcome back")).to_be_visible()

    # From another site the browser does not say who it is; from here on it does.
    reader.get_by_role("link", name="My support").click()
    expect(reader.get_by_text("The last payment did not go through.")).to_be_visible()
    expect(reader.get_by_role("button", name="Change the card $10")).to_be_visible()

    reader.goto(way_in)
    reader.get_by_role("button", name="Open my support").click()
    expect(reader.get_by_role("heading", name="This link has been used")).to_be_visible()

    stripe.order("clock", advance=3 * 86_400)
    stripe.tell()
    assert Subscription.objects.get().status == "active"
    assert LedgerEntry.objects.filter(kind="payment").count() == 2
    assert "receipt" in mailoutbox[-1].subject
    assert {each.to[0] for each in mailoutbox} == {ADDRESS}


def test_the_pages_of_ones_own_support_are_for_everybody(
    page: Page, live_server: LiveServer, stripe: Stripe, mailoutbox: list[Any]
) -> None:
    supporter = SupporterFactory(email=ADDRESS)
    SubscriptionFactory(supporter=supporter, status="past_due")
    SubscriptionFactory(supporter=supporter, interval="year", amount_minor=60_00)
    entry = access.entry_link(supporter)
    page.goto(entry)
    check(page)
    page.get_by_role("button", name="Send me the letter").click()
    check(page)
    stripe.tell()
    page.goto(link_in(mailoutbox[-1], "/manage/access/"))
    check(page)
    page.get_by_role("button", name="Open my support").click()
    expect(page).to_have_url(re.compile("/support/manage/$"))
    expect(page.get_by_role("button", name="Change or stop $60")).to_be_visible()
    check(page)
    for broken in ("/support/manage/entry/?link=x", "/support/manage/back/"):
        page.goto(f"{live_server.url}{broken}")
        check(page)
