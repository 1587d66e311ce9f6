"""The fundraisers' desks, one file each."""

from donations.admin import (  # noqa: F401 - each registers itself
    campaign,
    ledger,
    payment_settings,
    prompt,
    reconciliation,
    reminder,
    stripe_event,
    subscription,
    support_intent,
    supporter,
)
