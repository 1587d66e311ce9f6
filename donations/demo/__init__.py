"""The demo's support: a campaign, its prompts, and the months of giving before today.

Every payment is made through the Stripe stand-in, as a reader would make it, and read back from
there: what the ledger says, Stripe says too.
"""

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from donations.demo import history, prompts
from donations.models import Campaign, LedgerEntry


def seed() -> None:
    """A second run changes nothing. Killed half-way, it begins anew: one transaction holds it all."""
    if Campaign.objects.exists() or LedgerEntry.objects.exists():
        return
    at = now()
    with transaction.atomic():
        campaign = prompts.write(at)
        if settings.STRIPE_API_BASE:
            history.live_through(campaign, at)
