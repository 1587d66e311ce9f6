"""Direct debits, SEPA and ACH: taken at once, and known to be paid or not days later."""

import hashlib
import re
from dataclasses import dataclass

from donations.stripe_stand_in.cards import Failure
from donations.stripe_stand_in.json_types import Json

SETTLES_AFTER = 4 * 86_400  # seconds
KINDS = {"eur": "sepa_debit", "usd": "us_bank_account"}  # by the currency that is paid in
SUCCEEDS = {"sepa_debit": "DE89370400440532013000", "us_bank_account": "000123456789"}
FAILS = {"sepa_debit": "DE62370400440532013001", "us_bank_account": "000111111116"}
REFUSED: Failure = (
    "insufficient_funds",
    "The customer's account has insufficient funds to cover this payment.",
    None,
)


@dataclass(frozen=True)
class BankDebit:
    kind: str  # sepa_debit or us_bank_account
    number: str

    @classmethod
    def typed(cls, text: str, currency: str) -> "BankDebit | None":
        """The account that somebody typed, or None when it is none or the currency has no debit."""
        number = re.sub(r"[\s-]", "", text).upper()
        kind = KINDS.get(currency)
        shape = r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}" if kind == "sepa_debit" else r"[0-9]{6,17}"
        return cls(kind, number) if kind and re.fullmatch(shape, number) else None

    @property
    def fails(self) -> bool:
        return self.number in FAILS.values()

    def facts(self) -> Json:
        """What a payment method says of it."""
        told = {
            "fingerprint": hashlib.sha256(self.number.encode()).hexdigest()[:16],
            "last4": self.number[-4:],
        }
        if self.kind == "sepa_debit":
            return told | {
                "bank_code": self.number[4:12],
                "branch_code": None,
                "country": self.number[:2],
                "generated_from": {"charge": None, "setup_attempt": None},
            }
        return told | {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": "110000000",
            "status_details": {"blocked": None},
        }

    def charge_details(self) -> Json:
        """What a charge says of it."""
        facts = self.facts()
        if self.kind == "sepa_debit":
            del facts["generated_from"]
            return facts | {"expected_debit_date": None, "mandate": None}
        for name in ("financial_connections_account", "networks", "status_details"):
            del facts[name]
        return facts | {"expected_debit_date": None, "mandate": None, "payment_reference": None}

    def fee(self, amount: int) -> int:
        """Minor units: 35 cents for SEPA, 0.8 % and five dollars at most for ACH."""
        return (
            min(amount, 35) if self.kind == "sepa_debit" else min((amount * 8 + 500) // 1000, 500)
        )
