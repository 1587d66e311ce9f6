"""What a reader's browser remembers once they acted: one cookie, set in answer to their POST.

Its value is dates (UTC days, first day on which the ask may show again), readable by script:
`later:2026-12-24`, `supporter:2027-01-31:month`, or both, joined by a dot. It names nobody.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME: Final = f"{settings.COOKIE_PREFIX}newsroom_reader"

_LATER = re.compile(r"^later:([0-9]{4}-[0-9]{2}-[0-9]{2})$")
_SUPPORTER = re.compile(r"^supporter:([0-9]{4}-[0-9]{2}-[0-9]{2}):(month|year|once)$")


@dataclass(frozen=True)
class ReaderState:
    """All that a device says about its reader. `every` is `month`, `year`, `once` or empty."""

    later: date | None = None
    supporter_until: date | None = None
    every: str = ""

    def wants_no_ask(self, on: date) -> bool:
        return any(day is not None and on < day for day in (self.later, self.supporter_until))

    def __str__(self) -> str:
        parts = []
        if self.later:
            parts.append(f"later:{self.later.isoformat()}")
        if self.supporter_until:
            parts.append(f"supporter:{self.supporter_until.isoformat()}:{self.every}")
        return ".".join(parts)


UNKNOWN: Final = ReaderState()


def parse(value: str) -> ReaderState:
    """Read a cookie's value; what is broken or strange counts as not there."""
    state = UNKNOWN
    for part in value.split("."):
        if (found := _LATER.match(part)) and (day := _day(found[1])):
            state = replace(state, later=day)
        elif (found := _SUPPORTER.match(part)) and (day := _day(found[1])):
            state = replace(state, supporter_until=day, every=found[2])
    return state


def read(request: HttpRequest) -> ReaderState:
    return parse(request.COOKIES.get(NAME, ""))


def defer(response: HttpResponse, until: date, *, known: ReaderState = UNKNOWN) -> None:
    """No ask before `until`. `known` (what `read` gave) is kept beside it."""
    _write(response, replace(known, later=until))


def mark_supporter(
    response: HttpResponse, *, until: date, every: str, known: ReaderState = UNKNOWN
) -> None:
    """No ask before `until`, because this reader gives `every` month, year or did once."""
    if every not in {"month", "year", "once"}:
        raise ValueError(every)
    _write(response, replace(known, supporter_until=until, every=every))


def _write(response: HttpResponse, state: ReaderState) -> None:
    last = max(day for day in (state.later, state.supporter_until) if day is not None)
    response.set_cookie(
        NAME,
        str(state),
        expires=datetime.combine(last, time.min, UTC),
        path="/",
        secure=settings.IS_HTTPS,
        httponly=False,
        samesite="Lax",
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
