from collections.abc import Iterator

import pytest
import time_machine

from tests.newsroom.pagecache.oracle.history import Stage
from tests.newsroom.pagecache.oracle.paper import BEGAN, TestPaper
from tests.newsroom.pagecache.oracle.readers import Readers


@pytest.fixture(scope="package")
def _readers(django_db_setup: None) -> Iterator[Readers]:
    """Two processes take a while to start."""
    with Readers(BEGAN) as readers:
        yield readers


@pytest.fixture
def stage(_readers: Readers, transactional_db: None) -> Iterator[Stage]:
    _readers.pages = _readers.hits = 0
    with time_machine.travel(BEGAN, tick=False) as clock:
        yield Stage(clock, TestPaper(), _readers)
    _readers.all("mend")
