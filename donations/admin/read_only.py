"""Desks that show what happened. What Stripe or the ledger says is not changed by hand."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations.finding import Sought, sought
from donations.models import Supporter
from donations.money import format_amount
from newsroom.desks import PatientAdmin


class ReadOnlyAdmin(PatientAdmin):
    # Without it, what is sought is looked up as Django does.
    find: Callable[[Sought], Q] | None = None
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["donations/desk.css"]}

    @admin.display(description=_("money"), ordering="livemode")
    def mode(self, row: Any) -> Any:
        return name_of_mode(row.livemode)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = sought(search_term)
        if self.find is None or not wanted.text:
            return super().get_search_results(request, queryset, wanted.text)
        return queryset.filter(self.find(wanted)), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ModeFilter(admin.SimpleListFilter):
    """What the Stripe key in use is for, unless asked for the other: no sum mixes the two."""

    title = _("money")
    parameter_name = "mode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("other", name_of_mode(not settings.STRIPE_LIVEMODE))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": name_of_mode(settings.STRIPE_LIVEMODE)}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_other = self.value() == "other"
        return queryset.filter(livemode=settings.STRIPE_LIVEMODE is not is_other)


def name_of_mode(livemode: bool) -> Any:
    return _("real money") if livemode else _("test data")


def written(minor: int, currency: str) -> SafeString:
    """An amount as it stands in a column."""
    return format_html("<bdi>{}</bdi>", format_amount(minor, currency))


def supporter_link(supporter: Supporter | None) -> SafeString | str:
    """To their story."""
    if supporter is None:
        return "–"
    return format_html(
        '<a href="{}">{}</a>',
        reverse("admin:donations_supporter_change", args=[supporter.pk]),
        supporter,
    )
