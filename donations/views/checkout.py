"""From the form to Stripe's page."""

import logging
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from donations import checkout, checkout_cookie
from donations.forms import SupportForm
from donations.models import SupportIntent
from donations.money import format_amount
from donations.stripe_api import StripeAway, StripeRefused
from donations.views.support import Choice, facts, render_form
from newsroom.alerts import alert
from newsroom.limits import is_allowed, network_of
from newsroom.origin import same_origin_post

logger = logging.getLogger(__name__)

# Payment pages that may be opened; card testers open thousands.
OF_A_NETWORK = ((10, timedelta(minutes=10)), (40, timedelta(days=1)))
IN_ALL = (1_000, timedelta(hours=1))


@require_http_methods(["GET", "HEAD", "POST"])
@same_origin_post
def start(request: HttpRequest) -> HttpResponse:
    """Write the wish down, then go to Stripe's page."""
    if request.method != "POST":
        return redirect("donations:support")
    choice = Choice.of(request.POST.dict())
    form = SupportForm(request.POST)
    if not form.is_valid():
        return render_form(request, choice, form=form, status=422)
    at = now()
    wish = form.wish(language=get_language() or "en", at=at)
    intent = checkout.known_intent(wish, at, own=checkout_cookie.own_intent(request))
    if intent is None:
        if not _may_open_another(network_of(request), at):
            return render_form(request, choice, notice=_too_often(), status=429)
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
    response = HttpResponseRedirect(address, status=303)
    response["Cache-Control"] = "private, no-store"
    checkout_cookie.remember(response, intent.pk)
    return response


def _may_open_another(network: str, at: datetime) -> bool:
    for limit, per in OF_A_NETWORK:
        key = f"checkout:{int(per.total_seconds())}:{network}"
        if not is_allowed(key, limit=limit, per=per, at=at):
            return False
    limit, per = IN_ALL
    if is_allowed("checkout:all", limit=limit, per=per, at=at):
        return True
    alert("checkout.limit", "More payment pages were opened within an hour than we allow.")
    return False


def _too_often() -> str:
    return _(
        "From your network, the payment page was opened very often just now. Nothing was charged. "
        "Please wait ten minutes and press the button again."
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
