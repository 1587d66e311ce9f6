"""Monthly and yearly support, as Stripe has it."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations import finding
from donations.admin.read_only import (
    ModeFilter,
    ReadOnlyAdmin,
    supporter_link,
    written,
)
from donations.admin.stripe_links import stripe_link
from donations.models import Subscription

# Stripe's words, in ours.
STATES = {
    "active": _("active"),
    "past_due": _("payment failed, tried again"),
    "unpaid": _("unpaid, given up"),
    "canceled": _("ended"),
    "incomplete": _("not yet paid"),
    "incomplete_expired": _("never paid"),
    "paused": _("paused"),
    "trialing": _("not yet charged"),
}


def state_of(subscription: Subscription) -> str:
    state = str(STATES.get(subscription.status, subscription.status))
    if subscription.status == "canceled":
        return state
    if subscription.is_paused:
        return gettext("paused: nothing is charged")
    if subscription.cancel_at_period_end:
        return gettext("%(state)s, ends with the paid period") % {"state": state}
    return state


class SubscriptionColumns:
    """What every list of subscriptions says, a supporter's own too."""

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, subscription: Subscription) -> str:
        return written(subscription.amount_minor, subscription.currency)

    @admin.display(description=_("state"), ordering="status")
    def state(self, subscription: Subscription) -> str:
        return state_of(subscription)

    @admin.display(description=_("at Stripe"))
    def at_stripe(self, subscription: Subscription) -> SafeString | str:
        return stripe_link(subscription.stripe_id, livemode=subscription.livemode)

    @admin.display(description=_("customer at Stripe"))
    def customer(self, subscription: Subscription) -> SafeString | str:
        return stripe_link(subscription.customer_id, livemode=subscription.livemode)


@admin.register(Subscription)
class SubscriptionAdmin(SubscriptionColumns, ReadOnlyAdmin):
    list_display = (
        "who", "amount", "interval", "state", "started_at", "current_period_end", "at_stripe",
    )  # fmt: skip
    list_display_links = ("amount",)
    list_filter = (
        "status", ModeFilter, "interval", "currency", "cancel_at_period_end", "is_paused",
        "campaign",
    )  # fmt: skip
    list_select_related = ("supporter",)
    date_hierarchy = "started_at"
    search_fields = ("stripe_id",)
    search_help_text = _("A part of an address, or an id of Stripe’s.")
    find = staticmethod(finding.subscriptions)
    fields = (
        "who", "amount", "interval", "state", "current_period_end", "started_at", "ended_at", "campaign", "prompt", "placement",
        "at_stripe", "customer", "mode", "synced_at",
    )  # fmt: skip
    readonly_fields = ("amount", "state", "who", "at_stripe", "customer", "mode")

    @admin.display(description=_("supporter"), ordering="supporter__email")
    def who(self, subscription: Subscription) -> SafeString | str:
        return supporter_link(subscription.supporter)
