"""What support writes: plain, whole, in the reader's language, and nothing that a header could hide."""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import html5lib
import pytest
from django.conf import settings

from donations import access, letters, links
from donations.letters import Letter
from donations.models import AccessLink, LedgerEntry, Subscription, Supporter
from donations.stripe_objects import Invoice
from newsroom.models import Alert, OutgoingMail, Paper
from tests.conftest import RunJobs
from tests.donations.factories import (
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
    SupportIntentFactory,
)

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SOON = DAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def _paper() -> None:
    Paper(name="The “Post” & Co", contact_email="help@post.example").save()


def invoice(**changed: Any) -> Invoice:
    facts: dict[str, Any] = {
        "id": "in_1", "status": "open", "subscription": "sub_1", "amount_minor": 5_00,
        "currency": "usd", "paid": (), "attempt_count": 1, "next_attempt_at": SOON,
        "is_first": False, "open_payment": "", "is_ours": True, "livemode": False,
        "created_at": DAY,
    }  # fmt: skip
    return Invoice(**(facts | changed))


def past_due(**changed: Any) -> Subscription:
    found: Subscription = SubscriptionFactory(**({"status": "past_due"} | changed))
    return found


_numbers = itertools.count(1000)


def refund(source: str = "", **changed: Any) -> LedgerEntry:
    source = source or str(next(_numbers))
    payment = LedgerEntryFactory(
        source=source, payment_intent=source, amount_minor=20_00, occurred_at=DAY, **changed
    )
    found: LedgerEntry = LedgerEntryFactory(
        kind="refund", source=f"{source}-0", payment_intent=payment.payment_intent,
        amount_minor=-7_50, occurred_at=SOON, **changed,
    )  # fmt: skip
    return found


def every_letter(language: str) -> dict[str, Letter]:
    """One of each kind and turn."""
    reader = SupporterFactory(language=language)
    support = past_due(supporter=reader)
    yearly = SubscriptionFactory(supporter=reader, interval="year", currency="eur", started_at=DAY)
    third = SubscriptionFactory(supporter=reader, started_at=SOON)
    over = past_due(supporter=reader, status="canceled")
    intent = SupportIntentFactory(language=language, frequency="once", created_at=DAY)
    once, twice = LedgerEntryFactory(source="1917-2"), LedgerEntryFactory(source="1917-3")
    sent_back = refund("1917-4")
    part = refund("1917-5", subscription=yearly, interval="year")
    monthly = LedgerEntryFactory(source="1917-1", interval="month")
    by_year = LedgerEntryFactory(source="1917-6", interval="year")
    back = f"{settings.SITE_URL}/support/"
    return {
        "receipt": letters.receipt(monthly, reader, renews_at=SOON),
        "receipt of a year": letters.receipt(by_year, reader, renews_at=SOON),
        "receipt of one gift": letters.receipt(once, reader, renews_at=None),
        "failed": letters.payment_failed(support, invoice()),
        "failed for the third time": letters.payment_failed(support, invoice(attempt_count=3)),
        "to be confirmed": letters.payment_failed(support, invoice(), asks_confirmation=True),
        "not tried again": letters.payment_failed(support, invoice(next_attempt_at=None)),
        "over": letters.payment_failed(over, invoice(next_attempt_at=None)),
        "debit failed": letters.debit_failed(intent, way_back=back),
        "debit tried again": letters.debit_failed(intent, way_back=back, next_attempt_at=SOON),
        "two": letters.two_subscriptions(yearly, [support]),
        "three": letters.two_subscriptions(third, [support, yearly]),
        "paid twice": letters.paid_twice(twice, reader),
        "refunded": letters.refunded(sent_back, reader),
        "refunded, and goes on": letters.refunded(part, reader),
        "access": letters.access(reader, f"{settings.SITE_URL}/support/manage/access/?link=1"),
    }


# What they say


def test_a_failed_payment_says_how_much_when_again_and_what_then() -> None:
    letter = letters.payment_failed(past_due(interval="year"), invoice(amount_minor=60_00))
    assert letter.subject == "Your payment to The “Post” & Co did not go through"
    for version in (letter.text, letter.html):
        assert "$60 a year" in version
        assert "We try again on Nov. 27, 2026" in version
        assert "If it never works, your support ends by itself" in version
        assert "last letter" not in version
        assert "confirm" not in version


def test_a_failed_payment_holds_an_entry_link_for_its_supporter_alone() -> None:
    support = past_due()
    letter = letters.payment_failed(support, invoice())
    (link,) = re.findall(r"http\S+link=\S+", letter.text)
    token = re.search(r"link=([^&]+)", link)
    assert token is not None
    assert links.supporter_of_entry(token[1]) == support.supporter
    assert not AccessLink.objects.exists()


def test_the_third_letter_says_that_it_is_the_last() -> None:
    letter = letters.payment_failed(past_due(), invoice(attempt_count=3))
    assert "This is our last letter about it" in letter.text
    assert "This is our last letter about it" in letter.html


def test_a_bank_that_wants_to_see_its_customer_is_named_as_the_cause() -> None:
    letter = letters.payment_failed(past_due(), invoice(), asks_confirmation=True)
    assert "wants you to confirm the payment" in letter.text
    assert "it said no" not in letter.text


def test_when_nothing_more_is_tried_the_letter_says_so() -> None:
    waits = letters.payment_failed(past_due(), invoice(next_attempt_at=None))
    assert "We do not try again by ourselves" in waits.text
    over = letters.payment_failed(past_due(status="canceled"), invoice(next_attempt_at=None))
    assert "your support has ended" in over.text
    assert "link=" not in over.text  # there is nothing left to put right


def test_who_gives_twice_sees_both_and_is_asked() -> None:
    new = SubscriptionFactory(amount_minor=60_00, interval="year", currency="eur", started_at=DAY)
    old = SubscriptionFactory(supporter=new.supporter)
    letter = letters.two_subscriptions(new, [old])
    assert letter.subject == "You now give to The “Post” & Co twice"
    assert "keep both, or end one?" in letter.text
    assert "- $5 a month, since March 5, 2024\n- €60 a year, since Nov. 24, 2026\n" in letter.text
    for shown in ("$5 a month", "€60 a year", "keep both, or end one?", "link="):
        assert shown in letter.html


def test_a_refund_says_of_what_and_whether_support_goes_on() -> None:
    reader = SupporterFactory()
    letter = letters.refunded(refund(), reader)
    for version in (letter.text, letter.html):
        assert "$7.50" in version
        assert "Nov. 27, 2026" in version
        assert "$20 on Nov. 24, 2026" in version
        assert "goes on" not in version
    support = SubscriptionFactory(supporter=reader)
    going = letters.refunded(refund(subscription=support, interval="month"), reader)
    assert "Your monthly support goes on" in going.text
    ending = SubscriptionFactory(supporter=reader, cancel_at_period_end=True)
    assert "goes on" not in letters.refunded(refund(subscription=ending), reader).text


def test_a_debit_that_failed_says_that_nothing_arrived_and_shows_another_way() -> None:
    intent = SupportIntentFactory(frequency="once", amount_minor=20_00, created_at=DAY)
    back = f"{settings.SITE_URL}/support/?every=once&amount=20"
    letter = letters.debit_failed(intent, way_back=back)
    assert "On Nov. 24, 2026 you chose to support us with $20" in letter.text
    assert "nothing has arrived" in letter.text
    assert back in letter.text
    again = letters.debit_failed(intent, way_back=back, next_attempt_at=SOON)
    assert "once more on Nov. 27, 2026" in again.text
    assert back not in again.text  # or it would be paid twice


def test_a_rhythm_of_another_system_is_passed_over() -> None:
    weekly = LedgerEntryFactory(interval="week", amount_minor=3_00)
    letter = letters.receipt(weekly, SupporterFactory(), renews_at=SOON)
    assert "$3" in letter.text
    assert "How often" not in letter.text + letter.html
    support = past_due(interval="week")
    assert "asked your bank for $5, as agreed" in letters.payment_failed(support, invoice()).text


# How they look


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_every_letter_is_whole_and_needs_nothing_from_outside(language: str) -> None:
    direction = "rtl" if language == "ar" else "ltr"
    for name, letter in every_letter(language).items():
        found = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(letter.html)
        tags = {each.tag for each in found.iter()}
        assert not {"img", "link", "script", "iframe", "form", "object"} & tags, name
        assert f'<html lang="{language}" dir="{direction}">' in letter.html, name
        addresses = re.findall(r'(?:href|src)="([^"]*)"', letter.html)
        assert all(each.startswith((settings.SITE_URL, "mailto:")) for each in addresses), name
        assert "url(" not in letter.html
        assert "@media (prefers-color-scheme: dark)" in letter.html
        for version in letter:
            assert "None" not in version, name
            assert "{{" not in version, name
            assert "{%" not in version, name
        assert "\n\n\n" not in letter.text
        assert "&amp;" not in letter.text
        assert "“Post” & Co" in letter.text
        assert 0 < len(letter.subject) < 100
        # What one can press in one version stands in the other too, but for another token.
        pressed = [each for each in addresses if "/support/" in each]
        written = re.findall(rf"{settings.SITE_URL}/support/\S*", letter.text)
        assert [_path(each) for each in pressed] == [_path(each) for each in written], name


def _path(address: str) -> str:
    return address.partition("?")[0]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (2, "Теперь вы поддерживаете нас дважды"),
        (3, "у вас 3 регулярных взноса:"),
        (5, "у вас 5 регулярных взносов:"),
        (21, "у вас 21 регулярный взнос:"),
    ],
)
def test_numbers_agree_with_their_nouns(count: int, words: str) -> None:
    reader = SupporterFactory(language="ru")
    *others, new = (SubscriptionFactory(supporter=reader) for _ in range(count))
    assert words in letters.two_subscriptions(new, others).text


def test_dates_are_the_papers_and_written_as_the_reader_writes_them() -> None:
    Paper(name="Post", time_zone="Asia/Tokyo").save()
    late = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)  # there it is the first of December
    said = {
        language: letters.payment_failed(
            past_due(supporter=SupporterFactory(language=language)),
            invoice(next_attempt_at=late),
        ).text
        for language in ("en", "ru", "ar")
    }
    assert "Dec. 1, 2026" in said["en"]
    assert "1 декабря 2026 г. мы попробуем ещё раз" in said["ru"]
    assert "г.." not in said["ru"]
    assert "1 ديسمبر 2026" in said["ar"]


# How they go out


def send_all(reader: Supporter) -> None:
    support = past_due(supporter=reader)
    other = SubscriptionFactory(supporter=reader)
    payment = LedgerEntryFactory(supporter=reader)
    letters.send_receipt(payment, reader, renews_at=None)
    letters.send_payment_failed(support, invoice())
    letters.send_two_subscriptions(support, [other])
    letters.send_paid_twice(payment)
    letters.send_refunded(refund(supporter=reader))
    access.send_access(reader)
    letters.send_debit_failed(
        SupportIntentFactory(), "cs_1", reader.email, way_back="http://x", next_attempt_at=None
    )


ALL = {"receipt", "payment_failed", "two_subscriptions", "paid_twice", "refunded", "access", "debit_failed"}  # fmt: skip


def test_each_goes_to_the_address_on_file_and_answers_go_to_the_desk(
    run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    send_all(SupporterFactory(email="ada@example.com", name="Ada\r\nBcc: x@evil.example"))
    run_jobs()
    assert len(mailoutbox) == len(ALL)
    for each in mailoutbox:
        message: EmailMessage = each.message()
        assert message.get_all("To") == ["ada@example.com"]
        assert message["Reply-To"] == "help@post.example"
        assert message["Auto-Submitted"] == "auto-generated"
        assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html"}
        assert "evil" not in message.as_string()
    assert len({each.extra_headers["Message-ID"] for each in mailoutbox}) == len(ALL)


@pytest.mark.parametrize(
    "send",
    [
        lambda s, e: letters.send_receipt(e, s.supporter, renews_at=None),
        lambda s, e: letters.send_payment_failed(s, invoice()),
        lambda s, e: letters.send_two_subscriptions(s, [s]),
        lambda s, e: letters.send_paid_twice(e),
        lambda s, e: letters.send_refunded(e),
    ],
)
def test_a_letter_about_one_thing_is_written_once(send: Callable[..., None]) -> None:
    support = past_due()
    entry = LedgerEntryFactory(supporter=support.supporter)
    send(support, entry)
    (first,) = OutgoingMail.objects.values_list("message_id", flat=True)
    send(support, entry)
    assert OutgoingMail.objects.get().message_id == first


def test_each_try_that_failed_is_a_letter_of_its_own() -> None:
    support = past_due()
    for attempt in (1, 2, 2, 3):
        letters.send_payment_failed(support, invoice(attempt_count=attempt))
    assert [*OutgoingMail.objects.order_by("pk").values_list("about", flat=True)] == ["in_1:1", "in_1:2", "in_1:3"]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Post\r\nBcc: everyone@evil.example",
        "Post\nContent-Type: text/html\n\n<h1>",
        "Post\x0bX: y\x85Z: w\u2028Q: r",
    ],
)
def test_no_name_of_a_paper_becomes_a_header(
    name: str, run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    Paper(name=name).save()
    send_all(SupporterFactory(email="ada@example.com"))
    run_jobs()
    assert len(mailoutbox) == len(ALL)
    for each in mailoutbox:
        message = each.message()
        assert set(message.keys()) <= {
            "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
            "Auto-Submitted",
        }  # fmt: skip
        assert message["Content-Type"].startswith("multipart/alternative")
        assert "<h1>\n" not in each.alternatives[0].content


def test_a_contact_that_is_no_address_becomes_no_header(
    run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    Paper(name="Post", contact_email="a@b.example\nBcc: c@evil.example").save()
    letters.send_receipt(LedgerEntryFactory(), SupporterFactory(), renews_at=None)
    run_jobs()
    (letter,) = mailoutbox
    assert "Reply-To" not in letter.message()
    assert "Bcc" not in letter.message()


@pytest.mark.parametrize(
    "address",
    [
        "ada@@example",
        "ada@example.com\nBcc: b@evil.example",
        "ada@example.com, b@evil.example",
        "Ada <ada@example.com>",
        "ada@example.com\0",
        "имя@пример.рф@",
    ],
)
def test_an_unusable_address_is_an_alert_and_no_letter(address: str) -> None:
    reader = SupporterFactory.build(email=address, language="en")
    support = SubscriptionFactory.build(supporter=reader, status="past_due")
    reader.pk = support.pk = 7
    letters.send_payment_failed(support, invoice())
    letters.send_debit_failed(
        SupportIntentFactory(), "cs_1", address, way_back="http://x", next_attempt_at=None
    )
    assert not OutgoingMail.objects.exists()
    alert = Alert.objects.get()
    assert (alert.cause, alert.times) == ("letters.address", 2)
    assert "ada" not in alert.message


def test_who_left_no_address_gets_none_and_that_is_no_alert() -> None:
    reader = SupporterFactory(email="")
    send_all(reader)
    assert not OutgoingMail.objects.exists()
    assert not Alert.objects.exists()


def test_every_kind_of_letter_is_among_these() -> None:
    kinds = {name.removeprefix("send_") for name in dir(letters) if name.startswith("send_")}
    assert kinds == ALL
