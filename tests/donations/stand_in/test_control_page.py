"""The stand-in's own pages: what the account holds, and buttons for what can happen to it."""

import http.client
import json
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from donations.stripe_stand_in import acts
from donations.stripe_stand_in.happenings import HAPPENINGS
from donations.stripe_stand_in.html_page import moment
from tests.donations.stand_in.conftest import Answer, Bench, Receiver, ask, endpoint


def press(bench: Bench, act: str, on: str = "/", **form: object) -> Answer:
    """Press a button and follow where it leads."""
    answer = ask(f"{bench.url}{on}", {"act": act, **form})
    if answer.status == 303:
        assert answer.headers["Location"] == on
        return ask(f"{bench.url}{on}")
    return answer


def says(answer: Answer) -> str:
    """What the page says of the last act."""
    found = re.search(r'<p class="(?:done|error)"[^>]*>(.*?)</p>', answer.text)
    return unescape(found[1]) if found else ""


def buttons(bench: Bench, identifier: str) -> set[str]:
    answer = ask(f"{bench.url}/objects/{identifier}")
    assert answer.status == 200
    return set(re.findall(r'name="act" value="(\w+)"', answer.text))


def raw(bench: Bench, method: str, path: str, body: str = "", **headers: str) -> Answer:
    """With headers as they are, Host among them."""
    connection = http.client.HTTPConnection(urlsplit(bench.url).netloc, timeout=10)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode())
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(), answer.headers)
    finally:
        connection.close()


def test_the_first_page_shows_what_the_account_holds(own: Bench, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    own.freeze()
    monthly = own.paid("subscription", customer_email="ada@example.com")
    once = own.paid(unit_amount=1234)
    own.control("deliver")
    text = ask(f"{own.url}/").text
    for identifier in (
        monthly.id, monthly.customer, monthly.subscription, once.payment_intent, made.id,
    ):  # fmt: skip
        assert f'href="/objects/{identifier}"' in text
    assert "ada@example.com" in text and "$12.34" in text and "delivered: 200" in text
    assert "1 Oct 2026, 12:00" in text and "stands still" in text


def test_an_empty_account_has_a_page(own: Bench) -> None:
    answer = ask(f"{own.url}/")
    assert answer.status == 200
    assert "Holds nothing yet." in answer.text and "runs with the real one" in answer.text


def test_what_is_shown_is_text(own: Bench) -> None:
    evil = '<script>alert("1")</script>'
    customer = own.client.v1.customers.create({"name": evil, "metadata": {evil: evil}})
    own.raw("GET", f"/v1/{evil}")
    own.control("deliveries", api_version='"><script>')
    for path in ("/", f"/objects/{customer.id}", f"/objects/{own.events()[0].id}"):
        assert "<script" not in ask(f"{own.url}{path}").text
    assert ask(f"{own.url}/objects/{evil}").status == 404


def test_the_clock_is_moved_by_buttons(own: Bench) -> None:
    answer = press(own, "clock", freeze=1)
    before = own.control("clock")
    assert before["frozen"] and "stands still" in answer.text
    press(own, "clock", freeze=1, advance=86_400)
    assert own.control("clock")["now"] == before["now"] + 86_400
    own.freeze(1_769_860_800)  # 31 January 2026, 12:00
    assert "28 Feb 2026, 12:00" in press(own, "clock", freeze=1, months=1).text
    assert "28 Feb 2027, 12:00" in press(own, "clock", freeze=1, months=12).text
    assert "runs with the real one" in press(own, "clock", now="").text
    assert not own.control("clock")["frozen"]
    assert says(press(own, "clock", months=1)).startswith("Freeze the clock first")


def test_what_was_done_is_said_once(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.product()
    assert says(press(own, "deliver")) == "1 delivered, 0 not."
    assert says(ask(f"{own.url}/")) == ""


def test_switches_are_turned_on_the_page(own: Bench) -> None:
    form = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', ask(f"{own.url}/").text))
    assert form["concurrency"] == "1"
    answer = press(own, "deliveries", reorder="1", drop="10", sign="both", secret="whsec_2")
    assert says(answer) == "The switches are set."
    assert re.search(r'name="drop" value="10"', answer.text)
    assert re.search(r'name="reorder" value="1" checked', answer.text)
    assert "<option selected>both" in answer.text
    answer = press(own, "deliveries", drop="lots")
    assert answer.status == 400 and says(answer) == "Invalid drop: must be a number from 0 to 100"


def test_a_box_that_is_not_ticked_turns_its_switch_off(own: Bench) -> None:
    ask(f"{own.url}/", {"act": "deliveries", "truncate": "1"})
    connection = http.client.HTTPConnection(urlsplit(own.url).netloc)
    connection.request("POST", "/", "act=deliveries&truncate=0", {"Host": urlsplit(own.url).netloc})
    assert connection.getresponse().status == 303
    connection.close()
    assert own.control("deliveries")["truncate"] is False
    # As a browser sends a ticked one: the hidden 0 first.
    assert raw(own, "POST", "/", "act=deliveries&truncate=0&truncate=1").status == 303
    assert own.control("deliveries")["truncate"] is True


def test_faults_and_a_new_beginning_are_ordered_on_the_page(own: Bench) -> None:
    press(own, "misbehave", next="500", times=1, path="/v1/products")
    assert own.raw("GET", "/v1/products").status == 500
    press(own, "misbehave", rate=100, kinds="429", path="/", seed=0, hang_for="1")
    assert own.raw("GET", "/v1/products").status == 429
    press(own, "reset")
    assert own.raw("GET", "/v1/products").json["data"] == []


@pytest.mark.parametrize("act", ["explode", "answer", "act", "", "request"])
def test_an_act_that_is_none_is_refused(own: Bench, act: str) -> None:
    assert press(own, act).status == 404


def test_an_object_has_a_page_with_its_events_and_links(own: Bench) -> None:
    paid = own.paid("subscription")
    subscription = own.client.v1.subscriptions.retrieve(paid.subscription)
    text = ask(f"{own.url}/objects/{subscription.id}").text
    assert "customer.subscription.created" in text
    assert f'href="/objects/{paid.id}"' in text  # the session that names it
    assert f'&quot;<a href="/objects/{paid.customer}">{paid.customer}</a>&quot;' in text
    assert "_due_at" not in text
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)
    assert shown
    parsed = json.loads(unescape(re.sub(r"<[^>]+>", "", shown[1])))
    assert parsed["id"] == subscription.id and parsed["status"] == "active"
    assert ask(f"{own.url}/objects/sub_none").status == 404
    assert ask(f"{own.url}/objects/").status in (200, 404)


def test_a_payment_is_refunded_on_its_page(own: Bench) -> None:
    intent = own.paid().payment_intent
    path = f"/objects/{intent}"
    assert "refund" in buttons(own, intent)
    own.control("misbehave", rate=100, kinds="500", path="/")  # not for the hand that orders it
    refused = press(own, "refund", path, amount="501")
    assert refused.status == 400 and says(refused)
    assert says(press(own, "refund", path, amount="200")).startswith("Refund: done, see re_")
    own.control("misbehave", rate=0)
    [refund] = own.client.v1.refunds.list().data
    assert (refund.amount, refund.payment_intent) == (200, intent)
    assert own.event_types()[-1] == "refund.created"


def test_a_subscription_is_ended_on_its_page(own: Bench) -> None:
    identifier = own.paid("subscription").subscription
    path = f"/objects/{identifier}"

    def found() -> object:
        one = own.client.v1.subscriptions.retrieve(identifier)
        return one.status, one.cancel_at_period_end

    assert {"cancel_at_period_end", "cancel_now"} <= buttons(own, identifier)
    assert "do_not_cancel" not in buttons(own, identifier)
    press(own, "cancel_at_period_end", path)
    assert found() == ("active", True)
    assert "do_not_cancel" in buttons(own, identifier)
    press(own, "do_not_cancel", path)
    assert found() == ("active", False)
    press(own, "pause_its_payments", path)
    assert own.client.v1.subscriptions.retrieve(identifier).pause_collection.behavior == "void"
    press(own, "resume_its_payments", path)
    assert own.client.v1.subscriptions.retrieve(identifier).pause_collection is None
    press(own, "cancel_now", path)
    assert found() == ("canceled", False)
    assert "cancel_now" not in buttons(own, identifier)
    assert says(press(own, "cancel_now", path)) == "That cannot be done to it any more."


def test_renewals_are_declined_on_the_page(own: Bench) -> None:
    own.freeze()
    identifier = own.paid("subscription").subscription
    path = f"/objects/{identifier}"
    press(own, "decline_its_renewals", path)
    own.advance(days=31)
    assert own.client.v1.subscriptions.retrieve(identifier).status == "past_due"
    press(own, "let_its_renewals_succeed", path)
    own.advance(days=30)
    assert own.client.v1.subscriptions.retrieve(identifier).status == "active"


def test_sessions_customers_endpoints_and_events_have_buttons(
    own: Bench, receiver: Receiver
) -> None:
    made = endpoint(own, receiver)
    session = own.session("subscription")
    press(own, "pay", f"/objects/{session.id}", email="", card_number="")
    session = own.client.v1.checkout.sessions.retrieve(session.id)
    assert session.status == "complete"
    other = own.session()
    press(own, "expire", f"/objects/{other.id}")
    assert own.client.v1.checkout.sessions.retrieve(other.id).status == "expired"
    press(own, "delete", f"/objects/{session.customer}")
    assert own.client.v1.customers.retrieve(session.customer).deleted
    assert buttons(own, session.customer) == set()
    event = own.events()[0]
    assert "not" in says(press(own, "send_again", f"/objects/{event.id}")) or receiver.ids()
    assert receiver.ids() == [event.id]
    assert made.secret in ask(f"{own.url}/objects/{made.id}").text
    press(own, "disable", f"/objects/{made.id}")
    assert own.client.v1.webhook_endpoints.retrieve(made.id).status == "disabled"
    press(own, "enable", f"/objects/{made.id}")
    assert own.client.v1.webhook_endpoints.retrieve(made.id).status == "enabled"


def test_whatever_is_declared_has_a_button(own: Bench) -> None:
    own.freeze()
    intent = own.paid().payment_intent
    assert {"dispute", "fraud_warning"} <= buttons(own, intent)
    text = says(press(own, "dispute", f"/objects/{intent}", amount="300", reason="", status=""))
    dispute = text.removeprefix("Dispute: done, see ").removesuffix(".")
    assert own.client.v1.disputes.retrieve(dispute).amount == 300
    assert {"dispute_won", "dispute_lost"} <= buttons(own, dispute)
    assert says(press(own, "dispute_lost", f"/objects/{dispute}")) == "Dispute lost: done."
    assert own.client.v1.disputes.retrieve(dispute).status == "lost"


def test_a_new_happening_is_read_from_what_it_says_of_itself() -> None:
    def lightning(sandbox: object, form: object) -> None:
        """`payment_intent` or `session`: strikes from a
        blue sky; `volts` (many), `colour` when not white.
        """

    act = acts.declared("lightning", lightning)
    assert act.label == "Lightning" and act.hint == "strikes from a blue sky"
    assert act.fields == (("volts", "(many)"), ("colour", "when not white"))
    assert act.subject("payment_intent") == "payment_intent"
    assert act.subject("checkout.session") == "session"
    assert act.subject("charge") is None


def test_what_happens_to_the_whole_account_is_on_the_first_page(own: Bench) -> None:
    def weather(sandbox: object, form: object) -> None:
        """The account: a wind blows through its `books`; `wind` (north), `until` tomorrow."""

    act = acts.declared("weather", weather)
    assert (act.subjects, act.fields) == ((), (("wind", "(north)"), ("until", "tomorrow")))
    assert act.hint == "a wind blows through its books"
    answer = press(own, "late_balance", enabled="1")
    assert says(answer) == "Done."
    own.paid()
    assert own.client.v1.charges.list().data[0].balance_transaction is None
    assert says(press(own, "after_retries", status="perhaps")).startswith("Invalid status")


@pytest.mark.parametrize("name", sorted(HAPPENINGS))
def test_each_happening_has_its_button(own: Bench, name: str) -> None:
    act = acts.declared(name, HAPPENINGS[name])
    assert act.hint or act.subjects
    assert act.subjects or f'name="act" value="{name}"' in ask(f"{own.url}/").text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example",
                                  "[", "", "192.0.2.1", "localhost.evil.example"])  # fmt: skip
def test_a_foreign_name_is_turned_away(own: Bench, host: str) -> None:
    for path in ("/", "/_stand_in/requests", "/v1/events", "/c/pay/cs_1"):
        assert raw(own, "GET", path, Host=host).status == 403
    assert raw(own, "POST", "/_stand_in/reset", Host=host).status == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:9", "stripe.localhost:9"])
def test_every_name_of_this_machine_will_do(own: Bench, host: str) -> None:
    assert raw(own, "GET", "/", Host=host).status == 200
    answer = raw(own, "POST", "/", "act=clock", Host=host, Origin=f"http://{host}")
    assert answer.status == 303


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9"},
    {"Origin": ""},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},  # another port of this machine
])  # fmt: skip
def test_a_form_of_another_site_is_refused(own: Bench, headers: dict[str, str]) -> None:
    own.product()
    session = own.session()
    for path in ("/", "/_stand_in/reset", f"/objects/{session.id}", f"/c/pay/{session.id}"):
        assert raw(own, "POST", path, "act=reset&action=pay", **headers).status == 403
    assert own.client.v1.products.list().data
    assert own.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_its_own_forms_are_taken(own: Bench) -> None:
    mine = {"Origin": own.url, "Sec_Fetch_Site": "same-origin"}
    assert raw(own, "POST", "/", "act=clock&freeze=1", **mine).status == 303
    assert own.control("clock")["frozen"]


def test_nothing_is_loaded_framed_or_kept(own: Bench) -> None:
    own.product()
    for path in ("/", f"/objects/{own.events()[0].id}"):
        answer = ask(f"{own.url}{path}")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        # Under "no-referrer" a browser would say "Origin: null" in its own forms.
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<(script|img|link|iframe)|style=|\son\w+=", answer.text)
        assert not re.search(r'(src|href|action)="(?!/|#)', answer.text)


def test_a_strange_address_breaks_nothing(own: Bench) -> None:
    assert raw(own, "GET", "//[/").status in (400, 404)
    assert raw(own, "GET", "http://[/", Host="localhost").status == 400
    assert raw(own, "GET", "/objects/%00").status == 404
    assert raw(own, "GET", "/nowhere").status == 404


def test_a_moment_is_written_for_people() -> None:
    assert moment(None) == ""
    assert moment(1_790_856_000) == '<time datetime="2026-10-01T12:00:00Z">1 Oct 2026, 12:00</time>'
