"""What changed, in plain words, by what an event says was different before."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from donations.money import format_amount
from donations.stripe_objects import moment


def changes_of(kind: str, now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Of a subscription. Empty for what a person need not know, such as a renewal."""
    if kind.endswith(".paused"):
        return [_("The subscription is paused: nothing is charged")]
    if kind.endswith(".resumed"):
        return [_("The subscription goes on")]
    found = [_of_ending(now, before), _of_pausing(now, before), _of_amount(now, before)]
    if "status" in before:
        found.append(_of_status(str(now.get("status")), str(before["status"])))
    if before.get("default_payment_method"):
        found.append(_("They pay another way: a new card or account"))
    return [words for words in found if words]


def customer_changes_of(kind: str, now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    if kind == "customer.deleted":
        return [_("They were deleted at Stripe")]
    found = []
    if before.get("email"):
        found.append(_("Their address at Stripe changed"))
    # The first one comes with the first payment, and is no change.
    if (before.get("invoice_settings") or {}).get("default_payment_method"):
        found.append(_("They pay another way: a new card or account"))
    return found


def _of_ending(now: dict[str, Any], before: dict[str, Any]) -> str:
    if not {"cancel_at", "cancel_at_period_end"} & set(before):
        return ""
    if not (now.get("cancel_at_period_end") or now.get("cancel_at")):
        return _("They took the cancellation back") if now.get("status") != "canceled" else ""
    ends = now.get("cancel_at") or max(
        (each.get("current_period_end") or 0 for each in _items(now)), default=0
    )
    if not ends:
        return _("They cancelled: it ends with the paid period")
    return _("They cancelled: it ends on %(date)s") % {
        "date": date_format(localtime(moment(ends)), "DATE_FORMAT")
    }


def _of_pausing(now: dict[str, Any], before: dict[str, Any]) -> str:
    if "pause_collection" not in before:
        return ""
    if now.get("pause_collection"):
        return _("The subscription is paused: nothing is charged")
    return _("The subscription goes on")


def _of_amount(now: dict[str, Any], before: dict[str, Any]) -> str:
    old, new = _amount(_items(before)), _amount(_items(now))
    currency = now.get("currency") or ""
    if old is None or new is None or old == new:
        return ""
    return _("They give %(new)s instead of %(old)s") % {
        "new": format_amount(new, currency),
        "old": format_amount(old, currency),
    }


def _of_status(new: str, old: str) -> str:
    if new == "active":
        return _("The payment went through after all") if old in {"past_due", "unpaid"} else ""
    return {
        "past_due": _("A renewal failed: Stripe tries again"),
        "unpaid": _("All tries failed: nothing is charged any more"),
        "paused": _("The subscription is paused: nothing is charged"),
    }.get(new, "")


def _items(found: dict[str, Any]) -> list[dict[str, Any]]:
    items = found.get("items")
    data = items.get("data") if isinstance(items, dict) else None
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def _amount(items: list[dict[str, Any]]) -> int | None:
    if not items:
        return None
    return sum(
        ((each.get("price") or {}).get("unit_amount") or 0) * (each.get("quantity") or 1)
        for each in items
    )
