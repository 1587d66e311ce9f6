"""GET /objects/<id>: one object, what can be done to it, its events, and what links to it."""

import json
import re
from html import escape

from donations.stripe_stand_in import acts
from donations.stripe_stand_in.control import Control
from donations.stripe_stand_in.html_page import link, moment, page, section, table
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.overview_page import act_form, delivered
from donations.stripe_stand_in.resources.events import counted
from donations.stripe_stand_in.store import at

SHOWN = 100
# To look at more of them would take longer than a page may.
_LATEST = "seq > (SELECT max(seq) - 50000 FROM objects)"
_MAYBE_ID = re.compile(r"&quot;([a-z]{2,10}_[A-Za-z0-9_]{6,})&quot;")


def show(control: Control, identifier: str, said: str = "", problem: str = "") -> str | None:
    """None when there is no such object."""
    store = control.sandbox.store
    with store.lock:
        thing = store.get(identifier)
        if thing is None:
            return None
        kind = thing["object"]
        if kind == "event":
            thing = counted(control.sandbox, thing)
        content = "".join(
            [
                '<p><a href="/">Stripe stand-in</a></p>',
                f'<h1>{escape(identifier)} <small class="about">'
                f"{escape(kind.replace('_', ' ').replace('.', ' '))}</small></h1>",
                f'<p class="error" role="alert">{escape(problem)}</p>' if problem else "",
                f'<p class="done" role="status">{escape(said)}</p>' if said else "",
                _acts(thing),
                _deliveries(control, thing) if kind == "event" else _events(control, identifier),
                _links(control, identifier),
                section("As the API shows it", _json(control, thing) + _notes(thing)),
            ]
        )
    return page(identifier, content, wide=True)


def press(control: Control, identifier: str, form: dict[str, str]) -> str:
    """Do one of the acts, or raise an `ApiError`; gives what was done."""
    with control.sandbox.store.lock:
        thing = control.sandbox.store.get(identifier) or {"object": ""}
    act = next((one for one in acts.possible(thing) if one.name == form.get("act")), None)
    if act is None:
        return "That cannot be done to it any more."
    names = {name for name, _ in act.fields}
    given = {name: value for name, value in form.items() if name in names and value.strip()}
    given |= act.given
    if act.request is None:
        subject = act.subject(thing["object"]) or ""
        made = control.act(act.control or act.name, given | {subject: identifier})
    else:
        method, path = act.request
        if "{id}" not in path:
            given[act.subject(thing["object"]) or ""] = identifier
        made = control.request(method, path.replace("{id}", identifier), given)
    about = made.get("id")
    return f"{act.label}: done{f', see {about}' if about and about != identifier else ''}."


def _acts(thing: Json) -> str:
    possible = acts.possible(thing)
    if not possible:
        return ""
    plain = "".join(act_form(act, f"/objects/{thing['id']}") for act in possible if not act.fields)
    asking = "".join(act_form(act, f"/objects/{thing['id']}") for act in possible if act.fields)
    return section(
        "What can happen to it",
        f'<div class="row plain">{plain}</div><div class="acts">{asking}</div>',
    )


def _events(control: Control, identifier: str) -> str:
    found = control.sandbox.store.find(
        "event", [(_LATEST, []), (f"{at('data.object.id')} = ?", [identifier])], limit=SHOWN
    )
    rows = [
        [
            link(event["id"], event["type"]),
            moment(event["created"]),
            "<br>".join(delivered(one) for one in control.deliveries.listed(event=event["id"]))
            or "to nobody",
        ]
        for event in found
    ]
    return section("Its events", table("Its events", ("Event", "At", "Delivery"), rows))


def _deliveries(control: Control, event: Json) -> str:
    rows = [
        [
            escape(one["url"] or "deleted"),
            escape(one["state"]),
            escape(", ".join(one["answers"])),
            moment(one["next_try_at"]),
        ]
        for one in control.deliveries.listed(event=event["id"])
    ]
    heads = ("To", "State", "Answers", "Next try")
    return section("Its deliveries", table("Its deliveries", heads, rows, "It is for nobody."))


def _links(control: Control, identifier: str) -> str:
    rows = control.sandbox.store.rows(
        f"SELECT id, kind, created FROM objects WHERE {_LATEST} AND kind != 'event'"  # noqa: S608
        " AND instr(body, ?) > 0 AND id != ? ORDER BY created DESC, seq DESC LIMIT ?",
        (f'"{identifier}"', identifier, SHOWN),
    )
    cells = [
        [
            link(other, other if len(other) < 40 else ""),
            escape(kind.replace("_", " ").replace(".", " ")),
            moment(created or None),
        ]
        for other, kind, created in rows
    ]
    nothing = "Nothing names it."
    return section("What links to it", table("Links", ("Object", "Kind", "Made"), cells, nothing))


def _json(control: Control, thing: Json) -> str:
    """The object, with a link wherever it names another one."""
    text = escape(json.dumps(public(thing), indent=2, ensure_ascii=False))

    def linked(found: re.Match[str]) -> str:
        known = found[1] != thing["id"] and control.sandbox.store.rows(
            "SELECT 1 FROM objects WHERE id = ?", (found[1],)
        )
        return f"&quot;{link(found[1], found[1])}&quot;" if known else found[0]

    shown = _MAYBE_ID.sub(linked, text)
    return f'<pre tabindex="0" role="region" aria-label="JSON">{shown}</pre>'


def _notes(thing: Json) -> str:
    if thing["object"] == "webhook_endpoint":
        return f'<p class="hint">Signed with <code>{escape(thing["_secret"] or "")}</code></p>'
    if due := thing.get("_due_at"):
        return f'<p class="hint">Something falls due on {moment(due)}.</p>'
    return ""
