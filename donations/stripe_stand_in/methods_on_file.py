"""What a customer pays with: attached, made the default, taken away again."""

from donations.stripe_stand_in import paying
from donations.stripe_stand_in.bank_debits import SUCCEEDS as DEBIT_SUCCEEDS
from donations.stripe_stand_in.bank_debits import BankDebit
from donations.stripe_stand_in.cards import Card
from donations.stripe_stand_in.errors import card_declined, no_such, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.people import billing_details
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

# Stripe's names for payment methods that exist in every test account.
TEST_METHODS: dict[str, paying.Means] = {
    "pm_card_amex": Card("378282246310005"),
    "pm_card_authenticationRequired": Card("4000002760003184"),
    "pm_card_chargeCustomerFail": Card("4000000000000341"),
    "pm_card_chargeDeclined": Card("4000000000000002"),
    "pm_card_mastercard": Card("5555555555554444"),
    "pm_card_pendingRefund": Card("4000000000007726"),
    "pm_card_refundFail": Card("4000000000005126"),
    "pm_card_visa": Card("4242424242424242"),
    "pm_sepaDebit": BankDebit("sepa_debit", DEBIT_SUCCEEDS["sepa_debit"]),
    "pm_usBankAccount": BankDebit("us_bank_account", DEBIT_SUCCEEDS["us_bank_account"]),
}


def attach(sandbox: Sandbox, identifier: str, customer: Json, param: str = "id") -> Json:
    """A payment method, or a copy of one of the test methods, becomes the customer's."""
    if identifier in TEST_METHODS:
        billed = billing_details(customer["email"], customer["name"])
        return take(sandbox, TEST_METHODS[identifier], customer, billed)
    method = sandbox.store.get(identifier, "payment_method")
    if method is None:
        raise no_such("PaymentMethod", identifier, param, 404 if param == "id" else 400)
    if method["customer"] not in (None, customer["id"]):
        raise refused(
            "The payment method you provided has already been attached to a customer.", param
        )
    if method["customer"] is None:
        sandbox.update(method, customer=customer["id"])
        sandbox.emit("payment_method.attached", method)
    return method


def take(sandbox: Sandbox, means: paying.Means, customer: Json, billed: Json) -> Json:
    """A new payment method of the customer's. A card that its bank refuses is not taken."""
    if isinstance(means, Card) and (failure := means.failure(renewing=False)):
        code, message, decline_code = failure
        raise card_declined(message, code, decline_code)
    method = paying.take(sandbox, means, customer["id"], billed)
    sandbox.emit("payment_method.attached", method)
    return method


def detach(sandbox: Sandbox, method: Json) -> Json:
    """No longer the customer's, and nothing is paid with it any more."""
    if method["customer"] is None:
        raise refused("The payment method you provided is not attached to a customer.")
    customer = sandbox.store.need(method["customer"])
    settings = customer.get("invoice_settings")
    if settings and settings["default_payment_method"] == method["id"]:
        settings = settings | {"default_payment_method": None}
        sandbox.update(customer, "customer.updated", invoice_settings=settings)
    for subscription in sandbox.store.find(
        "subscription", [(f"{at('customer')} = ?", [customer["id"]])]
    ):
        if subscription["default_payment_method"] == method["id"]:
            kind = None if subscription["ended_at"] else "customer.subscription.updated"
            sandbox.update(subscription, kind, default_payment_method=None)
    before = {"customer": method["customer"]}
    sandbox.update(method, customer=None)
    sandbox.emit("payment_method.detached", method, before)
    return method


def belonging_to(sandbox: Sandbox, customer: str, identifier: str, param: str) -> Json:
    """The customer's own payment method, or a refusal."""
    method = sandbox.store.get(identifier, "payment_method")
    if method is None or method["customer"] != customer:
        raise refused(
            f"The customer does not have a payment method with the ID {identifier}. The payment"
            " method must be attached to the customer.",
            param,
            "resource_missing",
        )
    return method
