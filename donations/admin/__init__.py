"""The fundraisers' desks, one file each."""

from donations.admin import (  # noqa: F401 - each registers itself
    campaign,
    ledger,
    prompt,
    reminder,
    stripe_event,
    support_intent,
    supporter,
)
