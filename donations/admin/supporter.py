"""Supporters: who gives what, and the story of each on one page."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations import finding
from donations.admin.read_only import ModeFilter, ReadOnlyAdmin, ReadOnlyInline, written
from donations.admin.story import page_of_story
from donations.admin.subscription import SubscriptionColumns
from donations.models import EntryKind, Frequency, LedgerEntry, Subscription, Supporter
from donations.models.subscription import ACTIVE
from donations.money import format_amount

_BREAK = SafeString("<br>")


class SubscriptionInline(SubscriptionColumns, ReadOnlyInline):
    model = Subscription
    fields = (
        "amount", "interval", "state", "started_at", "current_period_end", "at_stripe", "customer",
    )  # fmt: skip
    readonly_fields = ("amount", "state", "at_stripe", "customer")


class GivingFilter(admin.SimpleListFilter):
    title = _("giving")
    parameter_name = "giving"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("month", _("monthly now")), ("year", _("yearly now")), ("once", _("only once")),
            ("late", _("whose payment failed")), ("ending", _("who cancelled")),
            ("past", _("who gave regularly once")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Supporter]) -> QuerySet[Supporter]:
        active = Subscription.objects.active(now())
        chosen = {
            "month": Q(pk__in=active.filter(interval="month").values("supporter")),
            "year": Q(pk__in=active.filter(interval="year").values("supporter")),
            "once": Q(subscriptions=None),
            "late": Q(pk__in=active.filter(status="past_due").values("supporter")),
            "ending": Q(pk__in=active.filter(cancel_at_period_end=True).values("supporter")),
            "past": Q(pk__in=Subscription.objects.values("supporter"))
            & ~Q(pk__in=active.values("supporter")),
        }
        return queryset.filter(chosen.get(self.value() or "", Q()))


@admin.register(Supporter)
class SupporterAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__", "gives_now", "given", "last_payment_on", "since", "language",
    )  # fmt: skip
    list_filter = (GivingFilter, ModeFilter, "language")
    search_fields = ("email",)
    search_help_text = _("A part of an address, or any id of Stripe’s: it leads to whom it is of.")
    date_hierarchy = "created_at"
    fields = ("email", "given", "language", "created_at", "mode")
    readonly_fields = ("given", "mode")
    inlines = (SubscriptionInline,)
    change_form_template = "admin/donations/supporter/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Supporter]:
        found: QuerySet[Supporter] = super().get_queryset(request)
        theirs = LedgerEntry.objects.filter(supporter=OuterRef("pk")).order_by()
        by_currency = (
            theirs.exclude(kind=EntryKind.FEE)
            .values("currency")
            .annotate(minor=Sum("amount_minor"))
            .order_by("currency")
        )
        last = theirs.filter(kind=EntryKind.PAYMENT).values("supporter")
        return found.annotate(
            last_payment=Subquery(last.annotate(at=Max("occurred_at")).values("at")),
            totals=ArraySubquery(
                by_currency.values(total=JSONObject(currency=F("currency"), minor=F("minor")))
            ),
        ).prefetch_related("subscriptions")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Supporter], search_term: str
    ) -> tuple[QuerySet[Supporter], bool]:
        wanted = finding.sought(search_term)
        if not wanted.text:
            return queryset, False
        return queryset.filter(pk__in=finding.supporters(wanted).values("pk")), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An id leads straight to its supporter."""
        wanted = finding.sought(request.GET.get("q", ""))
        if request.method == "GET" and self.has_view_permission(request):
            by_id = finding.whose(wanted)
            found = list(by_id[:2]) if by_id is not None else []
            if len(found) == 1:
                story = reverse("admin:donations_supporter_change", args=[found[0].pk])
                return HttpResponseRedirect(story)
        return super().changelist_view(request, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:  # fmt: skip
        supporter = context.get("original")
        if supporter is not None:
            asked = request.GET.get("page", "1")
            number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
            context["story"] = page_of_story(supporter, max(number, 1))
        context["media"] = self.media + context["media"]
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("gives now"))
    def gives_now(self, supporter: Supporter) -> SafeString | str:
        """Every month or year, in each currency; and what is amiss with it."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        notes = []
        for each in supporter.subscriptions.all():
            if each.status in ACTIVE and not each.is_paused:
                sums[each.interval, each.currency] += each.amount_minor
                if each.status == "past_due":
                    notes.append(gettext("payment failed"))
                elif each.cancel_at_period_end:
                    notes.append(gettext("cancelled, ends soon"))
        if not sums:
            return "–"
        gifts = format_html_join(
            _BREAK,
            "<bdi>{}</bdi> {}",
            (
                (format_amount(minor, currency), Frequency(interval).label)
                for (interval, currency), minor in sorted(sums.items())
            ),
        )
        return format_html(
            '{}{}', gifts, format_html_join("", '<br><span class="amiss">{}</span>', ((note,) for note in dict.fromkeys(notes))),
        )  # fmt: skip

    @admin.display(description=_("given in all"))
    def given(self, supporter: Any) -> SafeString | str:
        """Less what went back."""
        totals = [written(int(each["minor"]), each["currency"]) for each in supporter.totals]
        return format_html_join(_BREAK, "{}", ((each,) for each in totals)) or "–"

    @admin.display(description=_("last payment"), ordering="last_payment")
    def last_payment_on(self, supporter: Any) -> str:
        return _day(supporter.last_payment)

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, supporter: Supporter) -> str:
        return _day(supporter.created_at)


def _day(at: datetime | None) -> str:
    return date_format(localtime(at), "DATE_FORMAT") if at else "–"
