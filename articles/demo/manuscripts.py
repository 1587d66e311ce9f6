"""The demo's texts, as they lie in `stories/` and `pages/`: a head of `Name: value`, then HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
# How long before or after the edition: -5h, -1d 7h, +2d.
RELATIVE = re.compile(r"(?P<sign>[+-])(?:(?P<days>\d+)d)? ?(?:(?P<hours>\d+)h)?")
REFERENCE = re.compile(r'"(?P<kind>story|page):(?P<slug>[\w-]+)"')
PICTURE = re.compile(r'<img src="picture:(?P<name>[\w-]+)">')


@dataclass(frozen=True)
class Manuscript:
    slug: str
    head: dict[str, str]
    body: str

    def __getitem__(self, name: str) -> str:
        """A line of the head, or "" where there is none."""
        return self.head.get(name, "")

    def names(self, name: str) -> list[str]:
        return [each.strip() for each in self[name].split(",") if each.strip()]

    def html(self, address: Callable[[str, str], str], figure: Callable[[str], str]) -> str:
        """The text with its references made good: `address(kind, slug)`, `figure(picture)`."""
        text = REFERENCE.sub(lambda found: f'"{address(found["kind"], found["slug"])}"', self.body)
        return PICTURE.sub(lambda found: figure(found["name"]), text)


def read(folder: str) -> list[Manuscript]:
    return [_read(path) for path in sorted((FOLDER / folder).glob("*.html"))]


def _read(path: Path) -> Manuscript:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    lines = (line.partition(": ") for line in head.splitlines())
    return Manuscript(path.stem, {name: value for name, _, value in lines}, body.strip())


def moment(written: str, edition: datetime, zone: ZoneInfo) -> datetime | None:
    """When: `2023-03-14 12:00` where the paper is, or so long before or after the edition."""
    if not written:
        return None
    if found := RELATIVE.fullmatch(written):
        away = timedelta(days=int(found["days"] or 0), hours=int(found["hours"] or 0))
        return edition + away if found["sign"] == "+" else edition - away
    return datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
