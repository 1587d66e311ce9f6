"""Stripe's own types, read from its SDK: what an object holds, what a route takes.

Knows the SDK alone and nothing of the stand-in, so that it can judge it.
"""

import ast
import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NotRequired

import stripe
from stripe import ListObject, StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

# Sent only when asked for with `expand`, or only of what is deleted.
ON_DEMAND = {
    "Account.company", "Account.external_accounts", "Account.future_requirements",
    "Account.groups", "Account.individual", "Account.requirements",
    "Account.tos_acceptance",  # of connected accounts
    "Charge.refunds",
    "Customer.cash_balance", "Customer.invoice_credit_balance", "Customer.sources",
    "Customer.subscriptions", "Customer.tax", "Customer.tax_ids",
    "Event.account", "Event.context",  # of connected accounts
    "Event.Data.previous_attributes",  # of *.updated
    "Invoice.confirmation_secret", "Invoice.payments", "Invoice.threshold_reason",
    "LineItem.discounts", "LineItem.taxes",
    "Price.currency_options", "Price.tiers", "Plan.tiers",
    "Session.line_items", "Session.TotalDetails.breakdown",
    "WebhookEndpoint.secret",  # only when it is made
}  # fmt: skip
# One part, named by `type` (or by the method at hand); the others do not apply.
ONE_OF = {
    "AmountDetails", "Controller", "Capabilities",
    "DestinationDetails", "LastPaymentError", "NextAction", "Payment",
    "PaymentMethod", "PaymentMethodDetails", "PaymentMethodOptions",
    "FraudDetails", "RadarOptions", "Issuer", "Liability",
    "EnhancedEvidence", "EnhancedEligibility",  # of networks that the dispute may qualify for
}  # fmt: skip


@cache
def _names(module: str) -> dict[str, Any]:
    """What a module of the SDK can see, with what it imports for type checkers alone."""
    loaded = importlib.import_module(module)
    names = {**vars(typing), **vars(loaded)}
    for node in ast.walk(ast.parse(Path(str(loaded.__file__)).read_text())):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            continue
        for line in node.body:
            if isinstance(line, ast.ImportFrom) and not str(line.module).endswith("_service"):
                source: ModuleType = importlib.import_module(str(line.module))
                for alias in line.names:
                    names[alias.asname or alias.name] = getattr(source, alias.name)
    return names


def resolve(annotation: Any, owner: type) -> Any:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return resolve(eval(annotation, _names(owner.__module__), dict(vars(owner))), owner)  # noqa: S307
    return annotation


@cache
def fields(cls: type) -> dict[str, Any]:
    """The annotated fields of an object of the SDK, its parents' first."""
    found: dict[str, Any] = {}
    for parent in reversed(cls.__mro__):
        if not issubclass(parent, StripeObject) or parent is StripeObject:
            continue
        for name, annotation in vars(parent).get("__annotations__", {}).items():
            if not name.startswith("_") and name != "OBJECT_NAME":
                found[name] = resolve(annotation, parent)
    return found


def _is_literal(kind: Any) -> bool:
    return "Literal" in str(typing.get_origin(kind))


def problems(kind: Any, value: Any, path: str, owner: type) -> Iterator[str]:
    """What is wrong with a JSON value that should be of a type of the SDK."""
    kind = resolve(kind, owner)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        yield from _union(inner, value, path, owner)
    elif _is_literal(kind):
        if value not in inner:
            yield f"{path}: {value!r} is none of {inner}"
    elif origin is list:
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for place, one in enumerate(value):
            yield from problems(inner[0], one, f"{path}[{place}]", owner)
    elif origin is ListObject:
        yield from _list_object(inner[0], value, path, owner)
    elif origin is UntypedStripeObject:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no object"
            return
        for key, one in value.items():
            yield from problems(inner[0], one, f"{path}.{key}", owner)
    elif inspect.isclass(kind) and issubclass(kind, StripeObject):
        yield from object_problems(kind, value, path)
    elif kind is not Any and not isinstance(kind, typing.TypeVar) and not _is_of(kind, value):
        yield f"{path}: {value!r} is no {kind}"


def _is_of(kind: Any, value: Any) -> bool:
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Decimal:
        return isinstance(value, str) and Decimal(value).is_finite()
    return isinstance(value, kind)


def _union(choices: tuple[Any, ...], value: Any, path: str, owner: type) -> Iterator[str]:
    choices = tuple(resolve(choice, owner) for choice in choices)
    if value is None:
        if type(None) not in choices:
            yield f"{path}: is null"
        return
    enums = [choice for choice in choices if _is_literal(choice)]
    if enums:  # `Literal[…] | str` is an open enum: hold it closed
        choices = tuple(choice for choice in choices if choice is not str)
    tried = [
        list(problems(choice, value, path, owner)) for choice in choices if choice is not type(None)
    ]
    if [] not in tried:
        objects = [one for one in tried if isinstance(value, dict) and "is no" not in one[0][-40:]]
        yield from min(objects or tried, key=len)


def _list_object(kind: Any, value: Any, path: str, owner: type) -> Iterator[str]:
    if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
        yield f"{path}: {value!r} is no list object"
        return
    if value["object"] != "list" or not isinstance(value["has_more"], bool):
        yield f"{path}: is no list object"
    if not isinstance(value["url"], str) or not value["url"].startswith("/v1/"):
        yield f"{path}.url: {value['url']!r}"
    for place, one in enumerate(value["data"]):
        yield from problems(kind, one, f"{path}.data[{place}]", owner)


def object_problems(cls: type, value: Any, path: str) -> Iterator[str]:
    """Every annotated field is there and of its type, and there is no other field."""
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no {cls.__qualname__}"
        return
    expected = fields(cls)
    if _is_literal(expected.get("object")) and value.get("object") not in typing.get_args(
        expected["object"]
    ):
        yield f"{path}.object: {value.get('object')!r} is no {cls.__qualname__}"
        return
    for name in value.keys() - expected.keys():
        yield f"{path}.{name}: unknown to {cls.__qualname__}"
    for name, kind in expected.items():
        if name in value:
            yield from problems(kind, value[name], f"{path}.{name}", cls)
        elif not _may_lack(cls, name, kind):
            yield f"{path}.{name}: missing"


def _may_lack(cls: type, name: str, kind: Any) -> bool:
    if name == "deleted" or f"{cls.__qualname__}.{name}" in ON_DEMAND:
        return True
    one_of = any(cls.__qualname__ == end or cls.__qualname__.endswith(f".{end}") for end in ONE_OF)
    return one_of and type(None) in typing.get_args(kind)


# What a route takes.


def accepted(params: type) -> dict[str, Any]:
    """The parameters of a TypedDict of `stripe.params`, without those that are the SDK's own."""
    assert is_typeddict(params)
    return {
        name: resolve(kind, params)
        for name, kind in params.__annotations__.items()
        if name not in _SDK_OPTIONS
    }


_SDK_OPTIONS = {
    "api_key", "stripe_account", "stripe_context", "stripe_version", "idempotency_key",
    "max_network_retries", "headers", "content_type",
}  # fmt: skip


def required(params: type) -> set[str]:
    return {
        name
        for name, kind in accepted(params).items()
        if typing.get_origin(kind) is not NotRequired
    }


def choices(kind: Any, owner: type) -> Iterator[Any]:
    """The alternatives of a parameter's type: `NotRequired["Literal['']|int"]` has two."""
    kind = resolve(kind, owner)
    if typing.get_origin(kind) is NotRequired:
        yield from choices(typing.get_args(kind)[0], owner)
    elif typing.get_origin(kind) is typing.Union or "UnionType" in str(type(kind)):
        for one in typing.get_args(kind):
            yield from choices(one, owner)
    else:
        yield kind


def kind_of(name: str) -> type:
    """The SDK's class for an object's `object`, such as `checkout.session`."""
    unlisted = {"item": stripe.LineItem, "line_item": stripe.InvoiceLineItem}
    if name in unlisted:
        return unlisted[name]
    module, cls = OBJECT_CLASSES[name]
    found: type = getattr(importlib.import_module(module), cls)
    return found


@cache
def routes(nouns: frozenset[str]) -> dict[tuple[str, str], type]:
    """The SDK's routes below `/v1/<noun>`, as (method, path with {id}), and what each takes."""
    found: dict[tuple[str, str], type] = {}
    for source in Path(str(stripe.__file__)).parent.rglob("_*_service.py"):
        text = source.read_text()
        if not any(f'"/v1/{noun}' in text for noun in nouns):
            continue
        module = ".".join(source.relative_to(Path(str(stripe.__file__)).parents[1]).parts)[:-3]
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef) and (route := _route_of(function)):
                method, path, params = route
                found[method, path] = _names(module)[params]
    return found


def _route_of(function: ast.FunctionDef) -> tuple[str, str, str] | None:
    params = [one for one in function.args.args if one.arg == "params"]
    if not params or params[0].annotation is None:
        return None
    named = [
        node.value
        for node in ast.walk(params[0].annotation)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "_request":
            method, path = (
                next(node.value for node in ast.walk(argument) if isinstance(node, ast.Constant))
                for argument in call.args[:2]
            )
            return str(method).upper(), re.sub(r"\{\w+\}", "{id}", str(path)), named[0]
    return None
