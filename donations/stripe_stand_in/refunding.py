"""A refund's life: made, on its way, arrived, or come back."""

from donations.stripe_stand_in import balance, disputing
from donations.stripe_stand_in.cards import REFUND_FAILS, REFUND_TAKES_TIME
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import payments as shapes
from donations.stripe_stand_in.sandbox import Sandbox

ARRIVES_AFTER = 4 * 86_400  # seconds, when it does not arrive at once
FAILURES = (
    "charge_for_pending_refund_disputed", "declined", "expired_or_canceled_card",
    "insufficient_funds", "lost_or_stolen_card", "merchant_request", "unknown",
)  # fmt: skip


def refund(sandbox: Sandbox, charge: Json, amount: int, given: Json) -> Json:
    """Give back an amount that the caller has checked."""
    refund = shapes.refund(sandbox.new_id("re_3"), sandbox.now(), charge, amount, given)
    number = sandbox.store.need(charge["payment_method"]).get("_card_number")
    if number is None or number == REFUND_TAKES_TIME:
        refund |= {"pending_reason": "processing", "status": "pending"}
    if refund["status"] == "pending" or number == REFUND_FAILS:
        refund |= {"_due_at": sandbox.now() + ARRIVES_AFTER, "_fails": number == REFUND_FAILS}
    kind = "refund" if number else "payment_refund"
    transaction = balance.move(sandbox, refund, -amount, kind, category="refund")
    refund["balance_transaction"] = transaction["id"]
    sandbox.store.put(refund)
    refunded = charge["amount_refunded"] + amount
    before = {"amount_refunded": charge["amount_refunded"]}
    if refunded == charge["amount"]:
        before["refunded"] = False
    sandbox.update(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    sandbox.emit("charge.refunded", charge, before)
    sandbox.emit("refund.created", refund)
    disputing.settle_warnings(sandbox, charge)
    return refund


def fall_due(sandbox: Sandbox, refund: Json) -> None:
    """Days later the bank has taken it, or not."""
    if refund["_fails"]:
        fail(sandbox, refund, "expired_or_canceled_card")
    else:
        succeed(sandbox, refund)


def succeed(sandbox: Sandbox, refund: Json) -> Json:
    if refund["status"] != "pending":
        raise refused(f"Refund {refund['id']} is {refund['status']}, not pending.", "refund")
    _change(sandbox, refund, pending_reason=None, status="succeeded", _due_at=None)
    return refund


def fail(sandbox: Sandbox, refund: Json, reason: str) -> Json:
    """The bank sends it back, perhaps weeks later: the money is with the account again."""
    if refund["status"] not in ("pending", "succeeded"):
        raise refused(f"Refund {refund['id']} is {refund['status']} already.", "refund")
    sent = sandbox.store.need(refund["balance_transaction"])
    returned = balance.undo(
        sandbox, sent, "refund_failure" if sent["type"] == "refund" else "payment_failure_refund"
    )
    charge = sandbox.store.need(refund["charge"])
    sandbox.update(
        charge,
        "charge.updated",
        amount_refunded=charge["amount_refunded"] - refund["amount"],
        refunded=False,
    )
    _change(
        sandbox,
        refund,
        failure_balance_transaction=returned["id"],
        failure_reason=reason,
        pending_reason=None,
        status="failed",
        _due_at=None,
    )
    sandbox.emit("refund.failed", refund)
    return refund


def _change(sandbox: Sandbox, refund: Json, **changes: object) -> None:
    """Refunds are told of twice, under their old name and their new one."""
    before = {
        name: refund[name]
        for name, value in changes.items()
        if not name.startswith("_") and refund[name] != value
    }
    sandbox.update(refund, None, **changes)
    sandbox.emit("charge.refund.updated", refund, before)
    sandbox.emit("refund.updated", refund, before)
