"""Pages for when there is nothing to show, each with a way onward."""

import logging
import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import now

from articles.models import Article
from articles.old_addresses import new_address, spellings
from articles.views.paging import facts_of_list
from newsroom.database import RETRY_AFTER
from newsroom.pagecache import depends_on, fresh_until

logger = logging.getLogger(__name__)

LATEST = 5
# Files: nobody reads a page there, and a missing one must not cost a query.
FILES = ("/static/", "/media/")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Send on whoever comes by an old address; else say so, with something to read instead."""
    if request.path.startswith(FILES):
        return _plain_not_found()
    at = now()
    try:
        depends_on("redirects")
        old = spellings(request.path, request.META.get("QUERY_STRING", ""))
        address = new_address(old, at)
        if address and address != request.path:
            return HttpResponsePermanentRedirect(address)
        return _with_latest(request, 404)
    except (OperationalError, InterfaceError):
        # Nobody can say that nothing is there, and whoever kept that would send no one on for long.
        return server_error(request)
    except DatabaseError:
        logger.exception("No page for what is not found")
        return _plain_not_found()


def withdrawn(request: HttpRequest) -> HttpResponse:
    """A story that was here and is not any more: search engines forget a 410 sooner."""
    return _with_latest(request, 410)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever failed may fail again: no database, no context, no assets."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if is_away else 500
    try:
        page: str = render_to_string(f"{status}.html")
    except Exception:
        logger.exception("No page for an error")
        page = "<!DOCTYPE html><html lang=en><title>Error</title><h1>Something went wrong.</h1>"
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "private, no-store"
    if is_away:
        response["Retry-After"] = RETRY_AFTER
    return response


def _with_latest(request: HttpRequest, status: int) -> HttpResponse:
    at = now()
    depends_on("front")
    fresh_until(Article.objects.next_change(at))
    context = {
        "page": facts_of_list("error"),
        "latest": list(Article.objects.published(at).listed().newest_first()[:LATEST]),
        "is_withdrawn": status == 410,
    }
    return render(request, "404.html", context, status=status)


def _plain_not_found() -> HttpResponse:
    return HttpResponse("There is nothing at this address.\n", "text/plain", status=404)
