"""How often something may be tried: counted in PostgreSQL, in one atomic statement."""

import hashlib
import hmac
import ipaddress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from newsroom.models import CountedAttempt

# Whoever tries the demo out, by hand or by script, comes from this one machine.
IN_THE_DEMO = 20


def is_allowed(key: str, *, limit: int, per: timedelta, at: datetime) -> bool:
    """Count one attempt under `key` and say whether it is within `limit` in this window."""
    table = CountedAttempt._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (key, "window", count) VALUES (%s, %s, 1) '  # noqa: S608
            f'ON CONFLICT (key, "window") DO UPDATE SET count = "{table}".count + 1 '
            "RETURNING count",
            [key, _window(per, at)],
        )
        (count,) = cursor.fetchone()
    return bool(count <= limit * (IN_THE_DEMO if settings.DEMO else 1))


def take_back(key: str, *, per: timedelta, at: datetime) -> None:
    """Uncount one attempt of this window: it turned out to be a rightful one."""
    CountedAttempt.objects.filter(key=key, window=_window(per, at), count__gt=0).update(
        count=F("count") - 1
    )


def _window(per: timedelta, at: datetime) -> datetime:
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def forget(*, before: datetime) -> None:
    CountedAttempt.objects.filter(window__lt=before).delete()


def keyed_hash(value: str) -> str:
    """Recognises a value again without keeping it. Shape: 32 hexadecimal digits."""
    return hmac.new(settings.HASH_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]


def network_of(request: HttpRequest) -> str:
    """The sender's network, hashed: an IPv4 address or an IPv6 /64."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # The last hop is our own proxy's word; anything before it is the sender's.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip()
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return keyed_hash("unknown")
    if ip.version == 6:
        ip = ipaddress.ip_network(f"{ip}/64", strict=False).network_address
    return keyed_hash(str(ip))
