"""Where a reader lands after paying: right at once, whether or not Stripe's event has come."""

import re
from datetime import date, timedelta

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from donations import checkout, checkout_cookie, payments, reader_cookie
from donations.locks import Busy
from donations.models import Frequency, IntentState, Subscription, SupportIntent
from donations.money import format_amount
from donations.stripe_api import StripeError
from donations.subscriptions import NotOurs
from donations.views.support import facts
from newsroom.limits import is_allowed
from newsroom.paper import date_in_paper

SESSION = re.compile(r"cs_[A-Za-z0-9_]{1,250}", re.ASCII)
# How often a page may ask Stripe how it went; whoever reloads more often waits for the event.
LOOKS = (20, timedelta(minutes=1))
# How long we ask nothing of a supporter's browser: somewhat beyond what they paid for.
GRACE = timedelta(days=7)
AFTER_ONE_GIFT = timedelta(days=90)
# Until a debit has arrived or failed, the longest that banks take.
BANKS_TAKE = timedelta(days=14)
FALLBACK = {Frequency.MONTH: timedelta(days=31), Frequency.YEAR: timedelta(days=366)}


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    intent = _intent_of(request.GET.get("session_id", ""))
    knows_state = intent is not None and _bring_up_to_date(intent)
    is_own = intent is not None and checkout_cookie.is_own(request, intent.pk)
    context = {"page": facts(), "state": _state(intent, knows_state), "is_own": is_own}
    subscription = None
    if intent is not None and is_own:
        subscription = _subscription_of(intent)
        context |= {
            "intent": intent,
            "amount": format_amount(intent.amount_minor, intent.currency),
            "way_back": checkout.way_back(intent),
            "subscription": subscription,
        }
    response = render(request, "donations/thanks.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    if intent is not None and is_own:
        _ask_no_more(request, response, intent, subscription)
    return response


def _ask_no_more(
    request: HttpRequest,
    response: HttpResponse,
    intent: SupportIntent,
    subscription: Subscription | None,
) -> None:
    known = reader_cookie.read(request)
    if intent.state == IntentState.PAID:
        until = _asked_nothing_until(intent, subscription)
        reader_cookie.mark_supporter(response, until=until, every=intent.frequency, known=known)
    elif intent.state == IntentState.PENDING:
        until = date_in_paper(now() + BANKS_TAKE)
        reader_cookie.defer(response, max(until, known.later or until), known=known)


def _intent_of(session_id: str) -> SupportIntent | None:
    """Only of sessions that we made: an invented id costs no call to Stripe."""
    if not SESSION.fullmatch(session_id):
        return None
    return SupportIntent.objects.filter(session_id=session_id).first()


def _bring_up_to_date(intent: SupportIntent) -> bool:
    """Ask Stripe how it went; False when there is no telling now."""
    if intent.state == IntentState.PAID or intent.session_id is None:
        return True
    limit, per = LOOKS
    if not is_allowed(f"thanks:{intent.pk}", limit=limit, per=per, at=now()):
        return False
    try:
        payments.sync_session(intent.session_id, is_patient=False)
    except (StripeError, NotOurs, Busy, OperationalError):
        # A row that somebody holds too long is an OperationalError too.
        return False
    intent.refresh_from_db()
    return True


def _state(intent: SupportIntent | None, knows_state: bool) -> str:
    if intent is None:
        return "unknown"
    return str(intent.state) if knows_state else "waiting"


def _subscription_of(intent: SupportIntent) -> Subscription | None:
    if intent.frequency == Frequency.ONCE or intent.supporter_id is None:
        return None
    return (
        Subscription.objects.filter(supporter=intent.supporter_id, interval=intent.frequency)
        .order_by("-started_at")
        .first()
    )


def _asked_nothing_until(intent: SupportIntent, subscription: Subscription | None) -> date:
    if intent.frequency == Frequency.ONCE:
        return date_in_paper(now() + AFTER_ONE_GIFT)
    if subscription is not None and subscription.current_period_end:
        return date_in_paper(subscription.current_period_end + GRACE)
    return date_in_paper(now() + FALLBACK[Frequency(intent.frequency)] + GRACE)
