"""/v1/invoices and /v1/invoice_payments"""

from donations.stripe_stand_in.parameters import Choice, Hash, Moment, Text, listing
from donations.stripe_stand_in.resources.route import equals, list_route, retrieve

ROUTES = [
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
