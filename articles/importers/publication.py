"""What a status, a password and a date of WordPress mean here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from articles.models import Status

DRAFTS = frozenset({"draft", "auto-draft"})


@dataclass(frozen=True, slots=True)
class Publication:
    """`status` None: the story stays where it is, for the reason in `remark`."""

    status: str | None
    at: datetime | None
    remark: str = ""


def publication(
    status: str, has_password: bool, at: datetime | None, is_estimated: bool, now: datetime
) -> Publication:
    """`at` is the date there, aware; `now` decides whether what was planned is past."""
    if status == "trash":
        return Publication(None, None, _("was in the trash"))
    if status in DRAFTS:
        return Publication(Status.DRAFT, None)
    if status == "pending":
        return Publication(Status.REVIEW, None)
    if status == "private":
        return Publication(Status.DRAFT, at, _("was private: a draft now"))
    if status not in {"publish", "future", "inherit"}:
        return Publication(Status.DRAFT, at, _("had the status “%s”: a draft now") % status)
    if has_password:
        remark = _("was behind a password: a draft now, the password was not kept")
        return Publication(Status.DRAFT, at, remark)
    if at is None:
        return Publication(Status.DRAFT, None, _("has no date: a draft now"))
    if status == "future" and at <= now:
        remark = _("was planned for a time that has passed: in review now")
        return Publication(Status.REVIEW, at, remark)
    return Publication(Status.PUBLISHED, at, _("its time was estimated") if is_estimated else "")
