"""Times as the desks write them: a date and a time of day, where the paper is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _

DATE: dict[str, Any] = {"type": "date", "aria-label": _("Date")}
TIME: dict[str, Any] = {
    "placeholder": "06:00",
    "size": 10,
    "autocomplete": "off",
    "aria-label": _("Time"),
}
# From the first newspaper on. At the ends of the calendar a time that another zone can write is
# one that ours cannot read back.
EARLIEST, LATEST = 1600, 2200


class PaperTimeInput(forms.SplitDateTimeWidget):
    """The browser's own calendar for the day, plain typing for the time, and whose clock it is."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            attrs,
            date_format="%Y-%m-%d",
            time_format="%H:%M:%S",
            date_attrs={**DATE},
            time_attrs={**TIME},
        )

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return format_html(
            '<span class="paper-time">{} <span class="zone">{}</span></span>',
            super().render(name, value, attrs, renderer),
            get_current_timezone_name(),
        )

    def decompress(self, value: Any) -> Any:
        # The address of a form may ask for any value to begin with.
        day, time = super().decompress(value if isinstance(value, datetime) else None)
        if time is None:
            return day, None
        # A full minute is written without its seconds, as people do.
        return day, f"{time:%H:%M:%S}" if time.second else f"{time:%H:%M}"


class PaperTimeField(forms.SplitDateTimeField):
    """Gives an aware time. An hour that a clock change skips or repeats is refused."""

    widget = PaperTimeInput

    def __init__(self, **kwargs: Any) -> None:
        times: Sequence[str] = ["%H:%M:%S", "%H:%M", "%H.%M"]
        super().__init__(input_date_formats=["%Y-%m-%d"], input_time_formats=times, **kwargs)
        messages = {
            "invalid_date": _("This is no date. Write it like 2026-11-24."),
            "invalid_time": _("This is no time of day. Write it like 06:00 or 18:30."),
        }
        self.error_messages.update(messages)
        for field, message in zip(self.fields, messages.values(), strict=True):
            field.error_messages["invalid"] = message

    def compress(self, data_list: Any) -> datetime | None:
        at: datetime | None = super().compress(data_list)
        if at is not None and not EARLIEST <= at.year <= LATEST:
            raise ValidationError(
                _("Between %(earliest)d and %(latest)d, please."),
                code="out_of_range",
                params={"earliest": EARLIEST, "latest": LATEST},
            )
        return at
