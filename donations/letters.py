"""The mails that support sends: a function and three templates each (`templates/mail/`).

A letter is written in the language of whoever reads it, with the paper's clock, as plain text and
as HTML that needs nothing from outside.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from donations.links import entry_link
from donations.models import (
    AccessLink,
    Campaign,
    EntryKind,
    Frequency,
    LedgerEntry,
    Reminder,
    Subscription,
    Supporter,
    SupportIntent,
)
from donations.models.subscription import ACTIVE
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
# Along the tries of Stripe; what more there is to say, the third says.
MOST_FAILURE_LETTERS = 3


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
            "contact": paper.contact_email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
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
        context = {
            "amount": format_amount(entry.amount_minor, entry.currency),
            "interval": entry.interval,
            "how_often": how_often(entry.interval),
            "paid_at": entry.occurred_at,
            "renews_at": renews_at,
            # The desk finds it by this; a running number would tell how many support us.
            "number": entry.source,
            "entry_url": entry_link(supporter) if entry.interval else "",
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


def payment_failed(
    subscription: Subscription, invoice: Invoice, *, asks_confirmation: bool = False
) -> Letter:
    """A renewal did not go through: what we do next, and what the supporter can do.

    `asks_confirmation`: the bank would pay if it saw the supporter.
    """
    supporter = subscription.supporter
    with translation.override(supporter.language):
        gift = _gift(invoice.amount_minor, invoice.currency, subscription.interval)
    context = {
        "gift": gift,
        "asks_confirmation": asks_confirmation,
        "next_attempt_at": invoice.next_attempt_at,
        "is_last": invoice.attempt_count >= MOST_FAILURE_LETTERS,
        "is_over": subscription.status not in {*ACTIVE, "unpaid"},
        "entry_url": entry_link(supporter),
        "support_url": settings.SITE_URL + reverse("donations:support"),
    }
    return _letter("payment_failed", supporter.language, context)


def debit_failed(
    intent: SupportIntent, *, way_back: str, next_attempt_at: datetime | None = None
) -> Letter:
    """Somebody paid by bank debit, and days later the bank did not. `way_back` is an address."""
    with translation.override(intent.language):
        every = "" if intent.frequency == Frequency.ONCE else intent.frequency
        gift = _gift(intent.amount_minor, intent.currency, every)
    context = {
        "gift": gift,
        "asked_at": intent.created_at,
        "next_attempt_at": next_attempt_at,
        "way_back": way_back,
    }
    return _letter("debit_failed", intent.language, context)


def two_subscriptions(new: Subscription, others: Sequence[Subscription]) -> Letter:
    """Whoever gives twice may not know it. The newest comes last."""
    supporter = new.supporter
    with translation.override(supporter.language):
        gifts = [
            {
                "gift": _gift(each.amount_minor, each.currency, each.interval),
                "since": each.started_at,
            }
            for each in (*others, new)
        ]
    context = {"gifts": gifts, "entry_url": entry_link(supporter)}
    return _letter("two_subscriptions", supporter.language, context)


def paid_twice(entry: LedgerEntry, supporter: Supporter) -> Letter:
    """The same one-time gift twice within an hour."""
    with translation.override(supporter.language):
        amount = format_amount(entry.amount_minor, entry.currency)
    return _letter("paid_twice", supporter.language, {"amount": amount, "number": entry.source})


def refunded(entry: LedgerEntry, supporter: Supporter) -> Letter:
    """Money is on its way back. `entry` is the refund's: negative."""
    paid = LedgerEntry.objects.filter(
        kind=EntryKind.PAYMENT, payment_intent=entry.payment_intent
    ).first()
    subscription = entry.subscription
    goes_on = (
        subscription is not None
        and subscription.status in ACTIVE
        and not subscription.cancel_at_period_end
    )
    with translation.override(supporter.language):
        context = {
            "amount": format_amount(-entry.amount_minor, entry.currency),
            "refunded_at": entry.occurred_at,
            "paid": format_amount(paid.amount_minor, paid.currency) if paid else "",
            "paid_at": paid.occurred_at if paid else None,
            "number": entry.source,
            "goes_on": goes_on,
            "interval": entry.interval,
            "entry_url": entry_link(supporter) if goes_on else "",
        }
    return _letter("refunded", supporter.language, context)


def access(supporter: Supporter, access_url: str) -> Letter:
    """The way in that somebody asked for."""
    context = {"access_url": access_url, "entry_url": entry_link(supporter)}
    return _letter("access", supporter.language, context)


def how_often(interval: str) -> str:
    """In the active language; empty for a rhythm of another system, such as every week."""
    every = interval or Frequency.ONCE
    return str(Frequency(every).label) if every in Frequency.values else ""


def _gift(minor: int, currency: str, interval: str) -> str:
    """An amount and how often, in the active language: `$5 a month`."""
    amount = format_amount(minor, currency)
    if interval == Frequency.MONTH:
        return _("%(amount)s a month") % {"amount": amount}
    if interval == Frequency.YEAR:
        return _("%(amount)s a year") % {"amount": amount}
    return amount


def send_receipt(entry: LedgerEntry, supporter: Supporter, *, renews_at: datetime | None) -> None:
    """Once a payment."""
    if supporter.email:
        letter = receipt(entry, supporter, renews_at=renews_at)
        _queue("receipt", entry.source, supporter.email, letter)


def send_payment_failed(
    subscription: Subscription, invoice: Invoice, *, asks_confirmation: bool = False
) -> None:
    """Once a try that failed."""
    if subscription.supporter.email:
        about = f"{invoice.id}:{invoice.attempt_count}"
        letter = payment_failed(subscription, invoice, asks_confirmation=asks_confirmation)
        _queue("payment_failed", about, subscription.supporter.email, letter)


def send_debit_failed(
    intent: SupportIntent,
    session_id: str,
    email: str,
    *,
    way_back: str,
    next_attempt_at: datetime | None,
) -> None:
    """Once a payment page. To the address that was typed there: nobody has supported us yet."""
    if email:
        letter = debit_failed(intent, way_back=way_back, next_attempt_at=next_attempt_at)
        _queue("debit_failed", session_id, email, letter)


def send_two_subscriptions(new: Subscription, others: Sequence[Subscription]) -> None:
    """Once a subscription that is not the only one."""
    if new.supporter.email:
        letter = two_subscriptions(new, others)
        _queue("two_subscriptions", new.stripe_id, new.supporter.email, letter)


def send_paid_twice(entry: LedgerEntry) -> None:
    """Once a payment that looks like a slip."""
    if entry.supporter is not None and entry.supporter.email:
        letter = paid_twice(entry, entry.supporter)
        _queue("paid_twice", entry.source, entry.supporter.email, letter)


def send_refunded(entry: LedgerEntry) -> None:
    """Once a refund."""
    if entry.supporter is not None and entry.supporter.email:
        letter = refunded(entry, entry.supporter)
        _queue("refunded", entry.source, entry.supporter.email, letter)


def send_access(link: AccessLink, access_url: str) -> None:
    """Once a link, and never late: whoever waited too long asks for another."""
    letter = access(link.supporter, access_url)
    _queue(
        "access", str(link.pk), link.supporter.email, letter,
        at_most_once=True, expires_at=link.expires_at,
    )  # fmt: skip


def _queue(purpose: str, about: str, recipient: str, letter: Letter, **how: Any) -> None:
    """With the transaction of what the letter is about, which stands whatever the address is."""
    try:
        queue_mail(
            purpose=purpose,
            about=about,
            recipient=recipient,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            headers=_headers(),
            **how,
        )
    except ValidationError:
        alert("letters.address", f"The {purpose} of {about} has no address that we can use.")


def _headers() -> dict[str, str]:
    """Answers reach the desk; machines that answer for somebody on holiday hold still."""
    headers = {"Auto-Submitted": "auto-generated"}
    contact = Paper.load().contact_email
    try:
        validate_email(contact)
    except ValidationError:
        return headers
    return {**headers, "Reply-To": contact}
