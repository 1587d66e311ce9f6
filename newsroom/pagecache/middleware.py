"""Headers for the caches between us and the reader."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.timezone import now

from newsroom.pagecache import Dependencies, collecting

# Seconds. Browsers ask again soon; shared caches sooner, and may serve the old page meanwhile.
BROWSER = 60
SHARED = 1
STALE_WHILE_REVALIDATE = 60
STALE_IF_ERROR = 86_400

Handler = Callable[[HttpRequest], HttpResponse]


def page_headers(get_response: Handler) -> Handler:
    """Say how long a public page may be kept, and which keys it stands on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # The page cache wants to know them too.
        dependencies = request.META.get("newsroom.dependencies") or Dependencies()
        token = collecting.set(dependencies)
        try:
            response = get_response(request)
        finally:
            collecting.reset(token)
        if _is_public(request, response):
            _allow_caching(response, dependencies)
        return response

    return middleware


def _is_public(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code in {200, 301, 304, 404, 410}
        and not request.path.startswith("/admin/")
        and not response.has_header("Cache-Control")
        and not response.cookies
    )


def _allow_caching(response: HttpResponse, dependencies: Dependencies) -> None:
    browser, shared = BROWSER, SHARED
    stale = STALE_WHILE_REVALIDATE
    if dependencies.until is not None:
        left = max(0, int((dependencies.until - now()).total_seconds()))
        browser, shared = min(browser, left), min(shared, left)
        # Which begins when the browser's time is over.
        stale = min(stale, left - browser)
    patch_cache_control(
        response,
        public=True,
        max_age=browser,
        s_maxage=shared,
        stale_while_revalidate=stale,
        stale_if_error=STALE_IF_ERROR,
    )
    if dependencies.keys:
        # As in an address: a header holds no Cyrillic.
        keys = (quote(key, safe=":*") for key in sorted(dependencies.keys))
        response["Surrogate-Key"] = " ".join(keys)
