"""The paper itself, what needs a person, and the mail that went out."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from newsroom.alert_advice import what_to_do
from newsroom.desks import PatientAdmin, Waiting
from newsroom.mail import send_again, state_of
from newsroom.models import Alert, OutgoingMail, Paper
from newsroom.signing_in import SignInForm

# One door for all desks, which counts tries.
admin.site.login_form = SignInForm


def time_zones() -> list[tuple[str, Any]]:
    """As a select shows them: by continent, without the old names and the offsets."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        continent, _slash, city = name.partition("/")
        if city and continent not in {
            "Etc",
            "SystemV",
            "US",
            "Canada",
            "Mexico",
            "Chile",
            "Brazil",
        }:
            groups.setdefault(continent, []).append((name, city.replace("_", " ")))
    return [("UTC", "UTC"), *groups.items()]


class PaperForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        help_text=gettext_lazy("All times are shown in it. Addresses of old stories stay."),
    )

    class Meta:
        model = Paper
        fields = [
            "name", "motto", "description", "logo", "accent_colour", "accent_colour_dark",
            "language", "time_zone", "contact_email", "copyright_line", "social_links",
        ]  # fmt: skip
        field_classes = {"logo": forms.ImageField}
        widgets = {
            "accent_colour": forms.TextInput(attrs={"type": "color"}),
            "accent_colour_dark": forms.TextInput(attrs={"type": "color"}),
            "description": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "social_links": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("time_zone")
        kept = self.instance.time_zone
        if isinstance(field, forms.ChoiceField) and not field.valid_value(kept):
            field.choices = [(kept, kept), *time_zones()]


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = PaperForm
    fieldsets = [
        (None, {"fields": ["name", "motto", "description"]}),
        (gettext_lazy("How it looks"), {"fields": ["logo", "accent_colour", "accent_colour_dark"]}),
        (gettext_lazy("Where it is"), {"fields": ["language", "time_zone"]}),
        (
            gettext_lazy("Below every page"),
            {"fields": ["contact_email", "copyright_line", "social_links"]},
        ),
    ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Paper | None:
        return Paper.load() if object_id == "1" else None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one paper, so its list is its form."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:newsroom_paper_change", args=[1]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Paper | None = None) -> bool:
        return False


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("closed", gettext_lazy("closed")), ("all", gettext_lazy("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")


@admin.register(Alert)
class AlertAdmin(PatientAdmin):
    """Open ones first, each with what to do about it. Closed by a person, and never deleted."""

    ordering = [F("closed_at").desc(nulls_first=True), "-last_at"]
    list_display = ["what_happened", "times", "last_at"]
    list_display_links = None
    list_filter = [OpenFilter]
    search_fields = ["cause", "message"]
    readonly_fields = [
        "cause", "message", "advice", "times", "first_at", "last_at", "closed_at", "closed_by",
    ]  # fmt: skip
    fields = [*readonly_fields]
    actions = ["close"]
    change_form_template = "admin/newsroom/alert/change_form.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        shows_closed = OpenFilter.parameter_name in request.GET
        return [*self.list_display, "closing"] if shows_closed else [*self.list_display]

    @admin.display(description=gettext_lazy("what happened"))
    def what_happened(self, alert: Alert) -> SafeString:
        return format_html(
            '<a class="alert-cause" href="{}">{}</a> <span class="alert-message">{}</span>'
            '<span class="alert-advice">{}</span>{}',
            reverse("admin:newsroom_alert_change", args=[alert.pk]),
            alert.cause,
            alert.message,
            what_to_do(alert.cause),
            self._press(alert),
        )

    def _press(self, alert: Alert) -> SafeString | str:
        if alert.closed_at is not None:
            return ""
        return format_html(
            '<button class="button alert-close" formaction="{}" aria-label="{}">{}</button>',
            reverse("admin:newsroom_alert_close", args=[alert.pk]),
            _("Close %(cause)s") % {"cause": alert.cause},
            _("Close"),
        )

    @admin.display(description=gettext_lazy("what to do"))
    def advice(self, alert: Alert) -> str:
        return what_to_do(alert.cause)

    @admin.display(description=gettext_lazy("closed"), ordering="closed_at")
    def closing(self, alert: Alert) -> SafeString | str:
        """When, and by whom."""
        if alert.closed_at is None:
            return "–"
        when = date_format(localtime(alert.closed_at), "SHORT_DATETIME_FORMAT")
        return format_html("{}<br>{}", when, alert.closed_by)

    @admin.action(
        description=gettext_lazy("Close: a person has seen to it"), permissions=["change"]
    )
    def close(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        closed = self._close(request, queryset)
        messages.success(
            request,
            ngettext("%(count)d alert closed.", "%(count)d alerts closed.", closed)
            % {"count": closed},
        )

    def close_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            alerts = Alert.objects.filter(pk=pk)
            if self._close(request, alerts):
                messages.success(request, _("Closed. If it happens again, it opens anew."))
            else:
                messages.info(request, _("Somebody else closed it before you."))
        return HttpResponseRedirect(reverse("admin:newsroom_alert_changelist"))

    def _close(self, request: HttpRequest, alerts: QuerySet[Alert]) -> int:
        return alerts.filter(closed_at=None).update(
            closed_at=now(), closed_by=request.user.get_username()
        )

    def waiting(self) -> Waiting | None:
        count = Alert.objects.filter(closed_at=None).count()
        words = ngettext("%(count)d open alert", "%(count)d open alerts", count)
        address = reverse("admin:newsroom_alert_changelist")
        return Waiting(words % {"count": count}, address) if count else None

    def get_urls(self) -> list[URLPattern]:
        close = path(
            "<int:pk>/close/",
            self.admin_site.admin_view(self.close_one),
            name="newsroom_alert_close",
        )
        return [close, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        return False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(PatientAdmin):
    list_display = ["subject", "purpose", "recipient", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["purpose"]
    search_fields = ["recipient", "about", "subject"]
    date_hierarchy = "created_at"
    readonly_fields = [
        "state", "subject", "recipient", "words", "purpose", "about", "message_id", "at_most_once",
        "created_at", "handed_over_at", "sent_at", "gave_up_at", "attempts", "last_error",
    ]  # fmt: skip
    fields = [*readonly_fields]
    actions = ["send_again"]

    @admin.display(description=gettext_lazy("state"))
    def state(self, mail: OutgoingMail) -> str:
        return state_of(mail)

    @admin.display(description=gettext_lazy("text"))
    def words(self, mail: OutgoingMail) -> str:
        """Such a mail may hold a key to what is its reader's alone, until it is sent."""
        return _("Not shown: for its reader alone.") if mail.at_most_once else mail.text

    @admin.action(description=gettext_lazy("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        queued = sum(send_again(mail) for mail in queryset)
        refused = len(queryset) - queued
        if queued:
            messages.success(
                request,
                ngettext(
                    "%(count)d mail is on its way.", "%(count)d mails are on their way.", queued
                )
                % {"count": queued},
            )
        if refused:
            messages.warning(
                request,
                ngettext(
                    "%(count)d mail is sent at most once and was forgotten since.",
                    "%(count)d mails are sent at most once and were forgotten since.",
                    refused,
                )
                % {"count": refused},
            )

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("newsroom.change_outgoingmail")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False
