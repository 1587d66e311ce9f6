"""Whether the paper takes new support: one switch, and when it was last turned."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import now

from donations.models import PaymentSettings


@admin.register(PaymentSettings)
class PaymentSettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ("is_paused", "paused_at", "pinned_site_url")
    readonly_fields = ("paused_at", "pinned_site_url")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> PaymentSettings | None:
        return PaymentSettings.load() if object_id == "1" else None

    def save_model(
        self, request: HttpRequest, obj: PaymentSettings, form: Any, change: bool
    ) -> None:
        """Who turned it and when stays in the page’s history."""
        if "is_paused" in form.changed_data:
            obj.paused_at = now() if obj.is_paused else None
        # What is pinned meanwhile by the first payment of a live paper is not ours to undo.
        PaymentSettings.objects.get_or_create(pk=1)
        obj.save(force_update=True, update_fields=["is_paused", "paused_at"])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row, so its list is its form."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:donations_paymentsettings_change", args=[1]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: PaymentSettings | None = None
    ) -> bool:
        return False
