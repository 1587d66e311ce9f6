"""Signed links in letters.

An entry link lives as long as a letter is about to be read, may be opened often and shows nothing
personal: all that it can do is to have an access link sent to the address on file.
"""

import base64
import binascii
import secrets
from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from donations.models import Supporter
from newsroom.paper import absolute

ENTRY_LASTS = timedelta(days=30)
_SIGNER = signing.TimestampSigner(sep=".", salt="donations.entry")
_SEAL = "donations.sealed_number"


def entry_link(supporter: Supporter) -> str:
    """An address for a letter. It names the letter's language, for the page knows nobody yet."""
    token = _SIGNER.sign(sealed(supporter.pk))
    query = {"link": token, "language": supporter.language}
    return absolute(reverse("donations:entry", query=query))


def is_entry(token: str) -> bool:
    """Whether we wrote this link, not too long ago."""
    return _number_in(token) is not None


def supporter_of_entry(token: str) -> Supporter | None:
    """None for a link that was altered or is too old, and for whoever is no longer known."""
    number = _number_in(token)
    if number is None:
        return None
    return Supporter.objects.filter(pk=number).exclude(email="").first()


def sealed(number: int) -> str:
    """A running number would tell how many support us: each time it looks different."""
    nonce = secrets.token_bytes(8)
    return base64.urlsafe_b64encode(nonce + _masked(number.to_bytes(8), nonce)).decode().rstrip("=")


def unsealed(text: str) -> int | None:
    try:
        given = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(given) != 16:
        return None
    number = int.from_bytes(_masked(given[8:], given[:8]))
    return number if number < 2**63 else None


def _number_in(token: str) -> int | None:
    try:
        return unsealed(_SIGNER.unsign(token, max_age=ENTRY_LASTS))
    except signing.BadSignature:
        return None


def _masked(number: bytes, nonce: bytes) -> bytes:
    mask = salted_hmac(_SEAL, nonce, algorithm="sha256").digest()
    return bytes(each ^ other for each, other in zip(number, mask[:8], strict=True))
