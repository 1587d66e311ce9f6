"""Where things used to be, and where imported things came from: to look at, not to write.

A redirect may be deleted, as it must be together with what it leads to.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.models import ImportedItem, Redirect
from articles.models.redirect import TARGETS


class LookingDesk:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Redirect)
class RedirectAdmin(LookingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["old_address", "leads_to", "made_at"]
    list_select_related = list(TARGETS)
    search_fields = ["old_address"]
    date_hierarchy = "made_at"

    @admin.display(description=_("leads to"))
    def leads_to(self, redirect: Redirect) -> SafeString | str:
        address = redirect.target.get_absolute_url()
        if not address:
            return str(redirect.target)
        return format_html('<a href="{}">{}</a>', address, redirect.target)


@admin.register(ImportedItem)
class ImportedItemAdmin(LookingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["key", "kind", "source", "imported_at"]
    list_filter = ["kind", "source"]
    search_fields = ["key"]
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: ImportedItem | None = None) -> bool:
        return False
