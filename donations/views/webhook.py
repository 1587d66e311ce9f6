"""Where Stripe tells us that something changed."""

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from donations import inbox

LARGEST = 1024 * 1024  # bytes


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Store a signed event once, then say so; it is applied later, by the worker."""
    size = request.META.get("CONTENT_LENGTH") or ""
    if not size:
        # Sent in pieces, or nothing at all: Stripe always says how long an event is.
        return _answer("No length.", 411)
    if not size.isascii() or not size.isdigit():
        return _answer("No such length.", 400)
    if len(size) > 9 or int(size) > LARGEST:
        return _answer("Too large.", 413)
    try:
        inbox.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except (inbox.Refused, UnreadablePostError) as refused:
        return _answer(f"Refused: {refused}.", 400)
    return _answer("Stored.", 200)


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
