"""The ledger: what happened to money. PostgreSQL itself refuses any change."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations import finding
from donations.admin import balances
from donations.admin.read_only import ModeFilter, ReadOnlyAdmin, supporter_link, written
from donations.admin.stripe_links import stripe_link
from donations.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "kind", "amount", "every", "who", "campaign", "at_stripe")
    list_filter = ("kind", ModeFilter, "currency", "interval", "campaign", "placement")
    list_select_related = ("supporter", "campaign")
    date_hierarchy = "occurred_at"
    search_fields = ("source",)
    search_help_text = _("An id of Stripe’s, or a part of a supporter’s address.")
    find = staticmethod(finding.entries)
    fields = (
        "occurred_at", "kind", "amount", "settled", "exchange_rate", "every", "who",
        "subscription", "campaign", "prompt", "placement", "at_stripe", "payment", "mode",
        "recorded_at",
    )  # fmt: skip
    readonly_fields = ("amount", "settled", "every", "who", "at_stripe", "payment", "mode")

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, entry: LedgerEntry) -> str:
        return written(entry.amount_minor, entry.currency)

    @admin.display(description=_("on our account at Stripe"))
    def settled(self, entry: LedgerEntry) -> str:
        if entry.settled_minor is None:
            return "–"
        return written(entry.settled_minor, entry.settlement_currency)

    @admin.display(description=_("how often"), ordering="interval")
    def every(self, entry: LedgerEntry) -> str:
        return {"month": str(_("monthly")), "year": str(_("yearly"))}.get(
            entry.interval, str(_("once"))
        )

    @admin.display(description=_("supporter"))
    def who(self, entry: LedgerEntry) -> SafeString | str:
        return supporter_link(entry.supporter)

    @admin.display(description=_("at Stripe"))
    def at_stripe(self, entry: LedgerEntry) -> SafeString | str:
        return stripe_link(entry.source, livemode=entry.livemode)

    @admin.display(description=_("payment"))
    def payment(self, entry: LedgerEntry) -> SafeString | str:
        return stripe_link(entry.payment_intent, livemode=entry.livemode)

    # What it adds up to, and taking it along.

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("balances/", view(self.balances), name="donations_ledgerentry_balances"),
            path("export/", view(self.export), name="donations_ledgerentry_export"),
            *super().get_urls(),
        ]

    def balances(self, request: HttpRequest) -> HttpResponseBase:
        return balances.show(request, self)

    def export(self, request: HttpRequest) -> HttpResponseBase:
        return balances.download(request, self)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("donations.export_ledger")
