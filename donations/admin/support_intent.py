"""What readers wanted to give, and how far they came."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations import finding
from donations.admin.read_only import ModeFilter, ReadOnlyAdmin, supporter_link, written
from donations.admin.stripe_links import stripe_link
from donations.models import SupportIntent


@admin.register(SupportIntent)
class SupportIntentAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "amount", "frequency", "state", "who", "placement", "campaign")
    list_filter = ("state", ModeFilter, "frequency", "currency", "placement", "campaign")
    list_select_related = ("campaign", "supporter")
    date_hierarchy = "created_at"
    search_fields = ("pk",)
    search_help_text = _("An id of Stripe’s or of the intent, or a part of a supporter’s address.")
    find = staticmethod(finding.intents)
    fields = (
        "created_at", "amount", "frequency", "state", "attempt", "language", "campaign", "prompt",
        "placement", "who", "session", "mode", "expires_at", "closed_at",
    )  # fmt: skip
    readonly_fields = ("amount", "who", "session", "mode")

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, intent: SupportIntent) -> str:
        return written(intent.amount_minor, intent.currency)

    @admin.display(description=_("supporter"))
    def who(self, intent: SupportIntent) -> SafeString | str:
        return supporter_link(intent.supporter)

    @admin.display(description=_("Stripe’s page"))
    def session(self, intent: SupportIntent) -> SafeString | str:
        return stripe_link(intent.session_id, livemode=intent.livemode)
