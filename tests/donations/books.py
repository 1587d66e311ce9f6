"""A ledger as years of giving leave it, made up: what Stripe may do to a payment, all of it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from donations.models import EntryKind, LedgerEntry
from tests.donations.factories import CampaignFactory

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
CURRENCIES = ("usd", "usd", "eur", "jpy", "kwd", "isk")


def write_books(dice: random.Random, payments: int) -> list[LedgerEntry]:
    campaigns = [CampaignFactory(name="Autumn"), CampaignFactory(name="Приют, и «дом»"), None]
    entries = [each for n in range(payments) for each in _story(dice, n, campaigns)]
    dice.shuffle(entries)
    return LedgerEntry.objects.bulk_create(entries, batch_size=5_000)


def _story(dice: random.Random, n: int, campaigns: Sequence[Any]) -> list[LedgerEntry]:
    at = FIRST + timedelta(minutes=dice.randrange(60 * 24 * 365))
    currency = dice.choice(CURRENCIES)
    account = currency if dice.random() < 0.6 else "usd"
    amount = dice.randrange(1, 1_000) * 100
    paid = f"pi_{n}"
    shared: dict[str, Any] = {
        "payment_intent": paid,
        "interval": dice.choice(["", "month", "year"]),
        "livemode": dice.random() < 0.1,
        "campaign": dice.choice(campaigns),
    }
    written: list[LedgerEntry] = []

    def write(kind: str, source: str, minor: int, in_currency: str, **more: Any) -> None:
        nonlocal at
        at += timedelta(hours=dice.randrange(200))
        facts = {**shared, "kind": kind, "source": source, "amount_minor": minor}
        written.append(LedgerEntry(**facts, currency=in_currency, occurred_at=at, **more))

    def settlement(minor: int) -> dict[str, Any]:
        is_same = account == currency
        rate = Decimal(1) if is_same else Decimal(dice.randrange(1, 10**6)) / 1_000
        return {
            "settled_minor": minor if is_same else int(minor * rate),
            "settlement_currency": account,
            "exchange_rate": None if is_same else rate,
        }

    def fee(source: str, minor: int, kept: int) -> None:
        write(EntryKind.FEE, source, -kept, account, **settlement(minor))

    write(EntryKind.PAYMENT, paid, amount, currency)
    if dice.random() < 0.1:
        return written  # not yet settled
    fee(f"txn_{n}", amount, dice.randrange(100))
    for back in range(dice.choice([0, 0, 0, 1, 2])):
        part, source = amount // 3, f"{n}_{back}"
        write(EntryKind.REFUND, f"re_{source}", -part, currency)
        costs = dice.choice([0, 0, 5])
        if costs or account != currency:
            fee(f"txn_re_{source}", -part, costs)
        if dice.random() < 0.3:
            write(EntryKind.REFUND_FAILED, f"re_{source}:failed", part, currency)
            if account != currency:
                fee(f"txn_failed_{source}", part, 0)
    if dice.random() < 0.1:
        write(EntryKind.DISPUTE, f"txn_dp_{n}", -amount, currency, **settlement(-amount))
        write(EntryKind.FEE, f"txn_dp_{n}:fee", -1_500, account)
        if dice.random() < 0.5:
            write(EntryKind.DISPUTE_RETURNED, f"txn_won_{n}", amount, currency, **settlement(amount))  # fmt: skip
    if dice.random() < 0.05:
        write(EntryKind.ADJUSTMENT, f"by_hand_{n}", dice.randrange(-500, 500), currency)
    return written
