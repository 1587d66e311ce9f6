"""What every page of the paper carries: its sections, its plain pages, its pictures."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from articles import renditions, typesetting
from articles.models import Image, Page, Section
from articles.structured_data import absolute_file
from newsroom.pagecache import depends_on, fresh_until

register = template.Library()


@register.simple_tag
def navigation() -> list[Section]:
    depends_on("navigation")
    return list(Section.objects.filter(is_in_navigation=True))


@register.simple_tag
def footer_pages() -> list[Page]:
    depends_on("navigation")
    return list(Page.objects.filter(is_published=True, is_in_footer=True).defer("body"))


@register.simple_tag
def today() -> datetime:
    """Now, where the paper is. A page that prints the date is wrong after midnight."""
    at = localtime()
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    fresh_until((midnight + timedelta(days=1)).astimezone(UTC))
    return at


@register.filter
def typeset(body: str, dateline: str = "") -> SafeString:
    """A text as it is set on its page, with its dateline run in."""
    return typesetting.typeset(body, dateline)


@register.filter
def absolute(url: str) -> str:
    return absolute_file(url)


@register.filter
def short_address(address: str) -> SafeString:
    """`https://t.me/paper/` as readers say it: `t.me/paper`; a line may end at a stroke."""
    said = address.removeprefix("https://").removeprefix("www.").rstrip("/")
    return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in said.split("/")))


@register.inclusion_tag("articles/picture.html")
def picture(
    image: Image | None,
    sizes: str = "100vw",
    is_lead: bool = False,
    alt: str | None = None,
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
