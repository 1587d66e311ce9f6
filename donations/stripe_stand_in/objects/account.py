"""The account itself, its events, and the endpoints that they are sent to."""

from donations.stripe_stand_in import API_VERSION
from donations.stripe_stand_in.json_types import Json


def account(created: int) -> Json:
    return {
        "id": "acct_1StandInNoRealMoney",
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "monthly_estimated_revenue": None,
            "minority_owned_business_designation": None,
            "name": "Stand-in",
            "product_description": None,
            "specified_commercial_transactions_act_url": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "stand-in@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": settings(),
        "type": "standard",
    }


def settings() -> Json:
    return {
        "bacs_debit_payments": None,
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": None,
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": "Stand-in", "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
        "payments": {
            "statement_descriptor": "STAND-IN",
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "payouts": None,
        "paypay_payments": None,
        "sepa_debit_payments": None,
        "treasury": None,
    }


def event(identifier: str, created: int, kind: str, request: Json) -> Json:
    """The store adds the object that it is about."""
    return {
        "id": identifier,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": None,
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": kind,
    }


def webhook_endpoint(identifier: str, created: int, url: str, given: Json) -> Json:
    return {
        "id": identifier,
        "object": "webhook_endpoint",
        "api_version": given.get("api_version"),
        "application": None,
        "created": created,
        "description": given.get("description"),
        "enabled_events": given.get("enabled_events", ["*"]),
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "status": "enabled",
        "url": url,
    }


def test_clock(identifier: str, frozen_time: int, name: str | None) -> Json:
    return {
        "id": identifier,
        "object": "test_helpers.test_clock",
        "created": frozen_time,
        "deletes_after": frozen_time + 30 * 86_400,
        "frozen_time": frozen_time,
        "livemode": False,
        "name": name,
        "status": "ready",
        "status_details": {"advancing": None},
    }
