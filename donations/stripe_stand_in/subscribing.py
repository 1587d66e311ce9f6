"""A subscription's life: started, renewed, declined and retried, paused, changed, ended."""

from donations.stripe_stand_in import invoicing, paying
from donations.stripe_stand_in.bank_debits import REFUSED, BankDebit
from donations.stripe_stand_in.cards import DECLINED, NO_METHOD, Card, Failure
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.months import period_end
from donations.stripe_stand_in.objects import billing as shapes
from donations.stripe_stand_in.sandbox import Sandbox

INCOMPLETE_FOR = 23 * 3600  # then Stripe gives up on the first payment
RETRY_AFTER_DAYS = (3, 5, 7)  # after the last of them the subscription ends
AFTER_RETRIES = ("canceled", "unpaid", "past_due")  # what it ends as, by the account's choice


def start(
    sandbox: Sandbox,
    customer: Json,
    lines: list[Json],
    given: Json,
    method_types: list[str] | None = None,
) -> tuple[Json, Json]:
    """An incomplete subscription, and the open invoice that its reader is about to pay."""
    now, identifier = sandbox.now(), sandbox.new_id("sub_1")
    items = [new_item(sandbox, identifier, now, now, line) for line in lines]
    subscription = shapes.subscription(
        identifier, now, customer["id"], lines[0]["price"]["currency"], items, given
    )
    subscription |= ending(subscription, now, given) | {"test_clock": customer["test_clock"]}
    subscription |= {"_period_before": None, "_due_at": next_due(subscription)}
    invoice = invoicing.draft(sandbox, subscription, customer, "subscription_create")
    sandbox.store.put(subscription)
    if customer["currency"] is None:
        sandbox.update(customer, "customer.updated", currency=subscription["currency"])
    sandbox.emit("customer.subscription.created", subscription)
    sandbox.emit("invoice.created", invoice)
    invoicing.finalize(sandbox, invoice, "Subscription creation", method_types)
    return subscription, invoice


def new_item(sandbox: Sandbox, subscription: str, anchor: int, starts: int, line: Json) -> Json:
    """An item of a subscription whose period starts now; `line` holds price and quantity."""
    rhythm = line["price"]["recurring"]
    ends = period_end(anchor, starts, rhythm["interval"], rhythm["interval_count"])
    return shapes.subscription_item(
        sandbox.new_id("si", 14), starts, subscription, line["price"], line["quantity"], ends
    )


def fall_due(sandbox: Sandbox, subscription: Json) -> None:
    """What time has in store for a subscription."""
    now, pause = sandbox.now(), subscription["pause_collection"]
    if subscription["status"] == "incomplete":
        give_up_first_payment(sandbox, subscription)
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        change(sandbox, subscription, pause_collection=None)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        end(sandbox, subscription)
    else:
        renew(sandbox, subscription)


def ending(subscription: Json, now: int, given: Json) -> Json:
    """What `cancel_at_period_end` or `cancel_at` change, if they were given."""
    if "cancel_at_period_end" in given:
        ends = given["cancel_at_period_end"]
        last = max(item["current_period_end"] for item in subscription["items"]["data"])
        cancel_at = last if ends else None
    elif "cancel_at" in given:
        ends, cancel_at = False, given["cancel_at"]
    else:
        return {}
    reason = "cancellation_requested" if cancel_at is not None else None
    return {
        "cancel_at": cancel_at,
        "cancel_at_period_end": ends,
        "canceled_at": now if cancel_at is not None else None,
        "cancellation_details": subscription["cancellation_details"] | {"reason": reason},
    }


def change(sandbox: Sandbox, subscription: Json, **changes: object) -> Json:
    """Change it, tell of it, and look anew at what is due next."""
    due = next_due(subscription | changes)
    return sandbox.update(subscription, "customer.subscription.updated", **changes, _due_at=due)


def next_due(subscription: Json) -> int | None:
    """When time itself changes it next."""
    if subscription["ended_at"] is not None:
        return None
    if subscription["status"] == "incomplete":
        created: int = subscription["created"]
        return created + INCOMPLETE_FOR
    moments: list[int | None] = [
        item["current_period_end"] for item in subscription["items"]["data"]
    ]
    moments.append(subscription["cancel_at"])
    moments.append((subscription["pause_collection"] or {}).get("resumes_at"))
    return min(moment for moment in moments if moment is not None)


def renew(sandbox: Sandbox, subscription: Json) -> None:
    """What happens at the end of a paid period."""
    customer = sandbox.store.need(subscription["customer"])
    pause = subscription["pause_collection"]
    before = _begin_next_period(subscription)
    invoice = invoicing.draft(sandbox, subscription, customer, "subscription_cycle")
    sandbox.store.put(subscription)
    sandbox.emit("customer.subscription.updated", subscription, before)
    if subscription["status"] == "unpaid" or (pause and pause["behavior"] == "keep_as_draft"):
        invoicing.stop(sandbox, invoice)
        sandbox.emit("invoice.created", invoice)
        return
    sandbox.emit("invoice.created", invoice)
    invoicing.finalize(sandbox, invoice, "Subscription update")
    match pause and pause["behavior"]:
        case None:
            collect(sandbox, invoice)
        case "void":
            invoicing.void(sandbox, invoice)
        case _:
            invoicing.mark_uncollectible(sandbox, invoice)


def bill(sandbox: Sandbox, subscription: Json) -> Failure | None:
    """An invoice out of turn: the subscription was changed in a way that costs something now."""
    customer = sandbox.store.need(subscription["customer"])
    invoice = invoicing.draft(sandbox, subscription, customer, "subscription_update")
    sandbox.store.put(subscription)
    sandbox.emit("invoice.created", invoice)
    invoicing.finalize(sandbox, invoice, "Subscription update")
    return collect(sandbox, invoice)


def collect(sandbox: Sandbox, invoice: Json) -> Failure | None:
    """Charge an open invoice to what is on file, while the reader is away."""
    subscription = sandbox.store.need(subscription_of(invoice))
    failure = attempt(sandbox, subscription, invoice, method_of(sandbox, subscription))
    if failure and subscription["status"] != "incomplete":
        _retry_or_give_up(sandbox, subscription, invoice)
    return failure


def attempt(
    sandbox: Sandbox, subscription: Json, invoice: Json, method: Json | None
) -> Failure | None:
    """Try to be paid by a payment method, and say why that failed. A bank answers later."""
    intent = invoicing.intent_of(sandbox, invoice)
    if method is None:
        invoicing.refuse(sandbox, invoice, intent, None, NO_METHOD)
        return NO_METHOD
    means = paying.means_of(method)
    if isinstance(means, BankDebit):
        paying.begin(sandbox, intent, method)
        invoicing.begin(sandbox, invoice)
        if subscription["status"] == "incomplete":
            activate(sandbox, subscription)
        return None
    forced = subscription.get("_renewals")
    failure = means.failure(renewing=True)
    if forced:
        failure = Card(DECLINED).failure(renewing=True) if forced == "decline" else None
    if failure:
        invoicing.refuse(sandbox, invoice, intent, method, failure)
        if means.asks_on_renewal and not forced:
            paying.ask_authentication(sandbox, intent)
            sandbox.emit("invoice.payment_action_required", invoice)
        return failure
    charge = settle_invoice(sandbox, subscription, invoice, intent, method)
    paying.settle(sandbox, charge)
    return None


def settle_invoice(
    sandbox: Sandbox,
    subscription: Json,
    invoice: Json,
    intent: Json,
    method: Json,
    *,
    authenticated: bool = False,
    keep: bool = False,
) -> Json:
    """The invoice is paid and the subscription stands. Gives the charge, before its fee is known.
    `keep`: what this was paid with pays the next ones too.
    """
    charge = paying.succeed(sandbox, intent, method, authenticated=authenticated)
    invoicing.mark_paid(sandbox, invoice)
    if (
        subscription["status"] in ("incomplete", "past_due", "unpaid")
        and subscription["latest_invoice"] == invoice["id"]
    ):
        activate(sandbox, subscription, method if keep else None)
    sandbox.emit("invoice.paid", invoice)
    sandbox.emit("invoice.payment_succeeded", invoice)
    return charge


def refuse_debit(sandbox: Sandbox, invoice: Json, intent: Json, method: Json) -> None:
    """Days later the bank says no."""
    subscription = sandbox.store.need(subscription_of(invoice))
    invoicing.refuse(sandbox, invoice, intent, method, REFUSED)
    if subscription["ended_at"] is None:
        _retry_or_give_up(sandbox, subscription, invoice)


def activate(sandbox: Sandbox, subscription: Json, method: Json | None = None) -> None:
    """It stands; with a payment method, that one pays from now on unless there is one already."""
    on_file = subscription["default_payment_method"] or (method and method["id"])
    change(sandbox, subscription, default_payment_method=on_file, status="active")


def method_of(sandbox: Sandbox, subscription: Json) -> Json | None:
    """What pays for a subscription: its own payment method, or that of its customer."""
    identifier = subscription["default_payment_method"]
    if identifier is None:
        customer = sandbox.store.need(subscription["customer"])
        identifier = customer.get("invoice_settings", {}).get("default_payment_method")
    return sandbox.store.need(identifier) if identifier else None


def end(sandbox: Sandbox, subscription: Json, reason: str | None = None) -> None:
    """Ended for good. `reason` as in `cancellation_details`; else the one that it has already."""
    now = sandbox.now()
    why = subscription["cancellation_details"]
    sandbox.update(
        subscription,
        canceled_at=subscription["canceled_at"] or now,
        cancellation_details=why | ({"reason": reason} if reason else {}),
        ended_at=now,
        status="canceled",
        _due_at=None,
    )
    for invoice in invoicing.open_invoices_of(sandbox, subscription):
        invoicing.stop(sandbox, invoice)
    sandbox.emit("customer.subscription.deleted", subscription)


def give_up_first_payment(sandbox: Sandbox, subscription: Json) -> None:
    """The first invoice was never paid."""
    now = sandbox.now()
    for invoice in invoicing.open_invoices_of(sandbox, subscription):
        invoicing.void(sandbox, invoice)
    sandbox.update(
        subscription,
        "customer.subscription.updated",
        ended_at=now,
        status="incomplete_expired",
        _due_at=None,
    )


def _begin_next_period(subscription: Json) -> Json:
    """Gives what that replaced. The latest invoice is replaced, too, but by the caller."""
    before = {
        "items": {"data": [dict(item) for item in subscription["items"]["data"]]},
        "latest_invoice": subscription["latest_invoice"],
    }
    subscription["_period_before"] = subscription["items"]["data"][0]["current_period_start"]
    for item in subscription["items"]["data"]:
        rhythm, starts = item["price"]["recurring"], item["current_period_end"]
        ends = period_end(
            subscription["billing_cycle_anchor"],
            starts,
            rhythm["interval"],
            rhythm["interval_count"],
        )
        item |= {"billed_until": ends, "current_period_start": starts, "current_period_end": ends}
    subscription["_due_at"] = next_due(subscription)
    return before


def _retry_or_give_up(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    tried = invoice["attempt_count"]
    if tried <= len(RETRY_AFTER_DAYS):
        again = sandbox.now() + RETRY_AFTER_DAYS[tried - 1] * 86_400
        sandbox.update(invoice, "invoice.updated", next_payment_attempt=again, _due_at=again)
        if subscription["status"] != "unpaid":
            change(sandbox, subscription, status="past_due")
        return
    sandbox.update(
        invoice, "invoice.updated", auto_advance=False, next_payment_attempt=None, _due_at=None
    )
    match sandbox.store.recall("after_retries", otherwise="canceled"):
        case "canceled":
            end(sandbox, subscription, "payment_failed")
        case status:
            change(sandbox, subscription, status=status)


def subscription_of(invoice: Json) -> str:
    identifier: str = invoice["parent"]["subscription_details"]["subscription"]
    return identifier
