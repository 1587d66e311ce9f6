"""Every parameter that the stand-in takes is one of Stripe's, of the same type, on that route."""

import typing
from collections.abc import Iterator

import pytest
from typing_extensions import is_typeddict

from donations.stripe_stand_in import parameters as ours
from donations.stripe_stand_in.resources import ROUTES
from donations.stripe_stand_in.resources.route import Route
from tests.donations.stand_in.sdk_types import accepted, choices, required, routes

NOUNS = frozenset(route.path.split("/")[2] for route in ROUTES)


def differences(hash_of: ours.Hash, params: type, path: str) -> Iterator[str]:
    theirs = accepted(params)
    for name in hash_of.fields.keys() - theirs.keys():
        yield f"{path}[{name}]: unknown to {params.__name__}"
    for name in required(params) - set(hash_of.required):
        yield f"{path}[{name}]: required by {params.__name__}"
    for name, kind in hash_of.fields.items():
        if name in theirs:
            yield from mismatch(kind, theirs[name], f"{path}[{name}]", params)


def mismatch(kind: ours.Type, theirs: object, path: str, owner: type) -> Iterator[str]:
    options = list(choices(theirs, owner))
    hashes = [one for one in options if is_typeddict(one)]
    match kind:
        case ours.Hash():
            if not hashes:
                yield f"{path}: no object"
            else:
                yield from differences(kind, hashes[0], path)
        case ours.Moment():
            if int not in options or not hashes:
                yield f"{path}: no range of times"
        case ours.List():
            lists = [one for one in options if typing.get_origin(one) is list]
            if not lists:
                yield f"{path}: no array"
            else:
                yield from mismatch(kind.of, typing.get_args(lists[0])[0], f"{path}[]", owner)
        case ours.Metadata():
            if not any(typing.get_origin(one) is dict for one in options):
                yield f"{path}: no metadata"
        case ours.Choice():
            allowed = {
                word
                for one in options
                if "Literal" in str(typing.get_origin(one))
                for word in typing.get_args(one)
            }
            if not set(kind.choices) <= allowed:
                yield f"{path}: {set(kind.choices) - allowed} are not among Stripe's"
        case ours.Integer():
            if int not in options:
                yield f"{path}: no integer"
        case ours.Boolean():
            if bool not in options:
                yield f"{path}: no boolean"
        case ours.Text() | ours.Url() | ours.Email():
            if str not in options and not any("Literal" in str(one) for one in options):
                yield f"{path}: no text"
        case _:
            yield f"{path}: {kind} is not understood here"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_takes_what_stripes_takes(route: Route) -> None:
    params = routes(NOUNS)[route.method, route.path]
    assert list(differences(route.parameters, params, route.path)) == []


def test_the_walk_finds_what_is_wrong() -> None:
    params = routes(NOUNS)["POST", "/v1/checkout/sessions"]
    wrong = ours.Hash(
        {
            "payment_method_types": ours.List(ours.Text()),
            "mode": ours.Choice("once"),
            "expires_at": ours.Text(),
            "line_items": ours.List(ours.Hash({"amount": ours.Integer()})),
        }
    )
    assert len(list(differences(wrong, params, ""))) == 4
