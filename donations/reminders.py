"""A promise of one mail: made when a reader leaves an address, kept once, then forgotten."""

import logging
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import make_aware

from donations import letters
from donations.models import Campaign, EntryKind, LedgerEntry, Reminder, Subscription
from donations.models.reminder import ReminderState
from newsroom import limits
from newsroom.alerts import alert
from newsroom.mail import queue_mail
from newsroom.models import Paper
from newsroom.paper import zone_of

logger = logging.getLogger(__name__)

# When the mail goes out on its day, where the paper is.
HOUR = time(10)
A_DAY = timedelta(days=1)
# A network may be a whole town behind one address, so it is generous; an address is one person.
PER_NETWORK, PER_ADDRESS, IN_ALL = 40, 4, 5_000
AT_ONCE = 500


class TooManyError(Exception):
    """More addresses than people leave: nothing was promised."""


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: 31 January, 28 February."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def promise(
    email: str, *, due_on: date, language: str, placement: str, network: str, at: datetime
) -> None:
    """Write down that one mail goes to `email` on that day; a second wish moves the first.

    The caller learns nothing about whether the address was known. Raises ValidationError for an
    address that is none, TooManyError when `network` (a hash) or everybody leaves too many.
    """
    address = email.strip()
    validate_email(address)
    address_hash = limits.keyed_hash(f"reminder:{address.lower()}")
    if not limits.is_allowed(f"reminder:from:{network}", limit=PER_NETWORK, per=A_DAY, at=at):
        raise TooManyError
    if not limits.is_allowed("reminder:in-all", limit=IN_ALL, per=A_DAY, at=at):
        alert(
            "reminders.too_many",
            f"More than {IN_ALL} readers left an address for a reminder today; the rest are "
            "asked to come again tomorrow.",
        )
        raise TooManyError
    if not limits.is_allowed(f"reminder:to:{address_hash}", limit=PER_ADDRESS, per=A_DAY, at=at):
        return  # it waits already, and saying so would tell that it does
    Reminder.objects.update_or_create(
        address_hash=address_hash,
        state=ReminderState.WAITING,
        defaults={
            "email": address,
            "language": language,
            "due_at": make_aware(datetime.combine(due_on, HOUR), zone_of(Paper.load())),
            "placement": placement,
        },
    )


def send_due(at: datetime) -> None:
    """Keep every promise that is due. May be run again, or twice at once."""
    for reminder_id in Reminder.objects.due(at).values_list("pk", flat=True)[:AT_ONCE]:
        try:
            keep(reminder_id, at)
        except Exception:
            # It stays due; the others must not wait for it.
            logger.exception("reminder_failed id=%s", reminder_id)
            alert("reminders.failed", f"Reminder {reminder_id} cannot be sent. See the log.")


def keep(reminder_id: int, at: datetime) -> None:
    """Write the one mail into the outbox and forget the address, in one transaction."""
    with transaction.atomic():
        reminder = (
            Reminder.objects.due(at)
            .select_for_update(skip_locked=True)
            .filter(pk=reminder_id)
            .first()
        )
        if reminder is None:
            return
        if _has_supported(reminder, at):
            reminder.state = ReminderState.CANCELLED
        else:
            letter = letters.reminder(reminder, Campaign.objects.live(at).first())
            queue_mail(
                purpose="reminder",
                about=f"reminder:{reminder.pk}",
                recipient=reminder.email,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                at_most_once=True,
            )
            reminder.state = ReminderState.SENT
        reminder.email = reminder.address_hash = ""
        reminder.closed_at = at
        reminder.save()


def _has_supported(reminder: Reminder, at: datetime) -> bool:
    """Whoever gives by now, or gave meanwhile, is not asked again."""
    is_giving = Subscription.objects.active(at).filter(supporter__email__iexact=reminder.email)
    gave = LedgerEntry.objects.filter(
        supporter__email__iexact=reminder.email,
        kind=EntryKind.PAYMENT,
        occurred_at__gte=reminder.created_at,
    )
    return is_giving.exists() or gave.exists()
