"""From the button to Stripe's page: what is accepted, what is refused, and what goes wrong."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from pytest_django import Settings

from donations import checkout
from donations.models import IntentState, SupportIntent
from donations.money import parse_amount
from newsroom.models import Alert
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell, no_time
from tests.donations.factories import CampaignFactory, PromptFactory

pytestmark = pytest.mark.django_db

CHECKOUT = "/support/checkout/"
THANKS = "/support/thanks/"
CHOSEN = {"every": "month", "amount": "5", "currency": "usd"}
A_WHILE = timedelta(minutes=10)
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
Start = Callable[..., str]


def test_the_wish_is_written_down_and_goes_to_stripe(client: Client, stripe_side: Stripe) -> None:
    prompt = PromptFactory()
    response = client.post(
        CHECKOUT, {**CHOSEN, "amount": "7,50", "prompt": prompt.pk, "placement": "article-end"}
    )
    assert response.status_code == 303
    assert response["Location"].startswith(stripe_side.url)
    assert response["Cache-Control"] == "private, no-store"
    (intent,) = SupportIntent.objects.all()
    assert (intent.amount_minor, intent.currency, intent.frequency) == (7_50, "usd", "month")
    assert (intent.prompt, intent.campaign, intent.placement) == (prompt, prompt.campaign, "article-end")  # fmt: skip
    assert (intent.state, intent.session_url) == (IntentState.OPEN, response["Location"])


def test_stripe_is_told_what_was_chosen_and_nothing_about_the_reader(
    client: Client, stripe_side: Stripe
) -> None:
    client.post(CHECKOUT, CHOSEN, headers={"Referer": f"{django_settings.SITE_URL}/2024/secret/"})
    sent = [each for each in stripe_side.requests("/v1/checkout/sessions") if each["status"] == 200]
    (request,) = sent
    told = request["parameters"]
    intent = SupportIntent.objects.get()
    marks = {"newsroom": "support", "intent": str(intent.pk), "language": "en"}
    assert request["idempotency_key"] == f"{intent.pk}:{intent.attempt}"
    assert told["mode"] == "subscription"
    assert told["metadata"] == told["subscription_data"]["metadata"] == marks
    price = told["line_items"]["0"]["price_data"]
    assert price == {
        "currency": "usd",
        "unit_amount": "500",
        "product": "newsroom_support",
        "recurring": {"interval": "month"},
    }
    assert told["expires_at"] == str(int(intent.expires_at.timestamp()))
    left = intent.expires_at - intent.created_at
    assert timedelta(minutes=44) < left <= timedelta(minutes=45)
    assert not {"customer", "customer_email", "payment_method_types"} & told.keys()
    assert "secret" not in str(told)


def test_the_product_is_made_once(start: Start, stripe_side: Stripe) -> None:
    start(amount="5")
    start(amount="6")
    assert len(stripe_side.requests("/v1/products")) == 1


def test_one_time_support_is_a_payment(start: Start, stripe_side: Stripe) -> None:
    start(every="once", amount="20")
    told = stripe_side.requests("/v1/checkout/sessions")[-1]["parameters"]
    assert told["mode"] == "payment"
    assert told["payment_intent_data"]["metadata"]["newsroom"] == "support"
    assert "recurring" not in told["line_items"]["0"]["price_data"]


def test_a_ticked_amount_counts_unless_one_is_typed(start: Start) -> None:
    start(amount="", amount_month="10", amount_year="60", base="usd")
    start(amount="12", amount_month="10", base="usd")
    start(amount="", amount_month="10", base="usd", currency="eur")
    start(every="year", amount="", amount_month="10", amount_year="60", base="usd")
    asked = SupportIntent.objects.order_by("created_at").values_list("amount_minor", "currency")
    assert list(asked) == [(10_00, "usd"), (12_00, "usd"), (10_00, "eur"), (60_00, "usd")]


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "The smallest amount is $2."),
        ("-1", "The smallest amount is $2."),
        ("1.99", "The smallest amount is $2."),
        ("1.005", "at most two digits after the point"),
        ("1000000000000", "The largest amount here is $10,000."),
        ("10^12", "in digits"),
        ("1e12", "in digits"),
        ("ten", "in digits"),
        ("nan", "in digits"),
        ("", "Choose an amount, or type one."),
        ("5<script>", "in digits"),
    ],
)
def test_a_bad_amount_is_explained_beside_its_field(
    client: Client, stripe_side: Stripe, amount: str, sentence: str
) -> None:
    response = client.post(CHECKOUT, {**CHOSEN, "every": "once", "amount": amount})
    assert response.status_code == 422
    assert response["Cache-Control"] == "private, no-store"
    assert sentence in response.content.decode()
    # What was typed and ticked is still there.
    assert (response.context["typed"], response.context["every"]) == (amount, "once")
    assert b"<script>5" not in response.content
    assert b'aria-invalid="true"' in response.content
    assert not response.cookies
    assert not SupportIntent.objects.exists()
    assert stripe_side.requests() == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("every", "", "Choose how often."),
        ("every", "weekly", "Choose monthly, yearly or once."),
        ("currency", "xyz", "We cannot take this currency."),
        ("currency", "btc\x00", "Null characters"),
    ],
)
def test_a_broken_choice_is_explained(
    client: Client, stripe_side: Stripe, field: str, value: str, sentence: str
) -> None:
    response = client.post(CHECKOUT, {**CHOSEN, field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not SupportIntent.objects.exists()


def test_an_invented_offer_is_held_to_the_limits_too(client: Client, stripe_side: Stripe) -> None:
    for ticked, base in (("0.01", "usd"), ("10000000", "usd"), ("5", "us$"), ("ten", "usd")):
        form = {**CHOSEN, "amount": "", "amount_month": ticked, "base": base}
        assert client.post(CHECKOUT, form).status_code == 422
    assert not SupportIntent.objects.exists()


def test_strange_tracking_never_stops_a_supporter(start: Start) -> None:
    CampaignFactory()
    for prompt, placement in (("x", "moon"), ("99999999999999", "banner"), ("-1", ""), ("٣", "")):
        start(prompt=prompt, placement=placement, nonce=uuid.uuid4())
    assert SupportIntent.objects.filter(prompt=None).count() == 4


def test_an_overlong_nonce_counts_as_none(start: Start) -> None:
    assert start(nonce="x" * 500) == start(nonce="y" * 500)


def test_without_script_neighbours_never_share_a_payment_page(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    with stripe_side.at(NOON):
        spy = start(every="once", amount="20")
        victim = Client().post(CHECKOUT, {"every": "once", "amount": "20", "currency": "usd"})
        session = victim["Location"].rpartition("/")[2].partition("#")[0]
    assert session != spy
    stripe_side.pay(session, email="ada@example.com")
    assert "ada@example.com" not in client.get(THANKS, {"session_id": session}).content.decode()


def test_whoever_leaves_stripes_page_comes_back_to_the_same_choice(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    prompt = PromptFactory()
    session = start(every="once", amount="7.50", prompt=prompt.pk, placement="banner")
    back = stripe_side.api("GET", f"checkout/sessions/{session}")["cancel_url"]
    expected = f"/support/?every=once&amount=7.50&currency=usd&prompt={prompt.pk}&placement=banner"
    assert back == f"{django_settings.SITE_URL}{expected}"
    page = client.get(back.removeprefix(django_settings.SITE_URL)).content.decode()
    assert f'name="prompt" value="{prompt.pk}"' in page
    assert 'name="placement" value="banner"' in page


def test_row_35_two_presses_of_one_button_are_one(start: Start) -> None:
    nonce = uuid.uuid4()
    assert start(nonce=nonce) == start(nonce=nonce)
    assert SupportIntent.objects.count() == 1


def test_another_choice_under_the_same_nonce_is_another_wish(start: Start) -> None:
    nonce = uuid.uuid4()
    assert start(nonce=nonce, amount="5") != start(nonce=nonce, amount="6")
    assert SupportIntent.objects.count() == 2


def test_row_35_without_script_two_presses_within_ten_seconds_are_one(
    start: Start, stripe_side: Stripe
) -> None:
    with stripe_side.at(NOON) as clock:
        first = start()
        clock.shift(9)
        assert start() == first
        assert start(amount="6") != first
        clock.shift(2)
        assert start() != first


@pytest.mark.django_db(transaction=True)
def test_row_35_eight_presses_at_once_are_one(stripe_side: Stripe) -> None:
    nonce = str(uuid.uuid4())

    def press(_: int) -> str:
        try:
            response = Client().post(CHECKOUT, {**CHOSEN, "nonce": nonce})
            return response.headers.get("Location", f"{response.status_code}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        addresses = set(pool.map(press, range(8)))
    assert len(addresses) == 1
    assert addresses.pop().startswith(stripe_side.url)
    assert SupportIntent.objects.count() == 1


def test_who_paid_already_goes_on_to_thanks(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    session = start(nonce="n")
    stripe_side.pay(session)
    client.get("/support/thanks/", {"session_id": session})
    response = client.post(CHECKOUT, {**CHOSEN, "nonce": "n"})
    assert response["Location"].endswith(f"/support/thanks/?session_id={session}")
    assert SupportIntent.objects.get().state == IntentState.PAID


def test_an_expired_page_is_opened_anew(start: Start, stripe_side: Stripe) -> None:
    first = start(nonce="n")
    SupportIntent.objects.update(state=IntentState.EXPIRED)
    second = start(nonce="n")
    assert first != second
    intent = SupportIntent.objects.get()
    assert (intent.state, intent.session_id) == (IntentState.OPEN, second)


@pytest.mark.parametrize("fault", ["500", "503", "429", "500_after"])
def test_row_30_while_stripe_is_broken_the_choice_is_kept(
    client: Client, stripe_side: Stripe, impatient: None, fault: str
) -> None:
    stripe_side.misbehave(fault)
    form = {**CHOSEN, "amount": "7.50", "nonce": "n"}
    response = client.post(CHECKOUT, form)
    assert response.status_code == 503
    assert response["Cache-Control"] == "private, no-store"
    page = response.content.decode()
    assert "$7.50" in page
    assert "Nothing was charged" in page
    assert 'name="amount" value="7.50"' in page
    assert 'name="nonce" value="n"' in page
    # The button on that page sends the same again, and now it works.
    again = client.post(CHECKOUT, form)
    assert again.status_code == 303
    assert SupportIntent.objects.count() == 1


@pytest.mark.parametrize("fault", ["hang", "hang_after"])
def test_row_29_a_silent_stripe_is_asked_again_under_the_same_key(
    client: Client, start: Start, stripe_side: Stripe, impatient: None, fault: str
) -> None:
    start(amount="9")  # the product exists
    stripe_side.misbehave(fault)
    with no_time(fault):
        assert client.post(CHECKOUT, {**CHOSEN, "nonce": "n"}).status_code == 503
    # Stripe may still be at it, and then says so.
    answer = client.post(CHECKOUT, {**CHOSEN, "nonce": "n"})
    assert answer.status_code == (303 if fault == "hang_after" else 503)
    intent = SupportIntent.objects.get(amount_minor=5_00)
    keys = [each["idempotency_key"] for each in stripe_side.requests("/v1/checkout/sessions")]
    assert {key for key in keys if key.startswith(str(intent.pk))} == {f"{intent.pk}:1"}


def test_row_31_a_saved_failure_is_left_behind_by_a_new_attempt(
    client: Client, start: Start, stripe_side: Stripe, impatient: None
) -> None:
    start(amount="9")  # the product exists
    stripe_side.misbehave("500_after", path="/v1/checkout/sessions")
    form = {**CHOSEN, "nonce": "n"}
    assert client.post(CHECKOUT, form).status_code == 503
    assert client.post(CHECKOUT, form).status_code == 303
    intent = SupportIntent.objects.get(amount_minor=5_00)
    asked = stripe_side.requests("/v1/checkout/sessions")
    keys = [each["idempotency_key"] for each in asked]
    assert [key for key in keys if key.startswith(str(intent.pk))] == [f"{intent.pk}:1", f"{intent.pk}:2"]  # fmt: skip
    # The page that opened behind the failure is known to nobody, and closes by itself.
    sessions = stripe_side.api("GET", "checkout/sessions?limit=10")["data"]
    ours = [each for each in sessions if each["client_reference_id"] == str(intent.pk)]
    assert {each["id"] for each in ours} > {intent.session_id}
    assert {each["status"] for each in ours} == {"open"}


def test_row_32_a_page_whose_id_was_lost_is_the_same_again(
    start: Start, stripe_side: Stripe
) -> None:
    first = start(nonce="n")
    # Killed after Stripe answered, before the answer was kept.
    SupportIntent.objects.update(state=IntentState.NEW, session_id=None, session_url="")
    assert start(nonce="n") == first
    assert len(stripe_side.api("GET", "checkout/sessions?limit=10")["data"]) == 1


def test_row_33_a_key_used_for_something_else_is_reported_and_left_behind(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    start(nonce="n")
    intent = SupportIntent.objects.get()
    SupportIntent.objects.update(
        state=IntentState.NEW, session_id=None, parameters={**intent.parameters, "locale": "de"}
    )
    refused = client.post(CHECKOUT, {**CHOSEN, "nonce": "n"})
    assert refused.status_code == 503
    assert "idempotency" in Alert.objects.get(cause="stripe.refused").message
    assert client.post(CHECKOUT, {**CHOSEN, "nonce": "n"}).status_code == 303
    assert SupportIntent.objects.get().attempt == intent.attempt + 1


def test_row_34_a_key_in_flight_is_tried_again_under_the_same_key(
    client: Client, start: Start, stripe_side: Stripe, impatient: None
) -> None:
    start(amount="9")
    stripe_side.misbehave("hang")
    with no_time("hang"):
        assert client.post(CHECKOUT, {**CHOSEN, "nonce": "n"}).status_code == 503
    in_flight = client.post(CHECKOUT, {**CHOSEN, "nonce": "n"})
    assert stripe_side.requests("/v1/checkout/sessions")[-1]["status"] == 409
    assert in_flight.status_code == 503
    assert "$5" in in_flight.content.decode()
    assert SupportIntent.objects.get(amount_minor=5_00).attempt == 1
    assert not Alert.objects.exists()


def test_row_36_another_amount_closes_the_page_of_the_first(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    first = start(amount="5")
    second = start(amount="6")
    run_jobs()
    (expired,) = stripe_side.events("checkout.session.expired")
    assert expired["data"]["object"]["id"] == first != second
    tell(expired)
    run_jobs()
    states = dict(SupportIntent.objects.values_list("session_id", "state"))
    assert states == {first: IntentState.EXPIRED, second: IntentState.OPEN}


def test_row_36_another_browsers_page_stays_open(
    client: Client, start: Start, stripe_side: Stripe, run_jobs: RunJobs
) -> None:
    start(amount="5")
    assert Client().post(CHECKOUT, {**CHOSEN, "amount": "6"}).status_code == 303
    run_jobs()
    assert not stripe_side.events("checkout.session.expired")


def test_row_36_what_was_paid_meanwhile_stays_paid(
    start: Start, stripe_side: Stripe, run_jobs: RunJobs
) -> None:
    first = start(amount="5")
    start(amount="6")
    stripe_side.pay(first)
    run_jobs()
    assert not stripe_side.events("checkout.session.expired")


def test_row_37_two_tabs_with_one_choice_may_both_be_paid(
    start: Start, stripe_side: Stripe, run_jobs: RunJobs, tell: Tell
) -> None:
    tabs = {start(every="once", amount="20", nonce=each) for each in "ab"}
    run_jobs()
    for each in tabs:
        stripe_side.pay(each)
    for event in stripe_side.events("checkout.session.completed"):
        tell(event)
    run_jobs()
    assert len(tabs) == 2
    assert set(SupportIntent.objects.values_list("state", flat=True)) == {IntentState.PAID}
    assert Alert.objects.get().cause == "payments.twice"


def test_payment_methods_are_the_accounts_unless_they_are_limited(
    start: Start, stripe_side: Stripe, settings: Settings
) -> None:
    start(amount="5")
    settings.STRIPE_PAYMENT_METHOD_CONFIGURATION = "pmc_0123456789abcdef"
    settings.STRIPE_EXCLUDED_PAYMENT_METHODS = ["klarna", "twint"]
    start(amount="6", nonce="n")
    free, limited = (
        each["parameters"]
        for each in stripe_side.requests("/v1/checkout/sessions")
        if each["status"] == 200
    )
    names = {"payment_method_configuration", "excluded_payment_method_types"}
    assert not names & free.keys()
    assert limited["payment_method_configuration"] == "pmc_0123456789abcdef"
    assert limited["excluded_payment_method_types"] == {"0": "klarna", "1": "twint"}
    # A retry sends what was decided then, whatever the settings are now.
    settings.STRIPE_EXCLUDED_PAYMENT_METHODS = []
    SupportIntent.objects.filter(amount_minor=6_00).update(state=IntentState.NEW, session_id=None)
    start(amount="6", nonce="n")
    assert stripe_side.requests("/v1/checkout/sessions")[-1]["parameters"] == limited


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [
        ("jpy", "500", 500), ("krw", "5000", 5_000), ("kwd", "1.25", 1_250), ("isk", "500", 500_00),
        ("ugx", "9000", 9_000_00), ("huf", "1000.50", 1_000_50), ("twd", "100", 100_00),
    ],
)  # fmt: skip
def test_row_43_stripe_is_asked_for_its_own_minor_units(
    client: Client, stripe_side: Stripe, settings: Settings, currency: str, typed: str, minor: int
) -> None:
    settings.CURRENCIES = [currency]
    form = {"every": "once", "amount": typed, "currency": currency}
    assert client.post(CHECKOUT, form).status_code == 303
    told = stripe_side.requests("/v1/checkout/sessions")[-1]["parameters"]
    price = told["line_items"]["0"]["price_data"]
    assert (price["unit_amount"], price["currency"]) == (str(minor), currency)
    way_back = SupportIntent.objects.get()
    page = client.get(checkout.way_back(way_back))
    assert parse_amount(page.context["typed"] or typed, currency) == minor


@pytest.mark.parametrize(
    ("currency", "typed"),
    [("jpy", "500.5"), ("kwd", "1.255"), ("isk", "500.50"), ("ugx", "9000.5"), ("usd", "5.005")],
)
def test_row_43_off_the_grid_is_refused(
    client: Client, stripe_side: Stripe, settings: Settings, currency: str, typed: str
) -> None:
    settings.CURRENCIES = [currency]
    form = {"every": "once", "amount": typed, "currency": currency}
    assert client.post(CHECKOUT, form).status_code == 422
    assert stripe_side.requests() == []


def test_a_refusal_is_reported_to_the_operators(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.checkout.mark", lambda *_: {"x" * 41: "too long"})
    response = client.post(CHECKOUT, CHOSEN)
    assert response.status_code == 503
    assert Alert.objects.get().cause == "stripe.refused"


def test_an_amount_that_stripe_does_not_take_is_the_readers_to_change(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("donations.money").money.FLOORS, "usd", 10)
    response = client.post(CHECKOUT, {**CHOSEN, "amount": "0.20"})
    assert response.status_code == 422
    assert "does not take this amount" in response.content.decode()


def test_a_network_opens_only_so_many_pages(client: Client, stripe_side: Stripe) -> None:
    def press(nonce: int, address: str = "192.0.2.1") -> Any:
        return client.post(
            CHECKOUT, {**CHOSEN, "amount": "7.77", "nonce": f"n{nonce}"}, REMOTE_ADDR=address
        )

    with stripe_side.at(NOON):
        assert [press(n).status_code for n in range(10)] == [303] * 10
        refused = press(10)
        assert refused.status_code == 429
        assert "Nothing was charged" in refused.content.decode()
        assert refused.context["typed"] == "7.77"
        assert press(3).status_code == 303  # the same press again is no new page
        assert press(11, "192.0.2.2").status_code == 303
    assert SupportIntent.objects.count() == 11


@pytest.mark.parametrize(
    ("addresses", "further"),
    [
        ([f"198.51.100.{n}" for n in range(4)], "198.51.101.1"),
        ([f"2001:db8:1:{n}::1" for n in range(4)], "2001:db8:2::1"),
    ],
)
def test_many_addresses_of_one_neighbourhood_share_a_wider_limit(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch, addresses: list[str],
    further: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("donations.views.checkout.OF_A_NEIGHBOURHOOD", ((3, A_WHILE),))
    press = [Client().post(CHECKOUT, CHOSEN, REMOTE_ADDR=each).status_code for each in addresses]
    assert press == [303, 303, 303, 429]
    assert Client().post(CHECKOUT, CHOSEN, REMOTE_ADDR=further).status_code == 303


def test_whoever_opened_forty_pages_in_a_day_is_told_to_come_back_tomorrow(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.checkout.OF_A_NETWORK", ((1, timedelta(days=1)),))
    assert client.post(CHECKOUT, {**CHOSEN, "nonce": "a"}).status_code == 303
    refused = client.post(CHECKOUT, {**CHOSEN, "nonce": "b"})
    assert refused.status_code == 429
    assert "tomorrow" in refused.content.decode()


def test_one_wish_opened_again_and_again_counts_each_time(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.checkout.OF_A_NETWORK", ((2, A_WHILE),))
    answers = []
    for _ in range(3):
        answers.append(client.post(CHECKOUT, {**CHOSEN, "nonce": "n"}).status_code)
        SupportIntent.objects.update(state=IntentState.EXPIRED)
    assert answers == [303, 303, 429]


def test_whoever_is_over_their_own_limit_uses_up_nobody_elses(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.checkout.OF_A_NETWORK", ((1, A_WHILE),))
    monkeypatch.setattr("donations.views.checkout.IN_ALL", (2, timedelta(hours=1)))
    for n in range(5):
        client.post(CHECKOUT, {**CHOSEN, "nonce": f"n{n}"}, REMOTE_ADDR="198.51.100.1")
    assert client.post(CHECKOUT, CHOSEN, REMOTE_ADDR="203.0.113.1").status_code == 303


def test_a_proxy_that_nobody_told_us_of_is_suspected(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.checkout.OF_A_NETWORK", ((0, A_WHILE),))
    client.post(CHECKOUT, CHOSEN, REMOTE_ADDR="198.51.100.1")
    assert not Alert.objects.exists()
    client.post(CHECKOUT, CHOSEN, REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert "BEHIND_PROXY" in Alert.objects.get(cause="checkout.proxy").message


def test_in_all_there_is_a_limit_too(
    client: Client, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.checkout.IN_ALL", (2, timedelta(hours=1)))
    answers = [
        Client().post(CHECKOUT, CHOSEN, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(3)
    ]
    assert answers == [303, 303, 429]
    alert = Alert.objects.get()
    assert alert.cause == "checkout.limit"
    assert f"{django_settings.SITE_URL}/admin/donations/paymentsettings/1/change/" in alert.message


def test_another_site_cannot_press_our_button(client: Client, stripe_side: Stripe) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        response = client.post(CHECKOUT, CHOSEN, headers=headers)
        assert response.status_code == 403
    assert not SupportIntent.objects.exists()
    assert client.post(CHECKOUT, CHOSEN, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303  # fmt: skip


def test_the_cookie_is_signed_and_narrow(client: Client, stripe_side: Stripe) -> None:
    cookie = client.post(CHECKOUT, CHOSEN).cookies["newsroom_checkout"]
    assert (cookie["path"], cookie["max-age"]) == ("/support/", 86_400)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value.startswith(f"{SupportIntent.objects.get().pk}:")


def test_the_address_itself_leads_to_the_form(client: Client) -> None:
    response = client.get(CHECKOUT)
    assert (response.status_code, response["Location"]) == (302, "/support/")
    assert client.put(CHECKOUT).status_code == 405
