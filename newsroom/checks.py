"""Settings that must stop a start, or at least a release."""

import zoneinfo
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from newsroom import crash_points


@register(Tags.security, deploy=True)
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.IS_HTTPS:
        found.append(Error("SITE_URL must begin with https:// in production.", id="newsroom.E001"))
    if settings.DEMO:
        found.append(Error("DEMO is on: the paper's data would be a toy.", id="newsroom.E002"))
    if settings.STRIPE_API_BASE:
        found.append(
            Error("STRIPE_API_BASE points away from Stripe. Unset it.", id="newsroom.E003")
        )
    if crash_points.armed_at:
        found.append(
            Error(
                f"{crash_points.VARIABLE} is set: this process would kill itself. Unset it.",
                id="newsroom.E006",
            )
        )
    if not settings.OPERATORS:
        found.append(
            Warning(
                "OPERATORS is empty: nobody hears of an alert by mail.",
                id="newsroom.W001",
            )
        )
    return found


@register()
def check_time_zones(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if "UTC" in zoneinfo.available_timezones():
        return []
    return [Error("This system has no time zone data. Install tzdata.", id="newsroom.E004")]


@register(Tags.database)
def check_words(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Search depends on how the database was made: some locales know no letters but a to z."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_tsvector('simple', %s)::text", ["“Слово”"])
            (words,) = cursor.fetchone()
        if words != "'слово':1":
            found.append(
                Error(
                    "This database does not know letters beyond a to z, so search would fail.",
                    hint="Create it with encoding UTF8 and a UTF-8 locale, such as: CREATE DATABASE "
                    "newsroom TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8'.",
                    id="newsroom.E005",
                )
            )
    return found
