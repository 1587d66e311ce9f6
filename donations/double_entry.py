"""The ledger as accountants keep it: every entry a transaction whose postings come to nothing.

Money is at `Assets:Stripe` until Stripe pays it out, which is booked from the bank's statement.
What Stripe exchanged passes through `Equity:Exchange`, so that each currency balances by itself,
without a rate that would have to be rounded.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from donations.models import EntryKind, LedgerEntry

NO_CAMPAIGN = "Without-campaign"
LONGEST_NAME = 60
FREQUENCIES = {"month": "Monthly", "year": "Yearly", "": "Once"}
# Accounts by what happened; the rest of the name is how often, and the campaign.
OTHER_SIDE = {
    EntryKind.PAYMENT: "Income:Support",
    EntryKind.REFUND: "Income:Refunds",
    EntryKind.REFUND_FAILED: "Income:Refunds",
    EntryKind.DISPUTE: "Income:Disputes",
    EntryKind.DISPUTE_RETURNED: "Income:Disputes",
    EntryKind.FEE: "Expenses:Fees",
    EntryKind.ADJUSTMENT: "Equity:Adjustments",
}
WORDS = {
    EntryKind.PAYMENT: "support",
    EntryKind.REFUND: "support refunded",
    EntryKind.REFUND_FAILED: "support, refund failed",
    EntryKind.DISPUTE: "support disputed",
    EntryKind.DISPUTE_RETURNED: "support, dispute returned",
    EntryKind.FEE: "support, fee",
    EntryKind.ADJUSTMENT: "support, adjustment",
}


class Posting(NamedTuple):
    account: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Exchanged:
    """What other entries know of the one at hand; empty while they do not.

    `paid_in` is the currency of its payment, `account_in` the one that the payment settled in.
    """

    paid_in: str = ""
    account_in: str = ""


def postings(entry: LedgerEntry, exchanged: Exchanged) -> list[Posting]:
    """They come to nothing in each currency."""
    amount, currency = entry.amount_minor, entry.currency
    other_side = Posting(account_of(entry), -amount, currency)
    if entry.kind == EntryKind.FEE:
        moved = [Posting(_stripe(currency), amount, currency)]
        if entry.settled_minor is not None and entry.settlement_currency != exchanged.paid_in:
            moved += _arrived(entry.settled_minor, entry.settlement_currency)
    elif entry.settled_minor is not None and entry.settlement_currency != currency:
        moved = [
            Posting("Equity:Exchange", amount, currency),
            *_arrived(entry.settled_minor, entry.settlement_currency),
        ]
    elif (
        entry.kind != EntryKind.ADJUSTMENT
        and entry.settled_minor is None
        and exchanged.account_in not in {"", currency}
    ):
        # What arrived for it stands in a fee entry.
        moved = [Posting("Equity:Exchange", amount, currency)]
    else:
        moved = [Posting(_stripe(currency), amount, currency)]
    return [other_side, *moved]


def account_of(entry: LedgerEntry) -> str:
    """Such as `Income:Support:Monthly:12-Autumn`: by its number a campaign is known again when its
    name has changed.
    """
    how_often = FREQUENCIES.get(entry.interval, "Once")
    campaign = (
        campaign_part(entry.campaign.pk, entry.campaign.name) if entry.campaign else NO_CAMPAIGN
    )
    return f"{OTHER_SIDE[EntryKind(entry.kind)]}:{how_often}:{campaign}"


@lru_cache(maxsize=500)
def campaign_part(number: int, name: str) -> str:
    """What every accounting tool takes as a part of an account's name: letters, digits, hyphens."""
    letters = (
        each if each.isalpha() or each.isdecimal() else " "
        for each in unicodedata.normalize("NFC", name)
    )  # fmt: skip
    words = "-".join("".join(letters).split())[:LONGEST_NAME].strip("-")
    return f"{number}-{words}" if words else str(number)


def description_of(entry: LedgerEntry) -> str:
    """Nothing of whom it is about."""
    return f"{FREQUENCIES.get(entry.interval, 'Once')} {WORDS[EntryKind(entry.kind)]}"


def _arrived(settled_minor: int, currency: str) -> list[Posting]:
    return [
        Posting("Equity:Exchange", -settled_minor, currency),
        Posting(_stripe(currency), settled_minor, currency),
    ]


def _stripe(currency: str) -> str:
    return f"Assets:Stripe:{currency.upper()}"
