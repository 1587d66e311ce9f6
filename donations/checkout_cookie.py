"""Which support intent this browser started: signed, for our support pages alone, for a day."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME = f"{settings.COOKIE_PREFIX}newsroom_checkout"
SALT = "donations.checkout"
LASTS = 24 * 60 * 60  # seconds


def remember(response: HttpResponse, intent_id: uuid.UUID) -> None:
    response.set_signed_cookie(
        NAME,
        str(intent_id),
        salt=SALT,
        max_age=LASTS,
        path="/support/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def is_own(request: HttpRequest, intent_id: uuid.UUID) -> bool:
    """Whether this browser is the one that started it."""
    return own_intent(request) == intent_id


def own_intent(request: HttpRequest) -> uuid.UUID | None:
    """The last one that this browser started."""
    value = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=LASTS)
    return uuid.UUID(value) if value else None
