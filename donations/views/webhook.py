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
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return HttpResponse("No length.", status=400, content_type="text/plain")
    if size > LARGEST:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    try:
        inbox.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except (inbox.Refused, UnreadablePostError) as refused:
        return HttpResponse(f"Refused: {refused}.", status=400, content_type="text/plain")
    return HttpResponse("Stored.", content_type="text/plain")
