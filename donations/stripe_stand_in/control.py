"""/_stand_in/: what tests and demonstrations ask for and Stripe itself does not offer."""

import json
from urllib.parse import parse_qsl

from donations.stripe_stand_in import checkout, passing_time
from donations.stripe_stand_in.api import Api
from donations.stripe_stand_in.cards import DECLINED, SUCCEEDS, Card
from donations.stripe_stand_in.errors import ApiError, no_such, refused
from donations.stripe_stand_in.happenings import HAPPENINGS
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.misbehaviour import KINDS
from donations.stripe_stand_in.webhooks import Deliveries


class Control:
    def __init__(self, api: Api, deliveries: Deliveries) -> None:
        self.api = api
        self.sandbox = api.sandbox
        self.deliveries = deliveries

    def answer(self, method: str, name: str, body: str) -> tuple[int, str]:
        """A status and JSON. Errors have the shape of the API's own."""
        form = dict(parse_qsl(body, keep_blank_values=True))
        try:
            if method == "GET" and name == "requests":
                return 200, json.dumps({"data": list(self.api.log)})
            if method == "POST" and name in HAPPENINGS:
                with self.sandbox.store.transaction():
                    return 200, json.dumps(HAPPENINGS[name](self.sandbox, form))
            act = getattr(self, f"_{name}", None) if method == "POST" else None
            if act is None or name not in _ACTS:
                raise ApiError(404, f"The stand-in's control has: {', '.join(sorted(_ACTS))}.")
            return 200, json.dumps(act(form))
        except ApiError as error:
            return error.status, json.dumps(error.body())

    def _reset(self, form: dict[str, str]) -> Json:
        """Forget everything: objects, events, keys, the clock, what was ordered."""
        self.api.misbehaviour.reset()
        with self.deliveries.at_rest():
            self.sandbox.reset()
        self.api.log.clear()
        return {"reset": True}

    def _clock(self, form: dict[str, str]) -> Json:
        """`now=` freezes the clock at a time or (empty) lets it run; `advance=` moves a frozen one
        by seconds, with everything that falls due on the way.
        """
        with self.sandbox.store.transaction():
            if "now" in form:
                self.sandbox.freeze(_seconds(form, "now") if form["now"] else None)
            if "advance" in form:
                frozen = self.sandbox.frozen_at
                if frozen is None:
                    raise refused("Freeze the clock first: now=….", "advance")
                until = frozen + _seconds(form, "advance")
                passing_time.catch_up(self.sandbox, until)
                self.sandbox.freeze(until)
            frozen = self.sandbox.frozen_at
            return {"now": self.sandbox.now(), "frozen": frozen is not None}

    def _webhooks(self, form: dict[str, str]) -> Json:
        """`enabled=0`: events are made but sent to nobody. `background=0`: they wait for
        `deliver`.
        """
        with self.sandbox.store.transaction():
            if "enabled" in form:
                self.sandbox.store.remember("webhooks", _switch(form, "enabled"))
            if "background" in form:
                self.sandbox.store.remember("background", _switch(form, "background"))
            return {
                "enabled": self.sandbox.store.recall("webhooks", otherwise=True),
                "background": self.sandbox.store.recall("background", otherwise=True),
            }

    def _deliver(self, form: dict[str, str]) -> Json:
        """Send everything that is pending (and an `event=` once more), and answer when that is
        done.
        """
        if event := form.get("event"):
            self.deliveries.send_again(event)
        taken, failed = self.deliveries.deliver_all()
        return {"delivered": taken, "failed": failed}

    def _pay(self, form: dict[str, str]) -> Json:
        """Pay a session as its page would: `session`, `email`, `name`, `card_number`."""
        with self.sandbox.store.transaction():
            identifier = form.get("session", "")
            session = self.sandbox.store.get(identifier, "checkout.session")
            if session is None:
                raise no_such("checkout.session", identifier, "session")
            card = Card.typed(form.get("card_number") or SUCCEEDS)
            declined = self.api.misbehaviour.take("/c/pay", paying=True)
            problem = checkout.pay(
                self.sandbox,
                session,
                email=form.get("email") or checkout.known_email(self.sandbox, session) or "",
                name=form.get("name") or None,
                card_number=card.number if card else "",
                authenticated=bool(card and card.asks_authentication),
                failure=Card(DECLINED).failure(renewing=False) if declined else None,
            )
        if problem:
            raise problem
        return public(session)

    def _renewals(self, form: dict[str, str]) -> Json:
        """From now on a `subscription`'s renewals `card=decline` or `card=succeed`."""
        with self.sandbox.store.transaction():
            identifier = form.get("subscription", "")
            subscription = self.sandbox.store.get(identifier, "subscription")
            if subscription is None:
                raise no_such("subscription", identifier, "subscription")
            if form.get("card") not in ("decline", "succeed"):
                raise refused("Invalid card: must be one of decline or succeed", "card")
            subscription["_renewals"] = form["card"]
            self.sandbox.store.put(subscription)
        return {"subscription": identifier, "card": form["card"]}

    def _misbehave(self, form: dict[str, str]) -> Json:
        """`next=` a fault, for the next `times=` requests whose path begins with `path=`."""
        kind = form.get("next", "")
        if kind not in KINDS:
            raise refused(f"Invalid next: must be one of {', '.join(KINDS)}", "next")
        times = _seconds(form, "times") if "times" in form else 1
        self.api.misbehaviour.order(kind, form.get("path", "/"), times)
        return {"next": kind, "path": form.get("path", "/"), "times": times}


_ACTS = frozenset(
    ("reset", "clock", "webhooks", "deliver", "pay", "renewals", "misbehave", "requests")
)


def _seconds(form: dict[str, str], name: str) -> int:
    text = form[name]
    if not text.isdecimal() or len(text) > 12:
        raise refused(f"Invalid integer: {text[:40]}", name)
    return int(text)


def _switch(form: dict[str, str], name: str) -> bool:
    if form[name] not in ("0", "1"):
        raise refused(f"Invalid {name}: must be one of 0 or 1", name)
    return form[name] == "1"
