"""Stripe's form encoding: `line_items[0][price_data][currency]=usd`, `expand[]=customer`."""

import re
from urllib.parse import parse_qsl

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEEPEST = 12


def decode(encoded: str) -> Json:
    """Nested objects of text. Arrays stay objects with the keys "0", "1" …: only the
    parameter's type knows whether `metadata[0]` is a place or a name.
    """
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=5_000)
    except ValueError as error:
        raise refused("Invalid form encoding.") from error
    form: Json = {}
    for key, value in pairs:
        _put(form, key, value)
    return form


def _put(form: Json, key: str, value: str) -> None:
    match = _KEY.fullmatch(key)
    if not match:
        raise refused(f"Invalid parameter name: {key[:80]}")
    names = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(names) > _DEEPEST:
        raise refused(f"Parameters are nested too deeply: {key[:80]}")
    where = form
    for name in names[:-1]:
        inner = where.setdefault(name or _next_place(where), {})
        if not isinstance(inner, dict):
            raise refused(f"Parameter is both a value and an object: {key[:80]}", param=key)
        where = inner
    name = names[-1] or _next_place(where)
    if isinstance(where.get(name), dict):
        raise refused(f"Parameter is both a value and an object: {key[:80]}", param=key)
    where[name] = value


def _next_place(where: Json) -> str:
    return str(sum(1 for name in where if name.isdecimal()))
