"""The billing portal: what its pages may do, and one customer's way in."""

from donations.stripe_stand_in.json_types import Json

REASONS = (
    "customer_service", "low_quality", "missing_features", "other", "switched_service",
    "too_complex", "too_expensive", "unused",
)  # fmt: skip


def configuration(identifier: str, created: int, given: Json, *, is_default: bool) -> Json:
    business = given.get("business_profile", {})
    return {
        "id": identifier,
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {
            name: business.get(name)
            for name in ("headline", "privacy_policy_url", "terms_of_service_url")
        },
        "created": created,
        "default_return_url": given.get("default_return_url"),
        "features": features(given.get("features", {})),
        "is_default": is_default,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": given.get("metadata", {}),
        "name": given.get("name"),
        "updated": created,
    }


def features(given: Json) -> Json:
    """All of them: what is not asked for is off."""
    customer, cancel = given.get("customer_update", {}), given.get("subscription_cancel", {})
    reason = cancel.get("cancellation_reason", {})
    return {
        "customer_update": {
            "allowed_updates": customer.get("allowed_updates") or [],
            "enabled": customer.get("enabled", False),
        },
        "invoice_history": {"enabled": given.get("invoice_history", {}).get("enabled", False)},
        "payment_method_update": {
            "enabled": given.get("payment_method_update", {}).get("enabled", False),
            "payment_method_configuration": None,
        },
        "subscription_cancel": {
            "cancellation_reason": {
                "enabled": reason.get("enabled", False),
                "feedback_options": None,
                "options": reason.get("options") or list(REASONS),
            },
            "enabled": cancel.get("enabled", False),
            "mode": cancel.get("mode", "at_period_end"),
            "proration_behavior": cancel.get("proration_behavior", "none"),
        },
        "subscription_pause": {
            "duration": {"interval_options": [], "type": "indefinite"},
            "enabled": False,
        },
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "products": None,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }


def session(identifier: str, created: int, url: str, given: Json) -> Json:
    return {
        "id": identifier,
        "object": "billing_portal.session",
        "after_expiration": None,
        "configuration": given["configuration"],
        "created": created,
        "customer": given["customer"],
        "customer_account": None,
        "flow": flow(given["flow_data"]) if "flow_data" in given else None,
        "livemode": False,
        "locale": given.get("locale"),
        "on_behalf_of": None,
        "return_url": given.get("return_url"),
        "url": url,
    }


def flow(given: Json) -> Json:
    """One thing that the customer is to do, and where that leads."""
    after = given.get("after_completion", {"type": "portal_homepage"})
    cancel = given.get("subscription_cancel")
    return {
        "after_completion": {
            "hosted_confirmation": after.get("hosted_confirmation")
            and {"custom_message": after["hosted_confirmation"].get("custom_message")},
            "redirect": after.get("redirect"),
            "type": after["type"],
        },
        "customer_update": None,
        "subscription_cancel": cancel and {"retention": None, **cancel},
        "subscription_pause": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": given["type"],
    }
