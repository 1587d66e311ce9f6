"""What happens to an account without an API call: POST /_stand_in/<name>.

Each takes its form's fields and gives the object that it happened to. Call them within
`store.transaction()`.
"""

from collections.abc import Callable, Iterable
from functools import wraps

from donations.stripe_stand_in import disputing, refunding
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.parameters import Choice, Integer
from donations.stripe_stand_in.resources.route import named
from donations.stripe_stand_in.sandbox import Sandbox

Form = dict[str, str]
Happening = Callable[[Sandbox, Form], Json]


def dispute(sandbox: Sandbox, form: Form) -> Json:
    """`payment_intent` or `charge`; `amount` (all), `reason` (fraudulent), `status`
    (needs_response, or warning_needs_response for an inquiry).
    """
    charge = _charge(sandbox, form)
    return disputing.open_dispute(
        sandbox,
        charge,
        _amount(form) or charge["amount"],
        _choice(form, "reason", disputing.REASONS, "fraudulent"),
        _choice(form, "status", ("needs_response", "warning_needs_response"), "needs_response"),
    )


def dispute_won(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`; `amount` when only a part comes back."""
    return disputing.win(sandbox, _named(sandbox, form, "dispute"), _amount(form))


def dispute_lost(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`"""
    return disputing.lose(sandbox, _named(sandbox, form, "dispute"))


def inquiry_closed(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`: an inquiry that comes to nothing."""
    return disputing.close_inquiry(sandbox, _named(sandbox, form, "dispute"))


def inquiry_escalated(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`: an inquiry that becomes a chargeback."""
    return disputing.escalate(sandbox, _named(sandbox, form, "dispute"))


def fraud_warning(sandbox: Sandbox, form: Form) -> Json:
    """`payment_intent` or `charge`; `fraud_type` (made_with_stolen_card)."""
    types = (
        "card_never_received", "fraudulent_card_application", "made_with_counterfeit_card",
        "made_with_lost_card", "made_with_stolen_card", "misc", "unauthorized_use_of_card",
    )  # fmt: skip
    charge = _charge(sandbox, form)
    return disputing.warn(
        sandbox, charge, _choice(form, "fraud_type", types, "made_with_stolen_card")
    )


def refund_fails(sandbox: Sandbox, form: Form) -> Json:
    """`refund`; `failure_reason` (expired_or_canceled_card)."""
    reason = _choice(form, "failure_reason", refunding.FAILURES, "expired_or_canceled_card")
    return refunding.fail(sandbox, _named(sandbox, form, "refund"), reason)


def refund_succeeds(sandbox: Sandbox, form: Form) -> Json:
    """`refund`: one that is pending arrives."""
    return refunding.succeed(sandbox, _named(sandbox, form, "refund"))


def _charge(sandbox: Sandbox, form: Form) -> Json:
    if form.get("charge"):
        return named(sandbox, "charge", form["charge"], "charge")
    intent = _named(sandbox, form, "payment_intent")
    if intent["latest_charge"] is None:
        raise refused("This PaymentIntent has no charge yet.", "payment_intent")
    return named(sandbox, "charge", intent["latest_charge"], "charge")


def _named(sandbox: Sandbox, form: Form, kind: str) -> Json:
    return named(sandbox, kind, form.get(kind, ""), kind)


def _amount(form: Form) -> int | None:
    return Integer(1).read(form["amount"], "amount") if form.get("amount") else None


def _choice(form: Form, name: str, choices: Iterable[str], otherwise: str) -> str:
    return Choice(*choices).read(form.get(name) or otherwise, name)


def _publicly(happening: Happening) -> Happening:
    @wraps(happening)
    def happen(sandbox: Sandbox, form: Form) -> Json:
        return public(happening(sandbox, form))

    return happen


HAPPENINGS: dict[str, Happening] = {
    happening.__name__: _publicly(happening)
    for happening in (
        dispute,
        dispute_won,
        dispute_lost,
        inquiry_closed,
        inquiry_escalated,
        fraud_warning,
        refund_fails,
        refund_succeeds,
    )
}
