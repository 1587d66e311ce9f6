"""What everything here passes about: JSON objects as Stripe spells them.

Keys that begin with `_` are the stand-in's own notes; they are stored and never answered.
"""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def public(thing: Json) -> Json:
    return {key: value for key, value in thing.items() if key[0] != "_"}


def id_of(value: str | Json | None) -> str | None:
    """The id of what may be expanded."""
    return value["id"] if isinstance(value, dict) else value
