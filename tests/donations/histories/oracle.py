"""What the books must say, worked out from Stripe's objects alone.

Written from what was promised, not from the paper's code, of which nothing is used here:

- A checkout session or a subscription is ours by its metadata `newsroom=support`, a subscription
  also by its product, where the paper has adopted that.
- A one-time payment is an entry by its payment intent, a subscription's by its invoice payment.
- What Stripe kept of a payment is a fee, by the balance transaction, which also says what the
  payment came to on the account.
- A refund takes away what it gave back; one that came back to us gives it again. Where the account
  is kept in another currency, the refund's own balance transaction says what that came to.
- A dispute is an entry for each balance transaction, in the currency of the payment, and its fee.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

Json = dict[str, Any]
MARK = {"newsroom": "support"}
# In these, or before its first renewal, a subscription that was never paid for is nothing that the
# paper keeps.
NEVER_BEGAN = {"incomplete", "incomplete_expired", "canceled"}


class Account(Protocol):
    def all(self, path: str, **asked: object) -> list[Json]: ...


@dataclass(frozen=True)
class Entry:
    """A line of the ledger as it must be."""

    kind: str
    source: str
    payment_intent: str
    amount: int
    currency: str
    at: int  # seconds
    interval: str = ""
    settled: int | None = None
    settled_in: str = ""
    rate: Decimal | None = None
    livemode: bool = False


@dataclass(frozen=True)
class Mirror:
    """A subscription as it must be mirrored."""

    id: str
    customer: str
    status: str
    amount: int
    currency: str
    interval: str
    period_end: int | None
    ends_then: bool
    is_paused: bool
    started: int
    ended: int | None
    livemode: bool = False


@dataclass
class Books:
    entries: dict[str, Entry] = field(default_factory=dict)
    # Those that must be there, and those that may: seen while they were tried, and never paid.
    mirrors: dict[str, Mirror] = field(default_factory=dict)
    perhaps: dict[str, Mirror] = field(default_factory=dict)
    # By session: the intent that it belongs to, and the state that it puts that in.
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    # By payment intent: the address that was typed on Stripe's page; empty for adopted support.
    payers: dict[str, str] = field(default_factory=dict)
    # Sessions that were completed by a bank debit which has not been paid.
    debits: set[str] = field(default_factory=set)
    below_zero: set[str] = field(default_factory=set)
    refund_of: dict[str, str] = field(default_factory=dict)
    failed_refunds: set[str] = field(default_factory=set)
    # By invoice, how often its payment was tried in vain.
    failed_tries: dict[str, int] = field(default_factory=dict)


def books_of(account: Account, *, adopted: Iterable[str] = ()) -> Books:
    """Read everything that the account holds."""
    return _Reading(account, set(adopted)).books


class _Reading:
    def __init__(self, account: Account, adopted: set[str]) -> None:
        self.books = Books()
        self._adopted = adopted
        self._charges = {each["id"]: each for each in account.all("charges")}
        self._moved = {each["id"]: each for each in account.all("balance_transactions")}
        self._payments = {each["id"]: each for each in account.all("payment_intents")}
        self._subscriptions = {
            each["id"]: each for each in account.all("subscriptions", status="all")
        }
        self._invoices = {each["id"]: each for each in account.all("invoices")}
        self._sessions = account.all("checkout/sessions")
        self._subscriber: dict[str, str] = {}
        self._booked: dict[str, Entry] = {}
        self._asked: dict[str, str] = {}
        paid = self._read_invoice_payments(account.all("invoice_payments"))
        self._read_sessions()
        self._read_subscriptions(paid)
        for refund in account.all("refunds"):
            self._read_refund(refund)
        for dispute in account.all("disputes"):
            self._read_dispute(dispute)
        self._find_below_zero()

    def _add(self, entry: Entry) -> None:
        assert entry.source not in self.books.entries
        self.books.entries[entry.source] = entry
        if entry.kind == "payment":
            self._booked[entry.payment_intent] = entry

    def _read_sessions(self) -> None:
        for session in self._sessions:
            if not _is_marked(session):
                continue
            state = self._state_of(session)
            self.books.sessions[session["id"]] = (session["metadata"]["intent"], state)
            address = (session["customer_details"] or {}).get("email") or ""
            if session["subscription"]:
                self._subscriber[session["subscription"]] = address
            if state == "paid" and session["mode"] == "payment":
                payment = self._payments[session["payment_intent"]]
                self.books.payers[payment["id"]] = address
                charge = self._charges[payment["latest_charge"]]
                self._add(
                    Entry(
                        "payment", payment["id"], payment["id"], payment["amount_received"],
                        payment["currency"], charge["created"],
                    )
                )  # fmt: skip
                self._add_fee_of(payment["id"])

    def _state_of(self, session: Json) -> str:
        if session["payment_status"] == "paid":
            return "paid"
        if session["status"] != "complete":
            return "expired" if session["status"] == "expired" else "open"
        # Complete and unpaid: a bank is asked, or has refused.
        intent = session["payment_intent"] or self._asked.get(session["invoice"], "")
        self.books.debits.add(session["id"])
        return "pending" if self._payments[intent]["status"] == "processing" else "failed"

    def _read_invoice_payments(self, payments: list[Json]) -> dict[str, list[Json]]:
        """Those that were paid, by subscription."""
        paid: dict[str, list[Json]] = {}
        for each in payments:
            self._asked[each["invoice"]] = each["payment"]["payment_intent"]
            subscription = _subscription_of(self._invoices[each["invoice"]])
            if each["status"] == "paid" and each["amount_paid"]:
                paid.setdefault(subscription, []).append(each)
        return paid

    def _read_subscriptions(self, paid: dict[str, list[Json]]) -> None:
        for each in self._invoices.values():
            succeeded = each["status"] == "paid"
            self.books.failed_tries[each["id"]] = each["attempt_count"] - int(succeeded)
        for subscription in self._subscriptions.values():
            items = subscription["items"]["data"]
            if (
                not _is_marked(subscription)
                and not {item["price"]["product"] for item in items} <= self._adopted
            ):
                continue
            identifier = subscription["id"]
            mirror = _mirror_of(subscription)
            latest = self._invoices[subscription["latest_invoice"]]
            is_first = latest["billing_reason"] == "subscription_create"
            began = identifier in paid or not (is_first or subscription["status"] in NEVER_BEGAN)
            (self.books.mirrors if began else self.books.perhaps)[identifier] = mirror
            for each in paid.get(identifier, []):
                intent = each["payment"]["payment_intent"]
                self.books.payers[intent] = self._subscriber.get(identifier, "")
                self._add(
                    Entry(
                        "payment", each["id"], intent, each["amount_paid"], each["currency"],
                        each["status_transitions"]["paid_at"], mirror.interval,
                    )
                )  # fmt: skip
                self._add_fee_of(intent)

    def _add_fee_of(self, payment_intent: str) -> None:
        charge = self._charges[self._payments[payment_intent]["latest_charge"]]
        if charge["balance_transaction"]:
            self._add_fee(payment_intent, self._moved[charge["balance_transaction"]])

    def _add_fee(self, payment_intent: str, moved: Json) -> None:
        self._add(
            Entry(
                "fee", moved["id"], payment_intent, -moved["fee"], moved["currency"],
                moved["created"], self._interval_of(payment_intent), **_settlement(moved),
            )
        )  # fmt: skip

    def _read_refund(self, refund: Json) -> None:
        payment = self._booked.get(refund["payment_intent"])
        if payment is None:
            return
        intent, interval = payment.payment_intent, payment.interval
        self.books.refund_of[refund["id"]] = intent
        self._add(
            Entry(
                "refund", refund["id"], intent, -refund["amount"], refund["currency"],
                refund["created"], interval,
            )
        )  # fmt: skip
        self._add_exchange(payment, refund["balance_transaction"])
        if refund["status"] in {"failed", "canceled"}:
            self.books.failed_refunds.add(refund["id"])
            back = self._moved.get(refund["failure_balance_transaction"])
            self._add(
                Entry(
                    "refund_failed", f"{refund['id']}:failed", intent, refund["amount"],
                    refund["currency"], back["created"] if back else refund["created"], interval,
                )
            )  # fmt: skip
            self._add_exchange(payment, refund["failure_balance_transaction"])

    def _add_exchange(self, payment: Entry, transaction: str | None) -> None:
        moved = self._moved.get(transaction or "")
        if moved and (moved["fee"] or moved["currency"] != payment.currency):
            self._add_fee(payment.payment_intent, moved)

    def _read_dispute(self, dispute: Json) -> None:
        payment = self._booked.get(dispute["payment_intent"])
        if payment is None:
            return
        moves = dispute["balance_transactions"]
        taken = -sum(each["amount"] for each in moves if each["amount"] < 0)
        for moved in moves:
            amount = moved["amount"]
            if moved["currency"] != dispute["currency"]:
                share = Decimal(amount) * dispute["amount"] / taken
                amount = int(share.quantize(Decimal(1), ROUND_HALF_UP))
            kind = "dispute" if amount < 0 else "dispute_returned"
            self._add(
                Entry(
                    kind, moved["id"], payment.payment_intent, amount, dispute["currency"],
                    moved["created"], payment.interval, **_settlement(moved),
                )
            )  # fmt: skip
            if moved["fee"]:
                self._add(
                    Entry(
                        "fee", f"{moved['id']}:fee", payment.payment_intent, -moved["fee"],
                        moved["currency"], moved["created"], payment.interval,
                    )
                )  # fmt: skip

    def _interval_of(self, payment_intent: str) -> str:
        return self._booked[payment_intent].interval

    def _find_below_zero(self) -> None:
        nets: dict[str, int] = {}
        for entry in self.books.entries.values():
            if entry.kind != "fee":
                nets[entry.payment_intent] = nets.get(entry.payment_intent, 0) + entry.amount
        self.books.below_zero = {intent for intent, net in nets.items() if net < 0}


def _mirror_of(subscription: Json) -> Mirror:
    items = subscription["items"]["data"]
    return Mirror(
        id=subscription["id"],
        customer=subscription["customer"],
        status=subscription["status"],
        amount=sum(each["price"]["unit_amount"] * each["quantity"] for each in items),
        currency=subscription["currency"],
        interval=items[0]["price"]["recurring"]["interval"],
        period_end=max(each["current_period_end"] for each in items),
        ends_then=bool(subscription["cancel_at_period_end"] or subscription["cancel_at"]),
        is_paused=bool(subscription["pause_collection"]) or subscription["status"] == "paused",
        started=subscription["start_date"],
        ended=subscription["ended_at"],
    )


def _settlement(moved: Json) -> dict[str, Any]:
    rate = moved["exchange_rate"]
    return {
        "settled": moved["amount"],
        "settled_in": moved["currency"],
        "rate": None if rate is None else Decimal(str(rate)),
    }


def _is_marked(thing: Json) -> bool:
    return MARK.items() <= (thing["metadata"] or {}).items()


def _subscription_of(invoice: Json) -> str:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return str(details.get("subscription") or "")
