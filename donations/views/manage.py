"""One's own support: an entry link asks for a letter, the access link in it opens Stripe's pages.

Nothing here is for a cache, and no address of these pages goes on to another: they hold tokens.
They stand in the query, which the log of a web server can leave out.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from donations import access, manage_cookie
from donations.letters import how_often
from donations.models import Subscription, Supporter
from donations.models.subscription import ACTIVE
from donations.money import format_amount
from donations.portal import portal_page
from donations.stripe_api import StripeAway, StripeRefused
from donations.views.support import facts
from newsroom.alerts import alert
from newsroom.limits import network_of, reached
from newsroom.origin import same_origin_post
from newsroom.paper import date_in_paper

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

# Letters asked for from one network, which may be a whole town's; and by everybody.
OF_A_NETWORK = ((20, timedelta(hours=1)), (60, timedelta(days=1)))
IN_ALL = (2_000, timedelta(hours=1))


def private(view: View) -> View:
    """In the language of the letter that led here, kept by no cache, and told to nobody."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        given = request.POST if request.method == "POST" else request.GET
        language = given.get("language", "")
        if language not in dict(settings.LANGUAGES):
            language = get_language() or "en"
        with override(language):
            response = view(request)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@private
@same_origin_post
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest) -> HttpResponse:
    """What every letter links to. The answer is the same whoever the link belongs to."""
    token = (request.POST if request.method == "POST" else request.GET).get("link", "")
    if not access.is_entry(token):
        return _show(request, "entry", "broken", status=404)
    if request.method != "POST":
        return _show(request, "entry", "button", token=token)
    if not _may_ask(network_of(request)):
        return _show(request, "entry", "too_often", token=token, status=429)
    supporter = access.supporter_of_entry(token)
    if supporter is not None:
        access.send_access(supporter)
    return _show(request, "entry", "sent")


@private
@same_origin_post
@require_http_methods(["GET", "HEAD", "POST"])
def open_access(request: HttpRequest) -> HttpResponse:
    """What an access link leads to: a button, which uses the link up."""
    if request.method != "POST":
        return _show(request, "access", "button", token=request.GET.get("link", ""))
    supporter = access.consume(request.POST.get("link", ""))
    if supporter is None:
        return _show(request, "access", "over", status=404)
    with override(supporter.language):
        running = _running(supporter)
        if len({each.customer_id for each in running}) == 1:
            response = _go_on(request, supporter, running[0])
        else:
            response = redirect("donations:manage")
            response.status_code = 303
    manage_cookie.remember(response, supporter)
    return response


@private
@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """What somebody gives, once they are in; else how to get in."""
    supporter = manage_cookie.supporter_of(request)
    if supporter is None:
        return _show(request, "manage", "outside")
    with override(supporter.language):
        return _list(request, supporter)


@private
@same_origin_post
@require_http_methods(["GET", "HEAD", "POST"])
def portal(request: HttpRequest) -> HttpResponse:
    """On to Stripe's pages, for one of one's own subscriptions."""
    if request.method != "POST":
        return redirect("donations:manage")
    supporter = manage_cookie.supporter_of(request)
    if supporter is None:
        return _show(request, "manage", "outside", status=403)
    with override(supporter.language):
        wanted = request.POST.get("subscription", "")
        for subscription in _running(supporter):
            if subscription.stripe_id == wanted:
                return _go_on(request, supporter, subscription)
        return _list(request, supporter, notice=_("This is no support of yours."), status=404)


@private
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Where Stripe's pages lead back to. Coming from there, a browser does not say who it is."""
    return _show(request, "manage", "back")


def _may_ask(network: str) -> bool:
    at = now()
    if reached(f"access:from:{network}", OF_A_NETWORK, at=at):
        return False
    if not reached("access:all", [IN_ALL], at=at):
        return True
    alert("access.limit", "More links to one's own support were asked for than we allow.")
    return False


def _go_on(request: HttpRequest, supporter: Supporter, subscription: Subscription) -> HttpResponse:
    try:
        address = portal_page(subscription)
    except StripeAway as away:
        logger.warning("portal_away subscription=%s reason=%s", subscription.stripe_id, away)
    except StripeRefused as refused:
        alert(
            "stripe.portal",
            f"Stripe did not open its page for subscription {subscription.stripe_id}: {refused}.",
        )
    else:
        return HttpResponseRedirect(address, status=303)
    notice = _(
        "Our payment partner, Stripe, did not answer as it should. Nothing has changed. "
        "Please try again in a minute."
    )
    return _list(request, supporter, notice=notice, status=503)


def _running(supporter: Supporter) -> list[Subscription]:
    """What still gives or tries to, in this mode; what needs its supporter comes first."""
    found = supporter.subscriptions.filter(
        status__in=(*ACTIVE, "unpaid", "paused"), livemode=settings.STRIPE_LIVEMODE
    ).order_by("-started_at")
    return sorted(found, key=lambda each: each.status not in {"past_due", "unpaid"})


def _list(
    request: HttpRequest, supporter: Supporter, *, notice: str = "", status: int = 200
) -> HttpResponse:
    support = [*_described(_running(supporter))]
    return _show(request, "manage", "list", support=support, notice=notice, status=status)


def _described(running: Iterable[Subscription]) -> Iterable[dict[str, object]]:
    for each in running:
        yield {
            "id": each.stripe_id,
            "amount": format_amount(each.amount_minor, each.currency),
            "how_often": how_often(each.interval),
            "since": date_in_paper(each.started_at),
            "until": each.current_period_end,
            "state": _state(each),
        }


def _state(subscription: Subscription) -> str:
    if subscription.status in {"past_due", "unpaid"}:
        return "failed"
    if subscription.is_paused:
        return "paused"
    return "ends" if subscription.cancel_at_period_end else "runs"


def _show(
    request: HttpRequest, page: str, state: str, *, status: int = 200, **context: object
) -> HttpResponse:
    """`donations/manage_<page>.html`, in one of its states."""
    everything = {"page": facts(), "state": state, **context}
    return render(request, f"donations/manage_{page}.html", everything, status=status)
