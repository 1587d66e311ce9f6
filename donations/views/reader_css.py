from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from donations import reader_cookie
from newsroom.pagecache import without_database

HIDDEN = "[data-placement]{display:none!important}\n"


def _state(request: HttpRequest) -> str:
    return '"off"' if _wants_no_ask(request) else '"on"'


# The validator is the cookie's state: a browser may reuse its copy in spite of `Vary: Cookie`.
@without_database
@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=_state)
def reader_css(request: HttpRequest) -> HttpResponse:
    """What a page without a script asks for: hides the asks when this reader wants none.

    The page waits for it, so it is answered from the cookie alone: no database, no session.
    """
    rule = HIDDEN if _wants_no_ask(request) else ""
    return HttpResponse(rule, content_type="text/css; charset=utf-8")


def _wants_no_ask(request: HttpRequest) -> bool:
    return reader_cookie.read(request).wants_no_ask(now().astimezone(UTC).date())
