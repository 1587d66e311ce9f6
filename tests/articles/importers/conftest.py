"""What the tests of the import ask for."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True)
class Outcome:
    """What the command said, and its report. `error` is None when it ended well."""

    text: str
    rows: list[dict[str, str]]
    error: str | None

    def things(self, kind: str) -> Counter[str]:
        """Outcome to how many, for the whole things of a kind."""
        counted: Counter[str] = Counter()
        for row in self.rows:
            if row["what"] == kind and row["outcome"] != "note":
                counted[row["outcome"]] += int(row["times"])
        return counted

    def reasons(self, kind: str) -> list[str]:
        return [row["reason"] for row in self.rows if row["what"] == kind and row["reason"]]


Import = Callable[..., Outcome]


@pytest.fixture
def bring(db: None, tmp_path: Path) -> Import:
    """`bring(path, media=…, dry_run=True)` runs the command in this process."""

    def run(path: Path, **options: Any) -> Outcome:
        said, report = io.StringIO(), tmp_path / "report.csv"
        error = None
        try:
            call_command("import_wordpress", str(path), stdout=said, report=report, **options)
        except CommandError as refused:
            error = str(refused)
        with report.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return Outcome(said.getvalue(), rows, error)

    return run
