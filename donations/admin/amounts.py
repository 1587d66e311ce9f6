"""Amounts as people type them, `5, 10, 25.50`, kept as whole minor units."""

import re
from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _

from donations import money

# A comma inside a number is its decimal sign, so only one before a blank parts two amounts.
_BETWEEN = re.compile(r"\s*[;\n]\s*|,\s+|\s+")
MOST = 6


def typed(minor: Sequence[int] | None, currency: str) -> str:
    return ", ".join(money.plain_amount(each, currency) for each in minor or ())


def parse_amounts(text: str, currency: str) -> list[int]:
    """Smallest first, each once. Raises ValidationError in words for the desk."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    try:
        amounts = sorted({money.parse_amount(part, currency) for part in parts})
    except money.AmountError as error:
        raise forms.ValidationError(
            _("%(problem)s Part the amounts with a comma and a blank, such as 5, 10, 25.")
            % {"problem": error}
        ) from error
    if len(amounts) > MOST:
        raise forms.ValidationError(_("At most %(most)s amounts.") % {"most": MOST})
    return amounts


def parse_goal(text: str, currency: str) -> int:
    """A sum above nothing. Raises ValidationError in words for the desk."""
    try:
        goal = money.parse_minor(text, currency)
    except money.AmountError as error:
        raise forms.ValidationError(str(error)) from error
    if not 0 < goal < 10**15:
        raise forms.ValidationError(_("A goal is more than nothing, and within reason."))
    return goal
