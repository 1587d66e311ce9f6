"""From an access link to Stripe's pages, and what comes back from there."""

import threading
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from donations import access, portal
from donations.models import EntryKind, LedgerEntry, Subscription, Supporter
from newsroom.models import Alert, OutgoingMail
from tests.donations.conftest import Life, Stripe, no_time
from tests.donations.test_supporter_comes_in import ACCESS, ENTRY, LINK, press, token_in

pytestmark = pytest.mark.django_db

Start = Callable[..., str]
SESSIONS, CONFIGURATIONS = "/v1/billing_portal/sessions", "/v1/billing_portal/configurations"


@pytest.fixture(autouse=True)
def _as_if_just_started() -> None:
    portal._known.clear()


@pytest.fixture
def monthly(life: Life, start: Start) -> Subscription:
    """Five dollars a month, since today."""
    life.pay(start())
    return Subscription.objects.get()


@pytest.fixture
def come_in(client: Client, life: Life, mailoutbox: list[Any]) -> Callable[[], Any]:
    """From the link in the latest letter to the answer of the access link's button."""

    def came() -> Any:
        (entry,) = [each for each in LINK.findall(mailoutbox[-1].body) if ENTRY in each]
        press(client, ENTRY, token_in(entry))
        life.catch_up()
        (way_in,) = [each for each in LINK.findall(mailoutbox[-1].body) if ACCESS in each]
        return press(client, ACCESS, token_in(way_in))

    return came


def asked(side: Stripe, path: str, method: str = "POST") -> list[Any]:
    return [each["parameters"] for each in side.requests(path) if each["method"] == method]


def use(address: str, **form: object) -> str:
    """Press a button on Stripe's page; gives where it leads, or what it says."""
    request = urllib.request.Request(address, data=urllib.parse.urlencode(form).encode())
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request) as answer:
            return str(answer.read().decode())
    except HTTPError as answer:
        assert answer.code == 303, answer.read()
        return str(answer.headers["Location"])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


def test_the_button_leads_to_stripes_page_for_this_customer(
    come_in: Callable[[], Any], monthly: Subscription, life: Life
) -> None:
    answer = come_in()
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{settings.STRIPE_API_BASE}/p/session/")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")  # fmt: skip
    (opened,) = asked(life.side, SESSIONS)
    assert opened["customer"] == monthly.customer_id
    assert opened["return_url"] == f"{settings.SITE_URL}/support/manage/back/"
    assert opened["locale"] == "en"
    assert "flow_data" not in opened


def test_browsers_may_follow_the_button_there(client: Client, monthly: Subscription) -> None:
    page = client.get(access.entry_link(monthly.supporter))
    (allowed,) = [
        each for each in page["Content-Security-Policy"].split(";") if "form-action" in each
    ]
    assert settings.STRIPE_API_BASE in allowed


def test_what_may_be_done_there_is_pinned_once(
    come_in: Callable[[], Any], monthly: Subscription, life: Life
) -> None:
    for _time in range(2):
        come_in()
    portal._known.clear()  # another process
    come_in()
    (made,) = asked(life.side, CONFIGURATIONS)
    features = made["features"]
    assert features["subscription_cancel"] == {"enabled": "true", "mode": "at_period_end"}
    assert features["customer_update"] == {"enabled": "true", "allowed_updates": {"0": "email"}}
    assert features["payment_method_update"] == {"enabled": "true"}
    assert features["invoice_history"] == {"enabled": "true"}
    assert features["subscription_update"] == {"enabled": "false"}
    assert len({each["configuration"] for each in asked(life.side, SESSIONS)}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_come_first_at_once_pin_one(monthly: Subscription, life: Life) -> None:
    together = threading.Barrier(3)

    def come() -> None:
        together.wait()
        portal.portal_page(monthly)
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({each["configuration"] for each in asked(life.side, SESSIONS)}) == 1


def test_a_configuration_that_was_switched_off_is_made_anew(
    monthly: Subscription, life: Life
) -> None:
    portal.portal_page(monthly)
    (before,) = life.side.api("GET", "billing_portal/configurations")["data"]
    life.side.api("POST", f"billing_portal/configurations/{before['id']}", active="false")
    assert portal.portal_page(monthly)
    assert asked(life.side, SESSIONS)[-1]["configuration"] != before["id"]


def test_who_has_several_customers_at_stripe_chooses(
    come_in: Callable[[], Any], client: Client, monthly: Subscription, life: Life, start: Start
) -> None:
    life.pay(start(every="year", amount="60", nonce="other"))
    answer = come_in()
    assert (answer.status_code, answer["Location"]) == (303, "/support/manage/")
    assert asked(life.side, SESSIONS) == []
    page = client.get("/support/manage/")
    other = Subscription.objects.get(interval="year")
    for each in (monthly, other):
        assert f'value="{each.stripe_id}"' in page.text
    chosen = client.post("/support/manage/portal/", {"subscription": other.stripe_id})
    assert chosen.status_code == 303
    (opened,) = asked(life.side, SESSIONS)
    assert opened["customer"] == other.customer_id != monthly.customer_id


def test_a_silent_stripe_changes_nothing_and_one_may_try_again(
    come_in: Callable[[], Any], client: Client, monthly: Subscription, life: Life, impatient: None
) -> None:
    life.side.misbehave("503", path="/v1/billing_portal", times=1)
    answer = come_in()
    assert answer.status_code == 503
    assert "try again in a minute" in answer.text
    assert "$5" in answer.text
    again = client.post("/support/manage/portal/", {"subscription": monthly.stripe_id})
    assert again.status_code == 303
    assert not Alert.objects.exists()


def test_a_stripe_that_hangs_is_not_waited_for(
    come_in: Callable[[], Any], monthly: Subscription, life: Life, impatient: None
) -> None:
    life.side.misbehave("hang", path="/v1/billing_portal", times=1)
    with no_time("hang"):
        assert come_in().status_code == 503


def test_a_customer_that_stripe_no_longer_knows_is_for_a_person(
    come_in: Callable[[], Any], monthly: Subscription, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.side.api("DELETE", f"customers/{monthly.customer_id}")  # and nobody has told us
    monkeypatch.setattr(life, "tell", lambda event: None)
    assert come_in().status_code == 503
    assert Alert.objects.get().cause == "stripe.portal"


def test_a_failed_payment_leads_straight_to_the_card_and_recovers(
    come_in: Callable[[], Any], life: Life, start: Start, mailoutbox: list[Any]
) -> None:
    life.pay(start(), card_number="4000000000000341")  # which pays once
    life.wait(days=30)
    monthly = Subscription.objects.get()
    assert monthly.status == "past_due"
    assert "did not go through" in mailoutbox[-1].subject
    answer = come_in()
    (opened,) = asked(life.side, SESSIONS)
    assert opened["flow_data"]["type"] == "payment_method_update"
    back = use(answer["Location"], action="card", card_number="4242424242424242")
    assert back == f"{settings.SITE_URL}/support/manage/back/"
    life.wait(days=3)
    monthly.refresh_from_db()
    assert monthly.status == "active"
    assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 2
    assert mailoutbox[-1].subject.startswith("Thank you")


def test_who_stops_there_is_mirrored_and_so_is_who_thinks_again(
    come_in: Callable[[], Any], monthly: Subscription, life: Life
) -> None:
    page = come_in()["Location"]
    for action, ends in (("cancel", True), ("undo", False), ("cancel", True)):
        use(page, action=action, subscription=monthly.stripe_id)
        life.catch_up()
        monthly.refresh_from_db()
        assert monthly.cancel_at_period_end is ends
    life.wait(days=31)
    monthly.refresh_from_db()
    assert monthly.status == "canceled"


def test_row_50_a_new_address_there_moves_nobodys_way_in(
    come_in: Callable[[], Any], monthly: Subscription, life: Life, mailoutbox: list[Any]
) -> None:
    page = come_in()["Location"]
    use(page, action="customer", email="mallory@evil.example")
    life.catch_up()
    assert Supporter.objects.get().email == "ada@example.com"
    assert Alert.objects.get().cause == f"stripe.address:{monthly.customer_id}"
    come_in()
    life.wait(days=30)
    assert {each.to[0] for each in mailoutbox} == {"ada@example.com"}
    assert set(OutgoingMail.objects.exclude(recipient="").values_list("recipient", flat=True)) == {"ada@example.com"}  # fmt: skip


def test_row_50_a_new_card_there_pays_from_then_on(
    come_in: Callable[[], Any], monthly: Subscription, life: Life
) -> None:
    use(come_in()["Location"], action="card", card_number="5555555555554444")
    life.wait(days=30)
    monthly.refresh_from_db()
    assert (monthly.status, LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count()) == ("active", 2)  # fmt: skip
    assert not Alert.objects.exists()


def test_coming_back_shows_nothing_personal(client: Client, monthly: Subscription) -> None:
    page = client.get("/support/manage/back/")
    assert page.status_code == 200
    assert "$5" not in page.text
    assert page["Cache-Control"] == "private, no-store"
