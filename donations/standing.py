"""Whether this process may take money now: not while the paper has paused, and not in a copy.

Stripe is told by one paper only. The first process with a live key pins its SITE_URL in the
database; a restored or copied database that runs at another address with that key is read-only:
it compares with Stripe, and creates and changes nothing there.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from donations.models import PaymentSettings
from newsroom.alerts import alert
from newsroom.pagecache import purge


class RefusalKind(StrEnum):
    PAUSED = "paused"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class Refusal:
    """Why no money is taken. `home` is where the paper itself does, for a copy."""

    kind: RefusalKind
    home: str = ""


def refusal() -> Refusal | None:
    """Why no new support may be taken now; None when it may. A copy also raises its alert."""
    if is_copy():
        return Refusal(RefusalKind.READ_ONLY, PaymentSettings.load().pinned_site_url)
    if PaymentSettings.load().is_paused:
        return Refusal(RefusalKind.PAUSED)
    return None


def refusing() -> QuerySet[PaymentSettings]:
    """The same as a condition within another query, for pages that ask: empty unless refused."""
    refused = Q(is_paused=True)
    if settings.STRIPE_LIVEMODE:
        refused |= ~Q(pinned_site_url__in=["", settings.SITE_URL])
    return PaymentSettings.objects.filter(refused)


def is_copy() -> bool:
    """Whether a live key is used at another address than the paper's own. Alerts when so.

    The first use pins the address.
    """
    if not settings.STRIPE_LIVEMODE:
        return False
    home = PaymentSettings.load().pinned_site_url or _pin_first()
    if home == settings.SITE_URL:
        return False
    alert(
        "payments.read_only",
        _(
            "Payments are read-only here: this database belongs to %(home)s, but SITE_URL is "
            "%(here)s. If this is a copy, give it a test key. If the paper has moved, run "
            "“manage.py pin_site_url”."
        )
        % {"home": home, "here": settings.SITE_URL},
        at_most_every=timedelta(minutes=1),
    )
    return True


@transaction.atomic
def pin() -> str:
    """Make this address the paper's own, after a move. Gives the one it was before."""
    row, _created = PaymentSettings.objects.get_or_create(pk=1)
    before = row.pinned_site_url
    PaymentSettings.objects.filter(pk=1).update(pinned_site_url=settings.SITE_URL)
    # What was a copy until now asks again.
    purge("support")
    return before


def _pin_first() -> str:
    """Of two that come first at once, one wins. Gives the address that is pinned."""
    PaymentSettings.objects.get_or_create(pk=1)
    PaymentSettings.objects.filter(pk=1, pinned_site_url="").update(
        pinned_site_url=settings.SITE_URL
    )
    return PaymentSettings.load().pinned_site_url
