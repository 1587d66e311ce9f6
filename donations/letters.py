"""The mails that support sends: a function and three templates each (`templates/mail/`).

A letter is written in the language of whoever reads it, with the paper's clock, as plain text and
as HTML that needs nothing from outside.
"""

from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from donations.models import Campaign, Frequency, LedgerEntry, Reminder, Supporter
from donations.money import format_amount, plain_amount
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


def send_receipt(entry: LedgerEntry, supporter: Supporter, *, renews_at: datetime | None) -> None:
    """Queue the receipt of a payment, once, with the payment's own transaction."""
    if not supporter.email:
        return
    letter = receipt(entry, supporter, renews_at=renews_at)
    try:
        queue_mail(
            purpose="receipt",
            about=entry.source,
            recipient=supporter.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )
    except ValidationError:
        # The money is there all the same.
        alert("receipt.address", f"The receipt of {entry.source} has no address that we can use.")
