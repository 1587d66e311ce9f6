"""What needs a person: a row in the admin, and one mail a day per cause."""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from newsroom.mail import queue_mail
from newsroom.models import Alert, Paper

logger = logging.getLogger(__name__)


# When this process last wrote of a cause that others can repeat at will.
_written: dict[str, datetime] = {}
_writing = threading.Lock()


def alert(cause: str, message: str, *, at_most_every: timedelta | None = None) -> None:
    """Raise or repeat an alert. `cause` is stable (`stripe.wrong_mode`); no personal data.

    Where a stranger decides how often, `at_most_every` keeps a flood of causes from becoming a
    flood of writes: between two of them this process says nothing.
    """
    at = now()
    if at_most_every is not None and not _is_due(cause, at, at_most_every):
        return
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


def _is_due(cause: str, at: datetime, pause: timedelta) -> bool:
    with _writing:
        last = _written.get(cause)
        # A clock that was set back makes nobody wait.
        if last is not None and timedelta() <= at - last < pause:
            return False
        if len(_written) > 1_000:
            _written.clear()
        _written[cause] = at
        return True
