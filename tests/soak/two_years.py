"""Two years of giving, lived through day by day with Stripe's clock.

Supporters come, give in several currencies, by card and by bank; renewals fail and recover, people
cancel, come back, change their amount, pause, want their money back; banks dispute and warn. Another
product sells on the same account all the while.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from donations.stripe_stand_in.errors import ApiError
from tests.donations.histories.stripe_here import Account, Json, Refusal, StripeHere

BEGAN = datetime(2024, 1, 29, 6, 0, tzinfo=UTC)
DAYS = 731
SECONDS = 86_400
CURRENCIES = ["usd"] * 5 + ["eur"] * 4 + ["gbp", "jpy", "kwd"]
AMOUNTS = {
    "usd": [200, 500, 1_000, 1_234, 2_500],
    "eur": [300, 700, 2_001],
    "gbp": [400, 999],
    "jpy": [300, 1_001],
    "kwd": [2_000, 3_250],
}
CARDS = ["4242424242424242"] * 20 + [
    "4000000000000341", "4000000000007726", "4000000000005126", "4000002760003184",
]  # fmt: skip
# Of a thousand that could, how many do on a day.
A_DAY = {
    "cancel": 0.8,
    "stay": 0.1,
    "leave_at_once": 0.1,
    "decline": 0.5,
    "work_again": 0.4,
    "change_amount": 0.3,
    "pause": 0.05,
    "resume": 0.05,
    "forget": 0.02,
}
# Of a thousand payments.
OF_PAYMENTS = {"refund": 15, "refund_part": 10, "dispute": 3, "inquiry": 1, "warn": 2}


@dataclass
class Followed:
    """Whose events are told: everything that hangs on these ids."""

    ids: set[str] = field(default_factory=set)

    def includes(self, thing: Json) -> bool:
        payment = thing.get("payment") or {}
        named = {
            thing.get(name) for name in ("id", "customer", "invoice", "subscription", "charge")
        }
        named |= {thing.get("payment_intent"), payment.get("payment_intent")}
        known = {each for each in named if isinstance(each, str)}
        if not known & self.ids:
            return False
        self.ids.add(thing["id"])
        return True


class BigAccount(Account):
    """Tells of those alone who are followed, and remembers what was paid."""

    followed = Followed()

    def begin_anew(self, seed: int, at: int) -> None:
        self.followed = Followed()
        self.paid: list[str] = []
        super().begin_anew(seed, at)

    def emit(self, kind: str, thing: Json, before: Json | None = None) -> None:
        if kind == "charge.succeeded":
            self.paid.append(thing["payment_intent"])
        self._is_followed = self.followed.includes(thing)
        super().emit(kind, thing, before)

    def queue(self, event: Json) -> None:
        if self._is_followed:
            super().queue(event)


@dataclass
class Giving:
    """The account, its people, and chance."""

    stripe: StripeHere
    draw: Random
    supporters: int
    # Opens a payment page of the paper itself, for those whose events are told.
    press: Callable[[str, Json], str]
    followed: int
    subscriptions: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    _seen: int = 0
    _joined: int = 0

    @property
    def account(self) -> BigAccount:
        account = self.stripe.account
        assert isinstance(account, BigAccount)
        return account

    def days(self) -> Iterator[datetime]:
        """Live through them; after each, its end."""
        for product in ("newsroom_support", "prod_mugs"):
            self.stripe.ask("POST", "products", id=product, name=product)
        for day in range(DAYS):
            if day == DAYS // 2:  # from now on the money reaches an account in another currency
                self.stripe.order("settlement", currency="eur", rate="0.9173")
            while self._joined * DAYS < self.supporters * (day + 1):
                self._join()
            self._sell_a_mug()
            self._live_a_day()
            self.stripe.advance(SECONDS)
            self._after_payments()
            yield BEGAN + timedelta(days=day + 1)

    def _join(self) -> None:
        number, self._joined = self._joined, self._joined + 1
        # Some come back, and give once more or twice.
        email = f"supporter{number if self.draw.random() < 0.93 else number // 2}@example.com"
        currency = self.draw.choice(CURRENCIES)
        every = self.draw.choice(["month"] * 6 + ["year"] * 2 + ["once"] * 2)
        wish = {"every": every, "currency": currency, "minor": self.draw.choice(AMOUNTS[currency])}
        is_followed = number * self.followed // self.supporters != (
            (number + 1) * self.followed // self.supporters
        )
        session = self.press(email, wish) if is_followed else self._open(wish, email)
        if is_followed:
            self.account.followed.ids.add(session)
        self._pay(session, email, currency, is_followed=is_followed)

    def _open(self, wish: Json, email: str, product: str = "newsroom_support") -> str:
        reference = str(uuid.UUID(int=self.draw.getrandbits(128), version=4))
        is_once = wish["every"] == "once"
        price = "line_items[0][price_data]"
        form: Json = {
            "mode": "payment" if is_once else "subscription",
            "success_url": "https://paper.example.com/",
            "customer_email": email,
            "line_items[0][quantity]": 1,
            f"{price}[currency]": wish["currency"],
            f"{price}[unit_amount]": wish["minor"],
            f"{price}[product]": product,
        }
        if not is_once:
            form[f"{price}[recurring][interval]"] = wish["every"]
        if product == "newsroom_support":
            data = "payment_intent_data" if is_once else "subscription_data"
            for where in ("", data):
                for name, value in {"newsroom": "support", "intent": reference}.items():
                    form[f"{where}[metadata][{name}]" if where else f"metadata[{name}]"] = value
        return str(self.stripe.ask("POST", "checkout/sessions", **form)["id"])

    def _pay(self, session: str, email: str, currency: str, *, is_followed: bool = False) -> None:
        form = {"card_number": self.draw.choice(CARDS)}
        if currency in ("usd", "eur") and self.draw.random() < 0.06:
            form = {"method": "bank_debit"}
            if self.draw.random() < 0.2:
                refused = {"eur": "DE62370400440532013001", "usd": "000111111116"}
                form["account_number"] = refused[currency]
        if is_followed:
            self._follow_customer_of(session, email, form)
        try:
            paid = self.stripe.order("pay", session=session, email=email, **form)
        except ApiError:  # asks for the payer, who is not there
            return
        if paid["subscription"]:
            self.subscriptions.append(paid["subscription"])

    def _follow_customer_of(self, session: str, email: str, form: Json) -> None:
        """A first, declined try makes everything that a session will need; then it is known."""
        declined = {"card_number": "4000000000000002"}
        try:
            self.stripe.order("pay", session=session, email=email, **declined)
        except ApiError:
            tried = self.account.store.need(session)
            self.account.followed.ids.update(
                each for each in (tried["customer"], *tried["_tried"].values()) if each
            )

    def _sell_a_mug(self) -> None:
        wish = {"every": self.draw.choice(["once", "month"]), "currency": "usd", "minor": 1_900}
        session = self._open(wish, "mugs@example.org", product="prod_mugs")
        self.stripe.order("pay", session=session, email="mugs@example.org")

    def _live_a_day(self) -> None:
        for act, rate in A_DAY.items():
            for _ in range(self._how_many(len(self.subscriptions) * rate / 1_000)):
                self._asked(act, self.draw.choice(self.subscriptions))
        for _ in range(self._how_many(len(self.disputes) / 20)):
            dispute = self.disputes.pop(self.draw.randrange(len(self.disputes)))
            self._decide(dispute)

    def _asked(self, act: str, subscription: str) -> None:
        path = f"subscriptions/{subscription}"
        try:
            match act:
                case "cancel":
                    self.stripe.ask("POST", path, cancel_at_period_end="true")
                case "stay":
                    self.stripe.ask("POST", path, cancel_at_period_end="false")
                case "leave_at_once":
                    self.stripe.ask("DELETE", path)
                case "decline":
                    self.stripe.order("renewals", subscription=subscription, card="decline")
                case "work_again":
                    self.stripe.order("renewals", subscription=subscription, card="succeed")
                case "change_amount":
                    self._change_amount(path)
                case "pause":
                    behavior = self.draw.choice(["void", "keep_as_draft", "mark_uncollectible"])
                    self.stripe.ask("POST", path, **{"pause_collection[behavior]": behavior})
                case "resume":
                    self.stripe.ask("POST", path, pause_collection="")
                case "forget":
                    customer = self.account.store.need(subscription)["customer"]
                    self.stripe.ask("DELETE", f"customers/{customer}")
                    self.forgotten.add(customer)
        except (Refusal, ApiError):  # over already
            pass

    def _change_amount(self, path: str) -> None:
        item = self.stripe.ask("GET", path)["items"]["data"][0]
        price, where = item["price"], "items[0][price_data]"
        form = {
            "items[0][id]": item["id"],
            f"{where}[currency]": price["currency"],
            f"{where}[product]": price["product"],
            f"{where}[unit_amount]": self.draw.choice(AMOUNTS[price["currency"]]),
            f"{where}[recurring][interval]": price["recurring"]["interval"],
            "proration_behavior": "none",
        }
        self.stripe.ask("POST", path, **form)

    def _after_payments(self) -> None:
        """Of the day's payments some are wanted back."""
        new, self._seen = self.account.paid[self._seen :], len(self.account.paid)
        for payment in new:
            for act, rate in OF_PAYMENTS.items():
                if self.draw.random() * 1_000 < rate:
                    self._wanted_back(act, payment)

    def _wanted_back(self, act: str, payment: str) -> None:
        amount = self.account.store.need(payment)["amount"]
        part = max(amount // 3, 1)
        try:
            match act:
                case "refund":
                    self.stripe.ask("POST", "refunds", payment_intent=payment)
                case "refund_part":
                    self.stripe.ask("POST", "refunds", payment_intent=payment, amount=part)
                case "dispute":
                    amount = self.draw.choice([amount, amount, part])
                    self._dispute(payment, amount=amount)
                case "inquiry":
                    self._dispute(payment, status="warning_needs_response")
                case "warn":
                    self.stripe.order("fraud_warning", payment_intent=payment)
        except (Refusal, ApiError):  # given back already
            pass

    def _dispute(self, payment: str, **form: Any) -> None:
        made = self.stripe.order("dispute", payment_intent=payment, **form)
        self.disputes.append(made["id"])

    def _decide(self, dispute: str) -> None:
        found = self.account.store.need(dispute)
        acts = ["dispute_won", "dispute_lost"]
        if found["status"].startswith("warning_"):
            acts = ["inquiry_closed", "inquiry_escalated"]
        act = self.draw.choice(acts)
        form = {"dispute": dispute}
        if act == "dispute_won" and self.draw.random() < 0.2:
            form["amount"] = str((found["amount"] + 1) // 2)
        self.stripe.order(act, **form)
        if act == "inquiry_escalated":
            self.disputes.append(dispute)

    def _how_many(self, expected: float) -> int:
        return int(expected) + (self.draw.random() < expected % 1)
