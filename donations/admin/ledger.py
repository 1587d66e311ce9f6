"""The ledger: what happened to money. PostgreSQL itself refuses any change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from donations.admin.read_only import ReadOnlyAdmin, written
from donations.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "kind", "amount", "every", "supporter", "campaign", "source")
    list_filter = ("kind", "currency", "interval", "livemode", "campaign", "placement")
    list_select_related = ("supporter", "campaign")
    date_hierarchy = "occurred_at"
    search_fields = ("=source", "=payment_intent", "supporter__email")
    search_help_text = _("An id of Stripe’s, or a supporter’s address.")
    fields = (
        "occurred_at", "kind", "amount", "every", "supporter", "subscription", "campaign",
        "prompt", "placement", "source", "payment_intent", "livemode", "recorded_at",
    )  # fmt: skip
    readonly_fields = ("amount", "every")

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, entry: LedgerEntry) -> str:
        return written(entry.amount_minor, entry.currency)

    @admin.display(description=_("how often"), ordering="interval")
    def every(self, entry: LedgerEntry) -> str:
        return {"month": str(_("monthly")), "year": str(_("yearly"))}.get(
            entry.interval, str(_("once"))
        )
