"""GET /: what happened here lately, for people."""

from datetime import UTC, datetime
from html import escape

from donations.stripe_stand_in import API_VERSION
from donations.stripe_stand_in.html_page import page
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.sandbox import Sandbox


def overview(sandbox: Sandbox) -> str:
    with sandbox.store.lock:
        sessions = sandbox.store.find("checkout.session", limit=20)
        subscriptions = sandbox.store.find("subscription", limit=20)
        events = sandbox.store.find("event", limit=50)
        counts = sandbox.store.rows("SELECT kind, count(*) FROM objects GROUP BY kind ORDER BY 1")
        now, frozen = sandbox.now(), sandbox.frozen_at
        rows = [_event(sandbox, event) for event in events]
    held = ", ".join(f"{count} {kind}" for kind, count in counts) or "nothing yet"
    clock = f"{_time(now)}{' (frozen)' if frozen is not None else ''}"
    return page(
        "Stripe stand-in",
        f"""<h1>Stripe stand-in, version {API_VERSION}</h1>
<p>Clock: {clock}. Holds {escape(held)}.</p>
<h2>Checkout sessions</h2>
{_table("Checkout sessions", ("Session", "Amount", "Mode", "Status", "Created"), [_session(one) for one in sessions])}
<h2>Subscriptions</h2>
{_table("Subscriptions", ("Subscription", "Status", "Paid until"), [_subscription(one) for one in subscriptions])}
<h2>Events</h2>
{_table("Events", ("Event", "About", "Created", "Delivery"), rows)}""",
        wide=True,
    )


def _table(label: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return "<p>None yet.</p>"
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table><tr>{head}</tr>{body}</table></div>'


def _session(session: Json) -> tuple[str, ...]:
    name = escape(session["id"][:24]) + "…"
    return (
        f'<a href="/c/pay/{escape(session["id"])}">{name}</a>',
        escape(written(session["amount_total"], session["currency"])),
        escape(session["mode"]),
        escape(session["status"]),
        _time(session["created"]),
    )


def _subscription(subscription: Json) -> tuple[str, ...]:
    until = subscription["items"]["data"][0]["current_period_end"]
    return escape(subscription["id"]), escape(subscription["status"]), _time(until)


def _event(sandbox: Sandbox, event: Json) -> tuple[str, ...]:
    sent = sandbox.store.rows(
        "SELECT state, attempts, answer FROM deliveries WHERE event = ?", (event["id"],)
    )
    states = [f"{state} ({attempts}, {answer or '…'})" for state, attempts, answer in sent]
    about = event["data"]["object"]["id"]
    return (
        escape(event["type"]),
        escape(about if len(about) < 40 else about[:24] + "…"),
        _time(event["created"]),
        escape("; ".join(states) or "to nobody"),
    )


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
