"""Addresses as the old site wrote them, and how two spellings of one are recognised."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

NUMBERED = ("p", "page_id", "attachment_id")
# What WordPress adds to the name of a file for a size, a rotation, an edit.
VARIANT = re.compile(r"(?:-\d{2,5}x\d{2,5}|-scaled|-rotated|-e\d{10,14})(?=\.[A-Za-z0-9]{2,5}$)")
# WordPress.com's picture proxy: `i0.wp.com/example.org/wp-content/uploads/…`.
PROXIES = re.compile(r"i[0-3]\.wp\.com$")
UPLOADS = "/uploads/"


def host_of(url: str) -> str:
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def source_of(base_url: str) -> str:
    """`wordpress:example.org/blog`, whatever its scheme: with an old id, the identity of a thing."""
    try:
        path = urlsplit(base_url.strip()).path
    except ValueError:
        path = ""
    return f"wordpress:{host_of(base_url)}{path.rstrip('/')}"[:200]


def address_of(url: str) -> str:
    """Path as a request names it, and the query if it is one that names a thing. "" for none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = unquote(parts.path) or "/"
    while path.startswith("//"):
        path = path[1:]
    if parts.query:
        query = parse_qs(parts.query)
        for name in NUMBERED:
            if (number := query.get(name, [""])[0]).isdecimal():
                return f"{path}?{name}={number}"
    return path


def path_key(address: str) -> str:
    """One spelling of an address, with or without its last slash."""
    path, mark, query = address.partition("?")
    return f"{path.rstrip('/')}{mark}{query}"


def file_key(url: str) -> str:
    """What names a file of the uploads folder, whichever host serves it."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = unquote(parts.path)
    if UPLOADS in path:
        return path.rpartition(UPLOADS)[2]
    return f"{host_of(url)}{path}" if parts.netloc else path.lstrip("/")


def file_keys(url: str) -> list[str]:
    """The file itself, then the original that it is a smaller size of."""
    key = file_key(url)
    original = VARIANT.sub("", key)
    keys = [key, original, VARIANT.sub("", original)]
    if "." in original:
        stem, _, ending = original.rpartition(".")
        keys.append(f"{stem}-scaled.{ending}")
    return list(dict.fromkeys(filter(None, keys)))
