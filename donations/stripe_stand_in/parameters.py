"""What a route takes, and what is said about everything else.

A route's parameters are a `Hash` of types. `Hash.read` turns a decoded form into values, or
refuses it as Stripe does: unknown, missing, or of a wrong type, each with the parameter's name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from donations.stripe_stand_in.errors import refused


class Type(Protocol):
    def read(self, value: object, name: str) -> Any: ...


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise refused(f"Invalid string: {name} must be a string, not an object.", name)
    return value


def _given(value: object, name: str) -> str:
    text = _text(value, name)
    if not text:
        raise refused(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to"
            f" unset a parameter; however '{name}' cannot be unset. You should remove '{name}' from"
            " your request or supply a non-empty value.",
            name,
            "parameter_invalid_empty",
        )
    return text


@dataclass(frozen=True)
class Text:
    longest: int = 5_000
    clearable: bool = False  # an empty string means: forget what was there
    pattern: str = ""

    def read(self, value: object, name: str) -> str | None:
        text = _text(value, name) if self.clearable else _given(value, name)
        if len(text) > self.longest:
            raise refused(
                f"Invalid string: {text[:12]}…; must be at most {self.longest} characters", name
            )
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise refused(f"Invalid {name}: {text[:80]}", name)
        if "\x00" in text:
            raise refused(f"Invalid string: {name} holds a null byte.", name)
        return text or None


@dataclass(frozen=True)
class Integer:
    least: int | None = None
    most: int | None = None
    clearable: bool = False  # an empty string means: forget what was there

    def read(self, value: object, name: str) -> int | None:
        if self.clearable and value == "":
            return None
        text = _given(value, name)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise refused(f"Invalid integer: {text[:40]}", name, "parameter_invalid_integer")
        number = int(text)
        if self.least is not None and number < self.least:
            message = f"This value must be greater than or equal to {self.least}."
            raise refused(message, name, "parameter_invalid_integer")
        if self.most is not None and number > self.most:
            message = f"This value must be less than or equal to {self.most}."
            raise refused(message, name, "parameter_invalid_integer")
        return number


@dataclass(frozen=True)
class Boolean:
    def read(self, value: object, name: str) -> bool:
        text = _given(value, name)
        if text not in ("true", "false"):
            raise refused(f"Invalid boolean: {text[:40]}", name)
        return text == "true"


@dataclass(frozen=True)
class Choice:
    choices: tuple[str, ...]

    def __init__(self, *choices: str) -> None:
        object.__setattr__(self, "choices", choices)

    def read(self, value: object, name: str) -> str:
        text = _given(value, name)
        if text not in self.choices:
            *first, last = self.choices
            allowed = f"{', '.join(first)} or {last}" if first else last
            raise refused(f"Invalid {name}: must be one of {allowed}", name)
        return text


@dataclass(frozen=True)
class Url:
    def read(self, value: object, name: str) -> str:
        text = _given(value, name)
        try:
            parts = urlsplit(text)
            well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            well_formed = False
        if not well_formed or len(text) > 5_000 or re.search(r"[\s<>\"]", text):
            raise refused("Not a valid URL", name, "url_invalid")
        return text


@dataclass(frozen=True)
class Email:
    def read(self, value: object, name: str) -> str:
        text = _given(value, name)
        if not is_email(text):
            raise refused(f"Invalid email address: {text[:80]}", name, "email_invalid")
        return text


def is_email(text: str) -> bool:
    return len(text) <= 512 and bool(
        re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+", text)
    )


@dataclass(frozen=True)
class Metadata:
    """At most 50 keys of 40 characters, values of 500. On update an empty value unsets its key
    (read as None), an empty string instead of the whole unsets them all.
    """

    def read(self, value: object, name: str) -> dict[str, str | None]:
        if value == "":
            return {"": None}
        if not isinstance(value, dict):
            raise refused("Invalid metadata: must be a hash of keys and values.", name)
        for key, text in value.items():
            if not isinstance(text, str):
                raise refused(f"Metadata values must be strings ({key[:40]}).", f"{name}[{key}]")
            if len(key) > 40:
                raise refused(
                    f"Metadata keys can be up to 40 characters long ({key[:45]}…).",
                    f"{name}[{key}]",
                )
            if len(text) > 500:
                raise refused(
                    f"Metadata values can be up to 500 characters long ({key}).", f"{name}[{key}]"
                )
        if len(value) > 50:
            raise refused("Metadata can hold at most 50 keys.", name)
        return {key: text or None for key, text in value.items()}


@dataclass(frozen=True)
class List:
    of: Type
    longest: int = 100

    def read(self, value: object, name: str) -> list[Any]:
        if not isinstance(value, dict) or not all(key.isdecimal() for key in value):
            raise refused("Invalid array", name)
        if len(value) > self.longest:
            raise refused(f"Array {name} may hold at most {self.longest} items.", name)
        places = sorted(value, key=int)
        return [self.of.read(value[place], f"{name}[{place}]") for place in places]


@dataclass(frozen=True)
class Hash:
    fields: Mapping[str, Type]
    required: tuple[str, ...] = field(default=())
    clearable: bool = False  # an empty string means: forget what was there

    def read(self, value: object, name: str = "") -> Any:
        if self.clearable and value == "":
            return None
        if not isinstance(value, dict):
            raise refused("Invalid object", name)
        for key in value:
            if key not in self.fields:
                inner = f"{name}[{key}]" if name else key
                raise refused(f"Received unknown parameter: {inner}", inner, "parameter_unknown")
        for key in self.required:
            if key not in value:
                inner = f"{name}[{key}]" if name else key
                raise refused(f"Missing required param: {inner}.", inner, "parameter_missing")
        return {
            key: self.fields[key].read(inner, f"{name}[{key}]" if name else key)
            for key, inner in value.items()
        }


@dataclass(frozen=True)
class Moment:
    """A time in seconds, or a range of them: `created=1…`, `created[gte]=1…`. Read as a range."""

    bounds: Hash = Hash({name: Integer(0) for name in ("gt", "gte", "lt", "lte")})

    def read(self, value: object, name: str) -> dict[str, int]:
        if isinstance(value, dict):
            found: dict[str, int] = self.bounds.read(value, name)
            return found
        moment = Integer(0).read(value, name) or 0
        return {"gte": moment, "lte": moment}


EXPAND = List(Text(200), longest=20)
METADATA = Metadata()
ONLY_EXPAND = Hash({"expand": EXPAND})


def listing(**filters: Type) -> Hash:
    """The parameters of a list route: its filters, and those of every list."""
    pages: dict[str, Type] = {
        "ending_before": Text(),
        "expand": EXPAND,
        "limit": Integer(1, 100),
        "starting_after": Text(),
    }
    return Hash({**pages, **filters})


def merge_metadata(kept: dict[str, str], given: dict[str, str | None] | None) -> dict[str, str]:
    """Stripe's merge: keys stay unless named, and an empty value removes its key."""
    if given is None:
        return kept
    if given == {"": None}:
        return {}
    merged = {**kept, **given}
    if len(merged) > 50:
        raise refused("Metadata can hold at most 50 keys.", "metadata")
    return {key: text for key, text in merged.items() if text is not None}
