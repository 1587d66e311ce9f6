"""How deliveries go wrong while a switch is on: POST /_stand_in/deliveries."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.sandbox import Sandbox

SIGNED_WITH = ("first", "second", "both")


@dataclass(frozen=True)
class Switches:
    """All off, as they are to begin with."""

    duplicate: int = 1  # how often each event is sent
    reorder: bool = False  # what is pending goes in a shuffled order
    delay: int = 0  # seconds of the stand-in's clock before the first try
    drop: int = 0  # percent of all deliveries that are never made
    drop_next: int = 0  # deliveries, counted down
    truncate: bool = False  # half of the body, with the signature of the whole
    skew: int = 0  # seconds added to the signature's time
    api_version: str = ""  # what events say instead of the real one
    livemode: bool = False  # events say that they are live
    secret: str = ""  # the second one, while secrets are being rolled
    sign: str = "first"  # with the endpoint's own secret, the second one, or both
    concurrency: int = 1  # deliveries at a time
    seed: int = 0  # decides what is dropped, and the shuffled order

    def chance(self, *about: object) -> float:
        """From 0 up to 1: the same for the same seed and the same things."""
        digest = hashlib.sha256(repr((self.seed, *about)).encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64


def current(sandbox: Sandbox) -> Switches:
    kept: Json = sandbox.store.recall("deliveries", otherwise={})
    return replace(Switches(seed=sandbox.seed or 0), **kept)


def turn(sandbox: Sandbox, form: Mapping[str, str]) -> Json:
    """Set the switches that a form names, leave the others, and give all of them."""
    changed: Json = {}
    for name, text in form.items():
        if name not in _READERS:
            raise refused(f"There is no such switch: {name[:40]}", name[:40])
        changed[name] = _READERS[name](name, text.strip())
    switches = replace(current(sandbox), **changed)
    if switches.sign != "first" and not switches.secret:
        raise refused("Give the second secret, too: secret=whsec_…", "secret")
    sandbox.store.remember("deliveries", asdict(switches))
    return asdict(switches)


Reader = Callable[[str, str], Any]


def _number(least: int, most: int) -> Reader:
    def read(name: str, text: str) -> int:
        digits = text.removeprefix("-")
        if (
            not (digits.isascii() and digits.isdecimal())
            or len(digits) > 12
            or not least <= int(text) <= most
        ):
            raise refused(f"Invalid {name}: must be a number from {least} to {most}", name)
        return int(text)

    return read


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise refused(f"Invalid {name}: must be one of 0 or 1", name)
    return text == "1"


def _text(name: str, text: str) -> str:
    if len(text) > 200 or not text.isascii() or not text.isprintable():
        raise refused(f"Invalid {name}: must be at most 200 plain characters", name)
    return text


def _signed_with(name: str, text: str) -> str:
    if text not in SIGNED_WITH:
        raise refused(f"Invalid {name}: must be one of {', '.join(SIGNED_WITH)}", name)
    return text


_READERS: dict[str, Reader] = {
    "duplicate": _number(1, 100),
    "reorder": _switch,
    "delay": _number(0, 10**9),
    "drop": _number(0, 100),
    "drop_next": _number(0, 10**6),
    "truncate": _switch,
    "skew": _number(-(10**9), 10**9),
    "api_version": _text,
    "livemode": _switch,
    "secret": _text,
    "sign": _signed_with,
    "concurrency": _number(1, 64),
    "seed": _number(0, 10**12 - 1),
}
