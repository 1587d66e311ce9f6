"""What the books show only by the clock: somebody trying stolen cards, or nobody getting through."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse

from donations.models import EntryKind, IntentState, LedgerEntry, PaymentSettings, SupportIntent
from newsroom.alerts import alert
from newsroom.paper import absolute

# Of the pages opened within an hour, so many unpaid are no accident, once there are enough.
WITHIN = timedelta(hours=1)
TIME_TO_PAY = timedelta(minutes=10)
ENOUGH_PAGES = 30
UNPAID_PERCENT = 90
# A quiet spell is strange when its hours brought something on so many of the days before.
DAYS_BEFORE, USUAL_DAYS = 28, 26


def pause_switch() -> str:
    """Where a person stops new payments, for whoever reads an alert."""
    return absolute(reverse("admin:donations_paymentsettings_change", args=[1]))


def watch_unpaid(at: datetime) -> None:
    """Card testers open many payment pages and pay hardly any. Alerts `checkout.unpaid`."""
    counted = SupportIntent.objects.filter(
        created_at__range=(at - WITHIN, at - TIME_TO_PAY),
        session_id__isnull=False,
        livemode=settings.STRIPE_LIVEMODE,
    ).aggregate(
        opened=Count("pk"),
        paid=Count("pk", filter=Q(state__in=(IntentState.PAID, IntentState.PENDING))),
    )
    opened, unpaid = counted["opened"], counted["opened"] - counted["paid"]
    if opened >= ENOUGH_PAGES and unpaid * 100 >= UNPAID_PERCENT * opened:
        alert(
            "checkout.unpaid",
            f"Of {opened} payment pages opened within the last hour, {unpaid} were not paid after "
            "ten minutes. Somebody may be trying stolen cards. Look at the payments in Stripe’s "
            f"dashboard; to stop new ones, pause payments: {pause_switch()}",
        )


def watch_silence(at: datetime) -> None:
    """Nothing arrives at hours at which something always does. Alerts `payments.none`."""
    hours = settings.QUIET_HOURS
    if not hours or PaymentSettings.load().is_paused:
        return
    days = _days_with_a_payment(at, timedelta(hours=hours))
    usual = len(days - {0})
    if 0 not in days and usual >= USUAL_DAYS:
        alert(
            "payments.none",
            f"No payment arrived within the last {hours} hours. On {usual} of the last "
            f"{DAYS_BEFORE} days the same hours brought one. Try the support page, and look at "
            "Stripe’s status and at the events in the admin.",
        )


def _days_with_a_payment(at: datetime, spell: timedelta) -> set[int]:
    """How many days ago (0: now) the spell of that length brought a payment."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT floor(age / 86400)::int FROM (
                SELECT extract(epoch FROM %(at)s - occurred_at) AS age
                FROM "{LedgerEntry._meta.db_table}"
                WHERE kind = %(payment)s AND livemode = %(livemode)s
                    AND occurred_at > %(since)s AND occurred_at <= %(at)s
            ) AS payments
            WHERE mod(age, 86400) < %(spell)s
            """,  # noqa: S608 - the table's own name
            {
                "at": at,
                "payment": str(EntryKind.PAYMENT),
                "livemode": settings.STRIPE_LIVEMODE,
                "since": at - timedelta(days=DAYS_BEFORE) - spell,
                "spell": spell.total_seconds(),
            },
        )
        return {day for (day,) in cursor.fetchall()}
