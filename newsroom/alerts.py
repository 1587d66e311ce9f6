"""What needs a person: a row in the admin, and one mail a day per cause."""

import hashlib
import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from newsroom.alert_advice import what_to_do
from newsroom.mail import queue_mail
from newsroom.models import Paper

logger = logging.getLogger(__name__)

LONGEST = 120
# One statement, so that of two who raise a cause at once, or of one who closes it meanwhile, nobody
# is lost.
_RAISE = """
INSERT INTO newsroom_alert AS open (cause, message, times, first_at, last_at)
VALUES (%(cause)s, %(message)s, 1, %(at)s, %(at)s)
ON CONFLICT (cause) WHERE closed_at IS NULL DO UPDATE
SET message = EXCLUDED.message, times = open.times + 1,
    last_at = greatest(open.last_at, EXCLUDED.last_at)
"""

# When this process last wrote of a cause that others can repeat at will.
_written: dict[str, datetime] = {}
_writing = threading.Lock()


def alert(cause: str, message: str, *, at_most_every: timedelta | None = None) -> None:
    """Raise or repeat an alert. `cause` is stable (`stripe.wrong_mode`); no personal data.

    Where a stranger decides how often, `at_most_every` keeps a flood of causes from becoming a
    flood of writes: between two of them this process says nothing.

    Row and mail are of the caller's transaction: of what is rolled back, nobody is told, and the
    next time counts as the first.
    """
    at = now()
    if at_most_every is not None and not _is_due(cause, at, at_most_every):
        return
    logger.warning("alert cause=%s", cause)
    cause = _fitting(cause)
    message = message.replace("\0", "")
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, {"cause": cause, "message": message, "at": at})
    desk = settings.SITE_URL + reverse("admin:newsroom_alert_changelist")
    for address in settings.OPERATORS:
        queue_mail(
            purpose="alert",
            about=_fitting(f"{cause}:{at:%Y-%m-%d}:{address}"),
            recipient=address,
            subject=_("%(paper)s needs you: %(cause)s")
            % {"paper": Paper.load().name, "cause": cause},
            text=f"{message}\n\n{what_to_do(cause)}\n\n{desk}\n",
        )


def _fitting(text: str) -> str:
    """The same text for the same text, and room for it in its column."""
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: LONGEST - 17]}~{digest}"


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
