"""An invoice's life: drafted, finalized, paid, refused, void, given up."""

from donations.stripe_stand_in import paying
from donations.stripe_stand_in.cards import Failure
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.objects import billing as shapes
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at


def draft(sandbox: Sandbox, subscription: Json, customer: Json, reason: str) -> Json:
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


def finalize(
    sandbox: Sandbox, invoice: Json, description: str, method_types: list[str] | None = None
) -> Json:
    """Numbered, open, and with a payment intent to pay it by, which is given back."""
    now = sandbox.now()
    customer = sandbox.store.need(invoice["customer"])
    place = customer["next_invoice_sequence"]
    payment, intent = sandbox.new_id("inpay_1"), sandbox.new_id("pi_3")
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
        _intent=intent,
        _payment=payment,
    )
    sandbox.emit("invoice.finalized", invoice)
    first = invoice["billing_reason"] == "subscription_create"
    opened = paying.open_intent(
        sandbox,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        given={"description": description},
        setup_future_usage="off_session" if first else None,
        method_types=method_types or ["card"],
        invoice=invoice["id"],
        identifier=intent,
    )
    sandbox.store.put(shapes.invoice_payment(payment, now, invoice, intent))
    return opened


def mark_paid(sandbox: Sandbox, invoice: Json) -> None:
    """Its payment has succeeded. Telling of it is left to the caller: the subscription goes first."""
    now = sandbox.now()
    payment = payment_of(sandbox, invoice)
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
        attempt_count=_attempts(invoice),
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
        _begun=False,
        _due_at=None,
    )


def begin(sandbox: Sandbox, invoice: Json) -> None:
    """A bank has been asked and has not answered yet."""
    sandbox.update(
        invoice,
        attempt_count=_attempts(invoice),
        attempted=True,
        next_payment_attempt=None,
        _begun=True,
        _due_at=None,
    )


def refuse(
    sandbox: Sandbox, invoice: Json, intent: Json, method: Json | None, failure: Failure
) -> Json | None:
    """The invoice stays open; says which charge failed."""
    charge = paying.fail(sandbox, intent, method, failure)
    sandbox.update(invoice, attempt_count=_attempts(invoice), attempted=True, _begun=False)
    sandbox.emit("invoice.payment_failed", invoice)
    return charge


def void(sandbox: Sandbox, invoice: Json) -> None:
    """It will never be paid."""
    _cancel_payment(sandbox, invoice)
    transitions = invoice["status_transitions"] | {"voided_at": sandbox.now()}
    _close(sandbox, invoice, "void", transitions)
    sandbox.emit("invoice.voided", invoice)


def mark_uncollectible(sandbox: Sandbox, invoice: Json) -> None:
    """Nobody expects it to be paid any more, though it might be."""
    transitions = invoice["status_transitions"] | {"marked_uncollectible_at": sandbox.now()}
    _close(sandbox, invoice, "uncollectible", transitions)
    sandbox.emit("invoice.marked_uncollectible", invoice)


def stop(sandbox: Sandbox, invoice: Json) -> None:
    """Stays as it is; no more is done about it by itself."""
    sandbox.update(invoice, auto_advance=False, next_payment_attempt=None, _due_at=None)


def _close(sandbox: Sandbox, invoice: Json, status: str, transitions: Json) -> None:
    sandbox.update(
        invoice,
        auto_advance=False,
        next_payment_attempt=None,
        status=status,
        status_transitions=transitions,
        _due_at=None,
    )


def _attempts(invoice: Json) -> int:
    """With the one that ends now; one that began days ago was counted then."""
    count: int = invoice["attempt_count"]
    return count + (not invoice.get("_begun"))


def _cancel_payment(sandbox: Sandbox, invoice: Json) -> None:
    now = sandbox.now()
    intent = intent_of(sandbox, invoice)
    sandbox.update(
        intent,
        canceled_at=now,
        cancellation_reason="void_invoice",
        next_action=None,
        status="canceled",
    )
    sandbox.emit("payment_intent.canceled", intent)
    transitions = {"canceled_at": now, "paid_at": None}
    sandbox.update(payment_of(sandbox, invoice), status="canceled", status_transitions=transitions)


def open_invoices_of(sandbox: Sandbox, subscription: Json) -> list[Json]:
    place = at("parent.subscription_details.subscription")
    invoices = sandbox.store.find("invoice", [(f"{place} = ?", [subscription["id"]])])
    return [invoice for invoice in invoices if invoice["status"] == "open"]


def payment_of(sandbox: Sandbox, invoice: Json) -> Json:
    """What ties a finalized invoice to its payment intent."""
    return sandbox.store.need(invoice["_payment"])


def intent_of(sandbox: Sandbox, invoice: Json) -> Json:
    """The payment intent that pays a finalized invoice."""
    return sandbox.store.need(invoice["_intent"])
