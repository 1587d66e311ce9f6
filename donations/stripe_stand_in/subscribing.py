"""A subscription's life: started, renewed, declined and retried, ended."""

from donations.stripe_stand_in import paying
from donations.stripe_stand_in.cards import Card, Failure
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.months import period_end
from donations.stripe_stand_in.objects import billing as shapes
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

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
    invoice = _bill(sandbox, subscription, customer, "subscription_create")
    sandbox.store.put(subscription)
    if customer["currency"] is None:
        sandbox.update(customer, "customer.updated", currency=subscription["currency"])
    sandbox.emit("customer.subscription.created", subscription)
    sandbox.emit("invoice.created", invoice)
    _finalize(sandbox, invoice, "Subscription creation")
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
    invoice = _bill(sandbox, subscription, customer, "subscription_cycle")
    sandbox.store.put(subscription)
    sandbox.emit("invoice.created", invoice)
    _finalize(sandbox, invoice, "Subscription update")
    collect(sandbox, invoice)


def collect(sandbox: Sandbox, invoice: Json) -> None:
    """Charge an open invoice to the card on file, while the reader is away."""
    subscription = sandbox.store.need(_subscription_of(invoice))
    intent = intent_of(sandbox, invoice)
    method = sandbox.store.need(subscription["default_payment_method"])
    card = Card(method["_card_number"])
    failure = card.failure(renewing=True)
    if forced := subscription.get("_renewals"):
        failure = Card("4000000000000002").failure(renewing=True) if forced == "decline" else None
    if failure:
        refuse(sandbox, invoice, intent, method, failure)
        _retry_or_give_up(sandbox, subscription, invoice)
    else:
        charge = settle_invoice(sandbox, subscription, invoice, intent, method, authenticated=False)
        paying.settle(sandbox, charge)


def refuse(
    sandbox: Sandbox, invoice: Json, intent: Json, method: Json, failure: Failure
) -> Json | None:
    """The invoice stays open; says which charge failed."""
    charge = paying.fail(sandbox, intent, method, failure)
    sandbox.update(invoice, attempt_count=invoice["attempt_count"] + 1, attempted=True)
    sandbox.emit("invoice.payment_failed", invoice)
    return charge


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
    now = sandbox.now()
    charge = paying.succeed(sandbox, intent, method, authenticated=authenticated)
    for payment in _payments_of(sandbox, invoice):
        sandbox.update(
            payment,
            amount_paid=payment["amount_requested"],
            status="paid",
            status_transitions={"canceled_at": None, "paid_at": now},
        )
        sandbox.emit("invoice_payment.paid", payment)
    sandbox.update(
        invoice,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempt_count=invoice["attempt_count"] + 1,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
        _due_at=None,
    )
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
    for invoice in _open_invoices_of(sandbox, subscription):
        sandbox.update(invoice, auto_advance=False, next_payment_attempt=None, _due_at=None)
    sandbox.emit("customer.subscription.deleted", subscription)


def give_up_first_payment(sandbox: Sandbox, subscription: Json) -> None:
    """The first invoice was never paid."""
    now = sandbox.now()
    for invoice in _open_invoices_of(sandbox, subscription):
        intent = intent_of(sandbox, invoice)
        sandbox.update(
            intent,
            canceled_at=now,
            cancellation_reason="void_invoice",
            next_action=None,
            status="canceled",
        )
        sandbox.emit("payment_intent.canceled", intent)
        for payment in _payments_of(sandbox, invoice):
            transitions = {"canceled_at": now, "paid_at": None}
            sandbox.update(payment, status="canceled", status_transitions=transitions)
        transitions = invoice["status_transitions"] | {"voided_at": now}
        sandbox.update(invoice, auto_advance=False, status="void", status_transitions=transitions)
        sandbox.emit("invoice.voided", invoice)
    sandbox.update(
        subscription,
        "customer.subscription.updated",
        ended_at=now,
        status="incomplete_expired",
        _due_at=None,
    )


def _bill(sandbox: Sandbox, subscription: Json, customer: Json, reason: str) -> Json:
    """A draft of what the current period costs, named by the subscription as its latest."""
    identifier = sandbox.new_id("in_1")
    lines = []
    for item in subscription["items"]["data"]:
        price = item["price"]
        product = sandbox.store.need(price["product"])
        rhythm = price["recurring"]["interval"]
        cost = written(price["unit_amount"], price["currency"])
        what = f"{item['quantity']} × {product['name']} (at {cost} / {rhythm})"
        lines.append(
            shapes.invoice_line(
                sandbox.new_id("il_1"), identifier, item, what, subscription["metadata"]
            )
        )
    invoice = shapes.invoice(identifier, sandbox.now(), subscription, customer, lines, reason)
    subscription["latest_invoice"] = identifier
    return sandbox.store.put(invoice)


def _finalize(sandbox: Sandbox, invoice: Json, description: str) -> Json:
    """Numbered, open, and with a payment intent to pay it by, which is given back."""
    now = sandbox.now()
    customer = sandbox.store.need(invoice["customer"])
    place = customer["next_invoice_sequence"]
    sandbox.update(customer, next_invoice_sequence=place + 1)
    sandbox.update(
        invoice,
        effective_at=now,
        ending_balance=0,
        hosted_invoice_url=f"{sandbox.url}/invoices/{invoice['id']}",
        invoice_pdf=f"{sandbox.url}/invoices/{invoice['id']}/pdf",
        number=f"{customer['invoice_prefix']}-{place:04d}",
        status="open",
        status_transitions=invoice["status_transitions"] | {"finalized_at": now},
    )
    sandbox.emit("invoice.finalized", invoice)
    first = invoice["billing_reason"] == "subscription_create"
    intent = paying.open_intent(
        sandbox,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        given={"description": description},
        setup_future_usage="off_session" if first else None,
    )
    payment = shapes.invoice_payment(sandbox.new_id("inpay_1"), now, invoice, intent["id"])
    sandbox.store.put(payment)
    return intent


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


def _open_invoices_of(sandbox: Sandbox, subscription: Json) -> list[Json]:
    place = at("parent.subscription_details.subscription")
    invoices = sandbox.store.find("invoice", [(f"{place} = ?", [subscription["id"]])])
    return [invoice for invoice in invoices if invoice["status"] == "open"]


def _payments_of(sandbox: Sandbox, invoice: Json) -> list[Json]:
    return sandbox.store.find("invoice_payment", [(f"{at('invoice')} = ?", [invoice["id"]])])


def intent_of(sandbox: Sandbox, invoice: Json) -> Json:
    """The payment intent that pays an invoice."""
    return sandbox.store.need(_payments_of(sandbox, invoice)[0]["payment"]["payment_intent"])


def _period_end_of(subscription: Json) -> int:
    ends: list[int] = [item["current_period_end"] for item in subscription["items"]["data"]]
    return min(ends)
