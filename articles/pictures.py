"""A picture on its way in: looked at before it is unpacked, and written anew without its secrets.

What a camera or a phone adds (where, when, by whom) stays outside: the paper's sources may be
in it. Only pixels and their colour profile are kept.
"""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
from PIL import Image as Pixels
from PIL import ImageOps

LARGEST_BYTES = 25 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
# Beyond this a smaller size of it would have no height, or no width, at all.
LONGEST_SIDE_TO_OTHER = 100
# A file system counts bytes, and each rendition adds some of its own.
LONGEST_STEM = 150
# What cameras, phones and agencies send; what it is written as, and how.
KEPT_AS = {
    "JPEG": "JPEG",
    "PNG": "PNG",
    "WEBP": "WEBP",
    "AVIF": "JPEG",
    "GIF": "PNG",
    "MPO": "JPEG",
}
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
QUALITY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 92},
}


@dataclass(frozen=True)
class Accepted:
    """A picture that may be kept. `sha256` is of the bytes as they came, in hexadecimal."""

    file: SimpleUploadedFile
    sha256: str


def accept(upload: IO[bytes], name: str) -> Accepted:
    """Raises ValidationError, in words for whoever uploads, when it is no picture we keep."""
    upload.seek(0)
    content = upload.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValidationError(
            _("This file is larger than %(megabytes)d MB. Save the picture smaller and try again."),
            code="too_large",
            params={"megabytes": LARGEST_BYTES // 1024 // 1024},
        )
    picture, kept_as = _opened(content)
    file = SimpleUploadedFile(
        f"{_stem(name)}.{SUFFIXES[kept_as]}",
        _written_anew(picture, kept_as),
        content_type=f"image/{kept_as.lower()}",
    )
    return Accepted(file, hashlib.sha256(content).hexdigest())


def _stem(name: str) -> str:
    """What the file was called, in letters and numbers that any disk can keep."""
    called = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    plain = re.sub(r"[^\w-]+", "-", called)
    return plain.encode()[:LONGEST_STEM].decode(errors="ignore").strip("-_") or "picture"


def _opened(content: bytes) -> tuple[Pixels.Image, str]:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<svg", b"<?xml")) or b"<svg" in start:
        raise ValidationError(
            _("This is an SVG drawing, which can carry programs. Save it as PNG and try again."),
            code="svg",
        )
    try:
        with warnings.catch_warnings():
            # Its size is judged below, with our own limit.
            warnings.simplefilter("ignore", Pixels.DecompressionBombWarning)
            picture = Pixels.open(io.BytesIO(content), formats=list(KEPT_AS))
    except Pixels.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise ValidationError(
            _("This file is not a picture that can be printed. JPEG, PNG, WebP, AVIF and GIF are."),
            code="invalid_image",
        ) from error
    if picture.width * picture.height > LARGEST_PIXELS:
        raise _too_many_pixels()
    if max(picture.size) > LONGEST_SIDE_TO_OTHER * min(picture.size):
        raise ValidationError(
            _("This picture is a mere line. Cut it to a shape that can be printed."),
            code="line",
        )
    try:
        picture.load()
    except Exception as error:
        raise ValidationError(
            _("This picture is damaged or incomplete. Export or download it again."),
            code="damaged",
        ) from error
    return picture, KEPT_AS[picture.format or ""]


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        _("This picture has more than %(million)d million pixels. Save it smaller and try again."),
        code="too_many_pixels",
        params={"million": LARGEST_PIXELS // 1_000_000},
    )


def _written_anew(picture: Pixels.Image, kept_as: str) -> bytes:
    profile = picture.info.get("icc_profile")
    is_clear = "transparency" in picture.info
    upright = ImageOps.exif_transpose(picture)
    if upright.mode == "CMYK":
        # Its profile describes inks, not the colours that it is turned into.
        profile = None
    if kept_as == "JPEG" and upright.mode not in {"RGB", "L"}:
        upright = upright.convert("RGB")
    elif is_clear or upright.mode == "LA":
        upright = upright.convert("RGBA")
    elif upright.mode not in {"RGB", "RGBA", "L"}:
        upright = upright.convert("RGB")
    upright.info.clear()
    written = io.BytesIO()
    extra = {"icc_profile": profile} if profile else {}
    upright.save(written, kept_as, **QUALITY[kept_as], **extra)
    return written.getvalue()
