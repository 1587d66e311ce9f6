"""What needs a person: a row in the admin, and one mail a day per cause."""

import logging

from django.conf import settings
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from newsroom.mail import queue_mail
from newsroom.models import Alert, Paper

logger = logging.getLogger(__name__)


def alert(cause: str, message: str) -> None:
    """Raise or repeat an alert. `cause` is stable (`stripe.wrong_mode`); no personal data."""
    at = now()
    logger.warning("alert cause=%s", cause)
    _row, created = Alert.objects.get_or_create(
        cause=cause,
        closed_at=None,
        defaults={"message": message, "first_at": at, "last_at": at},
    )
    if not created:
        Alert.objects.filter(cause=cause, closed_at=None).update(
            message=message, last_at=at, times=F("times") + 1
        )
    for address in settings.OPERATORS:
        queue_mail(
            purpose="alert",
            about=f"{cause}:{at:%Y-%m-%d}:{address}"[:120],
            recipient=address,
            subject=_("%(paper)s needs you: %(cause)s")
            % {"paper": Paper.load().name, "cause": cause},
            text=message,
        )
