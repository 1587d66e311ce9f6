"""The mails that support sends: a function and three templates each (`templates/mail/`).

A letter is written in the language of whoever reads it, with the paper's clock, as plain text and
as HTML that needs nothing from outside.
"""

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from donations.models import (
    Campaign,
    Frequency,
    LedgerEntry,
    Reminder,
    Subscription,
    Supporter,
)
from donations.money import format_amount, plain_amount
from donations.stripe_objects import Invoice
from newsroom.alerts import alert
from newsroom.mail import queue_mail
from newsroom.models import Paper
from newsroom.paper import zone_of

# Media queries cannot be inlined: they stay, for dark screens.
_inliner = css_inline.CSSInliner(
    keep_style_tags=True,
    keep_at_rules=True,
    remove_inlined_selectors=True,
    load_remote_stylesheets=False,
)


class Letter(NamedTuple):
    subject: str
    text: str
    html: str


def _letter(name: str, language: str, context: dict[str, Any]) -> Letter:
    """Render `mail/<name>_subject.txt`, `mail/<name>.txt` and `mail/<name>.html`."""
    paper = Paper.load()
    with translation.override(language), timezone.override(zone_of(paper)):
        everything = {
            **context,
            "paper": paper,
            "site_url": settings.SITE_URL,
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        return Letter(
            subject=" ".join(render_to_string(f"mail/{name}_subject.txt", everything).split()),
            text=_tidy(render_to_string(f"mail/{name}.txt", everything)),
            html=_inliner.inline(render_to_string(f"mail/{name}.html", everything)),
        )


def _tidy(text: str) -> str:
    """At most one blank line in a row, none around, no blanks at line ends."""
    kept: list[str] = []
    for line in (each.strip() for each in text.strip().splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"


def receipt(entry: LedgerEntry, supporter: Supporter, *, renews_at: datetime | None) -> Letter:
    """What was paid, when and how often; for a subscription, when the next payment is due."""
    language = supporter.language
    with translation.override(language):
        frequency = Frequency(entry.interval or Frequency.ONCE)
        context = {
            "amount": format_amount(entry.amount_minor, entry.currency),
            "interval": entry.interval,
            "how_often": str(frequency.label),
            "paid_at": entry.occurred_at,
            "renews_at": renews_at,
            # The desk finds it by this; a running number would tell how many support us.
            "number": entry.source,
            "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        }
    return _letter("receipt", language, context)


def reminder(promised: Reminder, campaign: Campaign | None) -> Letter:
    """The one mail that a reader asked for, with a way to the support page and no other."""
    address = settings.SITE_URL + reverse("donations:support")
    if campaign is not None and campaign.monthly_amounts:
        position = min(campaign.suggested_position, len(campaign.monthly_amounts) - 1)
        amount = plain_amount(campaign.monthly_amounts[position], campaign.currency)
        address += f"?amount={amount}&every=month"
    context = {"support_url": address, "asked_at": promised.created_at}
    return _letter("reminder", promised.language, context)


def payment_failed(subscription: Subscription, invoice: Invoice) -> Letter:
    """A renewal did not go through: what we do next, and what the supporter can do."""
    language = subscription.supporter.language
    with translation.override(language):
        context = {
            "amount": format_amount(invoice.amount_minor, invoice.currency),
            "interval": subscription.interval,
            "next_attempt_at": invoice.next_attempt_at,
        }
    return _letter("payment_failed", language, context)


def two_subscriptions(new: Subscription, others: Iterable[Subscription]) -> Letter:
    """Whoever gives twice may not know it."""
    language = new.supporter.language
    with translation.override(language):
        gifts = [
            {
                "amount": format_amount(each.amount_minor, each.currency),
                "interval": each.interval,
                "since": each.started_at,
            }
            for each in (*others, new)
        ]
    return _letter("two_subscriptions", language, {"gifts": gifts})


def paid_twice(entry: LedgerEntry, supporter: Supporter) -> Letter:
    """The same one-time gift twice within an hour."""
    with translation.override(supporter.language):
        amount = format_amount(entry.amount_minor, entry.currency)
    return _letter("paid_twice", supporter.language, {"amount": amount, "number": entry.source})


def refunded(entry: LedgerEntry, supporter: Supporter) -> Letter:
    """Money is on its way back. `entry` is the refund's: negative."""
    with translation.override(supporter.language):
        amount = format_amount(-entry.amount_minor, entry.currency)
    context = {"amount": amount, "refunded_at": entry.occurred_at, "number": entry.source}
    return _letter("refunded", supporter.language, context)


def send_receipt(entry: LedgerEntry, supporter: Supporter, *, renews_at: datetime | None) -> None:
    """Once a payment."""
    if supporter.email:
        letter = receipt(entry, supporter, renews_at=renews_at)
        _queue("receipt", entry.source, supporter, letter)


def send_payment_failed(subscription: Subscription, invoice: Invoice) -> None:
    """Once a try that failed."""
    if subscription.supporter.email:
        about = f"{invoice.id}:{invoice.attempt_count}"
        letter = payment_failed(subscription, invoice)
        _queue("payment_failed", about, subscription.supporter, letter)


def send_two_subscriptions(new: Subscription, others: Iterable[Subscription]) -> None:
    """Once a subscription that is not the only one."""
    if new.supporter.email:
        letter = two_subscriptions(new, others)
        _queue("two_subscriptions", new.stripe_id, new.supporter, letter)


def send_paid_twice(entry: LedgerEntry) -> None:
    """Once a payment that looks like a slip."""
    if entry.supporter is not None and entry.supporter.email:
        _queue("paid_twice", entry.source, entry.supporter, paid_twice(entry, entry.supporter))


def send_refunded(entry: LedgerEntry) -> None:
    """Once a refund."""
    if entry.supporter is not None and entry.supporter.email:
        _queue("refunded", entry.source, entry.supporter, refunded(entry, entry.supporter))


def _queue(purpose: str, about: str, supporter: Supporter, letter: Letter) -> None:
    """With the transaction of what the letter is about, which stands whatever the address is."""
    try:
        queue_mail(
            purpose=purpose,
            about=about,
            recipient=supporter.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )
    except ValidationError:
        alert("letters.address", f"The {purpose} of {about} has no address that we can use.")
