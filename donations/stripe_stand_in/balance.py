"""The account's balance: what each payment, refund and dispute moves, in which currency, and when.

The paper may be paid out in another currency than the reader paid in. The rate is kept as exact
decimal text; amounts are rounded half up to the smallest unit of the currency they settle in.
"""

from decimal import ROUND_HALF_UP, Decimal

from donations.stripe_stand_in.bank_debits import BankDebit
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import card_fee, places
from donations.stripe_stand_in.objects.payments import balance_transaction
from donations.stripe_stand_in.sandbox import Sandbox

LATE_BY = 3600  # seconds: so long may Stripe take to say what a payment cost


def move(
    sandbox: Sandbox,
    source: Json,
    amount: int,
    kind: str,
    *,
    category: str | None = None,
    fee: int | None = None,
    description: str | None = None,
) -> Json:
    """A balance transaction for `amount` of the source's currency, negative for what leaves.

    `fee` is in the currency of settlement; by default a charge costs what cards cost.
    """
    currency, rate = settled_in(sandbox, source["currency"])
    settled = convert(amount, source["currency"], currency, rate)
    if fee is None:
        fee = card_fee(settled, currency) if kind == "charge" else 0
    return sandbox.store.put(
        balance_transaction(
            sandbox.new_id("txn_3"),
            sandbox.now(),
            kind=kind,
            category=category or kind,
            source=source["id"],
            amount=settled,
            currency=currency,
            fee=fee,
            rate=rate,
            description=description,
        )
    )


def undo(sandbox: Sandbox, transaction: Json, kind: str) -> Json:
    """The same amount back, at the rate at which it went."""
    back = balance_transaction(
        sandbox.new_id("txn_3"),
        sandbox.now(),
        kind=kind,
        category="refund_failure",
        source=transaction["source"],
        amount=-transaction["amount"],
        currency=transaction["currency"],
        fee=0,
        rate=transaction["exchange_rate"],
        description="REFUND FAILURE",
    )
    return sandbox.store.put(back)


def receive(sandbox: Sandbox, charge: Json, debit: BankDebit | None) -> Json:
    """What a paid charge brings, less what the card, or the debit, costs."""
    if debit is None:
        return move(sandbox, charge, charge["amount"], "charge")
    fee = debit.fee(
        convert(charge["amount"], charge["currency"], *settled_in(sandbox, charge["currency"]))
    )
    return move(sandbox, charge, charge["amount"], "payment", category="charge", fee=fee)


def settled_in(sandbox: Sandbox, currency: str) -> tuple[str, str | None]:
    """The currency in which a payment reaches the account, and the rate if that is another."""
    settlement = sandbox.store.recall("settlement")
    if settlement is None or settlement["currency"] == currency:
        return currency, None
    return settlement["currency"], settlement["rate"]


def convert(amount: int, currency: str, into: str, rate: str | None) -> int:
    """Minor units of one currency in minor units of another; `rate` is between whole units."""
    if rate is None:
        return amount
    moved = Decimal(amount).scaleb(places(into) - places(currency)) * Decimal(rate)
    return int(moved.quantize(Decimal(1), ROUND_HALF_UP))
