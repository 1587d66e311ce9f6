"""Comparisons with Stripe, by hand and every night, and what each of them found."""

from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from donations.admin.read_only import ModeFilter, ReadOnlyAdmin
from donations.models import Difference, Reconciliation
from donations.reconciliation import line_of

# A rebuild finds thousands; its page shows the first, and the way to all.
SHOWN = 100


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "since", "is_dry_run", "compared", "found", "left")
    list_filter = (ModeFilter, "is_dry_run")
    date_hierarchy = "started_at"
    fields = (
        "started_at", "finished_at", "since", "is_dry_run", "livemode", "compared", "found",
        "left", "lines",
    )  # fmt: skip
    readonly_fields = ("found", "left", "lines")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reconciliation]:
        runs: QuerySet[Reconciliation] = super().get_queryset(request)
        is_left = Q(differences__repaired_at=None)
        return runs.annotate(found=Count("differences"), left=Count("differences", filter=is_left))

    @admin.display(description=_("differences"), ordering="found")
    def found(self, run: Reconciliation) -> SafeString | str:
        number: int = run.found  # type: ignore[attr-defined]
        if not number:
            return str(_("none"))
        address = reverse("admin:donations_difference_changelist")
        return format_html(
            '<a href="{}?reconciliation__id__exact={}">{}</a>', address, run.pk, number
        )

    @admin.display(description=_("of them not repaired"), ordering="left")
    def left(self, run: Reconciliation) -> str:
        number: int = run.left  # type: ignore[attr-defined]
        return str(number) if number else "–"

    @admin.display(description=_("what differed"))
    def lines(self, run: Reconciliation) -> SafeString | str:
        first = run.differences.order_by(F("repaired_at").asc(nulls_first=True), "pk")[:SHOWN]
        shown = [(line_of(each, is_dry_run=run.is_dry_run),) for each in first]
        if not shown:
            return str(_("Nothing: our books and Stripe’s were equal."))
        return format_html("<ul>{}</ul>", format_html_join("", "<li><bdi>{}</bdi></li>", shown))


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    list_display = ("stripe_id", "thing", "what", "ours", "stripes", "repaired_at")
    list_filter = ("thing", ("repaired_at", admin.EmptyFieldListFilter))
    list_select_related = ("reconciliation",)
    search_fields = ("=stripe_id",)
    search_help_text = _("An id of Stripe’s.")
    fields = (
        "thing", "stripe_id", "what", "ours", "stripes", "repaired_at", "reconciliation",
    )  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from the comparison that found it."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "reconciliation__id__exact" or super().lookup_allowed(
            lookup, value, request
        )
