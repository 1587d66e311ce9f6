"""The fundraiser's desk: the words that ask, and where they stand."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.models import Prompt
from newsroom.clock import PaperTimeField
from newsroom.desks import PatientAdmin


class PromptForm(forms.ModelForm):  # type: ignore[type-arg]
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the page. None chosen: all, and the words are in the paper’s language."),
    )
    sections = forms.CharField(
        label=_("Only in sections"),
        required=False,
        max_length=400,
        help_text=_("The last part of their addresses, parted by commas. Empty: all."),
    )
    topics = forms.CharField(
        label=_("Only on topics"),
        required=False,
        max_length=400,
        help_text=_("The last part of their addresses, parted by commas. Empty: all."),
    )
    starts_at = PaperTimeField(label=_("From"), required=False)
    ends_at = PaperTimeField(label=_("Until"), required=False)

    class Meta:
        model = Prompt
        fields = [
            "campaign", "placement", "headline", "text", "second_line", "more", "button",
            "shows_goal", "languages", "sections", "topics", "priority", "starts_at", "ends_at",
            "is_live",
        ]  # fmt: skip
        widgets = {
            "headline": forms.TextInput(attrs={"size": 80, "dir": "auto"}),
            "text": forms.Textarea(attrs={"rows": 4, "dir": "auto", "class": "vLargeTextField"}),
            "more": forms.Textarea(attrs={"rows": 6, "dir": "auto", "class": "vLargeTextField"}),
            "second_line": forms.TextInput(attrs={"size": 80, "dir": "auto"}),
        }
        help_texts = {
            "more": _("Folded behind “Read more”. The banner leaves it out."),
            "priority": _("Where several fit, the highest wins."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("sections", "topics"):
            self.initial[name] = ", ".join(getattr(self.instance, name))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It would end before it starts."))
        return cleaned

    def clean_sections(self) -> list[str]:
        return _parted(self.cleaned_data["sections"])

    def clean_topics(self) -> list[str]:
        return _parted(self.cleaned_data["topics"])


def _parted(text: str) -> list[str]:
    return [part.strip(" /") for part in text.split(",") if part.strip(" /")]


@admin.register(Prompt)
class PromptAdmin(PatientAdmin):
    form = PromptForm
    list_display = ("headline", "placement", "campaign", "state", "priority")
    list_filter = ("placement", "is_live", "campaign")
    list_select_related = ("campaign",)
    search_fields = ("headline", "text")
    save_as = True
    fieldsets = (
        (None, {"fields": ("campaign", "placement")}),
        (
            _("Words"),
            {"fields": ("headline", "text", "second_line", "more", "button", "shows_goal")},
        ),
        (_("Only on some pages"), {"fields": ("languages", "sections", "topics")}),
        (_("When"), {"fields": ("is_live", "starts_at", "ends_at", "priority")}),
    )

    @admin.display(description=_("state"))
    def state(self, prompt: Prompt) -> str:
        """What readers see of it now, and if nothing, why."""
        at = now()
        campaign = prompt.campaign
        starts = [each for each in (prompt.starts_at, campaign.starts_at) if each and each > at]
        ends = [each for each in (prompt.ends_at, campaign.ends_at) if each and each <= at]
        if not prompt.is_live:
            return gettext("off")
        if campaign.is_paused:
            return gettext("the campaign is paused")
        if ends:
            return gettext("over")
        if starts:
            day = date_format(localtime(max(starts)), "SHORT_DATETIME_FORMAT")
            return gettext("from %(date)s") % {"date": day}
        return gettext("● live")
