"""What stands where on the front page. Places left empty are filled with the newest stories."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from articles.admin.article import state_of
from articles.models import FrontPageSlot


@admin.register(FrontPageSlot)
class FrontPageSlotAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ["article", "place", "position"]
    autocomplete_fields = ["article"]
    list_display = ["article", "place", "position", "state"]
    list_editable = ["place", "position"]
    list_filter = ["place"]
    list_select_related = ["article"]
    ordering = ["place", "position", "pk"]
    search_fields = ["article__headline"]

    class Media:
        css = {"all": ["articles/desk.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FrontPageSlot]:
        return super().get_queryset(request).defer("article__body", "article__words")

    @admin.display(description=_("status"))
    def state(self, slot: FrontPageSlot) -> SafeString:
        state, words = state_of(slot.article, now())
        return format_html('<span class="state state--{}">{}</span>', state, words)
