"""PHP's own serialization, as plugins leave it in exports. Data only: objects are never made."""

import re
from typing import Any

DEEPEST = 30
SCALAR = re.compile(r"(?:N|b:([01])|i:(-?\d{1,20})|d:([^;]{1,40}));")
COUNT = re.compile(r"a:(\d{1,9}):\{")
TEXT = re.compile(r's:(\d{1,9}):"')


class NotPhp(ValueError):
    """This is no serialized value, or one that holds an object."""


def loads(text: str) -> Any:
    """Arrays come as dict, whatever their keys. Wrong lengths of texts are tolerated."""
    value, end = _value(text, 0, 0)
    if text[end:].strip():
        raise NotPhp("There is something behind the value.")
    return value


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise NotPhp("Too deep.")
    if scalar := SCALAR.match(text, at):
        truth, whole, real = scalar.groups()
        value: Any = None
        if truth is not None:
            value = truth == "1"
        elif whole is not None:
            value = int(whole)
        elif real is not None:
            value = real
        return value, scalar.end()
    if begins := TEXT.match(text, at):
        return _string(text, begins.end(), int(begins[1]))
    if begins := COUNT.match(text, at):
        return _array(text, begins.end(), int(begins[1]), depth)
    raise NotPhp(f"Not understood at {at}.")


def _string(text: str, at: int, length: int) -> tuple[str, int]:
    # The length counts bytes of UTF-8, and line ends may have been changed since.
    candidate = text[at : at + length].encode("utf-8", "surrogatepass")[:length]
    value = candidate.decode("utf-8", "ignore")
    end = at + len(value)
    if text[end : end + 2] == '";':
        return value, end + 2
    end = text.find('";', at)
    if end < 0:
        raise NotPhp("A text has no end.")
    return text[at:end], end + 2


def _array(text: str, at: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
    found: dict[Any, Any] = {}
    for _each in range(count):
        key, at = _value(text, at, depth + 1)
        if not isinstance(key, (int, str)):
            raise NotPhp("A key is neither a number nor a text.")
        found[key], at = _value(text, at, depth + 1)
    if text[at : at + 1] != "}":
        raise NotPhp("An array has no end.")
    return found, at + 1
