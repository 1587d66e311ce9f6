"""What the caches are told of a change to what the paper asks for, in its transaction.

Whatever a fundraiser does is seen at once, on every page that asks. Gifts are another matter: the
number that they move is told by `told_goals`.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save

from donations.models import Campaign, PaymentSettings, Prompt
from newsroom.pagecache import purge


def connect() -> None:
    """From now on, in this process, whoever writes a row tells the caches."""
    for model in (Campaign, Prompt, PaymentSettings):
        for signal in (post_save, post_delete):
            signal.connect(_spoil_asks, sender=model)


def _spoil_asks(**_: Any) -> None:
    purge("support")
