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
        "type": "standard",
    }


def event(identifier: str, created: int, kind: str, data: Json, request: Json) -> Json:
    return {
        "id": identifier,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
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
