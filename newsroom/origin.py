"""Which POSTs are ours, on pages that carry no token because everybody gets the same page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

P = ParamSpec("P")


def is_ours(request: HttpRequest) -> bool:
    """Sent from one of our own pages, as far as the browser can tell.

    A very old browser sends neither header and is believed: such a POST can start a payment page
    or hide an ask, but never touches an account.
    """
    site = request.headers.get("Sec-Fetch-Site")
    sent_from = request.headers.get("Origin")
    if sent_from in {settings.SITE_URL, *settings.MIRROR_ORIGINS}:
        return True
    if site == "same-origin":
        # Whichever of our names was asked for; no browser says this beside another's. From a page
        # that sends no referrer, browsers call even our own origin null.
        if sent_from is None or sent_from == "null":
            return True
        return sent_from.partition("://")[2] == request.get_host()
    return site is None and sent_from is None


def same_origin_post(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Refuse a form that another site sends in a reader's name."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not is_ours(request):
            response = render(request, "foreign_form.html", status=403)
            response["Cache-Control"] = "private, no-store"
            return response
        return view(request, *args, **kwargs)

    return guarded
