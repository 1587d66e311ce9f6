"""/_stand_in/: what tests and demonstrations ask for and Stripe itself does not offer."""

import json
from dataclasses import asdict
from urllib.parse import parse_qsl, urlencode

from donations.stripe_stand_in import bracket_forms, checkout, delivery_switches, passing_time
from donations.stripe_stand_in.api import Api
from donations.stripe_stand_in.cards import DECLINED, Card
from donations.stripe_stand_in.errors import ApiError, no_such, refused
from donations.stripe_stand_in.happenings import HAPPENINGS
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.misbehaviour import KINDS, LONGEST_HANG, Weather
from donations.stripe_stand_in.months import period_end
from donations.stripe_stand_in.resources import ROUTES
from donations.stripe_stand_in.webhooks import STATES, Deliveries


class Control:
    def __init__(self, api: Api, deliveries: Deliveries) -> None:
        self.api = api
        self.sandbox = api.sandbox
        self.deliveries = deliveries

    def answer(self, method: str, name: str, query: str, body: str) -> tuple[int, str]:
        """A status and JSON. Errors have the shape of the API's own."""
        try:
            if method == "GET":
                asked = dict(parse_qsl(query, keep_blank_values=True))
                return 200, json.dumps(self._look(name, asked))
            return 200, json.dumps(self.act(name, dict(parse_qsl(body, keep_blank_values=True))))
        except ApiError as error:
            return error.status, json.dumps(error.body())

    def act(self, name: str, form: dict[str, str]) -> Json:
        """Do what is asked for, or raise an `ApiError`."""
        if name in HAPPENINGS:
            with self.sandbox.store.transaction():
                return HAPPENINGS[name](self.sandbox, form)
        if name not in ACTS:
            known = ", ".join(sorted({*ACTS, *HAPPENINGS}))
            raise ApiError(404, f"The stand-in's control has: {known}.")
        done: Json = getattr(self, f"_{name}")(form)
        return done

    def request(self, method: str, path: str, given: dict[str, str]) -> Json:
        """An API request of the stand-in's own pages: without a key, faults, and the log."""
        for route in ROUTES:
            if route.method == method and (named := route.pattern.fullmatch(path)):
                with self.sandbox.store.transaction():
                    parameters = route.parameters.read(bracket_forms.decode(urlencode(given)))
                    return public(route.handle(self.sandbox, parameters, *named.groups()))
        raise ApiError(404, f"The stand-in does not speak {method} {path[:200]}.")

    def _look(self, name: str, asked: dict[str, str]) -> Json:
        if name == "requests":
            return {"data": list(self.api.log)}
        if name == "deliveries":
            state = asked.get("state", "")
            if state not in ("", *STATES):
                raise refused(f"Invalid state: must be one of {', '.join(STATES)}", "state")
            limit = _seconds(asked, "limit") if "limit" in asked else 1_000
            listed = self.deliveries.listed(
                state=state, event=asked.get("event", ""), limit=min(limit, 100_000)
            )
            return {"switches": self.switches(), "data": listed}
        raise ApiError(404, "There is to look at: requests, deliveries.")

    def switches(self) -> Json:
        return asdict(delivery_switches.current(self.sandbox))

    def _reset(self, form: dict[str, str]) -> Json:
        """Forget everything: objects, events, keys, the clock, what was ordered."""
        self.api.misbehaviour.reset()
        with self.deliveries.at_rest():
            self.sandbox.reset()
        self.api.log.clear()
        return {"reset": True}

    def _clock(self, form: dict[str, str]) -> Json:
        """`now=` freezes the clock at a time or (empty) lets it run; `advance=` moves a frozen one
        by seconds and `months=` by months, with everything that falls due on the way. `freeze=1`
        freezes it where it is.
        """
        with self.sandbox.store.transaction():
            if "now" in form:
                self.sandbox.freeze(_seconds(form, "now") if form["now"] else None)
            if "freeze" in form and _switch(form, "freeze"):
                self.sandbox.freeze(self.sandbox.now())
            if "advance" in form or "months" in form:
                until = frozen = self.sandbox.frozen_at
                if frozen is None or until is None:
                    raise refused("Freeze the clock first: now=… or freeze=1.", "advance")
                if "months" in form:
                    until = _months_on(frozen, _seconds(form, "months"))
                if "advance" in form:
                    until += _seconds(form, "advance")
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
        done. `events=` sends exactly those, with commas between, in their order and as often as
        they are named. `concurrency=` so many at a time.
        """
        width = _seconds(form, "concurrency") if "concurrency" in form else None
        if width is not None and not 1 <= width <= 64:
            raise refused("Invalid concurrency: must be a number from 1 to 64", "concurrency")
        if "events" in form:
            named = [name.strip() for name in form["events"].split(",") if name.strip()]
            taken, failed = self.deliveries.deliver_these(named, width)
        else:
            if event := form.get("event"):
                self.deliveries.send_again(event)
            taken, failed = self.deliveries.deliver_all(width)
        return {"delivered": taken, "failed": failed}

    def _deliveries(self, form: dict[str, str]) -> Json:
        """Turn the switches that are named, and see all of them."""
        with self.sandbox.store.transaction():
            return delivery_switches.turn(self.sandbox, form)

    def _pay(self, form: dict[str, str]) -> Json:
        """Pay a session as its page would: `session`, `email`, `name`, `card_number`; by
        bank with `method=bank_debit` and `account_number`.
        """
        with self.sandbox.store.transaction():
            identifier = form.get("session", "")
            session = self.sandbox.store.get(identifier, "checkout.session")
            if session is None:
                raise no_such("checkout.session", identifier, "session")
            means = checkout.typed(
                session,
                checkout.good_numbers(session)
                | {name: text for name, text in form.items() if text},
            )
            declined = self.api.misbehaviour.take("/c/pay", paying=True)
            problem = checkout.pay(
                self.sandbox,
                session,
                email=form.get("email") or checkout.known_email(self.sandbox, session) or "",
                name=form.get("name") or None,
                means=means,
                authenticated=isinstance(means, Card) and means.asks_authentication,
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
        """`next=` a fault, for the next `times=` requests whose path begins with `path=`. Or, until
        `rate=0`, for `rate=` percent of them one of the `kinds=`, chosen by a `seed=`. A hang lasts
        `hang_for=` seconds.
        """
        path = form.get("path", "/")
        if "rate" in form:
            return self._set_weather(form, path)
        kind = form.get("next", "")
        if kind not in KINDS:
            raise refused(f"Invalid next: must be one of {', '.join(KINDS)}", "next")
        times = _seconds(form, "times") if "times" in form else 1
        self.api.misbehaviour.order(kind, path, times)
        return {"next": kind, "path": path, "times": times}

    def _set_weather(self, form: dict[str, str], path: str) -> Json:
        percent = _seconds(form, "rate")
        kinds = tuple(kind.strip() for kind in form.get("kinds", "").split(",") if kind.strip())
        if percent > 100:
            raise refused("Invalid rate: must be a number from 0 to 100", "rate")
        if not set(kinds) <= set(KINDS) or (percent and not kinds):
            raise refused(f"Invalid kinds: must be some of {', '.join(KINDS)}", "kinds")
        try:
            hang_for = float(form.get("hang_for") or LONGEST_HANG)
        except ValueError:
            hang_for = -1.0
        if not 0 <= hang_for <= LONGEST_HANG:
            message = f"Invalid hang_for: must be seconds from 0 to {LONGEST_HANG:.0f}"
            raise refused(message, "hang_for")
        seed = _seconds(form, "seed") if form.get("seed") else self.sandbox.seed or 0
        weather = Weather(percent, kinds, path, seed, hang_for)
        self.api.misbehaviour.weather = weather
        return {
            "rate": percent, "kinds": list(kinds), "path": path, "seed": seed, "hang_for": hang_for,
        }  # fmt: skip


ACTS = (
    "clock", "deliver", "deliveries", "misbehave", "pay", "renewals", "reset", "webhooks",
)  # fmt: skip


def _months_on(moment: int, months: int) -> int:
    if months > 1_200:
        raise refused("Invalid months: must be a number from 0 to 1200", "months")
    return period_end(moment, moment, "month", months)


def _seconds(form: dict[str, str], name: str) -> int:
    text = form[name]
    if not text.isdecimal() or len(text) > 12:
        raise refused(f"Invalid integer: {text[:40]}", name)
    return int(text)


def _switch(form: dict[str, str], name: str) -> bool:
    if form[name] not in ("0", "1"):
        raise refused(f"Invalid {name}: must be one of 0 or 1", name)
    return form[name] == "1"
