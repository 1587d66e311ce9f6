"""What a page depends on, said while it is rendered.

Views and template tags call `depends_on` and `fresh_until`; the middleware turns both into
headers that caches understand. Outside a request they do nothing, so verbs may call them freely.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from newsroom.pagecache.purging import purge

__all__ = [
    "Dependencies",
    "collecting",
    "depends_on",
    "fresh_until",
    "purge",
    "reader_page",
    "without_database",
]

View = TypeVar("View", bound=Callable[..., Any])


@dataclass
class Dependencies:
    """Surrogate keys of one response (`article:42`, `front`), and when it stops being true."""

    keys: set[str] = field(default_factory=set)
    until: datetime | None = None


collecting: ContextVar[Dependencies | None] = ContextVar("page_dependencies", default=None)


def depends_on(*keys: str) -> None:
    """The page being rendered changes when one of these does."""
    if (dependencies := collecting.get()) is not None:
        dependencies.keys.update(keys)


def fresh_until(at: datetime | None) -> None:
    """The page being rendered is wrong after this moment (aware UTC); None says nothing."""
    dependencies = collecting.get()
    if dependencies is None or at is None:
        return
    if dependencies.until is None or at < dependencies.until:
        dependencies.until = at


def reader_page(*parameters: str) -> Callable[[View], View]:
    """A view whose answer depends on its address alone, and of the query on these parameters.

    Such a page may be kept and given to everybody. All else of the request, other parameters
    too, is taken away before the view sees it.
    """

    def declare(view: View) -> View:
        view.query_parameters = frozenset(parameters)  # type: ignore[attr-defined]
        return view

    return declare


def without_database(view: View) -> View:
    """A view that answers whatever state PostgreSQL is in: it never waits for its turn."""
    view.needs_database = False  # type: ignore[attr-defined]
    return view
