"""What the ledger adds up to: by campaign, month and currency, and on our account at Stripe.

Each is one query, and nothing is kept: the entries are the only truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, DateField, F, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from donations.models import EntryKind, LedgerEntry
from donations.selection import Selection


@dataclass(frozen=True)
class Sums:
    """Signed minor units of one currency: what goes out is negative, `net` is all of it."""

    payment: int = 0
    fee: int = 0
    refund: int = 0
    refund_failed: int = 0
    dispute: int = 0
    dispute_returned: int = 0
    adjustment: int = 0
    net: int = 0
    entries: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )


@dataclass(frozen=True)
class Balance:
    month: date  # its first day, where the paper is
    campaign: str  # its name; empty: of none
    currency: str
    sums: Sums


@dataclass(frozen=True)
class Settled:
    """What came to our account in one currency, in minor units.

    `moved` is before fees; `waiting` was not yet settled, in the currency that it was paid in.
    """

    currency: str
    moved: int = 0
    fees: int = 0
    waiting: int = 0

    @property
    def net(self) -> int:
        return self.moved + self.fees


def by_month(chosen: Selection) -> list[Balance]:
    """The newest month first. A fee is in the currency that Stripe kept it in."""
    month = TruncMonth("occurred_at", tzinfo=chosen.zone, output_field=DateField())
    sums: dict[str, Any] = {
        kind: Coalesce(Sum("amount_minor", filter=Q(kind=kind)), 0) for kind in EntryKind.values
    }
    rows: Iterable[Any] = (
        chosen.entries()
        .order_by()
        .values("campaign", "currency", month=month, name=F("campaign__name"))
        .annotate(**sums, net=Sum("amount_minor"), entries=Count("pk"))
        .order_by("-month", "name", "campaign", "currency")
    )
    return [
        Balance(
            month=row["month"],
            campaign=row["name"] or "",
            currency=row["currency"],
            # PostgreSQL sums big integers as decimals.
            sums=Sums(**{each.name: int(row[each.name]) for each in fields(Sums)}),
        )
        for row in rows
    ]


def by_currency(balances: list[Balance]) -> dict[str, Sums]:
    totals: dict[str, Sums] = {}
    for each in balances:
        totals[each.currency] = totals.get(each.currency, Sums()) + each.sums
    return dict(sorted(totals.items()))


# A fee entry carries the settlement of what it was kept from. Where nothing was exchanged that is
# the movement's own amount, which is then counted where it stands, once. So of fee entries only
# those of another currency than the payment's tell what arrived.
_SETTLED = """
WITH chosen AS ({chosen}),
account AS (
    SELECT payment_intent, max(settlement_currency) AS currency FROM {ledger}
    WHERE kind = 'fee' AND settlement_currency <> '' AND payment_intent <> ''
    GROUP BY payment_intent
),
paid AS (
    SELECT payment_intent, currency FROM {ledger} WHERE kind = 'payment' AND payment_intent <> ''
)
SELECT part.currency, part.name, sum(part.amount)
FROM chosen
LEFT JOIN account USING (payment_intent)
LEFT JOIN paid USING (payment_intent)
CROSS JOIN LATERAL (
    SELECT chosen.currency, 'fees', chosen.amount_minor WHERE chosen.kind = 'fee'
    UNION ALL
    SELECT chosen.settlement_currency, 'moved', chosen.settled_minor
    WHERE chosen.settled_minor IS NOT NULL
    AND (chosen.kind <> 'fee' OR chosen.settlement_currency IS DISTINCT FROM paid.currency)
    UNION ALL
    SELECT chosen.currency,
        CASE WHEN account.currency IS NULL AND chosen.kind <> 'adjustment'
        THEN 'waiting' ELSE 'moved' END,
        chosen.amount_minor
    WHERE chosen.kind <> 'fee' AND chosen.settled_minor IS NULL
    AND (chosen.kind = 'adjustment' OR account.currency IS NULL
        OR account.currency = chosen.currency)
) AS part (currency, name, amount)
WHERE %s = '' OR coalesce(paid.currency, chosen.currency) = %s
GROUP BY part.currency, part.name
ORDER BY part.currency
"""


def settled(chosen: Selection) -> list[Settled]:
    """What the chosen entries came to on our account, by its currency.

    A chosen currency is the one that was paid in: what became of euros, whatever they became.
    """
    entries, values = (
        chosen.in_every_currency()
        .order_by()
        .values(
            "kind", "payment_intent", "amount_minor", "currency", "settled_minor",
            "settlement_currency",
        )
        .query.sql_with_params()
    )  # fmt: skip
    question = _SETTLED.format(chosen=entries, ledger=LedgerEntry._meta.db_table)
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(question, [*values, chosen.currency, chosen.currency])
        for currency, name, amount in cursor.fetchall():
            found.setdefault(currency, {})[name] = int(amount)
    return [Settled(currency, **parts) for currency, parts in found.items()]
