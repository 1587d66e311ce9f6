"""Promised letters. Nobody at the desk sees an address; who knows one can find and delete it."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donations.models import Reminder
from newsroom.desks import PatientAdmin


@admin.register(Reminder)
class ReminderAdmin(PatientAdmin):
    list_display = ("due_at", "state", "language", "placement", "created_at", "closed_at")
    list_filter = ("state", "language", "placement")
    date_hierarchy = "due_at"
    fields = ("due_at", "state", "language", "placement", "created_at", "closed_at")
    search_fields = ("=email",)
    search_help_text = _("A whole address, to delete its reminder when somebody asks for it.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Reminder | None = None) -> bool:
        return False
