"""Who gives: one supporter for each address, made when the first payment has arrived."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now

from donations.models import Supporter
from newsroom.alerts import alert


def normalised(email: str) -> str:
    """In small letters, without what surrounds it; empty for what nobody can write to.

    What Stripe hands on was typed by a stranger: line ends, NUL, a page of text. The money is
    booked all the same.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def supporter_of(
    email: str, *, livemode: bool, language: str, since: datetime | None = None
) -> Supporter:
    """The supporter of this address, made if new. Without an address: always a new one."""
    facts = {"language": language, "created_at": since or now()}
    address = normalised(email)
    if email and not address:
        alert(
            "supporters.address",
            "Somebody paid with an address that no mail can reach; the money is booked. "
            "Stripe's dashboard shows what they typed.",
        )
    if not address:
        return Supporter.objects.create(livemode=livemode, **facts)
    supporter, _created = Supporter.objects.get_or_create(
        email=address, livemode=livemode, defaults=facts
    )
    return supporter
