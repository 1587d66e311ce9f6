"""Supporters, with what they give and have given."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donations.admin.read_only import ReadOnlyAdmin, ReadOnlyInline, written
from donations.models import LedgerEntry, Subscription, Supporter


class SubscriptionInline(ReadOnlyInline):
    model = Subscription
    fields = ("amount", "interval", "status", "started_at", "current_period_end", "ends_then")
    readonly_fields = ("amount", "ends_then")

    @admin.display(description=_("amount"))
    def amount(self, subscription: Subscription) -> str:
        return written(subscription.amount_minor, subscription.currency)

    @admin.display(description=_("ends then"), boolean=True)
    def ends_then(self, subscription: Subscription) -> bool:
        return subscription.cancel_at_period_end


class LedgerEntryInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ("occurred_at", "kind", "amount", "interval", "source")
    readonly_fields = ("amount",)

    @admin.display(description=_("amount"))
    def amount(self, entry: LedgerEntry) -> str:
        return written(entry.amount_minor, entry.currency)


class GivingFilter(admin.SimpleListFilter):
    title = _("giving")
    parameter_name = "giving"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("month", _("monthly now")), ("year", _("yearly now")), ("once", _("only once"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Supporter]) -> QuerySet[Supporter]:
        if self.value() in {"month", "year"}:
            return queryset.filter(
                subscriptions__status="active", subscriptions__interval=self.value()
            ).distinct()
        return queryset.filter(subscriptions=None) if self.value() == "once" else queryset


@admin.register(Supporter)
class SupporterAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "language", "created_at", "last_payment_at", "livemode")
    list_filter = (GivingFilter, "language", "livemode")
    search_fields = ("email",)
    search_help_text = _("A part of an address.")
    date_hierarchy = "created_at"
    fields = ("email", "language", "created_at", "livemode")
    inlines = (SubscriptionInline, LedgerEntryInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Supporter]:
        found: QuerySet[Supporter] = super().get_queryset(request)
        return found.annotate(last_payment=Max("entries__occurred_at"))

    @admin.display(description=_("last payment"), ordering="last_payment")
    def last_payment_at(self, supporter: Any) -> datetime | None:
        found: datetime | None = supporter.last_payment
        return found


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = (
        "supporter", "amount", "interval", "status", "current_period_end",
        "cancel_at_period_end", "started_at",
    )  # fmt: skip
    list_filter = ("status", "interval", "currency", "cancel_at_period_end", "campaign")
    list_select_related = ("supporter",)
    date_hierarchy = "started_at"
    search_fields = ("supporter__email", "=stripe_id", "=customer_id")
    search_help_text = _("A part of an address, or an id of Stripe’s.")
    fields = (
        "supporter", "amount", "interval", "status", "current_period_end", "cancel_at_period_end",
        "started_at", "ended_at", "campaign", "prompt", "placement", "stripe_id", "customer_id",
        "livemode", "synced_at",
    )  # fmt: skip
    readonly_fields = ("amount",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, subscription: Subscription) -> str:
        return written(subscription.amount_minor, subscription.currency)
