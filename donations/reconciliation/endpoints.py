"""Where Stripe sends its events: to us, once."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from donations import stripe_api
from newsroom.alerts import alert
from newsroom.paper import absolute


def check() -> None:
    """Alert when our endpoint is registered twice, not at all, or for another address.

    An event that comes twice has no effect the second time. Raises what `stripe_api` raises.
    """
    path = reverse("donations:webhook")
    address = absolute(path)
    registered = [
        url
        for url in stripe_api.webhook_endpoints()
        if urlsplit(url).path.rstrip("/").endswith(path.rstrip("/"))
    ]
    here = [url for url in registered if url.rstrip("/") == address.rstrip("/")]
    elsewhere = sorted(set(registered) - set(here))
    if len(here) > 1:
        alert(
            "stripe.endpoint_twice",
            f"{address} is registered {len(here)} times with Stripe, so every event comes as often "
            "as that. Nothing is booked twice. Delete all but one in Stripe’s dashboard.",
        )
    if elsewhere:
        alert(
            "stripe.endpoint_elsewhere",
            f"Stripe sends events of this account to {', '.join(elsewhere[:5])} too, which is not "
            f"this paper at {settings.SITE_URL}. If nobody needs it any more, delete it there.",
        )
    if not here and settings.STRIPE_LIVEMODE:
        alert(
            "stripe.endpoint_missing",
            f"Stripe knows no webhook endpoint {address}, so no event arrives; what happens is "
            "found once a night only. Register it in Stripe’s dashboard.",
        )
