"""The desks' door: guessing passwords is slow, and so is flooding a colleague with reset mails."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from newsroom.limits import is_allowed, keyed_hash, network_of, take_back

WINDOW = timedelta(minutes=15)
# Tries in a window: for one name from one network, for one name, from one network.
PER_NAME_AND_NETWORK, PER_NAME, PER_NETWORK = 10, 50, 50
RESETS_PER_ADDRESS, RESETS_PER_NETWORK = 3, 20


class SignInForm(AdminAuthenticationForm):
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("Name and password do not belong together. Mind capital letters."),
        "too_many": _("Too many tries. Wait a quarter of an hour, or ask for a new password."),
    }

    def clean(self) -> dict[str, Any]:
        at, limits = now(), self._limits()
        if not _are_within(limits, at):
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        cleaned: dict[str, Any] = super().clean()
        # Only guesses count: whoever knows the password may come in as often as they like.
        for key, _limit in limits:
            take_back(key, per=WINDOW, at=at)
        return cleaned

    def _limits(self) -> list[tuple[str, int]]:
        if self.request is None:
            return []
        network = network_of(self.request)
        name = keyed_hash(self.cleaned_data.get("username", "").casefold())
        return [
            (f"sign-in:{name}:{network}", PER_NAME_AND_NETWORK),
            (f"sign-in:{name}", PER_NAME),
            (f"sign-in:{network}", PER_NETWORK),
        ]


class PasswordReset(PasswordResetView):
    """Says the same whoever asks, and whether or not a mail goes out."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        assert isinstance(form, PasswordResetForm)
        at = now()
        address = keyed_hash(form.cleaned_data["email"].casefold())
        limits = [
            (f"reset:{address}", RESETS_PER_ADDRESS),
            (f"reset:{network_of(self.request)}", RESETS_PER_NETWORK),
        ]
        if _are_within(limits, at):
            return super().form_valid(form)
        return super(PasswordResetView, self).form_valid(form)


def _are_within(limits: list[tuple[str, int]], at: datetime) -> bool:
    # All are counted, whichever is reached first.
    tries = [is_allowed(key, limit=limit, per=WINDOW, at=at) for key, limit in limits]
    return all(tries)
