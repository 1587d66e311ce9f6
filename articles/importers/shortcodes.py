"""`[caption]…[/caption]` and its kin. What is only words in brackets stays words in brackets."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.importers.findings import (
    CONVERTED,
    LEFT,
    Attachment,
    Finding,
    Surroundings,
)
from articles.importers.links import absolute, is_web, link

TOKEN = re.compile(
    r"(?P<skip><!--.{0,4000}?-->|<[A-Za-z/](?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,4000}>)"
    r"|\[(?P<escaped>\[[^\[\]\n]{1,400}\])\]"
    r"|\[(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]{0,60})"
    r"(?P<rest>(?:[\s=/](?:[^\[\]\"'“”]|\"[^\"]{0,2000}\"|'[^']{0,2000}'|“[^”]{0,2000}”){0,2000})?)\]",
    re.DOTALL,
)
ATTRIBUTE = re.compile(
    r"""([A-Za-z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'“”]+))|"([^"]*)"|(\S+)"""
)
CAPTION_LINK = re.compile(
    r"\s*(<a\b[^>]*>\s*<img\b[^>]*>\s*</a>|<img\b[^>]*>)(.*)", re.DOTALL | re.I
)
# Shortcodes whose content is an address, or that name one.
EMBEDS = frozenset(
    {"embed", "audio", "video", "wpvideo", "youtube", "vimeo", "dailymotion", "soundcloud", "tweet",
     "twitter", "instagram", "facebook", "ted", "flickr", "spotify", "slideshare", "scribd",
     "googlemaps", "gist", "googlevideo", "bandcamp", "mixcloud", "playlist", "telegram"}
)  # fmt: skip
ADDRESS_KEYS = ("src", "url", "mp4", "mp3", "m4v", "webm", "ogv", "ogg", "wav", "m4a", "flv", "link",
                "tweet", "0")  # fmt: skip
KNOWN_ALONE = EMBEDS | {"gallery", "contact-form", "contact-form-7", "sitemap", "archives", "more"}


@dataclass
class _Open:
    """A shortcode that has begun; `parts` is what stands in it."""

    name: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)


def expand(text: str, around: Surroundings, report: Callable[[Finding], None]) -> str:
    """The text with its shortcodes as HTML; those that are not known are reported."""
    if "[" not in text:
        return text
    tokens = list(TOKEN.finditer(text))
    closed = _pairs(tokens)
    endings = set(closed.values())
    stack = [_Open("", {})]
    done = 0
    for index, token in enumerate(tokens):
        stack[-1].parts.append(text[done : token.start()])
        done = token.end()
        if token["skip"]:
            stack[-1].parts.append(token[0])
        elif token["escaped"]:
            stack[-1].parts.append(token["escaped"])
        elif token["close"]:
            if index in endings:
                ended = stack.pop()
                inner = "".join(ended.parts)
                stack[-1].parts.append(_enclosing(ended, inner, around, report))
            else:
                stack[-1].parts.append(token[0])
        elif index in closed:
            stack.append(_Open(token["name"], _attributes(token["rest"])))
        elif _is_shortcode(token, text):
            found = _Open(token["name"], _attributes(token["rest"]))
            stack[-1].parts.append(_alone(found, around, report))
        else:
            stack[-1].parts.append(token[0])
    stack[-1].parts.append(text[done:])
    return "".join(stack[0].parts)


def _pairs(tokens: list[re.Match[str]]) -> dict[int, int]:
    """Beginning to end, well nested: what crosses another is taken for something alone."""
    pairs: dict[int, int] = {}
    begun: list[int] = []
    waiting: dict[str, int] = {}
    for index, token in enumerate(tokens):
        name = token["name"]
        if name is None or token["rest"].rstrip().endswith("/"):
            continue
        if not token["close"]:
            begun.append(index)
            waiting[name] = waiting.get(name, 0) + 1
        elif waiting.get(name):
            while True:
                start = begun.pop()
                waiting[tokens[start]["name"]] -= 1
                if tokens[start]["name"] == name:
                    pairs[start] = index
                    break
    return pairs


def _is_shortcode(token: re.Match[str], text: str) -> bool:
    """Editors write [They] and [sic]; only what looks like a command is one."""
    name, rest = token["name"], token["rest"].strip()
    if name != name.lower():
        return False
    if name in KNOWN_ALONE or "_" in name or rest.endswith("/"):
        return True
    if rest:
        return bool(re.match(r"""[A-Za-z_][\w-]*\s*=|=""", rest))
    before = text[text.rfind("\n", 0, token.start()) + 1 : token.start()]
    end = text.find("\n", token.end())
    after = text[token.end() : end if end >= 0 else len(text)]
    return not before.strip() and not after.strip()


def _attributes(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    number = 0
    for match in ATTRIBUTE.finditer(rest.strip().rstrip("/").replace("\xa0", " ").lstrip("=")):
        if match[1]:
            value = next((each for each in match.group(2, 3, 4, 5) if each is not None), "")
            found[match[1].lower()] = html.unescape(value)
        else:
            found[str(number)] = html.unescape(match[6] if match[6] is not None else match[7])
            number += 1
    return found


def _enclosing(
    code: _Open, inner: str, around: Surroundings, report: Callable[[Finding], None]
) -> str:
    name = code.name.lower()
    if name in {"caption", "wp_caption"}:
        report(Finding("shortcode", name, CONVERTED))
        return _caption(code, inner, report)
    if name == "gallery":
        return _alone(code, around, report) + inner
    if name in EMBEDS:
        address = absolute(html.unescape(re.sub(r"<[^>]*>", "", inner)).strip())
        if is_web(address):
            report(Finding("shortcode", name, CONVERTED, _("now a link: %s") % address))
            return f"\n\n<p>{link(address)}</p>\n\n"
        return _alone(code, around, report) + inner
    report(Finding("shortcode", name, LEFT, _("not known here: its text was kept, check by eye")))
    return inner


def _caption(code: _Open, inner: str, report: Callable[[Finding], None]) -> str:
    words = code.attributes.get("caption", "")
    found = CAPTION_LINK.match(inner)
    if found is None:
        report(Finding("shortcode", "caption", LEFT, _("a caption without a picture: text kept")))
        return inner
    words = words or found[2].strip()
    caption = f"<figcaption>{' '.join(words.split())}</figcaption>" if words else ""
    return f"\n\n<figure>{found[1]}{caption}</figure>\n\n"


def _alone(code: _Open, around: Surroundings, report: Callable[[Finding], None]) -> str:
    name = code.name.lower()
    if name == "gallery" or (name == "playlist" and "ids" in code.attributes):
        report(Finding("shortcode", name, CONVERTED, _("now one picture below the other")))
        return gallery(_chosen(code.attributes, around))
    if name in EMBEDS:
        for key in ADDRESS_KEYS:
            address = absolute(code.attributes.get(key, ""))
            if is_web(address):
                report(Finding("shortcode", name, CONVERTED, _("now a link: %s") % address))
                return f"\n\n<p>{link(address)}</p>\n\n"
    given = " ".join(f"{key}={value}" for key, value in code.attributes.items())[:200]
    report(
        Finding(
            "shortcode",
            name,
            LEFT,
            (_("not known here: taken out") + f" ({given})").replace(" ()", ""),
        )
    )
    return ""


def _chosen(attributes: dict[str, str], around: Surroundings) -> Iterable[Attachment]:
    numbers = attributes.get("ids") or attributes.get("include") or ""
    if wanted := re.findall(r"\d+", numbers):
        return [
            around.attachment(number) or Attachment(number, "", "", "", "", None)
            for number in wanted
        ]
    left_out = set(re.findall(r"\d+", attributes.get("exclude", "")))
    return [each for each in around.attachments_of_story() if each.number not in left_out]


def gallery(attachments: Iterable[Attachment]) -> str:
    """Each with its own caption. The pictures themselves are looked up where all are."""
    out = []
    for each in attachments:
        caption = f"<figcaption>{escape(each.caption)}</figcaption>" if each.caption else ""
        out.append(
            f'<figure><img src="{escape(each.url)}" class="wp-image-{escape(each.number)}" '
            f'alt="{escape(each.alt)}">{caption}</figure>'
        )
    return f"\n\n{''.join(out)}\n\n"
