"""The editors' desks, one file each."""

from articles.admin import (  # noqa: F401 - each registers itself
    article,
    front_page,
    image,
    old_addresses,
    page,
    taxonomy,
)
