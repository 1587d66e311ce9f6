"""How often something may be tried: counted in PostgreSQL, in one atomic statement."""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from newsroom.models import CountedAttempt

# Whoever tries the demo out, by hand or by script, comes from this one machine.
IN_THE_DEMO = 20
# Addresses that lead nowhere on the internet.
INSIDE = [
    ipaddress.ip_network(each)
    for each in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
        "fe80::/10",
    )
]  # fmt: skip


def is_allowed(key: str, *, limit: int, per: timedelta, at: datetime) -> bool:
    """Count one attempt under `key` and say whether it is within `limit` in this window."""
    return count(key, per=per, at=at) <= limit * (IN_THE_DEMO if settings.DEMO else 1)


def reached(name: str, rates: Iterable[tuple[int, timedelta]], *, at: datetime) -> timedelta | None:
    """Count one attempt under each rate, `(limit, per)`; gives the window of the first that is
    exceeded, after which the others are not counted. None: it is within all of them.
    """
    for limit, per in rates:
        if not is_allowed(f"{name}:{int(per.total_seconds())}", limit=limit, per=per, at=at):
            return per
    return None


def count(key: str, *, per: timedelta, at: datetime) -> int:
    """Count one more under `key`; gives how many there are in this window."""
    table = CountedAttempt._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (key, "window", count) VALUES (%s, %s, 1) '  # noqa: S608
            f'ON CONFLICT (key, "window") DO UPDATE SET count = "{table}".count + 1 '
            "RETURNING count",
            [key, _window(per, at)],
        )
        return int(cursor.fetchone()[0])


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
    """The sender's own network, hashed: an IPv4 address or an IPv6 /64, which one line has."""
    return _hashed(request, v4=32, v6=64)


def neighbourhood_of(request: HttpRequest) -> str:
    """The networks around the sender's, hashed: an IPv4 /24 or an IPv6 /48, which one firm has."""
    return _hashed(request, v4=24, v6=48)


def is_of_our_own(request: HttpRequest) -> bool:
    """From an address that no reader has: a proxy of ours which BEHIND_PROXY does not count."""
    ip = _sender(request)
    return ip is None or any(ip in each for each in INSIDE if each.version == ip.version)


def _hashed(request: HttpRequest, *, v4: int, v6: int) -> str:
    ip = _sender(request)
    if ip is None:
        return keyed_hash("unknown")
    network = (
        ipaddress.IPv4Network((int(ip), v4), strict=False)
        if ip.version == 4
        else ipaddress.IPv6Network((int(ip), v6), strict=False)
    )
    return keyed_hash(str(network.network_address))


def _sender(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Where a request came from, as far as our own proxies saw it."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Each proxy adds whom it heard from at the end; what stands before is the sender's word.
        hops = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")
        address = hops[-settings.BEHIND_PROXY :][0].strip()
    try:
        ip = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if ip.version == 6 else ip


def _without_port(address: str) -> str:
    """Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
