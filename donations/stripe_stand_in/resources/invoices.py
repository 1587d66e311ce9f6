"""/v1/invoices and /v1/invoice_payments"""

from donations.stripe_stand_in import invoicing, methods_on_file, subscribing
from donations.stripe_stand_in.cards import NO_METHOD
from donations.stripe_stand_in.errors import card_declined, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.parameters import (
    EXPAND,
    ONLY_EXPAND,
    Boolean,
    Choice,
    Hash,
    Moment,
    Text,
    listing,
)
from donations.stripe_stand_in.resources.route import Route, equals, list_route, need, retrieve
from donations.stripe_stand_in.sandbox import Sandbox

PAY = Hash({"expand": EXPAND, "off_session": Boolean(), "payment_method": Text()})
FINALIZE = Hash({"auto_advance": Boolean(), "expand": EXPAND})


def pay(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    """Now, with what is on file or another payment method of the customer's."""
    invoice = need(sandbox, "invoice", identifier)
    if invoice["status"] == "paid":
        raise refused("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        finalize(sandbox, {}, identifier)
        invoice = need(sandbox, "invoice", identifier)
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"Invoices that are {invoice['status']} cannot be paid.")
    _not_under_way(sandbox, invoice)
    subscription = sandbox.store.need(subscribing.subscription_of(invoice))
    if "payment_method" in given:
        method: Json | None = methods_on_file.belonging_to(
            sandbox, invoice["customer"], given["payment_method"], "payment_method"
        )
    else:
        method = subscribing.method_of(sandbox, subscription)
    if method is None:
        raise refused(NO_METHOD[1], None, NO_METHOD[0])
    failure = subscribing.attempt(sandbox, subscription, invoice, method)
    if failure:
        raise card_declined(failure[1], failure[0], failure[2], keeps=True)
    return invoice


def finalize(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    invoice = need(sandbox, "invoice", identifier)
    if invoice["status"] != "draft":
        raise refused(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        )
    if sandbox.store.need(invoice["customer"]).get("deleted"):
        raise refused("This invoice's customer has been deleted.")
    invoicing.finalize(sandbox, invoice, "Subscription update")
    return invoice


def void(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    invoice = need(sandbox, "invoice", identifier)
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"You can only pass in open invoices. This one is {invoice['status']}.")
    _not_under_way(sandbox, invoice)
    invoicing.void(sandbox, invoice)
    return invoice


def mark_uncollectible(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    invoice = need(sandbox, "invoice", identifier)
    if invoice["status"] != "open":
        raise refused(f"You can only pass in open invoices. This one is {invoice['status']}.")
    invoicing.mark_uncollectible(sandbox, invoice)
    return invoice


def _not_under_way(sandbox: Sandbox, invoice: Json) -> None:
    if invoicing.intent_of(sandbox, invoice)["status"] == "processing":
        raise refused("A payment for this invoice is under way already.")


ROUTES = [
    Route("POST", "/v1/invoices/{id}/pay", PAY, pay),
    Route("POST", "/v1/invoices/{id}/finalize", FINALIZE, finalize),
    Route("POST", "/v1/invoices/{id}/void", ONLY_EXPAND, void),
    Route("POST", "/v1/invoices/{id}/mark_uncollectible", ONLY_EXPAND, mark_uncollectible),
    retrieve("/v1/invoices", "invoice"),
    list_route(
        "/v1/invoices",
        "invoice",
        listing(
            collection_method=Choice("charge_automatically", "send_invoice"),
            created=Moment(),
            customer=Text(),
            status=Choice("draft", "open", "paid", "uncollectible", "void"),
            subscription=Text(),
        ),
        {
            "collection_method": equals("collection_method"),
            "customer": equals("customer"),
            "status": equals("status"),
            "subscription": equals("parent.subscription_details.subscription"),
        },
    ),
    retrieve("/v1/invoice_payments", "invoice_payment"),
    list_route(
        "/v1/invoice_payments",
        "invoice_payment",
        listing(
            created=Moment(),
            invoice=Text(),
            payment=Hash(
                {"payment_intent": Text(), "type": Choice("payment_intent")}, required=("type",)
            ),
            status=Choice("canceled", "open", "paid"),
        ),
        {
            "invoice": equals("invoice"),
            "payment": lambda one: equals("payment.payment_intent")(one.get("payment_intent")),
            "status": equals("status"),
        },
    ),
]
