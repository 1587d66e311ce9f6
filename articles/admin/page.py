"""Plain pages: about, privacy, contact."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.admin import prose
from articles.admin.prose import ProseDesk
from articles.admin.taxonomy import MovingDesk
from articles.models import Page


class PageForm(forms.ModelForm):  # type: ignore[type-arg]
    body = prose.prose_field(label=_("Text"), required=False)

    class Meta:
        model = Page
        fields = [
            "title", "slug", "body", "language", "is_published", "is_in_footer", "position",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "body" in self.fields and not prose.is_kept_whole(self.instance.body):
            prose.edit_as_html(self.fields["body"])


@admin.register(Page)
class PageAdmin(ProseDesk, MovingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    form = PageForm
    fields = ["title", "body", "slug", "language", "is_published", "is_in_footer", "position"]
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["title", "slug", "language", "is_published", "is_in_footer", "position"]
    list_editable = ["position"]
    search_fields = ["title", "slug"]

    class Media:
        css = {"all": ["articles/desk.css"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        paper = request.paper  # type: ignore[attr-defined]
        return {"language": paper.language, **super().get_changeform_initial_data(request)}

    def view_on_site(self, obj: Page) -> str | None:
        return obj.get_absolute_url() if obj.is_published else None
