"""Stripe's own pages, where a supporter changes a card, reads old invoices, or stops.

What they may do there is pinned: it does not follow what somebody clicks in the dashboard.
"""

import hashlib
import json
import uuid
from typing import Any

from django.urls import reverse

from donations import stripe_api
from donations.checkout import STRIPE_SPEAKS
from donations.models import Subscription
from donations.stripe_api import StripeRefused
from newsroom.paper import absolute

MARK = "newsroom_portal"
# Amounts are our own affair: inline prices do not fit the portal's list of products.
FEATURES: dict[str, Any] = {
    "customer_update": {"enabled": True, "allowed_updates": ["email"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    "subscription_update": {"enabled": False},
}
# By what they pin. Stripe is asked again after every start.
_known: dict[str, str] = {}


def portal_page(subscription: Subscription) -> str:
    """Where the customer of this subscription goes on. When its payment failed, straight to the
    card. Raises what `stripe_api` raises.
    """
    back = absolute(reverse("donations:manage_back"))
    language = subscription.supporter.language
    wanted: dict[str, Any] = {
        "customer": subscription.customer_id,
        "return_url": back,
        "locale": language if language in STRIPE_SPEAKS else "auto",
    }
    if subscription.status == "past_due":
        done = {"type": "redirect", "redirect": {"return_url": back}}
        wanted["flow_data"] = {"type": "payment_method_update", "after_completion": done}
    try:
        return stripe_api.open_portal({**wanted, "configuration": _configuration()})
    except StripeRefused as refused:
        if "configuration" not in refused.param:
            raise
        # It was switched off meanwhile, and its key would give it again.
        _known.clear()
        pinned = _configuration(key=uuid.uuid4().hex)
        return stripe_api.open_portal({**wanted, "configuration": pinned})


def _configuration(*, key: str = "") -> str:
    """Found by its mark, or made, once: two who come first make the same, under the same key."""
    pinned = {"features": FEATURES, "default_return_url": absolute(reverse("donations:manage"))}
    version = hashlib.sha256(json.dumps(pinned, sort_keys=True).encode()).hexdigest()[:32]
    if version not in _known:
        _known[version] = stripe_api.portal_configuration_marked(
            MARK, version
        ) or stripe_api.create_portal_configuration(
            {**pinned, "metadata": {MARK: version}}, idempotency_key=f"{MARK}:{key or version}"
        )
    return _known[version]
