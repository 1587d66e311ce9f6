"""What Stripe told us: whether it was applied, why not, and applying it again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from donations import inbox
from donations.admin.read_only import ReadOnlyAdmin
from donations.models import StripeEvent


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "type", "state", "attempts", "object_id", "error")
    list_filter = ("state", "livemode", "type")
    date_hierarchy = "received_at"
    search_fields = ("=event_id", "=object_id", "type")
    search_help_text = _("An id of Stripe’s, or a type such as invoice.paid.")
    fields = (
        "type", "state", "error", "attempts", "object_id", "event_id", "happened_at",
        "received_at", "applied_at", "api_version", "livemode", "body",
    )  # fmt: skip
    actions = ("apply_again",)

    @admin.action(description=_("Apply the chosen events again"), permissions=["replay"])
    def apply_again(self, request: HttpRequest, chosen: QuerySet[StripeEvent]) -> None:
        for event in chosen:
            inbox.replay(event)
        done = len(chosen)
        self.message_user(
            request,
            ngettext(
                "%(count)d event will be applied again within a minute. What is in the ledger "
                "already is not written twice.",
                "%(count)d events will be applied again within a minute. What is in the ledger "
                "already is not written twice.",
                done,
            )
            % {"count": done},
            messages.SUCCESS,
        )

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("donations.change_stripeevent")
