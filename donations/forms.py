"""The form of the support page."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.checkout import Wish
from donations.models import Campaign, Frequency, Placement, Prompt
from donations.money import AmountError, counterpart, parse_amount, plain_amount

LONGEST_NONCE = 80
CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)


class SupportForm(forms.Form):
    """How often, how much, in which currency. What a reader typed stands above what they ticked.

    `amount_month` and its sisters hold one of the amounts offered, written in `base`, the
    campaign's currency.
    """

    every = forms.ChoiceField(
        choices=Frequency.choices,
        error_messages={
            "required": _("Choose how often."),
            "invalid_choice": _("Choose monthly, yearly or once."),
        },
    )
    amount = forms.CharField(required=False, strip=True)
    amount_month = forms.CharField(required=False)
    amount_year = forms.CharField(required=False)
    amount_once = forms.CharField(required=False)
    currency = forms.CharField(required=False)
    base = forms.CharField(required=False)
    nonce = forms.CharField(required=False)
    prompt = forms.CharField(required=False)
    placement = forms.CharField(required=False)

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].lower() or settings.CURRENCIES[0]
        if currency not in settings.CURRENCIES:
            raise forms.ValidationError(_("We cannot take this currency. Choose another one."))
        return currency

    def clean_nonce(self) -> str:
        # It is ours to mint; a strange one is no reason to refuse somebody's support.
        nonce: str = self.cleaned_data["nonce"]
        return nonce if len(nonce) <= LONGEST_NONCE else ""

    def clean_placement(self) -> str:
        placement: str = self.cleaned_data["placement"]
        return placement if placement in Placement.values else ""

    def clean_prompt(self) -> Prompt | None:
        reference: str = self.cleaned_data["prompt"]
        if not (reference.isascii() and reference.isdigit() and len(reference) < 10):
            return None
        return Prompt.objects.select_related("campaign").filter(pk=int(reference)).first()

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        currency = cleaned.get("currency")
        every = cleaned.get("every")
        if not currency or not every:
            return cleaned
        typed = cleaned.get("amount", "")
        ticked = cleaned.get(f"amount_{every}", "")
        try:
            if typed or not ticked:
                cleaned["amount_minor"] = parse_amount(typed, currency)
            else:
                cleaned["amount_minor"] = self._offered(ticked, currency)
        except AmountError as error:
            self.add_error("amount", str(error))
        return cleaned

    def wish(self, *, language: str, at: datetime) -> Wish:
        """Of a valid form."""
        prompt: Prompt | None = self.cleaned_data["prompt"]
        return Wish(
            frequency=Frequency(self.cleaned_data["every"]),
            amount_minor=self.cleaned_data["amount_minor"],
            currency=self.cleaned_data["currency"],
            language=language,
            nonce=self.cleaned_data["nonce"],
            campaign=prompt.campaign if prompt else Campaign.objects.live(at).first(),
            prompt=prompt,
            placement=self.cleaned_data["placement"],
        )

    def _offered(self, ticked: str, currency: str) -> int:
        base = self.cleaned_data.get("base") or currency
        if not CURRENCY.fullmatch(base):
            raise AmountError(gettext("Choose an amount, or type one."))
        minor = counterpart(parse_amount(ticked, base), base, currency)
        return parse_amount(plain_amount(minor, currency), currency)
