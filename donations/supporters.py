"""Who gives: one supporter for each address, made when the first payment has arrived."""

from datetime import datetime

from django.utils.timezone import now

from donations.models import Supporter


def normalised(email: str) -> str:
    return email.strip().lower()


def supporter_of(
    email: str, *, livemode: bool, language: str, since: datetime | None = None
) -> Supporter:
    """The supporter of this address, made if new. Without an address: always a new one."""
    facts = {"language": language, "created_at": since or now()}
    address = normalised(email)
    if not address:
        return Supporter.objects.create(livemode=livemode, **facts)
    supporter, _created = Supporter.objects.get_or_create(
        email=address, livemode=livemode, defaults=facts
    )
    return supporter
