"""Pictures of the old site, taken from a copy of its uploads folder. Nothing is fetched."""

from collections import OrderedDict
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from articles import pictures
from articles.importers import known
from articles.importers.findings import LEFT, Picture
from articles.importers.old_site import VARIANT, file_key
from articles.importers.report import BROUGHT, UNCHANGED
from articles.importers.run import Run
from articles.importers.slugs import unicode_slug
from articles.importers.survey import OldSite
from articles.importers.words import plain, shortened
from articles.models import Image
from articles.renditions import JPEG_WIDTH, TALLEST

KIND = "attachment"
# By its path too: a text may show a picture that another part of the export described.
FILE = "file"
PICTURES = frozenset(
    {"jpg", "jpeg", "jpe", "png", "gif", "webp", "avif", "bmp", "tif", "tiff", "heic", "svg"}
)
FOLDERS = ("", "uploads", "wp-content/uploads", "files")
MOST_REMEMBERED = 5_000


class Pictures:
    def __init__(self, run: Run, site: OldSite) -> None:
        self._run = run
        self._site = site
        self._seen: OrderedDict[str, Picture | None] = OrderedDict()
        # In a dry run no row is made; the texts are shown that there would be one.
        self._pretended: dict[str, Picture] = {}

    def bring(self) -> None:
        """Every attachment of the file: brought, here already, or left with a reason."""
        rows = self._run.survey.all(
            "SELECT * FROM files WHERE source=? ORDER BY CAST(number AS INTEGER), number",
            self._site.source,
        )
        for row in rows:
            outcome, reason = self._bring(row)
            self._run.report.thing(
                _("attachments"), outcome, key=row["number"], title=row["key"], reason=reason
            )

    def numbered(self, number: str) -> Picture | None:
        """The picture that had this id in the old site."""
        if number in self._pretended:
            return self._pretended[number]
        if number not in self._seen:
            self._keep(number, self._look_up(KIND, number))
        return self._seen[number]

    def at_path(self, key: str) -> Picture | None:
        """The picture that lay there in the uploads folder, from an earlier part of the export."""
        return self._look_up(FILE, key) if len(key) <= 200 else None

    def _keep(self, number: str, picture: Picture | None) -> None:
        self._seen[number] = picture
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)

    def _look_up(self, kind: str, key: str) -> Picture | None:
        item = known.find(self._site.source, kind, key)
        image = Image.objects.filter(pk=item.object_id or 0).first() if item else None
        return shown(image) if image else None

    def _bring(self, row: Any) -> tuple[str, str]:
        item = known.find(self._site.source, KIND, row["number"])
        if item is not None:
            if Image.objects.filter(pk=item.object_id or 0).exists():
                return UNCHANGED, ""
            return LEFT, _("was deleted here")
        name = row["key"].rpartition("/")[2]
        ending = name.rpartition(".")[2].lower()
        if ending not in PICTURES:
            return LEFT, _("is no picture: files of other kinds have no place here")
        path = self._locate(row)
        if path is None:
            return LEFT, (
                _("its file is not in the folder given with --media")
                if self._run.media
                else _("its file was not given (--media)")
            )
        try:
            with path.open("rb") as file:
                accepted = pictures.accept(file, name)
        except OSError as error:
            return LEFT, _("its file cannot be read: %s") % error.strerror
        except ValidationError as error:
            return LEFT, " ".join(error.messages)
        if self._run.is_dry:
            pretended = Picture(-len(self._pretended) - 1, "/", 1, 1, row["alt"], row["caption"])
            self._pretended[row["number"]] = pretended
        else:
            self._store(row, accepted)
        return BROUGHT, ""

    def _locate(self, row: Any) -> Path | None:
        """Never outside of the folder, whatever the export calls its files."""
        if self._run.media is None:
            return None
        folder = self._run.media.resolve()
        names = [row["key"], file_key(row["url"]), unquote(urlsplit(row["url"]).path).lstrip("/")]
        names += [VARIANT.sub("", name) for name in names]
        for name in dict.fromkeys(filter(None, names)):
            for inside in FOLDERS:
                try:
                    path: Path = (folder / inside / name).resolve()
                    if path.is_relative_to(folder) and path.is_file():
                        return path
                except (OSError, ValueError):
                    continue
        return None

    def _store(self, row: Any, accepted: pictures.Accepted) -> None:
        with transaction.atomic():
            image = Image.objects.filter(sha256=accepted.sha256).first()
            if image is None:
                image = Image(
                    alt=shortened(plain(row["alt"]), 300),
                    caption=shortened(plain(row["caption"]), 500),
                    credit=shortened(plain(row["credit"]), 160),
                    sha256=accepted.sha256,
                )
                image.file.save(_name(image, row, accepted), File(accepted.file), save=False)
                image.save()
            known.remember(self._site.source, KIND, row["number"], image)
            if len(row["key"]) <= 200:
                known.remember(self._site.source, FILE, row["key"], image)
        self._keep(row["number"], shown(image))


def shown(image: Image) -> Picture:
    """As a text shows it: never larger than the rendition that every browser reads."""
    width, height = image.width or JPEG_WIDTH, image.height or JPEG_WIDTH
    scale = min(1.0, JPEG_WIDTH / width, TALLEST / height)
    return Picture(
        pk=image.pk,
        src=getattr(image.file, f"jpg_{JPEG_WIDTH}"),
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        alt=image.alt,
        caption=image.caption,
    )


def _name(image: Image, row: Any, accepted: pictures.Accepted) -> str:
    """Named after its content: what a killed run left behind is found, and replaced."""
    stem, _dot, _ending = row["key"].rpartition("/")[2].rpartition(".")
    ending = (accepted.file.name or "").rpartition(".")[2].replace("jpg", "jpeg")
    name = f"{unicode_slug(stem, 60) or 'picture'}-{accepted.sha256[:12]}.{ending}"
    stored = image.file.field.generate_filename(image, name)
    storage = image.file.storage
    if storage.exists(stored) and not Image.objects.filter(file=stored).exists():
        storage.delete(stored)
    return name
