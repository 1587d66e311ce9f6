"""`make messages`: collect what readers are told into the catalogues, and compile them.

Needs gettext's own programs. Nothing else does: the compiled catalogues are kept beside the others.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

LANGUAGES = ("ru", "ar")
# Whatever is not named here is for readers. The desks are spoken to in English.
NOT_FOR_READERS = (
    ".*", "tests", "bench", "docs", "deploy",
    "admin", "registration", "demo", "dev", "importers", "management", "migrations",
    "stripe_stand_in", "apps.py",
    "newsroom/alert_advice.py", "newsroom/alerts.py", "newsroom/clock.py", "newsroom/mail.py", "newsroom/models.py",
    "newsroom/settings.py", "newsroom/signing_in.py", "newsroom/admin.py",
    "articles/models", "articles/pictures.py", "articles/publishing.py",
    "donations/models/[!f]*", "donations/standing.py",
)  # fmt: skip


def main() -> None:
    if shutil.which("msgmerge") is None:
        sys.exit("This needs gettext. Install it: apt install gettext, or brew install gettext.")
    django.setup()
    call_command(
        "makemessages", locale=list(LANGUAGES), ignore_patterns=list(NOT_FOR_READERS),
        no_location=True, no_wrap=True, no_obsolete=True, verbosity=0,
    )  # fmt: skip
    for language in LANGUAGES:
        _without_dates(catalogue(language, "po"))
    call_command("compilemessages", locale=list(LANGUAGES), ignore_patterns=[".*"], verbosity=0)


def catalogue(language: str, kind: str) -> Path:
    """The file of a language: `po` for people, `mo` for the machine."""
    folder: Path = settings.LOCALE_PATHS[0]
    return folder / language / "LC_MESSAGES" / f"django.{kind}"


def _without_dates(path: Path) -> None:
    """Collecting again changes nothing when no words have changed."""
    path.write_text(re.sub(r'"POT-Creation-Date: .*\n', "", path.read_text()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    main()
