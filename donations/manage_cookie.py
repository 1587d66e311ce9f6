"""Who came in by an access link: signed, for the pages of one's own support, for half an hour."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from donations.links import sealed, unsealed
from donations.models import Supporter

NAME = f"{settings.COOKIE_PREFIX}newsroom_manage"
SALT = "donations.manage"
LASTS = 30 * 60  # seconds


def remember(response: HttpResponse, supporter: Supporter) -> None:
    response.set_signed_cookie(
        NAME,
        sealed(supporter.pk),
        salt=SALT,
        max_age=LASTS,
        path="/support/manage/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def supporter_of(request: HttpRequest) -> Supporter | None:
    """Whoever this browser was let in as, unless that is too long ago or they were erased."""
    value = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=LASTS)
    number = unsealed(value or "")
    if number is None:
        return None
    return Supporter.objects.filter(pk=number).exclude(email="").first()
