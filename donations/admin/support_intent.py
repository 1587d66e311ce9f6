"""What readers wanted to give, and how far they came."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from donations.admin.read_only import ReadOnlyAdmin, written
from donations.models import SupportIntent


@admin.register(SupportIntent)
class SupportIntentAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "amount", "frequency", "state", "placement", "campaign")
    list_filter = ("state", "frequency", "currency", "placement", "campaign")
    list_select_related = ("campaign",)
    date_hierarchy = "created_at"
    search_fields = ("=id", "=session_id", "supporter__email")
    search_help_text = _("A session’s id of Stripe’s, or a supporter’s address.")
    fields = (
        "created_at", "amount", "frequency", "state", "attempt", "language", "campaign", "prompt",
        "placement", "supporter", "session_id", "livemode", "expires_at", "closed_at",
    )  # fmt: skip
    readonly_fields = ("amount",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, intent: SupportIntent) -> str:
        return written(intent.amount_minor, intent.currency)
