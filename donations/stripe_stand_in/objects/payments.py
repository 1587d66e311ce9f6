"""Payment intent, charge, balance transaction, refund: how money is seen to move."""

from donations.stripe_stand_in.json_types import Json

_OPTIONS: Json = {
    "card": {
        "capture_method": None,
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_extended_authorization": None,
        "request_incremental_authorization": None,
        "request_multicapture": None,
        "request_overcapture": None,
        "request_three_d_secure": "automatic",
        "require_cvc_recollection": None,
        "setup_credential_usage": None,
        "setup_future_usage": None,
        "statement_descriptor_suffix_kana": None,
        "statement_descriptor_suffix_kanji": None,
        "stored_credential_usage": None,
    }
}


def payment_intent(
    identifier: str,
    created: int,
    secret: str,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    given: Json,
    setup_future_usage: str | None,
    method_types: list[str],
) -> Json:
    return {
        "id": identifier,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {"amount": None}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_secret_{secret}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": given.get("description"),
        "excluded_payment_method_types": None,
        "hooks": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": given.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_details": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            name: options for name, options in _OPTIONS.items() if name in method_types
        },
        "payment_method_types": method_types,
        "payment_record": None,
        "presentment_details": None,
        "processing": None,
        "receipt_email": given.get("receipt_email"),
        "review": None,
        "setup_future_usage": setup_future_usage,
        "shipping": None,
        "source": None,
        "statement_descriptor": given.get("statement_descriptor"),
        "statement_descriptor_suffix": given.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def charge(
    identifier: str,
    created: int,
    intent: Json,
    *,
    billed: Json,
    details: Json,
    payment_method: str,
    receipt_url: str,
    status: str = "succeeded",
    failure: tuple[str, str, str | None] | None = None,
) -> Json:
    """A charge at the moment it happened; `details` are those of its payment method, `failure` is
    its code, message and decline code.
    """
    amount = intent["amount"]
    return {
        "id": identifier,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "authorization_code": "123456" if details["type"] == "card" and not failure else None,
        "balance_transaction": None,  # comes a little later, with charge.updated
        "billing_details": billed,
        "calculated_statement_descriptor": "STAND-IN",
        "captured": True,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "level3": None,
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": outcome(failure),
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": details,
        "presentment_details": None,
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": receipt_url,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "transfer": None,
        "transfer_data": None,
        "transfer_group": None,
        **(failed(failure) if failure else {}),
    }


def failed(failure: tuple[str, str, str | None]) -> Json:
    """What becomes of a charge that fails."""
    return {
        "amount_captured": 0,
        "captured": False,
        "failure_code": failure[0],
        "failure_message": failure[1],
        "outcome": outcome(failure),
        "paid": False,
        "receipt_url": None,
        "status": "failed",
    }


def outcome(failure: tuple[str, str, str | None] | None) -> Json:
    return {
        "advice_code": "try_again_later" if failure else None,
        "network_advice_code": None,
        "network_decline_code": "05" if failure else None,
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "reason": (failure[2] or failure[0]) if failure else None,
        "risk_level": "normal",
        "risk_score": 20,
        "rule": None,
        "seller_message": "The bank did not return any further details with this decline."
        if failure
        else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
    }


def card_details(card: Json, amount: int, *, authenticated: bool, failed: bool) -> Json:
    return {
        "amount_authorized": None if failed else amount,
        "authorization_code": None if failed else "123456",
        "brand": card["brand"],
        "capture_before": None,
        "checks": card["checks"],
        "country": card["country"],
        "description": None,
        "electronic_commerce_indicator": None,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "iin": None,
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "issuer": None,
        "last4": card["last4"],
        "mandate": None,
        "moto": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None if failed else "100000000000001",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "setup_credential_usage": None,
        "stored_credential_usage": None,
        "three_d_secure": {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "exemption_indicator_applied": None,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": "00000000-0000-4000-8000-000000000001",
            "version": "2.2.0",
        }
        if authenticated
        else None,
        "transaction_link_id": None,
        "wallet": None,
    }


def balance_transaction(
    identifier: str,
    created: int,
    *,
    kind: str,
    category: str,
    source: str,
    amount: int,
    currency: str,
    fee: int,
    rate: str | float | None,
    description: str | None,
) -> Json:
    """What reaches (or, negative, leaves) the account, and what that costs it."""
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if category == "dispute" else "Stripe processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": identifier,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + 2 * 86_400,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        "exchange_rate": float(rate) if rate else None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": "pending",
        "type": kind,
    }


def refund(identifier: str, created: int, charge: Json, amount: int, given: Json) -> Json:
    return {
        "id": identifier,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "description": None,
        "destination_details": {
            "card": {
                "reference": None,
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "failure_balance_transaction": None,
        "failure_reason": None,
        "instructions_email": None,
        "metadata": given.get("metadata", {}),
        "next_action": None,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "presentment_details": None,
        "reason": given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
