"""A reader chooses, pays on Stripe's page, and is thanked: with a script and without."""

import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from donations.models import (
    IntentState,
    LedgerEntry,
    PaymentSettings,
    StripeEvent,
    Supporter,
    SupportIntent,
)
from tests.articles.factories import ArticleFactory, SectionFactory
from tests.browser.conftest import NewReader
from tests.conftest import RunJobs, StandIn
from tests.donations.factories import CampaignFactory, PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "ada@example.com"
Deliver = Callable[[], None]


@pytest.fixture(autouse=True)
def paper(transactional_db: None, stand_in: StandIn) -> None:
    ArticleFactory(published=True, slug="a-story", section=SectionFactory(slug="world"))
    PromptFactory(campaign=CampaignFactory(), button="Support us")


@pytest.fixture
def deliver(stand_in: StandIn) -> Deliver:
    """Wait until the stand-in has told us everything that happened."""

    def deliver() -> None:
        urllib.request.urlopen(f"{stand_in.url}/_stand_in/deliver", data=b"").close()

    return deliver


def go_to_payment(page: Page, amount: str = "$10") -> None:
    page.get_by_text(amount, exact=True).locator("visible=true").click()
    page.get_by_role("button", name="Continue to payment").click()
    page.get_by_label("E-mail").fill(ADDRESS)


def test_from_a_story_to_the_receipt(
    reader: Page, deliver: Deliver, run_jobs: RunJobs, mailoutbox: list[EmailMessage]
) -> None:
    reader.goto("/2024/03/05/a-story/")
    reader.get_by_role("button", name="Support us").click()
    expect(reader).to_have_url(re.compile("/support/"))
    go_to_payment(reader)
    expect(reader.get_by_text("$10.00")).to_be_visible()
    reader.get_by_role("button", name="Pay", exact=True).click()

    expect(reader.get_by_role("heading", name="Thank you.")).to_be_visible()
    expect(reader.get_by_text(ADDRESS)).to_be_visible()
    expect(reader.get_by_text("$10, monthly")).to_be_visible()

    deliver()
    run_jobs()
    assert not StripeEvent.objects.exclude(state__in=["applied", "ignored"]).exists()
    payment = LedgerEntry.objects.get(kind="payment")
    assert (payment.amount_minor, payment.currency, payment.interval) == (10_00, "usd", "month")
    assert payment.supporter == Supporter.objects.get(email=ADDRESS)
    (letter,) = mailoutbox
    assert letter.to == [ADDRESS]
    assert "$10" in letter.body

    reader.goto("/2024/03/05/a-story/")
    expect(reader.locator("[data-placement]")).to_be_hidden()


def test_the_reader_who_never_comes_back_is_booked_too(
    reader: Page,
    stand_in: StandIn,
    deliver: Deliver,
    run_jobs: RunJobs,
    mailoutbox: list[EmailMessage],
) -> None:
    reader.goto("/support/?every=once&amount=20")
    reader.get_by_role("button", name="Continue to payment").click()
    expect(reader.get_by_text("$20.00")).to_be_visible()
    session = reader.url.rpartition("/")[2].partition("#")[0]
    reader.close()
    paid = urllib.parse.urlencode({"session": session, "email": ADDRESS}).encode()
    urllib.request.urlopen(f"{stand_in.url}/_stand_in/pay", data=paid).close()
    deliver()
    assert not LedgerEntry.objects.exists()
    run_jobs()
    assert LedgerEntry.objects.get(kind="payment").amount_minor == 20_00
    assert len(mailoutbox) == 1


def test_a_declined_card_can_be_followed_by_a_good_one(
    reader: Page, deliver: Deliver, run_jobs: RunJobs
) -> None:
    reader.goto("/support/")
    go_to_payment(reader)
    reader.get_by_role("button", name="Decline").click()
    expect(reader.get_by_role("alert")).to_contain_text("declined")
    deliver()
    run_jobs()
    assert not LedgerEntry.objects.exists()
    assert not Supporter.objects.exists()
    reader.get_by_role("button", name="Pay", exact=True).click()
    expect(reader.get_by_role("heading", name="Thank you.")).to_be_visible()
    deliver()
    run_jobs()
    assert LedgerEntry.objects.filter(kind="payment").count() == 1


def test_row_36_who_goes_back_and_chooses_anew_pays_the_new_amount_only(
    reader: Page, stand_in: StandIn, deliver: Deliver, run_jobs: RunJobs
) -> None:
    reader.goto("/support/")
    go_to_payment(reader, "$10")
    first = reader.url
    reader.go_back()
    go_to_payment(reader, "$5")
    expect(reader.get_by_text("$5.00")).to_be_visible()
    run_jobs()
    deliver()
    run_jobs()
    reader.get_by_role("button", name="Pay", exact=True).click()
    expect(reader.get_by_text("$5, monthly")).to_be_visible()
    reader.goto(first)
    expect(reader.get_by_text("has expired")).to_be_visible()
    states = dict(SupportIntent.objects.values_list("amount_minor", "state"))
    assert states == {10_00: IntentState.EXPIRED, 5_00: IntentState.PAID}


def test_who_leaves_finds_their_choice_again(
    reader: Page, deliver: Deliver, run_jobs: RunJobs
) -> None:
    reader.goto("/support/")
    reader.get_by_label("Yearly").check()
    reader.get_by_label("Another amount").fill("77.50")
    reader.get_by_label("Currency").select_option("eur")
    reader.get_by_role("button", name="Continue to payment").click()
    expect(reader.get_by_text("€77.50")).to_be_visible()
    reader.get_by_role("button", name="Leave").click()
    expect(reader.get_by_label("Yearly")).to_be_checked()
    expect(reader.get_by_label("Another amount")).to_have_value("77.50")
    expect(reader.get_by_label("Currency")).to_have_value("eur")
    deliver()
    run_jobs()
    assert SupportIntent.objects.get().state == IntentState.OPEN
    assert not LedgerEntry.objects.exists()


def test_a_mistake_is_shown_where_it_was_made(reader: Page) -> None:
    reader.goto("/support/?every=once")
    field = reader.get_by_label("Another amount")
    field.fill("1.005")
    reader.get_by_role("button", name="Continue to payment").click()
    expect(reader.get_by_role("alert")).to_contain_text("two digits after the point")
    expect(field).to_have_value("1.005")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("two digits"))
    expect(reader.get_by_label("Once")).to_be_checked()
    assert not SupportIntent.objects.exists()


def test_only_the_chosen_frequency_and_currency_are_seen(reader: Page) -> None:
    reader.goto("/support/")
    amounts = reader.locator(".choice--amounts label").locator("visible=true")
    expect(amounts).to_have_text(["$2", "$5", "$10"], use_inner_text=True)
    reader.get_by_label("Yearly").check()
    reader.get_by_label("Currency").select_option("gbp")
    expect(amounts).to_have_text(["£25", "£60", "£120"], use_inner_text=True)


def test_typing_and_ticking_exclude_each_other(new_reader: NewReader) -> None:
    page = new_reader()
    page.goto("/support/")
    field = page.get_by_label("Another amount")
    field.fill("12")
    page.get_by_text("$10", exact=True).locator("visible=true").click()
    expect(field).to_have_value("")


def test_a_double_click_is_one_wish(new_reader: NewReader) -> None:
    page = new_reader()
    page.goto("/support/")
    page.get_by_role("button", name="Continue to payment").dblclick()
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert SupportIntent.objects.count() == 1


def test_coming_back_to_give_more_is_another_wish(new_reader: NewReader) -> None:
    page = new_reader()
    page.goto("/support/")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("$5.00")).to_be_visible()
    page.go_back()
    page.get_by_text("$10", exact=True).locator("visible=true").click()
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("$10.00")).to_be_visible()
    assert SupportIntent.objects.count() == 2


def test_coming_back_finds_the_amount_that_was_typed(new_reader: NewReader) -> None:
    page = new_reader()
    page.goto("/support/")
    page.get_by_label("Another amount").fill("33")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("$33.00")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Another amount")).to_have_value("33")


@pytest.mark.parametrize(
    ("locale", "currency"), [("de-DE", "eur"), ("en-GB", "gbp"), ("en-US", "usd"), ("ru", "usd")]
)
def test_the_currency_is_the_regions_until_another_is_named(
    new_reader: NewReader, locale: str, currency: str
) -> None:
    page = new_reader(locale=locale)
    page.goto("/support/")
    expect(page.get_by_label("Currency")).to_have_value(currency)
    page.goto("/support/?currency=gbp")
    expect(page.get_by_label("Currency")).to_have_value("gbp")


def test_it_takes_a_keyboard(new_reader: NewReader) -> None:
    page = new_reader()
    page.goto("/support/")
    page.get_by_label("Monthly").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Yearly")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("$120.00")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_everybody_can_use_every_step(new_reader: NewReader, width: int, scheme: Any) -> None:
    page = new_reader(color_scheme=scheme, viewport={"width": width, "height": 800})
    axe = Axe()

    def check() -> None:
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        # Nothing to scroll to the side.
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto("/support/")
    check()
    page.get_by_label("Another amount").fill("ten")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check()
    page.get_by_label("Another amount").fill("")
    go_to_payment(page)
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    check()
    page.goto("/support/thanks/?session_id=cs_test_invented")
    check()
    # While the paper pauses, the same page says so, and leads on.
    page.goto("/support/?every=year&amount=60")
    PaymentSettings(is_paused=True).save()
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("$60, yearly")).to_be_visible()
    check()
    page.get_by_role("button", name="Remind me later").click()
    expect(page.get_by_role("heading", name="We will not ask before")).to_be_visible()


def test_while_stripe_is_away_the_button_tries_again(
    reader: Page, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    urllib.request.urlopen(
        f"{stand_in.url}/_stand_in/misbehave", data=b"next=500&path=/v1/checkout&times=1"
    ).close()
    reader.goto("/support/?amount=33")
    reader.get_by_role("button", name="Continue to payment").click()
    expect(reader.get_by_role("heading", name="The payment page did not open")).to_be_visible()
    expect(reader.get_by_text("$33")).to_be_visible()
    reader.get_by_role("button", name="Try again").click()
    expect(reader.get_by_text("$33.00")).to_be_visible()
