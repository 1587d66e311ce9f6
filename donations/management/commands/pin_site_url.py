"""After the paper has moved: make its new address the one that takes money."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from donations import standing


class Command(BaseCommand):
    help = (
        "Makes SITE_URL the address at which this paper takes money. Run it after the paper has "
        "moved; never in a copy of it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.STRIPE_LIVEMODE:
            raise CommandError(
                "STRIPE_SECRET_KEY is a test key, which works at any address: nothing to pin."
            )
        before = standing.pin()
        if before in {"", settings.SITE_URL}:
            self.stdout.write(f"{settings.SITE_URL} takes money.")
        else:
            self.stdout.write(f"{settings.SITE_URL} takes money now, no longer {before}.")
