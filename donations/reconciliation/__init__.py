"""Comparing our books with Stripe's, naming every difference, and settling it.

Stripe is the truth. What it lists is read a page at a time, each kind of object once, and compared
with what we hold; only what differs is asked for again. A mirror is rewritten from Stripe's
object as it is under its lock. The ledger is only ever appended to: what is missing is booked, a
figure that is not Stripe's is adjusted. Nothing is written to a supporter, nothing is changed at
Stripe, and what is not ours on the account is neither touched nor counted.
"""

from donations.reconciliation.running import (
    AlreadyRunning,
    Interrupted,
    Step,
    begin,
    carry_out,
    unfinished,
)
from donations.reconciliation.words import by_thing, line_of

__all__ = [
    "AlreadyRunning",
    "Interrupted",
    "Step",
    "begin",
    "by_thing",
    "carry_out",
    "line_of",
    "unfinished",
]
