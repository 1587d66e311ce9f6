"""The receipt: in the supporter's language, whole as plain text, nothing from outside."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import html5lib
import pytest
from django.core import mail as django_mail

from donations import letters
from donations.models import LedgerEntry
from newsroom.models import Alert, OutgoingMail, Paper
from tests.conftest import RunJobs
from tests.donations.factories import LedgerEntryFactory, SupporterFactory

pytestmark = pytest.mark.django_db

PAID = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
RENEWS = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)


def entry(**changes: Any) -> LedgerEntry:
    facts = {"amount_minor": 7_50, "interval": "month", "occurred_at": PAID, **changes}
    found: LedgerEntry = LedgerEntryFactory(**facts)
    return found


@pytest.fixture(autouse=True)
def _paper() -> None:
    Paper(name="The “Post” & Co", contact_email="help@post.example", time_zone="Asia/Tokyo").save()


def test_it_says_what_when_how_often_and_how_to_change_it() -> None:
    payment = entry()
    letter = letters.receipt(payment, SupporterFactory(), renews_at=RENEWS)
    assert letter.subject == "Thank you for supporting The “Post” & Co: your receipt"
    for version in (letter.text, letter.html):
        assert "$7.50" in version
        assert "Nov. 25, 2026" in version  # already the next day where the paper is
        assert "monthly" in version
        assert "Dec. 25, 2026" in version
        assert "help@post.example" in version
        assert payment.source in version
    assert "&amp;" not in letter.text
    assert "The “Post” &amp; Co" in letter.html


def test_a_single_payment_promises_no_other() -> None:
    letter = letters.receipt(entry(interval=""), SupporterFactory(), renews_at=None)
    assert "single payment" in letter.text
    assert "Next payment" not in letter.text + letter.html


def test_a_paper_without_an_address_answers_where_it_writes_from() -> None:
    Paper(name="Post").save()
    letter = letters.receipt(entry(), SupporterFactory(), renews_at=RENEWS)
    assert "newsroom@127.0.0.1" in letter.text


def test_it_needs_nothing_from_outside() -> None:
    html = letters.receipt(entry(), SupporterFactory(), renews_at=RENEWS).html
    found = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    tags = {each.tag for each in found.iter()}
    assert not {"img", "link", "script", "iframe", "form", "object"} & tags
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert all(each.startswith(("http://127.0.0.1:", "mailto:")) for each in addresses)
    assert "url(" not in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'style="' in html  # for readers that know no style sheets


def test_it_reads_from_the_right_in_arabic() -> None:
    letter = letters.receipt(entry(), SupporterFactory(language="ar"), renews_at=RENEWS)
    assert '<html lang="ar" dir="rtl">' in letter.html
    assert "text-align: right" in letter.html


def test_it_goes_out_once(run_jobs: RunJobs, mailoutbox: list[EmailMessage]) -> None:
    payment, supporter = entry(), SupporterFactory(email="ada@example.com")
    for _ in range(2):
        letters.send_receipt(payment, supporter, renews_at=RENEWS)
        run_jobs()
    (letter,) = mailoutbox
    assert isinstance(letter, django_mail.EmailMultiAlternatives)
    assert letter.to == ["ada@example.com"]
    assert letter.alternatives[0].mimetype == "text/html"
    queued = OutgoingMail.objects.get()
    assert (queued.purpose, queued.about) == ("receipt", payment.source)


def test_without_an_address_there_is_no_letter_and_no_error() -> None:
    letters.send_receipt(entry(), SupporterFactory(email=""), renews_at=None)
    assert not OutgoingMail.objects.exists()
    assert not Alert.objects.exists()


def test_an_unusable_address_loses_no_payment() -> None:
    letters.send_receipt(entry(), SupporterFactory(email="ada@@example"), renews_at=None)
    assert not OutgoingMail.objects.exists()
    assert Alert.objects.get().cause == "letters.address"
