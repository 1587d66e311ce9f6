"""What can be done to an object by hand: what `HAPPENINGS` declares, and a few API requests.

A happening's docstring says what it needs: first the kinds of objects that it happens to, then
after a semicolon its other fields, each in backticks and perhaps with a remark. One that names
no kind of object ("The account: …") happens to all of it.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from donations.stripe_stand_in.happenings import HAPPENINGS
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.resources import ROUTES

# What the API has by name: `dispute` for /v1/disputes/{id}.
_NOUNS = {
    noun[1].removesuffix("s")
    for route in ROUTES
    if (noun := re.search(r"(\w+)/\{id\}", route.path))
}
_KINDS = {"session": "checkout.session", "events": "event"}
_FIELD = re.compile(r"`(\w+)`([^`]*)")


@dataclass(frozen=True)
class Act:
    name: str
    subjects: tuple[str, ...]  # names of the field that holds the object's id
    fields: tuple[tuple[str, str], ...] = ()  # with a remark each
    hint: str = ""
    # Instead of a happening: an act of the control, or a request to the API.
    control: str = ""
    request: tuple[str, str] | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    when: Callable[[Json], bool] = lambda thing: True

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    def subject(self, kind: str) -> str | None:
        """The field for an object of this kind; None when nothing of the sort happens to it."""
        return next((one for one in self.subjects if _KINDS.get(one, one) == kind), None)


def declared(name: str, happening: Callable[..., object]) -> Act:
    text = " ".join((inspect.getdoc(happening) or "").split())
    first, _, rest = text.partition(";")
    subjects, _, hint = first.partition(":")
    nouns = tuple(one for one in re.findall(r"`(\w+)`", subjects) if one in _NOUNS)
    fields = tuple((one[1], one[2].strip(" ,.;")) for one in _FIELD.finditer(rest))
    return Act(name, nouns, fields, hint.replace("`", "").strip(" ."))


def of_the_account() -> list[Act]:
    every = [declared(name, happening) for name, happening in HAPPENINGS.items()]
    return [act for act in every if not act.subjects]


def possible(thing: Json) -> list[Act]:
    """Refusals are the act's own; only what can never be is left out."""
    every = [*_REQUESTS, *(declared(name, one) for name, one in HAPPENINGS.items())]
    return [act for act in every if act.subject(thing["object"]) and act.when(thing)]


def _open(thing: Json) -> bool:
    return thing.get("status") == "open"


def _going_on(thing: Json) -> bool:
    return thing.get("ended_at") is None


_REFUND = (("amount", "in the smallest unit; all when empty"),)
_PAYMENT = (
    ("email", ""),
    ("card_number", "a good one when empty"),
    ("method", "or bank_debit"),
    ("account_number", "of the bank"),
)
_SUBSCRIPTION = "/v1/subscriptions/{id}"
_ENDPOINT = "/v1/webhook_endpoints/{id}"
_REQUESTS = (
    Act("pay", ("session",), _PAYMENT, control="pay", when=_open),
    Act("expire", ("session",), request=("POST", "/v1/checkout/sessions/{id}/expire"), when=_open),
    Act("refund", ("payment_intent", "charge"), _REFUND, request=("POST", "/v1/refunds")),
    Act("decline_its_renewals", ("subscription",), hint="from the next one on",
        control="renewals", given={"card": "decline"}, when=_going_on),
    Act("let_its_renewals_succeed", ("subscription",),
        control="renewals", given={"card": "succeed"}, when=_going_on),
    Act("cancel_at_period_end", ("subscription",), request=("POST", _SUBSCRIPTION),
        given={"cancel_at_period_end": "true"},
        when=lambda thing: _going_on(thing) and not thing["cancel_at_period_end"]),
    Act("do_not_cancel", ("subscription",), request=("POST", _SUBSCRIPTION),
        given={"cancel_at_period_end": "false"},
        when=lambda thing: _going_on(thing) and bool(thing["cancel_at_period_end"])),
    Act("pause_its_payments", ("subscription",), request=("POST", _SUBSCRIPTION),
        given={"pause_collection[behavior]": "void"},
        when=lambda thing: _going_on(thing) and thing["pause_collection"] is None),
    Act("resume_its_payments", ("subscription",), request=("POST", _SUBSCRIPTION),
        given={"pause_collection": ""},
        when=lambda thing: _going_on(thing) and thing["pause_collection"] is not None),
    Act("cancel_now", ("subscription",), request=("DELETE", _SUBSCRIPTION), when=_going_on),
    Act("delete", ("customer",), hint="ends its subscriptions, too",
        request=("DELETE", "/v1/customers/{id}"), when=lambda thing: not thing.get("deleted")),
    Act("disable", ("webhook_endpoint",), request=("POST", _ENDPOINT),
        given={"disabled": "true"}, when=lambda thing: thing["status"] == "enabled"),
    Act("enable", ("webhook_endpoint",), request=("POST", _ENDPOINT),
        given={"disabled": "false"}, when=lambda thing: thing["status"] != "enabled"),
    Act("send_again", ("events",), control="deliver"),
)  # fmt: skip
