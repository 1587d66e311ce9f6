"""The ledger's balances on one page, and its entries as a file for whoever may take them along."""

import json
import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import balances, exports
from donations.models import Campaign, LedgerEntry
from donations.money import format_amount
from donations.selection import NONE, Selection, month_of
from newsroom.models import Paper
from newsroom.paper import zone_of

if TYPE_CHECKING:
    from donations.admin.ledger import LedgerEntryAdmin

logger = logging.getLogger(__name__)

TYPES = {"csv": "text/csv", "hledger": "text/plain", "beancount": "text/plain"}
COLUMNS = [
    ("payment", gettext_lazy("payments")),
    ("refund", gettext_lazy("refunds")),
    ("refund_failed", gettext_lazy("failed refunds")),
    ("dispute", gettext_lazy("disputes")),
    ("dispute_returned", gettext_lazy("returned")),
    ("fee", gettext_lazy("fees")),
    ("adjustment", gettext_lazy("adjustments")),
    ("net", gettext_lazy("net")),
]


class SelectionForm(forms.Form):
    """Every field may be left as it is: all of the ledger, of the money that the key is for."""

    month = forms.ChoiceField(label=gettext_lazy("Month"), required=False)
    campaign = forms.ChoiceField(label=gettext_lazy("Campaign"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    mode = forms.ChoiceField(
        label=gettext_lazy("Money"),
        required=False,
        choices=[("live", gettext_lazy("real money")), ("test", gettext_lazy("test data"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone_of(Paper.load())
        self.mode_in_use = "live" if settings.STRIPE_LIVEMODE else "test"
        self.initial["mode"] = self.mode_in_use
        currencies = LedgerEntry.objects.order_by("currency").values_list("currency", flat=True)
        self._offer("month", [("", _("all months")), *self._months()])
        self._offer("campaign", [("", _("all campaigns")), (str(NONE), _("without a campaign"))])
        self._offer(
            "campaign", [(str(pk), name) for pk, name in Campaign.objects.values_list("pk", "name")]
        )
        self._offer("currency", [("", _("all currencies"))])
        self._offer("currency", [(each, each.upper()) for each in currencies.distinct()])

    def selection(self) -> Selection:
        """What was chosen; what is no choice counts as none."""
        self.is_valid()
        chosen = self.cleaned_data
        month = chosen.get("month")
        days = month_of(date.fromisoformat(f"{month}-01")) if month else {}
        campaign = chosen.get("campaign")
        return Selection(
            livemode=(chosen.get("mode") or self.mode_in_use) == "live",
            zone=self.zone,
            campaign=int(campaign) if campaign else None,
            currency=chosen.get("currency") or "",
            **days,
        )

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*field.choices, *choices]  # type: ignore[misc]

    def _months(self) -> list[tuple[str, str]]:
        """From the newest to the first in which anything happened."""
        ends = LedgerEntry.objects.aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
        if ends["first"] is None:
            return []
        first, last = (
            ends[each].astimezone(self.zone).date().replace(day=1) for each in ("first", "last")
        )
        months = []
        while last >= first:
            months.append((f"{last:%Y-%m}", date_format(last, "YEAR_MONTH_FORMAT")))
            last = last.replace(year=last.year - (last.month == 1), month=(last.month - 2) % 12 + 1)
        return months


def show(request: HttpRequest, desk: "LedgerEntryAdmin") -> HttpResponseBase:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    form = SelectionForm(request.GET or None, initial={})
    chosen = _selection_of(form)
    rows = balances.by_month(chosen)
    in_all = balances.by_currency(rows)
    # What never happened has no column.
    columns = [
        (name, label)
        for name, label in COLUMNS
        if name == "net" or any(getattr(row.sums, name) for row in rows)
    ]
    names = [name for name, _label in columns]
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Balances"),
        "opts": desk.opts,
        "media": desk.media,
        "form": form,
        "chosen": chosen,
        "columns": [label for _name, label in columns],
        "rows": [
            {
                "month": date_format(row.month, "YEAR_MONTH_FORMAT"),
                "campaign": row.campaign,
                "currency": row.currency.upper(),
                "sums": _in_words(row.sums, row.currency, names),
                "entries": row.sums.entries,
            }
            for row in rows
        ],
        "totals": [
            {
                "currency": currency.upper(),
                "sums": _in_words(sums, currency, names),
                "entries": sums.entries,
            }
            for currency, sums in in_all.items()
        ],
        "settled": [
            {
                "currency": each.currency.upper(),
                "amounts": [
                    _amount(minor, each.currency)
                    for minor in (each.moved, each.fees, each.net, each.waiting)
                ],
            }
            for each in balances.settled(chosen)
        ],
        "may_export": desk.has_export_permission(request),
        "forms": [("csv", _("Table (CSV)")), ("hledger", "hledger"), ("beancount", "beancount")],
    }
    return render(request, "admin/donations/ledgerentry/balances.html", context)


def download(request: HttpRequest, desk: "LedgerEntryAdmin") -> HttpResponseBase:
    """The chosen entries as a file. Who took which is written down before the first line leaves."""
    if not (desk.has_view_permission(request) and desk.has_export_permission(request)):
        raise PermissionDenied
    form_wanted = request.POST.get("format", "")
    if request.method != "POST" or form_wanted not in exports.FORMS:
        return HttpResponseRedirect(reverse("admin:donations_ledgerentry_balances"))
    chosen = _selection_of(SelectionForm(request.POST))
    what = {"format": form_wanted, **chosen.in_words()}
    LogEntry.objects.create(
        user_id=str(request.user.pk),
        content_type=ContentType.objects.get_for_model(LedgerEntry),
        object_repr=_("Ledger exported"),
        action_flag=CHANGE,
        change_message=json.dumps([{"exported": what}]),
    )
    logger.info("ledger_exported user=%s what=%s", request.user.pk, json.dumps(what))
    response = StreamingHttpResponse(
        (piece.encode() for piece in exports.write(form_wanted, chosen)),
        content_type=f"{TYPES[form_wanted]}; charset=utf-8",
    )
    name = f"ledger-{_span(chosen)}.{exports.FILE_ENDINGS[form_wanted]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _selection_of(form: SelectionForm) -> Selection:
    if form.is_bound:
        return form.selection()
    return Selection(livemode=settings.STRIPE_LIVEMODE, zone=form.zone)


def _span(chosen: Selection) -> str:
    parts = [f"{chosen.first_day:%Y-%m}" if chosen.first_day else "all", chosen.currency]
    parts.append("" if chosen.livemode else "test")
    return "-".join(part for part in parts if part)


def _in_words(sums: balances.Sums, currency: str, names: list[str]) -> list[str]:
    return [_amount(getattr(sums, name), currency) for name in names]


def _amount(minor: int, currency: str) -> str:
    return format_amount(minor, currency) if minor else "–"
