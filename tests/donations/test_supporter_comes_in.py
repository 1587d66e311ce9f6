"""From the link in a letter to one's own support: a second letter, a button, Stripe's pages."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client

from donations import access, links
from donations.models import AccessLink, Supporter
from donations.views import manage
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.factories import SubscriptionFactory, SupporterFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENTRY, ACCESS = "/support/manage/entry/", "/support/manage/access/"
LINK = re.compile(r"http://\S+")
# As a browser sends them from a page that tells no referrer.
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def ada() -> Supporter:
    found: Supporter = SupporterFactory(email="ada@example.com")
    return found


def token_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["link"][0]


def press(client: Client, path: str, token: str, **headers: str) -> Any:
    return client.post(path, {"link": token}, headers=headers or OWN)


def ask(client: Client, supporter: Supporter) -> Any:
    return press(client, ENTRY, token_in(access.entry_link(supporter)))


@pytest.fixture
def send(client: Client, run_jobs: RunJobs, mailoutbox: list[Any]) -> Callable[..., str]:
    """Ask for a letter; gives the access link in it."""

    def sent(supporter: Supporter) -> str:
        ask(client, supporter)
        run_jobs()
        (found,) = [each for each in LINK.findall(mailoutbox[-1].body) if ACCESS in each]
        return str(found)

    return sent


def assert_private(response: Any) -> None:
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"


# The entry link


def test_an_entry_link_shows_a_button_and_nothing_else(client: Client, ada: Supporter) -> None:
    SubscriptionFactory(supporter=ada, amount_minor=7_77)
    for _time in range(3):
        page = client.get(access.entry_link(ada))
        assert page.status_code == 200
        assert page.text.count('method="post"') == 1
        assert "ada@example.com" not in page.text
        assert "7.77" not in page.text
        assert_private(page)
    assert not page.cookies
    assert not AccessLink.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_its_button_sends_a_fresh_way_in_to_the_address_on_file(
    client: Client, ada: Supporter, run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    answer = ask(client, ada)
    assert answer.status_code == 200
    assert "look into your mail" in answer.text
    assert "ada@example.com" not in answer.text
    assert_private(answer)
    run_jobs()
    (letter,) = mailoutbox
    assert letter.to == ["ada@example.com"]
    first, _again = LINK.findall(letter.body)[:2]
    assert first.startswith(f"{settings.SITE_URL}{ACCESS}?")
    assert unescape(letter.alternatives[0].content).count(first) == 1
    link = AccessLink.objects.get()
    assert link.expires_at == NOON + timedelta(minutes=10)


def test_the_way_in_is_written_down_nowhere(
    client: Client, ada: Supporter, send: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = token_in(send(ada))
    client.get(ACCESS, {"link": token})
    press(client, ACCESS, "nonsense" + token)
    press(client, ACCESS, token, **{"Sec-Fetch-Site": "cross-site"})
    assert token not in caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{token}%"])  # noqa: S608  # fmt: skip
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token.swapcase(),
        lambda token: "A" + token[1:],
        lambda token: token.rpartition(".")[0],
        lambda token: token + "é\0\ud800",
        lambda token: "x" * 5000,
    ],
)
def test_an_altered_entry_link_does_nothing_and_says_so(
    change: Callable[[str], str], client: Client, ada: Supporter
) -> None:
    token = change(token_in(access.entry_link(ada))).encode(errors="replace").decode()
    for answer in (client.get(ENTRY, {"link": token}), press(client, ENTRY, token)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
        assert_private(answer)
    assert not AccessLink.objects.exists()


def test_an_entry_link_lives_for_thirty_days(client: Client, ada: Supporter, clock: Any) -> None:
    link = access.entry_link(ada)
    clock.move_to(NOON + timedelta(days=30) - timedelta(seconds=1))
    assert client.get(link).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert client.get(link).status_code == 404
    assert press(client, ENTRY, token_in(link)).status_code == 404
    assert not AccessLink.objects.exists()


def test_nobody_learns_who_supports_us(client: Client, ada: Supporter) -> None:
    """Known, erased, gone, or too often: one answer."""
    erased = SupporterFactory(email="")
    gone = SupporterFactory()
    gone_link = access.entry_link(gone)
    gone.delete()
    answers = {ask(client, ada).text for _time in range(8)}
    answers.add(ask(client, erased).text)
    answers.add(press(client, ENTRY, token_in(gone_link)).text)
    assert len(answers) == 1
    assert OutgoingMail.objects.count() == 4  # in an hour


def test_a_link_tells_no_number_and_is_never_the_same(ada: Supporter) -> None:
    tokens = {token_in(access.entry_link(ada)) for _time in range(50)}
    assert len(tokens) == 50
    assert {links.supporter_of_entry(each) for each in tokens} == {ada}
    bare = {links.sealed(ada.pk) for _time in range(50)}
    assert len(bare) == 50
    assert {links.unsealed(each) for each in bare} == {ada.pk}


def test_a_key_of_another_purpose_opens_nothing(client: Client, ada: Supporter) -> None:
    from django.core import signing

    forged = signing.TimestampSigner(sep=".", salt="donations.checkout").sign(links.sealed(ada.pk))
    assert press(client, ENTRY, forged).status_code == 404


def test_a_network_that_asks_too_often_is_told_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "OF_A_NETWORK", ((2, timedelta(hours=1)),))
    for _time in range(2):
        assert ask(client, SupporterFactory()).status_code == 200
    refused = ask(client, SupporterFactory())
    assert refused.status_code == 429
    assert "wait an hour" in refused.text
    assert_private(refused)
    assert AccessLink.objects.count() == 2


def test_too_many_in_all_are_refused_and_somebody_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "IN_ALL", (1, timedelta(hours=1)))
    ask(client, SupporterFactory())
    assert ask(client, SupporterFactory()).status_code == 429
    assert Alert.objects.get().cause == "access.limit"


def test_one_mailbox_is_not_filled_from_many_networks(ada: Supporter) -> None:
    for number in range(30):
        ask(Client(REMOTE_ADDR=f"192.0.2.{number}"), ada)
    assert OutgoingMail.objects.count() == 4


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "https://evil.example"},
    ],
)
@pytest.mark.parametrize("path", [ENTRY, ACCESS, "/support/manage/portal/"])
def test_a_form_of_another_site_is_refused(
    path: str, headers: dict[str, str], client: Client, ada: Supporter
) -> None:
    answer = press(client, path, token_in(access.entry_link(ada)), **headers)
    assert answer.status_code == 403
    assert_private(answer)
    assert not OutgoingMail.objects.exists()


def test_a_letter_that_would_come_too_late_is_not_sent(
    client: Client, ada: Supporter, run_jobs: RunJobs, mailoutbox: list[Any], clock: Any
) -> None:
    ask(client, ada)
    clock.shift(timedelta(minutes=10))
    run_jobs()
    assert mailoutbox == []
    waiting = OutgoingMail.objects.get()
    assert (waiting.text, waiting.recipient) == ("", "")


# The access link


def test_a_scanner_that_follows_the_link_uses_nothing_up(
    ada: Supporter, send: Callable[..., str]
) -> None:
    link = send(ada)
    for method in ("get", "head", "get"):
        page = getattr(Client(), method)(link)
        assert page.status_code == 200
        assert_private(page)
        assert not page.cookies
    assert "ada@example.com" not in page.text
    assert access.consume(token_in(link)) == ada


def test_it_lets_in_once(client: Client, ada: Supporter, send: Callable[..., str]) -> None:
    token = token_in(send(ada))
    let_in = press(client, ACCESS, token)
    assert let_in.status_code == 303
    assert_private(let_in)
    cookie = let_in.cookies["newsroom_manage"]
    assert (cookie["path"], cookie["max-age"]) == ("/support/manage/", 30 * 60)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    again = press(Client(), ACCESS, token)
    assert again.status_code == 404
    assert "has been used, or is too old" in again.text
    assert not again.cookies
    assert_private(again)


def test_it_lives_for_ten_minutes(ada: Supporter, send: Callable[..., str], clock: Any) -> None:
    early, late = token_in(send(ada)), token_in(send(ada))
    clock.shift(timedelta(minutes=10) - timedelta(seconds=1))
    assert access.consume(early) == ada
    clock.shift(timedelta(seconds=1))
    assert access.consume(late) is None


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 43, "é\0", "x" * 9000])
def test_an_invented_link_lets_nobody_in(
    token: str, client: Client, ada: Supporter, send: Callable[..., str]
) -> None:
    send(ada)
    answer = press(client, ACCESS, token)
    assert answer.status_code == 404
    assert not answer.cookies


def test_an_entry_link_is_no_access_link(client: Client, ada: Supporter) -> None:
    assert press(client, ACCESS, token_in(access.entry_link(ada))).status_code == 404


def test_who_was_erased_meanwhile_is_not_let_in(
    client: Client, ada: Supporter, send: Callable[..., str]
) -> None:
    waiting, used = token_in(send(ada)), token_in(send(ada))
    assert press(client, ACCESS, used).status_code == 303
    Supporter.objects.update(email="")
    assert press(Client(), ACCESS, waiting).status_code == 404
    assert "open the link in any of our letters" in client.get("/support/manage/").text


# Inside


@pytest.fixture
def inside(client: Client, ada: Supporter, send: Callable[..., str]) -> Client:
    """Ada's browser."""
    press(client, ACCESS, token_in(send(ada)))
    return client


def test_inside_one_sees_what_one_gives_and_no_more(inside: Client, ada: Supporter) -> None:
    SubscriptionFactory(supporter=ada, amount_minor=7_77)
    SubscriptionFactory(supporter=ada, amount_minor=8_88, status="past_due")
    SubscriptionFactory(supporter=ada, amount_minor=9_99, is_paused=True)
    SubscriptionFactory(supporter=ada, amount_minor=6_66, cancel_at_period_end=True)
    SubscriptionFactory(supporter=ada, amount_minor=1_11, status="canceled")
    SubscriptionFactory(supporter=ada, amount_minor=2_22, livemode=True)
    SubscriptionFactory(amount_minor=3_33)
    page = inside.get("/support/manage/")
    assert_private(page)
    for shown in ("$7.77", "$8.88", "$9.99", "$6.66", "did not go through", "Paused", "Ends on"):
        assert shown in page.text
    for hidden in ("$1.11", "$2.22", "$3.33", "ada@example.com"):
        assert hidden not in page.text
    assert page.text.index("$8.88") < page.text.index("$7.77")  # what needs its supporter


def test_support_of_another_system_is_listed_too(inside: Client, ada: Supporter) -> None:
    SubscriptionFactory(supporter=ada, interval="week", amount_minor=3_00, current_period_end=None)
    page = inside.get("/support/manage/")
    assert "$3" in page.text
    assert "Next payment" not in page.text


def test_somebody_elses_support_is_not_opened(inside: Client) -> None:
    other = SubscriptionFactory(amount_minor=3_33)
    answer = inside.post("/support/manage/portal/", {"subscription": other.stripe_id}, headers=OWN)
    assert answer.status_code == 404
    assert "$3.33" not in answer.text
    assert_private(answer)


def test_after_half_an_hour_one_is_outside_again(inside: Client, clock: Any) -> None:
    assert "You have no support that goes on" in inside.get("/support/manage/").text
    clock.shift(timedelta(minutes=31))
    assert "open the link in any of our letters" in inside.get("/support/manage/").text
    answer = inside.post("/support/manage/portal/", {"subscription": "sub_1"}, headers=OWN)
    assert answer.status_code == 403


def test_a_forged_cookie_lets_nobody_in(client: Client, ada: Supporter) -> None:
    client.cookies["newsroom_manage"] = links.sealed(ada.pk)
    assert "open the link in any of our letters" in client.get("/support/manage/").text


def test_the_pages_speak_the_language_of_the_letter(
    client: Client, send: Callable[..., str]
) -> None:
    reader = SupporterFactory(language="ar")
    entry = client.get(access.entry_link(reader))
    assert '<html lang="ar" dir="rtl">' in entry.text
    link = send(reader)
    assert '<html lang="ar" dir="rtl">' in client.get(link).text
    press(client, ACCESS, token_in(link))
    assert '<html lang="ar" dir="rtl">' in client.get("/support/manage/").text
    strange = f"{ENTRY}?{urlencode({'link': 'x', 'language': 'xx'})}"
    assert '<html lang="en"' in client.get(strange).text
