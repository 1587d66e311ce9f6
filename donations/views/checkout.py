"""From the form to Stripe's page."""

import logging
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from donations import checkout, checkout_cookie, standing, watch
from donations.forms import SupportForm
from donations.models import SupportIntent
from donations.money import format_amount
from donations.stripe_api import StripeAway, StripeRefused
from donations.views.support import Choice, facts, render_closed, render_form
from newsroom import limits
from newsroom.alerts import alert
from newsroom.origin import same_origin_post

logger = logging.getLogger(__name__)

# Payment pages that may be opened; card testers open thousands.
A_WHILE, A_DAY = timedelta(minutes=10), timedelta(days=1)
OF_A_NETWORK = ((10, A_WHILE), (40, A_DAY))
OF_A_NEIGHBOURHOOD = ((60, A_WHILE), (400, A_DAY))
IN_ALL = (1_000, timedelta(hours=1))
A_MINUTE = timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@same_origin_post
def start(request: HttpRequest) -> HttpResponse:
    """Write the wish down, then go to Stripe's page."""
    if request.method != "POST":
        return redirect("donations:support")
    choice = Choice.of(request.POST.dict())
    form = SupportForm(request.POST)
    at = now()
    if refusal := standing.refusal():
        kept = form.wish(language=get_language() or "en", at=at) if form.is_valid() else None
        return render_closed(request, refusal, kept=kept, status=503)
    if not form.is_valid():
        return render_form(request, choice, form=form, status=422)
    wish = form.wish(language=get_language() or "en", at=at)
    own = checkout_cookie.own_intent(request)
    intent = checkout.known_intent(wish, at, own=own)
    opens_another = intent is None or checkout.opens_another(intent, at)
    if opens_another and (too_many := _too_many(request, at)):
        return render_form(request, choice, notice=too_many, status=429)
    if intent is None:
        intent = checkout.note_wish(wish, at)
    try:
        address = checkout.payment_page(intent, at)
    except StripeAway as away:
        logger.warning("checkout_away intent=%s reason=%s", intent.pk, away)
        return _trouble(request, intent, choice)
    except StripeRefused as refused:
        if refused.code in {"amount_too_small", "amount_too_large"}:
            form.add_error("amount", _("Our payment partner does not take this amount."))
            return render_form(request, choice, form=form, status=422)
        alert("stripe.refused", f"Stripe refused to open a payment page: {refused}.")
        return _trouble(request, intent, choice)
    checkout.leave_behind(own, intent)
    response = HttpResponseRedirect(address, status=303)
    response["Cache-Control"] = "private, no-store"
    checkout_cookie.remember(response, intent.pk)
    return response


def _too_many(request: HttpRequest, at: datetime) -> str:
    """Count one more page, and say what to do when it is one too many; else empty.

    From the inside out: whoever is over their own limit uses up nobody else's.
    """
    network = f"checkout:from:{limits.network_of(request)}"
    neighbourhood = f"checkout:around:{limits.neighbourhood_of(request)}"
    if per := (
        limits.reached(network, OF_A_NETWORK, at=at)
        or limits.reached(neighbourhood, OF_A_NEIGHBOURHOOD, at=at)
    ):
        _suspect_a_proxy(request)
        return _too_many_a_day() if per == A_DAY else _too_many_for_now()
    limit, per = IN_ALL
    if limits.is_allowed("checkout:all", limit=limit, per=per, at=at):
        return ""
    alert(
        "checkout.limit",
        f"More than {limit:,} payment pages were asked for within an hour, so some readers are "
        f"turned away. If somebody is trying stolen cards, pause payments: {watch.pause_switch()}",
        at_most_every=A_MINUTE,
    )
    return _too_many_in_all()


def _suspect_a_proxy(request: HttpRequest) -> None:
    if limits.is_of_our_own(request):
        alert(
            "checkout.proxy",
            "All readers seem to come from one private address, so they share one limit, which is "
            "reached. If a proxy stands before the paper, set BEHIND_PROXY.",
            at_most_every=A_MINUTE,
        )


def _too_many_for_now() -> str:
    return _(
        "From your network, the payment page was opened very often just now. Nothing was charged. "
        "Please wait ten minutes and press the button again."
    )


def _too_many_a_day() -> str:
    return _(
        "From your network, the payment page was opened very often today. Nothing was charged. "
        "Please try again tomorrow, or from another network, such as your phone’s."
    )


def _too_many_in_all() -> str:
    return _(
        "Very many people opened the payment page within this hour. Nothing was charged, and your "
        "choice is still below. Please press the button again in an hour."
    )


def _trouble(request: HttpRequest, intent: SupportIntent, choice: Choice) -> HttpResponse:
    response = render(
        request,
        "donations/trouble.html",
        {
            "page": facts(),
            "choice": choice,
            "intent": intent,
            "base": request.POST.get("base", ""),
            "amount": format_amount(intent.amount_minor, intent.currency),
            "way_back": checkout.way_back(intent),
        },
        status=503,
    )
    response["Cache-Control"] = "private, no-store"
    response["Retry-After"] = "10"
    return response
