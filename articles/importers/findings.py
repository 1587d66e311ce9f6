"""What happened to the parts of a text on their way in, for the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

CONVERTED = "converted"
LEFT = "left"


@dataclass(frozen=True, slots=True)
class Finding:
    """One block, shortcode, embed, picture or link of a text."""

    kind: str
    name: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the paper as a text shows it: its rendition, its shown size in pixels."""

    pk: int
    src: str
    width: int
    height: int
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the old site. `number` is its id there; `picture` is None when it is not here."""

    number: str
    url: str
    title: str
    alt: str
    caption: str
    picture: Picture | None


class Surroundings(Protocol):
    """What a text refers to beyond itself."""

    def attachment(self, number: str) -> Attachment | None: ...

    def attachment_at(self, url: str) -> Attachment | None: ...

    def attachments_of_story(self) -> Iterable[Attachment]: ...

    def address(self, url: str) -> str | None:
        """Where a link leads now: None when it is no address of the old site; "" when it is one,
        of something that is not here."""

    def reusable(self, number: str) -> str | None:
        """The text of a block that stands in many stories."""

    def footnotes(self) -> list[tuple[str, str]]:
        """Id and HTML of each."""
