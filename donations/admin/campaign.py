"""The fundraiser's desk: what the paper asks for, and until when."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations import goals, money
from donations.admin import amounts
from donations.models import Campaign, GoalKind
from newsroom.clock import PaperTimeField
from newsroom.desks import PatientAdmin
from newsroom.models import Paper
from newsroom.paper import zone_of

FIRST_TO_SIXTH = [
    (0, _("the first")), (1, _("the second")), (2, _("the third")),
    (3, _("the fourth")), (4, _("the fifth")), (5, _("the sixth")),
]  # fmt: skip
AMOUNTS = ("monthly_amounts", "yearly_amounts", "once_amounts")


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """Money is typed in the currency's own units, as a person would say it."""

    goal = forms.CharField(
        label=_("Goal amount"),
        required=False,
        max_length=30,
        help_text=_("Such as 10000. Not needed for a number of supporters."),
    )
    monthly_amounts = forms.CharField(
        label=_("Monthly amounts"), max_length=120, help_text=_("Such as 5, 10, 25. At most six.")
    )
    yearly_amounts = forms.CharField(
        label=_("Yearly amounts"),
        required=False,
        max_length=120,
        help_text=_("Empty: yearly support is not offered beside the others."),
    )
    once_amounts = forms.CharField(
        label=_("One-time amounts"),
        required=False,
        max_length=120,
        help_text=_("Empty: one-time support is not offered beside the others."),
    )
    suggested_position = forms.TypedChoiceField(
        label=_("Suggested amount"),
        choices=FIRST_TO_SIXTH,
        coerce=int,
        initial=1,
        help_text=_("Preselected in every frequency. Three amounts around it stand in the ask."),
    )
    starts_at = PaperTimeField(label=_("Starts"), initial=now)
    ends_at = PaperTimeField(
        label=_("Ends"), required=False, help_text=_("Empty: it goes on until you pause it.")
    )

    class Meta:
        model = Campaign
        fields = [
            "name", "purpose", "goal_kind", "goal_supporters", "currency", *AMOUNTS,
            "suggested_position", "starts_at", "ends_at", "is_paused",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = self.instance
        if campaign.pk is None:
            return
        if campaign.goal_minor:
            self.initial["goal"] = money.plain_amount(campaign.goal_minor, campaign.currency)
        for name in AMOUNTS:
            self.initial[name] = amounts.typed(getattr(campaign, name), campaign.currency)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        currency = cleaned.get("currency")
        if currency is None:
            # Nothing is an amount without a currency; what was typed stays in its field.
            return {**cleaned, **{name: [] for name in AMOUNTS}}
        for name in AMOUNTS:
            if name in cleaned:
                self._replace(name, lambda text: amounts.parse_amounts(text, currency))
        if cleaned.get("goal_kind") == GoalKind.SUPPORTERS:
            cleaned["goal"] = None
            if not cleaned.get("goal_supporters"):
                self.add_error("goal_supporters", _("How many supporters?"))
        else:
            cleaned["goal_supporters"] = None
            if not cleaned.get("goal"):
                self.add_error("goal", _("How much?"))
            else:
                self._replace("goal", lambda text: amounts.parse_goal(text, currency))
        # Set before the constraints of the row are checked.
        goal = cleaned.get("goal")
        self.instance.goal_minor = goal if isinstance(goal, int) else None
        return cleaned

    def _replace(self, name: str, parse: Callable[[str], object]) -> None:
        try:
            self.cleaned_data[name] = parse(self.cleaned_data[name])
        except forms.ValidationError as error:
            self.add_error(name, error)


@admin.register(Campaign)
class CampaignAdmin(PatientAdmin):
    form = CampaignForm
    list_display = ("name", "state", "reached", "starts_at", "ends_at")
    list_filter = ("is_paused", "goal_kind")
    search_fields = ("name",)
    actions = ("pause", "resume")
    readonly_fields = ("reached",)
    fieldsets = (
        (None, {"fields": ("name", "purpose")}),
        (_("Goal"), {"fields": ("goal_kind", "currency", "goal", "goal_supporters", "reached")}),
        (
            _("What readers choose from"),
            {"fields": ("monthly_amounts", "yearly_amounts", "once_amounts", "suggested_position")},
        ),
        (_("When"), {"fields": ("starts_at", "ends_at", "is_paused")}),
    )

    @admin.display(description=_("state"))
    def state(self, campaign: Campaign) -> str:
        at = now()
        if campaign.is_paused:
            return gettext("paused")
        if campaign.starts_at > at:
            return gettext("from %(date)s") % {"date": _day(campaign.starts_at)}
        if campaign.ends_at is not None and campaign.ends_at <= at:
            return gettext("over")
        return gettext("● live")

    @admin.display(description=_("so far"))
    def reached(self, campaign: Campaign) -> str:
        if campaign.pk is None:
            return "–"
        at, zone = now(), zone_of(Paper.load())
        progress = goals.progress(campaign, at=at, zone=zone)
        if progress.counts_people:
            return f"{progress.reached} / {progress.goal}"
        said = " / ".join(
            money.format_amount(minor, progress.currency)
            for minor in (progress.reached, progress.goal)
        )
        others = ", ".join(goals.left_out(campaign, at=at, zone=zone)).upper()
        return said + (
            gettext(" (without %(currencies)s)") % {"currencies": others} if others else ""
        )

    @admin.action(description=_("Pause: its prompts disappear at once"))
    def pause(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        _set_paused(campaigns, True)

    @admin.action(description=_("Go on"))
    def resume(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        _set_paused(campaigns, False)


def _day(at: Any) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def _set_paused(campaigns: QuerySet[Campaign], is_paused: bool) -> None:
    # One by one: a bulk update tells nobody, and pages must hear of it.
    for campaign in campaigns:
        campaign.is_paused = is_paused
        campaign.save(update_fields=["is_paused"])
