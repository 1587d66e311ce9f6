"""What every page of the paper carries: its sections, its plain pages, its pictures."""

from typing import Any

from django import template

from articles import renditions
from articles.models import Image, Page, Section
from newsroom.pagecache import depends_on

register = template.Library()


@register.simple_tag
def navigation() -> list[Section]:
    depends_on("navigation")
    return list(Section.objects.filter(is_in_navigation=True))


@register.simple_tag
def footer_pages() -> list[Page]:
    depends_on("navigation")
    return list(Page.objects.filter(is_published=True, is_in_footer=True).defer("body"))


@register.inclusion_tag("articles/picture.html")
def picture(
    image: Image | None, sizes: str = "100vw", is_lead: bool = False, alt: str | None = None
) -> dict[str, Any]:
    """A `<picture>` in the formats and widths we keep; nothing when there is no image.

    `sizes` is what the layout gives it; `alt=""` when the words beside it say the same.
    """
    if image is None:
        return {"image": None}
    return {
        "image": image,
        "sources": sources(image),
        "src": getattr(image.file, f"jpg_{renditions.JPEG_WIDTH}"),
        "sizes": sizes,
        "is_lead": is_lead,
        "alt": image.alt if alt is None else alt,
    }


def sources(image: Image) -> list[dict[str, str]]:
    """Best format first. A browser takes the first that it can read."""
    return [
        {"type": f"image/{kind}", "srcset": ", ".join(_candidates(image, kind, widths))}
        for kind, widths in (
            ("avif", renditions.AVIF_WIDTHS),
            ("webp", renditions.WEBP_WIDTHS),
        )
    ]


def _candidates(image: Image, kind: str, widths: tuple[int, ...]) -> list[str]:
    """Each rendition once, with the width it really has: none is larger than its original."""
    widest = image.width or widths[0]
    if image.height > renditions.TALLEST:
        widest = widest * renditions.TALLEST // image.height
    candidates = {min(width, widest): f"{kind}_{width}" for width in reversed(widths)}
    return [f"{getattr(image.file, name)} {width}w" for width, name in sorted(candidates.items())]
