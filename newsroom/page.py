"""What a page says about itself to whoever else puts something on it."""

from dataclasses import dataclass
from typing import Literal

PageKind = Literal[
    "front",
    "article",
    "section",
    "topic",
    "author",
    "archive",
    "search",
    "page",
    "support",
    "error",
]


@dataclass(frozen=True)
class PageFacts:
    """Neutral facts of one page. Slugs, never rows: reader and asker stay strangers."""

    kind: PageKind
    language: str
    section: str | None = None
    topics: tuple[str, ...] = ()
    # A story on which nothing may be asked or sold.
    is_sensitive: bool = False
    # A preview shows everything and lets nothing be pressed.
    is_preview: bool = False
