"""GET /: what the account holds, what time it is there, and what is to go wrong."""

from dataclasses import asdict
from html import escape

from donations.stripe_stand_in import API_VERSION, acts, delivery_switches
from donations.stripe_stand_in.acts import Act
from donations.stripe_stand_in.control import Control
from donations.stripe_stand_in.delivery_switches import SIGNED_WITH
from donations.stripe_stand_in.html_page import link, moment, page, section, table
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.misbehaviour import KINDS
from donations.stripe_stand_in.money import written

SHOWN = 10  # of each kind
EVENTS_SHOWN = 25
_ALSO = {  # kinds that have a place of their own above, or are too many to be of interest
    "balance_transaction", "charge", "checkout.session", "customer", "dispute", "event",
    "payment_intent", "payment_method", "price", "subscription", "webhook_endpoint",
}  # fmt: skip


def show(control: Control, said: str = "", problem: str = "") -> str:
    """`said` is what the last act answered, `problem` why it was refused."""
    with control.sandbox.store.lock:
        counts = dict(
            control.sandbox.store.rows(
                "SELECT kind, count(*) FROM objects GROUP BY kind ORDER BY kind"
            )
        )
        content = "".join(
            [
                f"<h1>Stripe stand-in <small class=about>{API_VERSION}</small></h1>",
                _SPOTS,
                f'<p class="error" role="alert">{escape(problem)}</p>' if problem else "",
                f'<p class="done" role="status">{escape(said)}</p>' if said else "",
                _clock(control),
                _account(control, counts),
                _happenings(),
                _events(control, counts),
                _delivery_switches(control),
                _requests(control),
                _rest(control, counts),
            ]
        )
    return page("Stripe stand-in", content, wide=True)


_SPOTS = (
    '<ul class="spots"><li><a href="#clock">Clock</a></li><li><a href="#events">Events</a></li>'
    '<li><a href="#deliveries">Deliveries</a></li><li><a href="#requests">API requests</a></li>'
    '<li><a href="#everything">Everything</a></li></ul>'
)


def press(control: Control, form: dict[str, str]) -> str:
    """Do one of the control's acts, or raise an `ApiError`; gives what was done."""
    name = form.pop("act", "")
    made = control.act(name, form)
    if name == "deliver":
        return f"{made['delivered']:,} delivered, {made['failed']:,} not."
    return _SAID.get(name, "Done.")


_SAID = {
    "clock": "The clock is set.",
    "deliveries": "The switches are set.",
    "misbehave": "As you wish: it will go wrong.",
    "reset": "Everything is forgotten.",
}


def button(act: str, label: str, **given: object) -> str:
    """A form of one button."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in {"act": act, **given}.items()
    )
    return f'<form method="post" action="/">{hidden}<button>{escape(label)}</button></form>'


def act_form(act: Act, path: str = "/") -> str:
    fields = "".join(
        f'<p><label>{escape(name.replace("_", " ").capitalize())} <span class="hint">'
        f"{escape(remark)}</span>"
        f'<input name="{escape(name)}" autocomplete="off"></label></p>'
        for name, remark in act.fields
    )
    hint = f'<p class="hint">{escape(act.hint)}</p>' if act.hint else ""
    # The action is spelled out, so that a page after a mistake posts to the same place.
    return (
        f'<form method="post" action="{escape(path)}">'
        f'<input type="hidden" name="act" value="{escape(act.name)}">'
        f'<div class="row">{fields}<button>{escape(act.label)}</button></div>{hint}</form>'
    )


def _clock(control: Control) -> str:
    sandbox = control.sandbox
    frozen = sandbox.frozen_at is not None
    state = "stands still" if frozen else "runs with the real one"
    buttons = [
        button("clock", "Let it run", now="") if frozen else button("clock", "Freeze", freeze=1),
        button("clock", "A day on", freeze=1, advance=86_400),
        button("clock", "A month on", freeze=1, months=1),
        button("clock", "A year on", freeze=1, months=12),
    ]
    return section(
        "Clock",
        f"<p>{moment(sandbox.now())} UTC: it {state}.</p>"
        f'<div class="row">{"".join(buttons)}</div>'
        '<p class="hint">To move it on freezes it, and does what falls due on the way: renewals,'
        " retries, expiries.</p>",
        "clock",
    )


def _account(control: Control, counts: Json) -> str:
    store = control.sandbox.store

    def newest(kind: str) -> list[Json]:
        return store.find(kind, limit=SHOWN)

    customers = table(
        "Customers", ("Customer", "E-mail", "Since"),
        ([link(one["id"]), escape(one.get("email") or "deleted" * bool(one.get("deleted"))),
          moment(one.get("created"))] for one in newest("customer")),
    )  # fmt: skip
    subscriptions = table(
        "Subscriptions", ("Subscription", "Status", "Amount ", "Paid until"),
        (_subscription(one) for one in newest("subscription")),
    )  # fmt: skip
    payments = table(
        "Payments", ("Payment", "Status", "Amount ", "Made"),
        ([link(one["id"]), _status(one["status"]), _money(one["amount"], one["currency"]),
          moment(one["created"])] for one in newest("payment_intent")),
    )  # fmt: skip
    disputes = table(
        "Disputes", ("Dispute", "Status", "Amount ", "Opened"),
        ([link(one["id"]), _status(one["status"]), _money(one["amount"], one["currency"]),
          moment(one["created"])] for one in newest("dispute")),
    )  # fmt: skip
    sessions = table(
        "Checkout sessions", ("Session", "Status", "Amount ", "Opened", "Page"),
        (_session(one) for one in newest("checkout.session")),
    )  # fmt: skip
    endpoints = table(
        "Webhook endpoints", ("Endpoint", "Status", "Address"),
        ([link(one["id"]), _status(one["status"]), escape(one["url"])]
         for one in newest("webhook_endpoint")),
        "None yet: events are made and sent to nobody.",
    )  # fmt: skip
    parts = (
        ("Customers", "customer", customers),
        ("Subscriptions", "subscription", subscriptions),
        ("Payments", "payment_intent", payments),
        ("Disputes", "dispute", disputes),
        ("Checkout sessions", "checkout.session", sessions),
        ("Webhook endpoints", "webhook_endpoint", endpoints),
    )
    return (
        '<div class="columns">'
        + "".join(section(f"{title}{_of(counts, kind)}", html) for title, kind, html in parts)
        + "</div>"
    )


def _happenings() -> str:
    forms = "".join(act_form(act) for act in acts.of_the_account())
    return (
        section("What can happen to all of it", f'<div class="acts">{forms}</div>') if forms else ""
    )


def _of(counts: Json, kind: str, shown: int = SHOWN) -> str:
    count = counts.get(kind, 0)
    return f" (the latest of {count:,})" if count > shown else ""


def _subscription(one: Json) -> list[str]:
    item = one["items"]["data"][0]
    price = item["price"]
    amount = _money(price["unit_amount"], price["currency"])
    every = escape((price["recurring"] or {}).get("interval", ""))
    ends = "<br>ends then" if one["cancel_at_period_end"] else ""
    return [
        link(one["id"]),
        _status(one["status"]) + ends,
        f"{amount} a&nbsp;{every}",
        moment(item["current_period_end"]),
    ]


def _session(one: Json) -> list[str]:
    to_page = f'<a href="/c/pay/{escape(one["id"])}">Open</a>' if one["status"] == "open" else ""
    return [
        link(one["id"]),
        _status(one["status"]),
        _money(one["amount_total"] or 0, one["currency"] or "usd"),
        moment(one["created"]),
        to_page,
    ]


def _events(control: Control, counts: Json) -> str:
    sandbox = control.sandbox
    events = sandbox.store.find("event", limit=EVENTS_SHOWN)
    rows = [
        [
            link(event["id"], event["type"]),
            link(event["data"]["object"]["id"]) if "id" in event["data"]["object"] else "",
            moment(event["created"]),
            "<br>".join(delivered(one) for one in control.deliveries.listed(event=event["id"]))
            or "to nobody",
        ]
        for event in events
    ]
    enabled = sandbox.store.recall("webhooks", otherwise=True)
    background = sandbox.store.recall("background", otherwise=True)
    pending = sandbox.store.rows("SELECT count(*) FROM deliveries WHERE state = 'pending'")[0][0]
    buttons = [
        button("deliver", f"Send what is pending ({pending:,})"),
        button("webhooks", "Hold them back", background=0)
        if background
        else button("webhooks", "Send as they come", background=1),
        button("webhooks", "Send none from now on", enabled=0)
        if enabled
        else button("webhooks", "Send again from now on", enabled=1),
    ]
    state = "sent as they come" if background else "held back until you send them"
    return section(
        f"Events{_of(counts, 'event', EVENTS_SHOWN)}",
        f"<p>Events are {state if enabled else 'made, and sent to nobody'}.</p>"
        f'<div class="row">{"".join(buttons)}</div><br>'
        + table("Events", ("Event", "About", "At", "Delivery"), rows),
        "events",
    )


def delivered(delivery: Json) -> str:
    """`delivered: 500, 200`"""
    answers = ", ".join(delivery["answers"][-3:])
    more = f" ({delivery['attempts']} tries)" if delivery["attempts"] > 3 else ""
    state: str = delivery["state"]
    return escape(state + (f": {answers}" if answers else "") + more)


_SWITCHES = {  # label, and what it does
    "duplicate": ("Copies", "of each event"),
    "reorder": ("Shuffle what is pending", ""),
    "delay": ("Delay", "seconds of this clock"),
    "drop": ("Drop", "percent, never sent"),
    "drop_next": ("Drop the next", "deliveries"),
    "truncate": ("Cut bodies in half", ""),
    "skew": ("Skew", "seconds added to the signature’s time"),
    "api_version": ("Another version", "in the event, as 2020-08-27"),
    "livemode": ("Say that events are live", ""),
    "secret": ("Second secret", "while rolling"),
    "sign": ("Sign with", "which secret"),
    "concurrency": ("At a time", "deliveries"),
    "seed": ("Seed", "of what is shuffled and dropped"),
}


def _delivery_switches(control: Control) -> str:
    switches = asdict(delivery_switches.current(control.sandbox))
    fields = []
    for name, value in switches.items():
        label, hint = _SWITCHES.get(name, (name, ""))
        if isinstance(value, bool):
            fields.append(_tick(name, label, on=value))
        elif name == "sign":
            fields.append(_choice(name, label, SIGNED_WITH, value, hint))
        else:
            fields.append(text_field(name, label, str(value), hint))
    return section(
        "How events are delivered",
        '<form method="post" action="/"><input type="hidden" name="act" value="deliveries">'
        f'<div class="grid">{"".join(fields)}</div><button>Set these switches</button></form>',
        "deliveries",
    )


def _requests(control: Control) -> str:
    weather = control.api.misbehaviour.weather
    log = list(control.api.log)[-SHOWN:]
    rows = [
        [
            f"{escape(one['method'])} {escape(one['path'])}",
            escape(str(one["status"] or "no answer")),
            escape(one["idempotency_key"] or ""),
        ]
        for one in reversed(log)
    ]
    kinds = [kind for kind in KINDS if kind != "decline"]
    by_chance = "".join(
        [
            text_field("rate", "Of a hundred", str(weather.percent), "0 ends it"),
            text_field(
                "kinds",
                "Kinds",
                ",".join(weather.kinds) or "429,503",
                "some of " + ", ".join(KINDS),
            ),
            text_field("path", "Path begins with", weather.path),
            text_field("seed", "Seed", str(weather.seed)),
            text_field("hang_for", "Hangs last", f"{weather.hang_for:g}", "seconds"),
        ]
    )
    once = "".join(
        [
            _choice("next", "Fault", (*kinds, "decline"), "500"),
            text_field("times", "Times", "1"),
            text_field("path", "Path begins with", "/"),
        ]
    )
    return section(
        f"API requests{' (the latest)' if len(control.api.log) > SHOWN else ''}",
        table("API requests", ("Request", "Answer", "Idempotency key"), rows)
        + '<h3>The next ones fail</h3><form method="post" action="/">'
        '<input type="hidden" name="act" value="misbehave">'
        f'<div class="grid">{once}</div><button>Order this</button></form>'
        '<h3>Some fail by chance</h3><form method="post" action="/">'
        '<input type="hidden" name="act" value="misbehave">'
        f'<div class="grid">{by_chance}</div><button>Set this rate</button></form>',
        "requests",
    )


def _rest(control: Control, counts: Json) -> str:
    others = [
        f"<li>{link(one['id'])} {escape(_words(kind))}</li>"
        for kind in counts
        if kind not in _ALSO
        for one in control.sandbox.store.find(kind, limit=5)
    ]
    held = ", ".join(f"{count:,} {_words(kind)}" for kind, count in counts.items())
    return section(
        "Everything",
        f"<p>Holds {escape(held or 'nothing yet')}.</p>"
        + (f"<details><summary>The latest of the rest</summary><ul>{''.join(others)}</ul></details>"
           if others else "")
        + '<form method="post" action="/"><input type="hidden" name="act" value="reset">'
        '<p class="tick"><label><input type="checkbox" required> Forget all of it: objects, events,'
        " switches, and set the clock right</label></p>"
        '<button>Begin anew</button></form>',
        "everything",
    )  # fmt: skip


def text_field(name: str, label: str, value: str, hint: str = "", where: str = "") -> str:
    spot = f"{where or 'at'}-{name}"
    remark = f' <span class="hint">{escape(hint)}</span>' if hint else ""
    return (
        f'<p><label>{escape(label)}{remark}<input id="{escape(spot)}" name="{escape(name)}"'
        f' value="{escape(value)}" autocomplete="off"></label></p>'
    )


def _tick(name: str, label: str, *, on: bool) -> str:
    # The last value counts, and a box that is not ticked sends none.
    return (
        f'<p class="tick"><input type="hidden" name="{name}" value="0"><label>'
        f'<input type="checkbox" name="{name}" value="1"{" checked" if on else ""}>'
        f" {escape(label)}</label></p>"
    )


def _choice(name: str, label: str, choices: tuple[str, ...], value: str, hint: str = "") -> str:
    options = "".join(
        f"<option{' selected' if one == value else ''}>{escape(one)}</option>" for one in choices
    )
    remark = f' <span class="hint">{escape(hint)}</span>' if hint else ""
    return f'<p><label>{escape(label)}{remark}<select name="{name}">{options}</select></label></p>'


def _money(amount: int, currency: str) -> str:
    return escape(written(amount, currency))


def _status(name: str) -> str:
    return f'<span class="whole">{escape(_words(name))}</span>'


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")
