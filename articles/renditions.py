"""Sizes and formats of a picture: AVIF and WebP for browsers that read them, JPEG for the rest.

Widths in pixels match the layout: a phone, a phone with a sharp screen or a column, the lead.
A rendition is never wider than its original, and carries none of its metadata.
"""

from collections.abc import Callable
from typing import Any

from imagefield.processing import register

AVIF_WIDTHS = (480, 800, 1600)
WEBP_WIDTHS = (480, 800, 1200)
JPEG_WIDTH = 800
TALLEST = 2400

SAVE_OPTIONS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 55, "speed": 8},
    "webp": {"format": "WEBP", "quality": 74, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


@register  # type: ignore[untyped-decorator]
def save_as(get_image: Callable[..., Any], extension: str) -> Callable[..., Any]:
    """Last processor of a rendition: what it is written as."""

    def processor(image: Any, context: Any) -> Any:
        image = get_image(image, context)
        if image.mode not in {"RGB", "RGBA"} or (extension == "jpg" and image.mode != "RGB"):
            image = image.convert("RGB")
        context.save_kwargs.clear()
        context.save_kwargs.update(SAVE_OPTIONS[extension])
        image.info.pop("exif", None)
        return image

    return processor


def rendition(extension: str, width: int) -> Callable[[Any, Any], None]:
    def spec(field_file: Any, context: Any) -> None:
        context.extension = f".{extension}"
        context.processors = [
            ("save_as", extension), "autorotate", ("thumbnail", (width, TALLEST)),
        ]  # fmt: skip

    return spec


FORMATS: dict[str, Any] = {
    **{f"avif_{width}": rendition("avif", width) for width in AVIF_WIDTHS},
    **{f"webp_{width}": rendition("webp", width) for width in WEBP_WIDTHS},
    f"jpg_{JPEG_WIDTH}": rendition("jpg", JPEG_WIDTH),
}
