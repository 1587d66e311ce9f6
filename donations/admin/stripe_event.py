"""What Stripe told us: whether it was applied, why not, and applying it again."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from donations import finding, inbox
from donations.admin.read_only import ModeFilter, ReadOnlyAdmin
from donations.admin.stripe_links import stripe_link
from donations.models import EventState, StripeEvent
from newsroom.desks import Waiting

# Whom an event is about, the desk learns from its ids; it needs none of these.
PERSONAL = {
    "address", "billing_details", "card", "customer_address", "customer_details", "customer_email",
    "customer_name", "customer_phone", "customer_shipping", "description", "email", "evidence",
    "ip", "name", "payment_method_details", "phone", "receipt_email", "receipt_url", "shipping",
    "url", "hosted_invoice_url", "invoice_pdf",
}  # fmt: skip


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    """Those that failed come first: they wait for somebody."""

    ordering = (
        Case(When(state=EventState.DEAD, then=Value(0)), default=Value(1)), "-received_at",
    )  # fmt: skip
    list_display = ("received_at", "state", "what", "attempts", "about")
    list_filter = ("state", ModeFilter, "type")
    date_hierarchy = "received_at"
    search_fields = ("event_id",)
    search_help_text = _(
        "An id of Stripe’s, a part of a supporter’s address, or a type such as invoice.paid."
    )
    find = staticmethod(finding.events)
    fields = (
        "type", "state", "error", "attempts", "about", "event", "happened_at", "received_at",
        "applied_at", "api_version", "mode", "told",
    )  # fmt: skip
    readonly_fields = ("about", "event", "told", "mode")
    actions = ("apply_again",)
    change_form_template = "admin/donations/stripeevent/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StripeEvent]:
        events: QuerySet[StripeEvent] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "donations_stripeevent_changelist"
        return events.defer("body") if is_list else events

    @admin.display(description=_("what, and why not"), ordering="type")
    def what(self, event: StripeEvent) -> SafeString:
        is_amiss = event.state == EventState.DEAD
        return format_html(
            '{}<span class="reason {}">{}</span>',
            event.type,
            "amiss" if is_amiss else "quiet",
            event.error,
        )

    @admin.display(description=_("about"))
    def about(self, event: StripeEvent) -> SafeString | str:
        return stripe_link(event.object_id, livemode=event.livemode)

    @admin.display(description=_("event"))
    def event(self, event: StripeEvent) -> SafeString | str:
        return stripe_link(event.event_id, livemode=event.livemode)

    @admin.display(description=_("what Stripe said"))
    def told(self, event: StripeEvent) -> SafeString:
        """Without what it says of the person."""
        try:
            shown = json.dumps(_impersonal(json.loads(event.body)), indent=2, ensure_ascii=False)
        except (RecursionError, ValueError):
            shown = "–"
        return format_html('<pre class="told" tabindex="0">{}</pre>', shown)

    def waiting(self) -> Waiting | None:
        count = StripeEvent.objects.filter(state=EventState.DEAD).count()
        words = ngettext(
            "%(count)d event of Stripe’s failed", "%(count)d events of Stripe’s failed", count
        )
        address = reverse("admin:donations_stripeevent_changelist") + "?state__exact=dead"
        return Waiting(words % {"count": count}, address) if count else None

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

    def apply_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_replay_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self.apply_again(request, StripeEvent.objects.filter(pk=pk))
        return HttpResponseRedirect(reverse("admin:donations_stripeevent_change", args=[pk]))

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:pk>/again/",
            self.admin_site.admin_view(self.apply_one_again),
            name="donations_stripeevent_again",
        )
        return [again, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        context["may_replay"] = self.has_replay_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("donations.change_stripeevent")


def _impersonal(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "…" if name in PERSONAL and each else _impersonal(each)
            for name, each in value.items()
        }
    return [_impersonal(each) for each in value] if isinstance(value, list) else value
