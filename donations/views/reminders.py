"""“Remind me later”: one press hides the ask; when, and an address, are offered afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from donations import reader_cookie, reminders
from donations.models import Placement
from newsroom import limits
from newsroom.origin import same_origin_post
from newsroom.page import PageFacts
from newsroom.pagecache import fresh_until

# A form of ours has a field of the type's own name.
Day = date
A_WEEK, A_MONTH, A_DATE = "week", "month", "date"
# Closing the banner is not “later”: it only wants the page to itself for a while.
CLOSED_FOR = timedelta(days=7)
# How the script asks for the confirmation alone, to put it where the ask was.
FRAGMENT = "text/fragment+html"


class LaterForm(forms.Form):
    """When to ask again, and where to send one mail. Both may be left as they are."""

    when = forms.ChoiceField(
        choices=[(A_WEEK, _("a week")), (A_MONTH, _("a month")), (A_DATE, _("until a date"))],
        required=False,
    )
    date = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("This is no date. Write it like 2027-01-31.")},
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        error_messages={
            "invalid": _("This is no e-mail address. Check it, or leave the field empty."),
            "max_length": _("This address is too long to be one."),
        },
    )

    def __init__(self, *args: object, today: Day, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.today = today

    def clean_date(self) -> Day | None:
        day: Day | None = self.cleaned_data["date"]
        if self.cleaned_data.get("when") != A_DATE:
            return None
        if day is None:
            raise forms.ValidationError(_("Choose a date."))
        if not earliest(self.today) <= day <= latest(self.today):
            raise forms.ValidationError(_("Choose a date between tomorrow and a year from now."))
        return day

    def until(self) -> Day | None:
        """The day chosen, as far as there is one."""
        when = self.cleaned_data.get("when")
        if when == A_WEEK:
            return self.today + timedelta(days=7)
        return self.cleaned_data.get("date") if when == A_DATE else None


@dataclass(frozen=True)
class Origin:
    """Where the reader pressed: what the answer needs to speak their language and lead back."""

    language: str
    placement: str
    back: str

    @classmethod
    def of(cls, request: HttpRequest, paper_language: str) -> "Origin":
        language = request.POST.get("language", "")
        placement = request.POST.get("placement", "")
        back = request.POST.get("back", "")
        is_path = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
        return cls(
            language if language in dict(settings.LANGUAGES) else paper_language,
            placement if placement in Placement.values else "",
            back if is_path else "/",
        )


@same_origin_post
@require_http_methods(["GET", "HEAD", "POST"])
def later(request: HttpRequest) -> HttpResponse:
    at = now()
    today = localdate(at)
    origin = Origin.of(request, request.paper.language)  # type: ignore[attr-defined]
    if request.method != "POST":
        fresh_until(_midnight(at))
        return _answer(request, origin, LaterForm(today=today), today)
    known = reader_cookie.read(request)
    if request.POST.get("action") == "close":
        response = HttpResponse(status=204)
        until = max(today + CLOSED_FOR, known.later or today)
    else:
        with override(origin.language):
            form = LaterForm(request.POST, today=today)
            form.is_valid()
            until = form.until() or _usual(today, known.later, form)
            is_promised = _promise(request, origin, form, until, at)
            response = _answer(request, origin, form, today, until, is_promised=is_promised)
    reader_cookie.defer(response, until, known=known)
    response["Cache-Control"] = "private, no-store"
    return response


def earliest(today: date) -> date:
    return today + timedelta(days=1)


def latest(today: date) -> date:
    return reminders.add_months(today, 12)


def _usual(today: date, known: date | None, form: LaterForm) -> date:
    """A month, unless more was agreed before and nothing else is said now."""
    month = reminders.add_months(today, 1)
    if form.cleaned_data.get("when") == A_MONTH or known is None:
        return month
    return min(max(month, known), latest(today))


def _promise(
    request: HttpRequest, origin: Origin, form: LaterForm, until: date, at: datetime
) -> bool:
    email = form.cleaned_data.get("email")
    if not email or form.errors:
        return False
    try:
        reminders.promise(
            email,
            due_on=until,
            language=origin.language,
            placement=origin.placement,
            network=limits.network_of(request),
            at=at,
        )
    except reminders.TooManyError:
        form.add_error(
            "email",
            _("Too many addresses came from your network today. Please try again tomorrow."),
        )
        return False
    return True


def _answer(
    request: HttpRequest,
    origin: Origin,
    form: LaterForm,
    today: date,
    until: date | None = None,
    *,
    is_promised: bool = False,
) -> HttpResponse:
    with override(origin.language):
        is_fragment = until is not None and request.headers.get("Accept", "").startswith(FRAGMENT)
        return render(
            request,
            "donations/later_panel.html" if is_fragment else "donations/later.html",
            {
                "page": PageFacts(kind="support", language=origin.language),
                "origin": origin,
                "direction": "rtl" if get_language_info(origin.language)["bidi"] else "ltr",
                "form": form,
                "until": until,
                "is_promised": is_promised,
                # Asked once; whoever answered is done, unless the answer cannot be read.
                "is_settled": form.is_bound and "when" in request.POST and not form.errors,
                "earliest": earliest(today),
                "latest": latest(today),
                "is_fragment": is_fragment,
            },
        )


def _midnight(at: datetime) -> datetime:
    start = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return start + timedelta(days=1)
