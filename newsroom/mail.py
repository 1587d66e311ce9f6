"""The outbox: a mail is written down in the transaction that calls for it, then sent.

Mails of one `purpose` go out once per thing they are `about`. After a crash, an ordinary mail may
be repeated once, under the same Message-ID; one marked `at_most_once` is never repeated.
"""

import errno
import logging
import smtplib
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from newsroom import crash_points, jobs
from newsroom.models import OutgoingMail

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(days=3)
# No server takes longer; see EMAIL_TIMEOUT.
HANDING_OVER_LASTS = timedelta(minutes=15)
# Seconds until the next try, by the number of tries so far.
RETRY_AFTER = (60, 300, 1_800, 7_200, 21_600)


def queue_mail(
    *,
    purpose: str,
    about: str,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    at_most_once: bool = False,
    expires_at: datetime | None = None,
) -> OutgoingMail | None:
    """Write a mail into the outbox; None when it is already there.

    After `expires_at` nobody would want it: it is given up. Raises ValidationError for an address that is none.
    """
    validate_email(recipient)
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    mail, created = OutgoingMail.objects.get_or_create(
        purpose=purpose,
        about=about,
        defaults={
            "recipient": recipient,
            "subject": " ".join(subject.split()),
            "text": text,
            "html": html,
            "headers": dict(headers or {}),
            "message_id": make_msgid(domain=host),
            "at_most_once": at_most_once,
            "expires_at": expires_at,
        },
    )
    if not created:
        return None
    crash_points.crash_point("after-letter-before-its-job")
    jobs.defer("newsroom.send_mail", mail_id=mail.pk)
    return mail


def send(mail_id: int) -> None:
    """Hand one mail over, unless somebody did. Queues its own next try after a refusal."""
    with transaction.atomic():
        mail = (
            OutgoingMail.objects.select_for_update(of=("self",))
            .filter(pk=mail_id, sent_at=None, gave_up_at=None)
            .first()
        )
        if mail is None:
            return
        if mail.expires_at is not None and mail.expires_at <= now():
            _give_up(mail, "too late")
            return
        if mail.at_most_once:
            if mail.handed_over_at is not None:
                return  # perhaps sent by a process that died: a person may look, we don't repeat
            mail.handed_over_at = now()
            mail.save(update_fields=["handed_over_at"])
        else:
            _hand_over(mail)
            return
    # Marked and committed before sending, so that no crash can make a second one.
    crash_points.crash_point("after-mark-before-SMTP")
    _hand_over(mail)


def _hand_over(mail: OutgoingMail) -> None:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.recipient],
        headers={"Message-ID": mail.message_id, **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except Exception as error:
        _record_refusal(mail, error)
        return
    crash_points.crash_point("after-SMTP-before-mark")
    mail.sent_at = mail.handed_over_at = now()
    mail.attempts += 1
    mail.last_error = ""
    if mail.at_most_once:
        _forget(mail)
    mail.save()
    logger.info("mail_sent id=%s purpose=%s", mail.pk, mail.purpose)


def close_abandoned(at: datetime) -> None:
    """Mails that were in hand when a process died: nobody knows whether they went out.

    They are not repeated, and what was in them is forgotten with them.
    """
    abandoned = OutgoingMail.objects.filter(
        at_most_once=True,
        sent_at=None,
        gave_up_at=None,
        handed_over_at__lt=at - HANDING_OVER_LASTS,
    )
    for mail in abandoned[:500]:
        _give_up(mail, "the process ended meanwhile")
        logger.warning("mail_abandoned id=%s purpose=%s", mail.pk, mail.purpose)


def _give_up(mail: OutgoingMail, reason: str) -> None:
    mail.gave_up_at = now()
    mail.last_error = reason
    if mail.at_most_once:
        _forget(mail)
    mail.save()


@transaction.atomic
def _record_refusal(mail: OutgoingMail, error: Exception) -> None:
    """With its next try, or not at all: a kill in between must not lose it."""
    at = now()
    mail.attempts += 1
    mail.last_error = type(error).__name__
    logger.warning("mail_refused id=%s purpose=%s error=%s", mail.pk, mail.purpose, mail.last_error)
    if mail.at_most_once and not _was_clearly_refused(error):
        mail.gave_up_at = at
    else:
        mail.handed_over_at = None
        if at - mail.created_at > GIVE_UP_AFTER:
            mail.gave_up_at = at
        else:
            wait = RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER)) - 1]
            jobs.defer("newsroom.send_mail", at=at + timedelta(seconds=wait), mail_id=mail.pk)
    if mail.at_most_once and mail.gave_up_at is not None:
        _forget(mail)
    mail.save()


def _was_clearly_refused(error: Exception) -> bool:
    """The other side said no, or never heard us: nothing went out."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return True
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 600
    if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return True
    return isinstance(error, ConnectionRefusedError | smtplib.SMTPConnectError | socket.gaierror)


def _forget(mail: OutgoingMail) -> None:
    mail.recipient = ""
    mail.text = ""
    mail.html = ""
    mail.headers = {}


def send_again(mail: OutgoingMail) -> bool:
    """Queue a mail once more, because a person asked for it, under the same Message-ID.

    False for a mail that may go out only once: what was in it is forgotten.
    """
    if mail.at_most_once:
        return False
    with transaction.atomic():
        waiting = OutgoingMail.objects.filter(pk=mail.pk)
        waiting.update(sent_at=None, gave_up_at=None, handed_over_at=None)
        jobs.defer("newsroom.send_mail", mail_id=mail.pk)
    return True


def state_of(mail: OutgoingMail) -> str:
    """Where a mail is, in words for a person."""
    if mail.sent_at is not None:
        return gettext("sent")
    if mail.gave_up_at is not None:
        return gettext("perhaps not sent") if mail.handed_over_at else gettext("given up")
    if mail.handed_over_at is not None:
        return gettext("perhaps sent")
    return gettext("refused, will be tried again") if mail.attempts else gettext("waiting")
