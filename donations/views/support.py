"""The support page: how often, how much, in which currency."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from donations import checkout, offers, standing
from donations.checkout import Wish
from donations.forms import LONGEST_NONCE, SupportForm
from donations.models import Campaign, Frequency
from donations.money import AmountError, counterpart, format_amount, parse_amount
from donations.standing import Refusal
from newsroom.page import PageFacts
from newsroom.pagecache import depends_on, fresh_until

# What this page reads from its address; anything else changes nothing.
PARAMETERS = ("every", "amount", "currency", "prompt", "placement")
LONGEST_AMOUNT = 40


@dataclass(frozen=True)
class Choice:
    """What stands in the form, as typed or ticked. Text of strangers: never trusted."""

    every: str = ""
    amount: str = ""
    currency: str = ""
    ticked: str = ""
    nonce: str = ""
    prompt: str = ""
    placement: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Choice":
        fields = {name: _printable(text) for name, text in given.items()}
        every = fields.get("every", "")
        return cls(
            every=every,
            amount=fields.get("amount", "").strip()[:LONGEST_AMOUNT],
            currency=fields.get("currency", "").lower(),
            ticked=fields.get(f"amount_{every}", ""),
            nonce=fields.get("nonce", "")[:LONGEST_NONCE],
            prompt=fields.get("prompt", "")[:10],
            placement=fields.get("placement", "")[:20],
        )


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    at = now()
    depends_on("support")
    fresh_until(Campaign.objects.next_change(at))
    if refusal := standing.refusal():
        return render_closed(request, refusal)
    choice = Choice.of({name: request.GET.get(name, "") for name in PARAMETERS})
    return render_form(request, choice)


def render_form(
    request: HttpRequest, choice: Choice, *, form: SupportForm | None = None, notice: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page with a choice in it, and what is wrong with that."""
    campaign = Campaign.objects.live(now()).first()
    response = render(
        request,
        "donations/support.html",
        {"page": facts(), "campaign": campaign, "form": form, "notice": notice}
        | _filled(choice, campaign, keeps_typed=form is not None),
        status=status,
    )
    if request.method == "POST":
        response["Cache-Control"] = "private, no-store"
    return response


def render_closed(
    request: HttpRequest, refusal: Refusal, *, kept: Wish | None = None, status: int = 200
) -> HttpResponse:
    """Why no new support is taken now, and what helps instead. `kept`: what the reader chose."""
    context = {"page": facts(), "refusal": refusal, "kept": kept}
    if kept is not None:
        context |= {
            "amount": format_amount(kept.amount_minor, kept.currency),
            "way_back": checkout.way_back(kept),
        }
    response = render(request, "donations/closed.html", context, status=status)
    if status != 200:
        response["Cache-Control"] = "private, no-store"
        response["Retry-After"] = "3600"
    return response


def _printable(text: str) -> str:
    """Without control characters, which no HTML may hold."""
    return "".join(each for each in text if unicodedata.category(each) != "Cc")


def facts() -> PageFacts:
    return PageFacts(kind="support", language=get_language() or "en")


def _filled(choice: Choice, campaign: Campaign | None, *, keeps_typed: bool) -> dict[str, Any]:
    offered = offers.frequencies(campaign)
    currencies = offers.currencies(campaign)
    base = offers.base_currency(campaign)
    every = choice.every
    if every not in {each.frequency.value for each in offered}:
        every = offered[0].frequency.value if offered else Frequency.MONTH.value
    currency = choice.currency
    if currency not in {each.code for each in currencies}:
        currency = currencies[0].code
    amounts = next((each.amounts for each in offered if each.frequency == every), ())
    ticked = choice.ticked
    typed = choice.amount
    if typed and not keeps_typed and (same := _same(typed, amounts, base, currency)):
        typed, ticked = "", same
    return {
        "every": every,
        "currency": currency,
        "currencies": currencies,
        "base": base,
        "typed": typed,
        "choice": choice,
        "offers": [
            {
                "frequency": each.frequency,
                "amounts": [
                    {
                        "value": offer.value,
                        "labels": offer.labels,
                        "is_ticked": offer.value == ticked
                        if ticked and each.frequency == every
                        else offer.is_suggested and not (typed and each.frequency == every),
                    }
                    for offer in each.amounts
                ],
            }
            for each in offered
        ],
    }


def _same(typed: str, amounts: Any, base: str, currency: str) -> str:
    """The offered amount that an address means, such as `?amount=5`."""
    try:
        minor = parse_amount(typed, currency)
    except AmountError:
        return ""
    for offer in amounts:
        try:
            offered = counterpart(parse_amount(offer.value, base), base, currency)
        except AmountError:
            continue
        if offered == minor:
            return str(offer.value)
    return ""
