"""How a supporter gets in: an entry link asks for a letter, the access link in it opens the door.

Neither does anything when it is merely opened, for scanners of mail follow every link.
"""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from donations import letters
from donations.links import entry_link, is_entry, supporter_of_entry
from donations.models import AccessLink, Supporter
from newsroom import limits
from newsroom.paper import absolute

__all__ = ["consume", "entry_link", "is_entry", "send_access", "supporter_of_entry"]

logger = logging.getLogger(__name__)

ACCESS_LASTS = timedelta(minutes=10)
# Letters to one person. Whoever asks for more is answered as before, and gets none.
PER_SUPPORTER = ((4, timedelta(hours=1)), (12, timedelta(days=1)))
FORGOTTEN_AFTER = timedelta(days=30)


def send_access(supporter: Supporter) -> None:
    """A fresh access link, by mail to the address on file; nothing when there is none, or after
    too many. The caller cannot tell which.
    """
    at = now()
    if not supporter.email:
        return
    if limits.reached(f"access:to:{supporter.pk}", PER_SUPPORTER, at=at):
        logger.info("access_limit supporter=%s", supporter.pk)
        return
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        AccessLink.objects.filter(expires_at__lt=at - FORGOTTEN_AFTER).delete()
        link = AccessLink.objects.create(
            token_hash=_hashed(token),
            supporter=supporter,
            created_at=at,
            expires_at=at + ACCESS_LASTS,
        )
        query = {"link": token, "language": supporter.language}
        letters.send_access(link, absolute(reverse("donations:access", query=query)))


def consume(token: str) -> Supporter | None:
    """Whoever this link was sent to, once and in time; None for every other link, and for a
    supporter who was erased since.
    """
    at = now()
    usable = AccessLink.objects.filter(token_hash=_hashed(token), used_at=None, expires_at__gt=at)
    # One statement about one row, so that of two who press at once one is let in: a condition on
    # the supporter would make it a subquery, which the second to come does not read again.
    if not usable.update(used_at=at):
        return None
    invited = Supporter.objects.filter(access_links__token_hash=_hashed(token))
    return invited.exclude(email="").first()


def _hashed(token: str) -> str:
    """Of 256 random bits, so that a plain hash does: nobody guesses them."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
