"""The checkout session and its line items."""

from donations.stripe_stand_in.json_types import Json


def session(
    identifier: str,
    created: int,
    url: str,
    given: Json,
    lines: list[Json],
    method_types: list[str],
) -> Json:
    """An open session. Its lines and what the payment will take over are notes of ours."""
    mode = given["mode"]
    recurring = mode == "subscription"
    total = sum(line["amount_total"] for line in lines)
    text = given.get("custom_text", {})
    return {
        "id": identifier,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": given.get("adaptive_pricing", {}).get("enabled", True)},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "allowed_payment_method_types": given.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": given.get("billing_address_collection"),
        "branding_settings": {
            "background_color": "#ffffff",
            "border_style": "rounded",
            "button_color": "#0074d4",
            "display_name": given.get("branding_settings", {}).get("display_name", "Stand-in"),
            "font_family": "default",
            "icon": None,
            "logo": None,
        },
        "cancel_url": given.get("cancel_url"),
        "client_reference_id": given.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": created,
        "currency": lines[0]["currency"],
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            part: text.get(part) for part in (
                "after_submit", "shipping_address", "submit", "terms_of_service_acceptance",
            )
        },
        "customer": given.get("customer"),
        "customer_account": None,
        "customer_creation": None
        if given.get("customer")
        else given.get("customer_creation", "always" if recurring else "if_required"),
        "customer_details": None,
        "customer_email": given.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": given.get("excluded_payment_method_types"),
        "expires_at": given.get("expires_at", created + 24 * 3600),
        "integration_identifier": given.get("integration_identifier"),
        "invoice": None,
        "invoice_creation": None
        if recurring
        else {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        },
        "livemode": False,
        "locale": given.get("locale"),
        "managed_payments": {"enabled": False},
        "metadata": given.get("metadata", {}),
        "mode": mode,
        "name_collection": None,
        "optional_items": None,
        "origin_context": given.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": given.get(
            "payment_method_collection", "always" if recurring else "if_required"
        ),
        "payment_method_configuration_details": {
            "id": given.get("payment_method_configuration", "pmc_1StandIn"),
            "parent": None,
        },
        "payment_method_options": _options(method_types),
        "payment_method_types": method_types,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "presentment_details": None,
        "recovered_from": None,
        "redirect_on_completion": None,
        "return_url": None,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": None,
        }
        if given.get("customer") or recurring
        else None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": given.get("submit_type"),
        "subscription": None,
        "success_url": given["success_url"],
        "tax_id_collection": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": url,
        "wallet_options": None,
        "_line_items": lines,
        "_payment_intent_data": given.get("payment_intent_data", {}),
        "_subscription_data": given.get("subscription_data", {}),
        "_due_at": given.get("expires_at", created + 24 * 3600),
    }  # fmt: skip


def _options(method_types: list[str]) -> Json:
    """Only cards have any that matter here."""
    return {"card": _card_options()} if "card" in method_types else {}


def _card_options() -> Json:
    return {
        "capture_method": None,
        "installments": None,
        "request_extended_authorization": None,
        "request_incremental_authorization": None,
        "request_multicapture": None,
        "request_overcapture": None,
        "request_three_d_secure": "automatic",
        "restrictions": None,
        "setup_future_usage": None,
        "statement_descriptor_suffix_kana": None,
        "statement_descriptor_suffix_kanji": None,
    }


def line_item(
    identifier: str, price: Json, description: str, quantity: int, metadata: Json
) -> Json:
    total = price["unit_amount"] * quantity
    return {
        "id": identifier,
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": description,
        "metadata": metadata,
        "price": price,
        "quantity": quantity,
    }
