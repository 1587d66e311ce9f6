"""Customer, and the card or bank account that a customer pays with."""

from donations.stripe_stand_in.json_types import Json


def customer(identifier: str, created: int, given: Json) -> Json:
    return {
        "id": identifier,
        "object": "customer",
        "address": given.get("address"),
        "balance": 0,
        "business_name": given.get("business_name"),
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": given.get("description"),
        "discount": None,
        "email": given.get("email"),
        "individual_name": given.get("individual_name"),
        "invoice_prefix": identifier[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "name": given.get("name"),
        "next_invoice_sequence": 1,
        "phone": given.get("phone"),
        "preferred_locales": given.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": given.get("test_clock"),
    }


def address(given: Json | None = None) -> Json:
    parts = ("city", "country", "line1", "line2", "postal_code", "state")
    return {part: (given or {}).get(part) for part in parts}


def billing_details(email: str | None, name: str | None) -> Json:
    return {"address": address(), "email": email, "name": name, "phone": None, "tax_id": None}


def card_method(
    identifier: str, created: int, card: Json, number: str, customer: str | None, billed: Json
) -> Json:
    """`number` stays a note of ours: it says how the next charge goes."""
    method = payment_method(identifier, created, "card", customer, billed)
    return method | {
        "card": {
            "brand": card["brand"],
            "checks": card["checks"],
            "country": card["country"],
            "description": None,
            "display_brand": card["brand"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "generated_from": None,
            "iin": None,
            "issuer": None,
            "last4": card["last4"],
            "networks": {"available": [card["brand"]], "preferred": None},
            "regulated_status": card["regulated_status"],
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "_card_number": number,
    }


def debit_method(
    identifier: str,
    created: int,
    kind: str,
    facts: Json,
    number: str,
    customer: str | None,
    billed: Json,
) -> Json:
    """A bank account, `kind` as Stripe names it; `number` stays a note of ours."""
    method = payment_method(identifier, created, kind, customer, billed)
    return method | {kind: facts, "_account_number": number}


def payment_method(
    identifier: str, created: int, kind: str, customer: str | None, billed: Json
) -> Json:
    return {
        "id": identifier,
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billed,
        "created": created,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }
