"""A dispute's life: opened by the bank, answered, won, lost; an inquiry may become one."""

from donations.stripe_stand_in import balance
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import places, written
from donations.stripe_stand_in.objects import disputes as shapes
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip
OPEN = ("needs_response", "under_review")
INQUIRY = ("warning_needs_response", "warning_under_review")


def open_dispute(sandbox: Sandbox, charge: Json, amount: int, reason: str, status: str) -> Json:
    """The bank wants an amount back. An inquiry (`warning_…`) takes nothing yet."""
    if not charge["paid"]:
        raise refused(f"Charge {charge['id']} has not succeeded.", "charge")
    if not 1 <= amount <= charge["amount"]:
        whole = written(charge["amount"], charge["currency"])
        raise refused(f"The amount must be between 1 and that of the charge, {whole}.", "amount")
    dispute = shapes.dispute(sandbox.new_id("du_1"), sandbox.now(), charge, amount, reason, status)
    if status not in INQUIRY:
        _withdraw(sandbox, dispute)
    sandbox.store.put(dispute)
    sandbox.update(charge, disputed=True)
    settle_warnings(sandbox, charge)
    sandbox.emit("charge.dispute.created", dispute)
    if status not in INQUIRY:
        sandbox.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def escalate(sandbox: Sandbox, dispute: Json) -> Json:
    """The inquiry becomes a chargeback: now the money goes."""
    _only(dispute, INQUIRY)
    details = dispute["payment_method_details"]
    if details:
        details = details | {"card": details["card"] | {"case_type": "chargeback"}}
    sandbox.update(
        dispute,
        "charge.dispute.updated",
        is_charge_refundable=False,
        payment_method_details=details,
        status="needs_response",
    )
    _withdraw(sandbox, dispute)
    sandbox.store.put(dispute)
    sandbox.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_inquiry(sandbox: Sandbox, dispute: Json) -> Json:
    """The bank asked and went away again."""
    _only(dispute, INQUIRY)
    sandbox.update(dispute, status="warning_closed")
    sandbox.emit("charge.dispute.closed", dispute)
    return dispute


def win(sandbox: Sandbox, dispute: Json, amount: int | None = None) -> Json:
    """The money comes back, all or (`amount`) a part of it; the fee does not."""
    _only(dispute, OPEN)
    amount = dispute["amount"] if amount is None else amount
    if not 1 <= amount <= dispute["amount"]:
        whole = written(dispute["amount"], dispute["currency"])
        raise refused(f"The amount must be between 1 and the disputed {whole}.", "amount")
    sandbox.update(dispute, status="won")
    sandbox.emit("charge.dispute.closed", dispute)
    returned = balance.move(
        sandbox,
        dispute,
        amount,
        "adjustment",
        category="dispute_reversal",
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    transactions = [*dispute["balance_transactions"], returned]
    sandbox.update(dispute, balance_transactions=transactions)
    sandbox.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def lose(sandbox: Sandbox, dispute: Json) -> Json:
    """The money is gone for good."""
    _only(dispute, OPEN)
    sandbox.update(dispute, is_charge_refundable=False, status="lost")
    sandbox.emit("charge.dispute.closed", dispute)
    return dispute


def answer(sandbox: Sandbox, dispute: Json, evidence: Json, *, submit: bool) -> Json:
    """Keep evidence, and with `submit` send it to the bank. As in Stripe's test mode, the words
    `winning_evidence` and `losing_evidence` decide at once.
    """
    _only(dispute, (*OPEN, *INQUIRY))
    details = dispute["evidence_details"] | {"has_evidence": True}
    status = dispute["status"]
    if submit:
        details |= {
            "submission_count": details["submission_count"] + 1,
            "submission_method": "manual",
        }
        status = "warning_under_review" if status in INQUIRY else "under_review"
    sandbox.update(
        dispute,
        "charge.dispute.updated",
        evidence=dispute["evidence"] | evidence,
        evidence_details=details,
        status=status,
    )
    match submit and evidence.get("uncategorized_text"):
        case "winning_evidence" if status in INQUIRY:
            close_inquiry(sandbox, dispute)
        case "winning_evidence":
            win(sandbox, dispute)
        case "losing_evidence" if status not in INQUIRY:
            lose(sandbox, dispute)
    return dispute


def disputed_amount(sandbox: Sandbox, charge: Json) -> int:
    """How much of a charge cannot be refunded, because the bank has taken it already."""
    found = sandbox.store.find("dispute", [(f"{at('charge')} = ?", [charge["id"]])])
    return sum(one["amount"] for one in found if one["status"] in (*OPEN, "lost"))


def warn(sandbox: Sandbox, charge: Json, fraud_type: str) -> Json:
    """The network believes that a payment was fraud; nothing has moved yet."""
    warning = shapes.early_fraud_warning(
        sandbox.new_id("issfr_1"), sandbox.now(), charge, fraud_type
    )
    sandbox.store.put(warning)
    sandbox.emit("radar.early_fraud_warning.created", warning)
    return warning


def settle_warnings(sandbox: Sandbox, charge: Json) -> None:
    """After a refund or a dispute nothing is left to be done about a warning."""
    for warning in sandbox.store.find(
        "radar.early_fraud_warning", [(f"{at('charge')} = ?", [charge["id"]])]
    ):
        sandbox.update(warning, "radar.early_fraud_warning.updated", actionable=False)


def _withdraw(sandbox: Sandbox, dispute: Json) -> None:
    currency, _ = balance.settled_in(sandbox, dispute["currency"])
    fee = 1_500 * 10 ** max(places(currency) - 2, 0)
    taken = balance.move(
        sandbox,
        dispute,
        -dispute["amount"],
        "adjustment",
        category="dispute",
        fee=fee,
        description=f"Chargeback withdrawal for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], taken]


def _only(dispute: Json, statuses: tuple[str, ...]) -> None:
    if dispute["status"] not in statuses:
        raise refused(
            f"Dispute {dispute['id']} is {dispute['status']}; this is possible only while it is"
            f" {' or '.join(statuses)}.",
            "dispute",
        )
