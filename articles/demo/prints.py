"""The demo's drawings as pictures of the paper: each drawn, resized and kept once."""

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from articles.demo import captions, paper, pictures, portraits
from articles.models import Image, ImportedItem
from articles.renditions import FORMATS, SAVE_OPTIONS

SOURCE = "demo"
# A portrait is never shown large.
PORTRAIT_SHARE = 3


def print_all(width: int) -> None:
    """Every picture that is not there yet, `width` pixels wide; portraits a third of it.

    Writing the small files is nearly all of the work, and needs no database: every core helps.
    """
    kept = set(_items().values_list("key", flat=True))
    missing = [name for name in (*captions.PICTURES, *portraits.PORTRAITS) if name not in kept]
    with _in_a_hurry(), ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, image in zip(
            missing, pool.map(lambda each: _print(each, width), missing), strict=True
        ):
            _keep(name, image)


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Somebody waits for the first page: a fifth of the time, for files that are a third larger."""
    avif = SAVE_OPTIONS["avif"]
    careful = avif["speed"]
    avif["speed"] = 10
    try:
        yield
    finally:
        avif["speed"] = careful


def picture(name: str) -> Image | None:
    """The picture of that name; None when nobody has drawn it."""
    return Image.objects.filter(pk__in=_items().filter(key=name).values("object_id")).first()


def _items() -> QuerySet[ImportedItem]:
    return ImportedItem.objects.filter(source=SOURCE, kind="picture")


def _print(name: str, width: int) -> Image:
    """On disk in all of its sizes, and not yet in the database."""
    if name in portraits.PORTRAITS:
        person = paper.AUTHORS[name].name
        drawing = portraits.draw(name, width // PORTRAIT_SHARE)
        alt, caption = f"Portrait of {person}, in black lines.", person
    else:
        drawing = pictures.draw(name, width)
        alt, caption = captions.PICTURES[name]
    written = io.BytesIO()
    drawing.save(written, "JPEG", quality=92)
    image = Image(alt=alt, caption=caption, credit=paper.CREDIT)
    image.file.save(f"{name}.jpg", ContentFile(written.getvalue()), save=False)
    for rendition in FORMATS:
        image.file.process(rendition)
    return image


@transaction.atomic
def _keep(name: str, image: Image) -> None:
    image.save()
    ImportedItem.objects.create(source=SOURCE, kind="picture", key=name, object_id=image.pk)
