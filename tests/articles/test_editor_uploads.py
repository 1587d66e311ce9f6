"""A picture comes in: what is kept of it, and what is refused, in words."""

import hashlib
import io
import struct
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pixels

from articles import pictures
from articles.models import Image
from newsroom.media import TYPES
from tests.articles.factories import ArticleFactory, AuthorFactory, ImageFactory
from tests.desks import Desk, adding, changing, errors_of, somebody

pytestmark = pytest.mark.django_db

SECRET = "Canon of the source"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Editors"))


def photograph(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **exif: int) -> bytes:
    """As a phone makes it: turned by a note, with the camera's name and the place."""
    notes = Pixels.Exif()
    notes[MAKE] = SECRET
    notes[ORIENTATION] = exif.get("orientation", 1)
    notes.get_ifd(GPS)[2] = (54.0, 41.0, 12.0)
    written = io.BytesIO()
    Pixels.new("RGB", size, "#336699").save(written, kind, exif=notes)
    return written.getvalue()


def upload(desk: Desk, content: bytes, name: str = "quay.jpg", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return desk.fill_in(adding("articles_image"), file=file, alt="A quay", **fields)


@pytest.mark.parametrize(
    ("kind", "kept_as"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("AVIF", "JPEG")]
)
def test_a_picture_is_kept_without_what_its_camera_tells(
    kind: str, kept_as: str, desk: Desk
) -> None:
    content = photograph(kind)
    assert SECRET.encode() in content
    response = upload(desk, content, f"quay.{kind.lower()}", caption="At six.", credit="Ana Kova")
    assert response.redirect_chain, errors_of(response)
    image = Image.objects.get()
    assert (image.alt, image.caption, image.credit) == ("A quay", "At six.", "Ana Kova")
    assert (image.width, image.height) == (60, 40)
    assert image.sha256 == hashlib.sha256(content).hexdigest()
    with image.file.open("rb") as file:
        kept = file.read()
    assert SECRET.encode() not in kept
    with Pixels.open(io.BytesIO(kept)) as picture:
        assert picture.format == kept_as
        assert not picture.getexif()


def test_a_turned_picture_is_kept_upright(desk: Desk) -> None:
    upload(desk, photograph(orientation=6))
    image = Image.objects.get()
    assert (image.width, image.height) == (40, 60)


def test_a_clear_drawing_stays_clear(desk: Desk) -> None:
    drawn = Pixels.new("P", (8, 8))
    drawn.info["transparency"] = 0
    written = io.BytesIO()
    drawn.save(written, "GIF", transparency=0)
    upload(desk, written.getvalue(), "map.gif")
    with Image.objects.get().file.open("rb") as file, Pixels.open(file) as picture:
        assert picture.format == "PNG"
        assert picture.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_the_renditions_are_there_to_read(desk: Desk, client: Client) -> None:
    upload(desk, photograph())
    image = Image.objects.get()
    for name in ("avif_480", "webp_480", "jpg_800"):
        kind = name.split("_")[0].replace("jpg", "jpeg")
        headers = given_out(client, getattr(image.file, name))
        assert headers["Content-Type"] == f"image/{kind}"
        assert int(headers["Content-Length"]) > 0


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that say they are enormous."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + (chunk(b"IEND", b""))
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        ("drawing.jpg", b'<?xml version="1.0"?>\n<svg onload="x()"/>', "SVG"),
        ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>", "not a picture"),
        ("text.jpg", b"no picture at all", "not a picture"),
        ("cut.jpg", photograph(size=(400, 300))[:-900], "damaged"),
        ("cut.png", photograph("PNG", (40, 40))[:-40], "damaged"),
        ("bomb.png", huge_png(20_000, 20_000), "million pixels"),
        ("large.png", huge_png(9_000, 9_000), "million pixels"),
        ("print.tif", photograph("TIFF"), "not a picture"),
        ("empty.jpg", b"", "empty"),
    ],
)
def test_what_is_no_picture_for_print_is_refused_in_words(
    name: str, content: bytes, complaint: str, desk: Desk
) -> None:
    response = upload(desk, content, name, caption="Kept in the form")
    assert complaint in errors_of(response)["file"][0]
    assert "Kept in the form" in response.content.decode()
    assert not Image.objects.exists()


def test_a_file_that_is_too_large_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST_BYTES", 200)
    assert "larger than" in errors_of(upload(desk, photograph()))["file"][0]


def test_the_same_picture_twice_is_said(desk: Desk) -> None:
    content = photograph()
    upload(desk, content)
    image = Image.objects.get()
    response = upload(desk, content, "another-name.jpg")
    assert "here already" in errors_of(response)["file"][0]
    assert changing(image) in response.content.decode()
    assert Image.objects.count() == 1
    # Its own page may be saved again with the same file.
    file = SimpleUploadedFile("again.jpg", content)
    assert desk.fill_in(changing(image), file=file).redirect_chain


def test_the_focal_point_and_the_words_can_be_changed(desk: Desk) -> None:
    image = ImageFactory()
    desk.fill_in(changing(image), focal_point="0.250x0.750", alt="A quay", credit="")
    image.refresh_from_db()
    assert (image.focal_point, image.alt, image.credit) == ("0.250x0.750", "A quay", "")


def test_a_picture_in_use_says_where_and_stays(desk: Desk) -> None:
    lead, portrait, within, unused = (ImageFactory() for _ in range(4))
    stories = [
        ArticleFactory(lead_image=lead),
        ArticleFactory(body=f'<figure><img src="{within.file.url}" alt=""></figure>'),
    ]
    author = AuthorFactory(portrait=portrait)
    for image, user in ((lead, stories[0]), (within, stories[1]), (portrait, author)):
        assert changing(user) in desk.open(changing(image)).content.decode()
        address = f"/admin/articles/image/{image.pk}/delete/"
        assert desk.client.post(address, {"post": "yes"}).status_code == 403
    desk.client.post(f"/admin/articles/image/{unused.pk}/delete/", {"post": "yes"})
    assert set(Image.objects.all()) == {lead, within, portrait}


def given_out(client: Client, address: str) -> dict[str, str]:
    with closing(client.get(address)) as response:
        assert response.status_code == 200
        return dict(response.headers)


def test_files_are_given_out_as_what_they_are(client: Client) -> None:
    folder = Path(settings.MEDIA_ROOT)
    for name in ("page.html", "drawing.svg", "strange", "letter.PDF", "quay.jpg"):
        (folder / name).write_bytes(b"<script>alert(1)</script>")
    for name in ("page.html", "drawing.svg", "strange"):
        headers = given_out(client, f"/media/{name}")
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"] == "attachment"
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert given_out(client, "/media/letter.PDF")["Content-Type"] == "application/pdf"
    headers = given_out(client, "/media/quay.jpg")
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "text/html" not in TYPES.values()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/media/", 404),
        ("/media/none.jpg", 404),
        ("/media/../settings.py", 400),
        ("/media/%2e%2e/%2e%2e/etc/passwd", 400),
    ],
)
def test_nothing_else_is_given_out(address: str, status: int, client: Client) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ж" * 200 + ".jpg", "Ж" * 75),
        ("😀.jpg", "picture"),
        ("..jpg", "picture"),
        ("The quay (2).jpg", "The-quay-2"),
    ],
)
def test_a_picture_may_come_under_any_name(
    desk: Desk, client: Client, name: str, kept: str
) -> None:
    upload(desk, photograph(), name)
    image = Image.objects.get()
    # A name that is taken already gets a few letters more.
    assert Path(image.file.name).stem.partition("_")[0] == kept
    assert given_out(client, image.file.url)["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("size", [(6_000, 1), (1, 6_000)])
def test_a_mere_line_is_refused(desk: Desk, size: tuple[int, int]) -> None:
    assert "mere line" in str(errors_of(upload(desk, photograph("PNG", size)))["file"])
    assert not Image.objects.exists()


def test_a_name_that_no_file_can_have_is_not_found(client: Client) -> None:
    assert client.get(f"/media/{'x' * 3000}").status_code == 404
