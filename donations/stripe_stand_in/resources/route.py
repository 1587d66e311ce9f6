"""A route of the API, and the two handlers that most objects share: one, and a page of many."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from donations.stripe_stand_in.errors import no_such
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.billing import list_of
from donations.stripe_stand_in.parameters import ONLY_EXPAND, Hash
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

Handler = Callable[..., Json]  # (sandbox, parameters, id of the path if it has one)
Condition = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # with {id} where an object is named
    parameters: Hash
    handle: Handler

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.path).replace(r"\{id\}", "([^/]+)"))


def need(sandbox: Sandbox, kind: str, identifier: str, noun: str | None = None) -> Json:
    """The object that a path names, or Stripe's 404."""
    found = sandbox.store.get(identifier, kind)
    if found is None:
        raise no_such(noun or kind, identifier)
    return found


def named(sandbox: Sandbox, kind: str, identifier: str, param: str) -> Json:
    """The object that a parameter names, or Stripe's 400."""
    found = sandbox.store.get(identifier, kind)
    if found is None or found.get("deleted"):
        raise no_such(kind, identifier, param, status=400)
    return found


def retrieve(path: str, kind: str, noun: str | None = None) -> Route:
    def handle(sandbox: Sandbox, given: Json, identifier: str) -> Json:
        return need(sandbox, kind, identifier, noun)

    return Route("GET", f"{path}/{{id}}", ONLY_EXPAND, handle)


def equals(place: str) -> Callable[[Any], Condition]:
    return lambda value: (f"{at(place)} = ?", [value])


def list_route(
    path: str,
    kind: str,
    parameters: Hash,
    filters: dict[str, Callable[[Any], Condition]] | None = None,
    always: Callable[[Json], list[Condition]] = lambda given: [],
) -> Route:
    """A list, newest first. `filters` turns a parameter into SQL; `created` is understood."""

    def handle(sandbox: Sandbox, given: Json) -> Json:
        conditions = always(given)
        conditions += [make(given[name]) for name, make in (filters or {}).items() if name in given]
        for comparison, moment in given.get("created", {}).items():
            conditions.append((f"created {_COMPARISONS[comparison]} ?", [moment]))
        return page(sandbox, path, kind, given, conditions)

    return Route("GET", path, parameters, handle)


_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(sandbox: Sandbox, path: str, kind: str, given: Json, conditions: list[Condition]) -> Json:
    """At most `limit` (10) of what meets the conditions, after or before another object."""
    limit, backwards = given.get("limit", 10), "ending_before" in given
    for name, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if cursor := given.get(name):
            place = sandbox.store.place(cursor, kind)
            if place is None:
                raise no_such(kind, cursor, name, status=400)
            conditions = [*conditions, (f"(created, seq) {comparison} (?, ?)", place)]
    found = sandbox.store.find(kind, conditions, limit=limit + 1, oldest_first=backwards)
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    return list_of(found, path, has_more)
