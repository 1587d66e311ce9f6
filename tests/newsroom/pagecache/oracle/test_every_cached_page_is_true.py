"""Whatever happens, in whatever order: a page from the cache is the page of this moment."""

import os
from collections.abc import Callable

import pytest

from tests.newsroom.pagecache.oracle.history import Stage, live

Record = Callable[[str, object], None]
# Of what is compared so much must come from memory, or nothing was shown.
LEAST = 0.2


def test_every_cached_page_is_true(stage: Stage, record_property: Record) -> None:
    live(stage, histories=2, steps=8)
    tell(stage, record_property)


@pytest.mark.soak
def test_every_cached_page_is_true_for_long(stage: Stage, record_property: Record) -> None:
    live(stage, histories=int(os.environ.get("HISTORIES", "100")), steps=40)
    tell(stage, record_property)


def tell(stage: Stage, record: Record) -> None:
    readers = stage.readers
    share = readers.hits / readers.pages
    record("figures", f"{readers.pages} pages were compared, {share:.0%} of them from memory")
    assert share > LEAST
