"""A subscription's life: started, renewed, declined and retried, ended."""

from donations.stripe_stand_in import invoicing, paying
from donations.stripe_stand_in.cards import DECLINED, Card
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.months import period_end
from donations.stripe_stand_in.objects import billing as shapes
from donations.stripe_stand_in.sandbox import Sandbox

INCOMPLETE_FOR = 23 * 3600  # then Stripe gives up on the first payment
RETRY_AFTER_DAYS = (3, 5, 7)  # after the last of them the subscription ends


def start(sandbox: Sandbox, customer: Json, lines: list[Json], given: Json) -> tuple[Json, Json]:
    """An incomplete subscription, and the open invoice that its reader is about to pay."""
    now, identifier = sandbox.now(), sandbox.new_id("sub_1")
    items = []
    for line in lines:
        rhythm = line["price"]["recurring"]
        ends = period_end(now, now, rhythm["interval"], rhythm["interval_count"])
        items.append(
            shapes.subscription_item(
                sandbox.new_id("si", 14), now, identifier, line["price"], line["quantity"], ends
            )
        )
    subscription = shapes.subscription(
        identifier, now, customer["id"], lines[0]["currency"], items, given
    )
    subscription |= {"_period_before": None, "_due_at": now + INCOMPLETE_FOR}
    invoice = invoicing.draft(sandbox, subscription, customer, "subscription_create")
    sandbox.store.put(subscription)
    if customer["currency"] is None:
        sandbox.update(customer, "customer.updated", currency=subscription["currency"])
    sandbox.emit("customer.subscription.created", subscription)
    sandbox.emit("invoice.created", invoice)
    invoicing.finalize(sandbox, invoice, "Subscription creation")
    return subscription, invoice


def renew(sandbox: Sandbox, subscription: Json) -> None:
    """What happens at the end of a paid period."""
    if subscription["cancel_at_period_end"]:
        end(sandbox, subscription)
        return
    if subscription["pause_collection"] is not None:
        _begin_next_period(sandbox, subscription)
        return
    customer = sandbox.store.need(subscription["customer"])
    _begin_next_period(sandbox, subscription)
    invoice = invoicing.draft(sandbox, subscription, customer, "subscription_cycle")
    sandbox.store.put(subscription)
    sandbox.emit("invoice.created", invoice)
    invoicing.finalize(sandbox, invoice, "Subscription update")
    collect(sandbox, invoice)


def collect(sandbox: Sandbox, invoice: Json) -> None:
    """Charge an open invoice to the card on file, while the reader is away."""
    subscription = sandbox.store.need(_subscription_of(invoice))
    intent = invoicing.intent_of(sandbox, invoice)
    method = sandbox.store.need(subscription["default_payment_method"])
    card = Card(method["_card_number"])
    failure = card.failure(renewing=True)
    if forced := subscription.get("_renewals"):
        failure = Card(DECLINED).failure(renewing=True) if forced == "decline" else None
    if failure:
        invoicing.refuse(sandbox, invoice, intent, method, failure)
        _retry_or_give_up(sandbox, subscription, invoice)
    else:
        charge = settle_invoice(sandbox, subscription, invoice, intent, method, authenticated=False)
        paying.settle(sandbox, charge)


def settle_invoice(
    sandbox: Sandbox,
    subscription: Json,
    invoice: Json,
    intent: Json,
    method: Json,
    *,
    authenticated: bool,
) -> Json:
    """The invoice is paid and the subscription stands. Gives the charge, before its fee is known."""
    charge = paying.succeed(sandbox, intent, method, authenticated=authenticated)
    invoicing.mark_paid(sandbox, invoice)
    if subscription["status"] in ("incomplete", "past_due"):
        sandbox.update(
            subscription,
            "customer.subscription.updated",
            default_payment_method=subscription["default_payment_method"] or method["id"],
            status="active",
            _due_at=_period_end_of(subscription),
        )
    sandbox.emit("invoice.paid", invoice)
    sandbox.emit("invoice.payment_succeeded", invoice)
    return charge


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
        sandbox.update(invoice, auto_advance=False, next_payment_attempt=None, _due_at=None)
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


def _begin_next_period(sandbox: Sandbox, subscription: Json) -> None:
    before = {"items": {"data": [dict(item) for item in subscription["items"]["data"]]}}
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
    sandbox.update(subscription, _due_at=_period_end_of(subscription))
    sandbox.emit("customer.subscription.updated", subscription, before)


def _retry_or_give_up(sandbox: Sandbox, subscription: Json, invoice: Json) -> None:
    tried = invoice["attempt_count"]
    if tried > len(RETRY_AFTER_DAYS):
        sandbox.update(invoice, auto_advance=False, next_payment_attempt=None, _due_at=None)
        end(sandbox, subscription, "payment_failed")
        return
    again = sandbox.now() + RETRY_AFTER_DAYS[tried - 1] * 86_400
    sandbox.update(invoice, "invoice.updated", next_payment_attempt=again, _due_at=again)
    sandbox.update(subscription, "customer.subscription.updated", status="past_due")


def _subscription_of(invoice: Json) -> str:
    identifier: str = invoice["parent"]["subscription_details"]["subscription"]
    return identifier


def _period_end_of(subscription: Json) -> int:
    ends: list[int] = [item["current_period_end"] for item in subscription["items"]["data"]]
    return min(ends)
