"""What the support page offers: frequencies, amounts, currencies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from donations.models import Campaign, Frequency
from donations.money import counterpart, floor, format_amount, plain_amount

# Without a campaign, in dollars; two dollars open the door.
MONTHLY = (2_00, 5_00, 10_00, 25_00)
YEARLY = (25_00, 60_00, 120_00, 250_00)
ONCE = (5_00, 20_00, 50_00, 100_00)
SUGGESTED = 1


@dataclass(frozen=True)
class AmountOffer:
    """`value` is in the campaign's currency; `labels` say the gift in each currency offered."""

    value: str
    labels: Sequence[str]
    is_suggested: bool


@dataclass(frozen=True)
class FrequencyOffer:
    frequency: Frequency
    amounts: Sequence[AmountOffer]


@dataclass(frozen=True)
class Currency:
    code: str
    smallest: str


def base_currency(campaign: Campaign | None) -> str:
    """The currency that a campaign's amounts are written in."""
    return campaign.currency if campaign else "usd"


def currencies(campaign: Campaign | None) -> list[Currency]:
    """The paper's currencies, the campaign's own first."""
    base = base_currency(campaign)
    codes = sorted(settings.CURRENCIES, key=lambda code: code != base)
    return [Currency(code, format_amount(floor(code), code)) for code in codes]


def frequencies(campaign: Campaign | None) -> list[FrequencyOffer]:
    """Monthly first. A frequency for which the campaign names no amount is not offered."""
    base = base_currency(campaign)
    codes = [each.code for each in currencies(campaign)]
    suggested = campaign.suggested_position if campaign else SUGGESTED
    found = {
        Frequency.MONTH: campaign.monthly_amounts if campaign else MONTHLY,
        Frequency.YEAR: campaign.yearly_amounts if campaign else YEARLY,
        Frequency.ONCE: campaign.once_amounts if campaign else ONCE,
    }
    return [
        FrequencyOffer(
            frequency,
            [
                AmountOffer(
                    plain_amount(minor, base),
                    [format_amount(counterpart(minor, base, code), code) for code in codes],
                    position == min(suggested, len(amounts) - 1),
                )
                for position, minor in enumerate(amounts)
            ],
        )
        for frequency, amounts in found.items()
        if amounts
    ]
