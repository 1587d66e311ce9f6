"""What every page of the paper carries: its sections, its plain pages, its pictures."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from articles import renditions, typesetting
from articles.models import Image, Page, Section
from articles.navigation import navigation_and_footer
from articles.structured_data import absolute_file
from newsroom.pagecache import depends_on, fresh_until

register = template.Library()

ELABORATE = re.compile(r"<(?:ol|dl|hr|pre|su[bp]|h[34])\b")


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Section]:
    return _on_every_page(context)[0]


@register.simple_tag(takes_context=True)
def footer_pages(context: template.Context) -> list[Page]:
    return _on_every_page(context)[1]


def _on_every_page(context: template.Context) -> tuple[list[Section], list[Page]]:
    """Sections of the navigation and pages of the footer: asked for once a page, in one query."""
    depends_on("navigation")
    request = context.get("request")
    found: tuple[list[Section], list[Page]] | None = getattr(request, "on_every_page", None)
    if found is None:
        found = navigation_and_footer()
        if request is not None:
            request.on_every_page = found
    return found


@register.simple_tag
def today() -> datetime:
    """Now, where the paper is. A page that prints the date is wrong after midnight."""
    at = localtime()
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    fresh_until((midnight + timedelta(days=1)).astimezone(UTC))
    return at


@register.filter
def is_elaborate(body: str) -> bool:
    """A text with more in it than most: numbered lists, lower headings, rules, formulas."""
    return ELABORATE.search(body) is not None


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
    is_small: bool = False,
) -> dict[str, Any]:
    """A `<picture>` in the formats and widths we keep; nothing when there is no image.

    `sizes` is what the layout gives it; `alt=""` when the words beside it say the same. A small
    one is offered in one width, which is enough for it everywhere.
    """
    if image is None:
        return {"image": None}
    return {
        "image": image,
        "sources": sources(image, is_small=is_small),
        "src": getattr(image.file, f"jpg_{renditions.JPEG_WIDTH}"),
        "sizes": "" if is_small else sizes,
        "is_lead": is_lead,
        "alt": image.alt if alt is None else alt,
    }


def sources(image: Image, *, is_small: bool = False) -> list[dict[str, str]]:
    """Best format first. A browser takes the first that it can read."""
    return [
        {"type": f"image/{kind}", "srcset": _srcset(image, kind, widths, is_small=is_small)}
        for kind, widths in (
            ("avif", renditions.AVIF_WIDTHS),
            ("webp", renditions.WEBP_WIDTHS),
        )
    ]


def _srcset(image: Image, kind: str, widths: tuple[int, ...], *, is_small: bool) -> str:
    if is_small:
        return str(getattr(image.file, f"{kind}_{widths[0]}"))
    return ", ".join(_candidates(image, kind, widths))


def _candidates(image: Image, kind: str, widths: tuple[int, ...]) -> list[str]:
    """Each rendition once, with the width it really has: none is larger than its original."""
    widest = image.width or widths[0]
    if image.height > renditions.TALLEST:
        widest = widest * renditions.TALLEST // image.height
    candidates = {min(width, widest): f"{kind}_{width}" for width in reversed(widths)}
    return [f"{getattr(image.file, name)} {width}w" for width, name in sorted(candidates.items())]
