"""From an id to its page at Stripe, or at the stand-in."""

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from donations.ledger import ADJUSTMENT

# A payment page's id is twice as long as any other.
LONGEST_SHOWN = 36
DASHBOARD = "https://dashboard.stripe.com"
# What has a page of its own there; the rest is found by the dashboard's search.
PAGES = {
    "pi": "payments", "ch": "payments", "py": "payments", "sub": "subscriptions",
    "cus": "customers", "in": "invoices", "evt": "events", "dp": "disputes", "du": "disputes",
}  # fmt: skip


def address_of(stripe_id: str, *, livemode: bool) -> str:
    # What we made of an id to tell entries apart, Stripe does not know.
    plain = stripe_id.removeprefix(ADJUSTMENT).partition(":")[0].partition("#")[0]
    if settings.STRIPE_API_BASE:
        return f"{settings.STRIPE_API_BASE}/objects/{plain}"
    mode = "" if livemode else "/test"
    page = PAGES.get(plain.partition("_")[0])
    return (
        f"{DASHBOARD}{mode}/{page}/{plain}" if page else f"{DASHBOARD}{mode}/search?query={plain}"
    )


def stripe_link(stripe_id: str | None, *, livemode: bool) -> SafeString | str:
    if not stripe_id or "_" not in stripe_id:
        return stripe_id or "–"
    return format_html(
        '<a class="at-stripe" href="{}" target="_blank" rel="noopener noreferrer">{}'
        '<span class="visually-hidden"> {}</span></a>',
        address_of(stripe_id, livemode=livemode),
        stripe_id if len(stripe_id) <= LONGEST_SHOWN else f"{stripe_id[: LONGEST_SHOWN - 1]}…",
        _("(at Stripe, in a new tab)"),
    )
