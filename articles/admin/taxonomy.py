"""Sections, topics and authors. Whatever is renamed is still found at its old address."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.models import Author, Section, Topic
from articles.old_addresses import leave_redirect


class MovingDesk:
    """A desk of things with an address of their own."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if before is not None:
            leave_redirect(obj, before.get_absolute_url())


@admin.register(Section)
class SectionAdmin(MovingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ["name", "slug", "description", "position", "is_in_navigation"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["name", "slug", "position", "is_in_navigation"]
    list_editable = ["position", "is_in_navigation"]
    search_fields = ["name", "slug"]


@admin.register(Topic)
class TopicAdmin(MovingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ["name", "slug", "description"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["name", "slug", "stories"]
    search_fields = ["name", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        topics: QuerySet[Topic] = super().get_queryset(request)
        return topics.annotate(number=Count("articles")).order_by("name")

    @admin.display(description=_("stories"), ordering="number")
    def stories(self, topic: Topic) -> int:
        return int(topic.number)  # type: ignore[attr-defined]


@admin.register(Author)
class AuthorAdmin(MovingDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ["name", "slug", "role", "bio", "portrait"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["portrait"]
    list_display = ["name", "role", "slug"]
    search_fields = ["name", "slug"]
