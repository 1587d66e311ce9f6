"""What became of everything in the file: a summary in memory, each line in a CSV if wanted."""

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from articles.importers.findings import LEFT, Finding

BROUGHT = "brought"
UPDATED = "updated"
UNCHANGED = "unchanged"
DONE = (BROUGHT, UPDATED, UNCHANGED)

COLUMNS = ("what", "outcome", "times", "name", "id there", "title", "reason")
# A spreadsheet takes these for formulas.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_KINDS = 5_000


class Report:
    """`things` counts whole things by kind and outcome; every thing of the file is in it once.
    `parts` counts what happened inside texts. Close it, or use `with`."""

    def __init__(self, path: Path | None = None) -> None:
        self.things: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.parts: Counter[tuple[str, str, str]] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.notes: list[str] = []
        self._file: IO[str] | None = None
        self._rows: Any = None
        if path is not None:
            self._file = path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._file)
            self._rows.writerow(COLUMNS)

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def thing(
        self,
        kind: str,
        outcome: str,
        *,
        key: str = "",
        title: str = "",
        reason: str = "",
        times: int = 1,
    ) -> None:
        """A whole story, page, picture, author, category … and what became of it."""
        self.things[kind][outcome] += times
        if reason:
            self.reasons[self._bounded((kind, reason), self.reasons)] += times
        self._row(kind, outcome, times, "", key, title, reason)

    def part(self, finding: Finding, times: int, *, key: str, title: str) -> None:
        """Something inside a text."""
        name = finding.name if finding.kind in {"block", "shortcode", "html", "meta"} else ""
        counted = (finding.kind, name, finding.outcome)
        self.parts[self._bounded(counted, self.parts)] += times
        if finding.outcome == LEFT or finding.reason:
            self._row(
                finding.kind, finding.outcome, times, finding.name, key, title, finding.reason
            )

    def remark(self, kind: str, reason: str, *, key: str, title: str) -> None:
        """Something to know about a thing that was brought."""
        self.reasons[self._bounded((kind, reason), self.reasons)] += 1
        self._row(kind, "note", 1, "", key, title, reason)

    def note(self, text: str) -> None:
        """Something about the file as a whole."""
        self.notes.append(text)
        self._row("file", "note", 1, "", "", "", text)

    def done(self, kind: str) -> int:
        return sum(self.things[kind][each] for each in DONE)

    def left(self, kind: str) -> int:
        return self.things[kind][LEFT]

    def summary(self) -> list[str]:
        """Lines for a terminal."""
        lines = [_("In the file, and what became of it:")]
        for kind in sorted(self.things):
            counts = self.things[kind]
            told = ", ".join(
                f"{counts[each]} {word}"
                for each, word in (
                    (BROUGHT, _("brought")),
                    (UPDATED, _("updated")),
                    (UNCHANGED, _("unchanged")),
                    (LEFT, _("left")),
                )
                if counts[each]
            )
            lines.append(f"  {kind}: {sum(counts.values())} = {told}")
            lines += [
                f"      {count} × {reason}"
                for (of, reason), count in self.reasons.most_common()
                if of == kind
            ][:8]
        if self.parts:
            lines.append(_("Inside the texts:"))
            lines += [
                f"  {kind}{f' {name}' if name else ''}: {count} {outcome}"
                for (kind, name, outcome), count in sorted(self.parts.items())
            ]
        return lines + self.notes

    def _row(self, *cells: str | int) -> None:
        if self._rows is not None:
            self._rows.writerow(
                f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
                for cell in cells
            )

    def _bounded(self, key: Any, counter: Counter[Any]) -> Any:
        """A file with ever new names cannot fill the memory with them."""
        return key if key in counter or len(counter) < MOST_KINDS else (*("…" for _each in key),)
