"""Differences as lines that a person reads, and as a sum of them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from donations.models import Difference, DifferentThing
from donations.money import plain_amount

PLURALS = {
    DifferentThing.CUSTOMER: "customers",
    DifferentThing.SUBSCRIPTION: "subscriptions",
    DifferentThing.PAYMENT: "payments",
    DifferentThing.REFUND: "refunds",
    DifferentThing.DISPUTE: "disputes",
}


def line_of(difference: Difference, *, is_dry_run: bool) -> str:
    """`payment pi_…: amount, here 5 USD, at Stripe 10 USD: repaired`"""
    parts = [difference.what]
    if difference.ours:
        parts.append(f"here {difference.ours}")
    if difference.stripes:
        parts.append(f"at Stripe {difference.stripes}")
    line = f"{difference.thing} {difference.stripe_id}: {', '.join(parts)}"
    if difference.repaired_at is not None:
        return f"{line}: repaired"
    return line if is_dry_run else f"{line}: REMAINS"


def by_thing(differences: Iterable[tuple[str, int]]) -> str:
    """`2 payments, 1 refund`, from how many there are of each."""
    counted: Counter[str] = Counter()
    for thing, number in differences:
        counted[thing] += number
    return ", ".join(
        f"{counted[thing]:,} {thing if counted[thing] == 1 else PLURALS[thing]}"
        for thing in DifferentThing
        if counted[thing]
    )


def money(amounts: Mapping[str, int]) -> str:
    """`5 USD`, or what several currencies come to; nothing is `0`."""
    found = [
        f"{'-' if minor < 0 else ''}{plain_amount(abs(minor), currency)} {currency.upper()}"
        for currency, minor in sorted(amounts.items())
        if minor
    ]
    return " and ".join(found) or "0"
