"""Stripe's well-known test cards, and what each of them does."""

import hashlib
import re
from dataclasses import dataclass

from donations.stripe_stand_in.json_types import Json

SUCCEEDS = "4242424242424242"
DECLINED = "4000000000000002"

# The code, what the reader is told, and the bank's own code.
Failure = tuple[str, str, str | None]
_DECLINED: Failure = ("card_declined", "Your card was declined.", "generic_decline")
AUTHENTICATION_FAILED: Failure = (
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method"
    " and try again.",
    None,
)
_ASKS_WHO: Failure = (
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)
NO_METHOD: Failure = (
    "resource_missing",
    "This customer has no attached payment source or default payment method. Please consider"
    " adding a default payment method.",
    None,
)
_FAILURES: dict[str, Failure] = {
    DECLINED: _DECLINED,
    "4000000000009995": (
        "card_declined", "Your card has insufficient funds.", "insufficient_funds",
    ),
    "4000000000009987": ("card_declined", "Your card was declined.", "lost_card"),
    "4000000000009979": ("card_declined", "Your card was declined.", "stolen_card"),
    "4000000000000069": ("expired_card", "Your card has expired.", None),
    "4000000000000127": ("incorrect_cvc", "Your card's security code is incorrect.", None),
    "4000000000000119": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.", None,
    ),
}  # fmt: skip
REFUND_TAKES_TIME = "4000000000007726"
REFUND_FAILS = "4000000000005126"
DISPUTED = "4000000000000259"
INQUIRED_ABOUT = "4000000000001976"
WARNED_OF = "4000000000005423"
_FAILS_LATER = frozenset({"4000000000000341"})  # attached well, declined ever after
_ASKS_ALWAYS = frozenset({"4000002500003155", "4000002760003184", "4000000000003220"})
_ASKS_ON_RENEWAL = frozenset({"4000002760003184", "4000000000003220"})
_BRANDS = {"3": "amex", "4": "visa", "5": "mastercard", "6": "discover"}


@dataclass(frozen=True)
class Card:
    number: str

    @classmethod
    def typed(cls, text: str) -> "Card | None":
        """The card that somebody typed, or None for what is no card number."""
        digits = re.sub(r"[\s-]", "", text)
        if not re.fullmatch(r"[0-9]{12,19}", digits) or not _luhn(digits):
            return None
        return cls(digits)

    @property
    def asks_authentication(self) -> bool:
        return self.number in _ASKS_ALWAYS

    @property
    def asks_on_renewal(self) -> bool:
        """Whether its bank wants to see the reader every time, and not only the first."""
        return self.number in _ASKS_ON_RENEWAL

    def failure(self, *, renewing: bool) -> Failure | None:
        """Why a charge fails, or None. A renewal happens while the reader is away."""
        if renewing and self.number in _FAILS_LATER:
            return _DECLINED
        if renewing and self.asks_on_renewal:
            return _ASKS_WHO
        return _FAILURES.get(self.number)

    def facts(self) -> Json:
        return {
            "brand": _BRANDS.get(self.number[0], "unknown"),
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": hashlib.sha256(self.number.encode()).hexdigest()[:16],
            "funding": "credit",
            "last4": self.number[-4:],
            "regulated_status": "unregulated",
        }


def _luhn(digits: str) -> bool:
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    total = sum(int(digit) for digit in digits[-1::-2]) + sum(
        n - 9 if n > 9 else n for n in doubled
    )
    return total % 10 == 0
