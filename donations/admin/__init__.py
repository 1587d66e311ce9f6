"""The fundraisers' desks, one file each."""

from donations.admin import (  # noqa: F401 - each registers itself
    campaign,
    prompt,
    reminder,
)
