"""A page as it is sent: compressed once, for every reader."""

import gzip
import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import brotli  # type: ignore[import-untyped]

Headers = list[tuple[str, str]]
# What is sent: headers and body.
Variant = tuple[Headers, bytes]

# At first: above this, compressing takes longer than rendering.
BROTLI, GZIP = 5, 6
# Afterwards, behind the readers' backs: a tenth smaller, 40 times as long.
STRONGEST = 11
# A few bytes grow when they are compressed.
WORTH_COMPRESSING = 200
# Seconds after which a page is rendered anew, whatever it stands on.
GOOD_FOR = 600.0
# What we say ourselves, what speaks of one connection, and what no page may say to all who wait.
OURS = frozenset(
    ("content-length", "content-encoding", "etag", "vary", "connection", "date", "set-cookie")
)
# For how long somebody may keep a page, and for how long repeat it after that.
KEPT = frozenset(("max-age", "s-maxage"))
REPEATED = "stale-while-revalidate"
KEPT_STATUSES = frozenset((200, 301, 404, 410))


@dataclass
class Answer:
    """What the application gave; `made_at` and `due` are seconds since 1970, UTC."""

    status: str
    headers: Headers
    body: bytes
    keys: frozenset[str]
    made_at: float
    due: float = math.inf

    @property
    def code(self) -> int:
        return int(self.status[:3])

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each.lower() == name), "")

    @property
    def may_be_kept(self) -> bool:
        """It says itself that it is for everybody."""
        return (
            self.code in KEPT_STATUSES
            and "public" in self.header("cache-control")
            and not self.header("set-cookie")
            and self.header("vary").lower() in {"", "accept-encoding"}
        )


class Finished:
    """One page in all its encodings, and until when it is true (seconds since 1970, UTC)."""

    __slots__ = (
        "asked_at", "code", "digest", "failed_at", "good_until", "headers_until", "keys", "look_again_at",
        "made_at", "may_be_kept", "parameters", "refresh_at", "size", "status", "variants",
    )  # fmt: skip

    def __init__(self, answer: Answer, parameters: frozenset[str] | None) -> None:
        self.status, self.code = answer.status, answer.code
        # Those of the query that the page reads; None: all.
        self.parameters = parameters
        self.may_be_kept = answer.may_be_kept
        self.keys = answer.keys
        self.made_at = answer.made_at
        self.good_until = min(answer.due, answer.made_at + GOOD_FOR)
        # When it is rendered anew while it is still served.
        self.refresh_at = math.inf
        # When it was last rendered or about to be, and when that failed, by the steady clock.
        self.asked_at = monotonic()
        self.failed_at = -math.inf
        kept = [(name, value) for name, value in answer.headers if name.lower() not in OURS]
        # Of this very page, in whatever encoding.
        self.digest = _digest(answer, kept)
        self.variants = _variants(answer, self.digest, kept)
        # From then on less than what the headers say is left of it.
        self.headers_until = answer.due - _longest(answer.header("cache-control"))
        self.size = sum(len(body) for _, body in self.variants.values()) + 2_000
        self.look_again()

    def look_again(self) -> None:
        """Say when this page needs more than to be sent."""
        self.look_again_at = min(self.good_until, self.refresh_at, self.headers_until)

    def polish(self) -> None:
        """Make it as small as it gets. To readers it stays the same page, under the same tag."""
        if "br" in self.variants:
            headers, plain = self.variants[""]
            kept = [(name, value) for name, value in headers if name.lower() not in OURS]
            body = brotli.compress(plain, quality=STRONGEST)
            self.variants = self.variants | {"br": _variant(kept, self.digest, "br", body)}

    def expire(self) -> None:
        self.good_until = self.look_again_at = -math.inf

    @property
    def is_purged(self) -> bool:
        return self.good_until == -math.inf

    def headers_at(self, headers: Headers, now: float) -> Headers:
        """Near its end it must not be kept beyond it."""
        if now < self.headers_until:
            return headers
        left = max(0, int(self.good_until - now)) if now < self.good_until else 0
        return [
            (name, _capped(value, left)) if name.lower() == "cache-control" else (name, value)
            for name, value in headers
        ]


def kept_until(due: datetime | None) -> float:
    return math.inf if due is None else due.timestamp()


def _variants(answer: Answer, digest: str, kept: Headers) -> dict[str, Variant]:
    """By encoding; "" is the page as it is."""
    bodies = {"": answer.body}
    if len(answer.body) >= WORTH_COMPRESSING and _is_text(answer.header("content-type")):
        bodies["br"] = brotli.compress(answer.body, quality=BROTLI)
        bodies["gzip"] = gzip.compress(answer.body, compresslevel=GZIP, mtime=0)
    return {encoding: _variant(kept, digest, encoding, body) for encoding, body in bodies.items()}


def tag(digest: str, encoding: str) -> str:
    """Without its marks. Weak, for the same page may be compressed again: it says the same."""
    return f"{digest}-{encoding}" if encoding else digest


def _variant(kept: Headers, digest: str, encoding: str, body: bytes) -> Variant:
    own = [
        ("Content-Length", str(len(body))),
        ("ETag", f'W/"{tag(digest, encoding)}"'),
        ("Vary", "Accept-Encoding"),
    ]
    if encoding:
        own.append(("Content-Encoding", encoding))
    return kept + own, body


def _digest(answer: Answer, headers: Headers) -> str:
    """Of the headers too, or a browser would keep an old policy with an unchanged text."""
    digest = hashlib.blake2b(answer.status.encode() + answer.body, digest_size=9)
    for name, value in headers:
        if name.lower() != "cache-control":
            digest.update(f"\n{name}: {value}".encode())
    return digest.hexdigest()


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/") or "xml" in content_type or "json" in content_type


def _longest(cache_control: str) -> int:
    """Seconds for which somebody may keep and then repeat the page."""
    seconds = _seconds(cache_control)
    return max((seconds[name] for name in KEPT & seconds.keys()), default=0) + seconds.get(
        REPEATED, 0
    )


def _capped(cache_control: str, most: int) -> str:
    """The same, for `most` seconds in all. `stale-if-error` stays: it is for when nothing else is."""
    seconds = _seconds(cache_control)
    kept = {name: min(seconds[name], most) for name in KEPT & seconds.keys()}
    left = most - max(kept.values(), default=0)
    capped = kept | {REPEATED: min(seconds.get(REPEATED, 0), left)}
    parts = [part.strip() for part in cache_control.split(",")]
    names = [part.partition("=")[0] for part in parts]
    return ", ".join(
        f"{name}={capped[name]}" if name in capped and name in seconds else part
        for name, part in zip(names, parts, strict=True)
    )


def _seconds(cache_control: str) -> dict[str, int]:
    parts = (part.strip().partition("=") for part in cache_control.split(","))
    return {name: int(value) for name, _, value in parts if value.isdecimal()}
