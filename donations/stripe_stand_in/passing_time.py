"""What time itself does: sessions expire, subscriptions renew, declined renewals are tried again,
refunds arrive, banks answer."""

from donations.stripe_stand_in import checkout, refunding, settling, subscribing
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.resources.events import KEPT
from donations.stripe_stand_in.sandbox import Sandbox

MOST_OLD_EVENTS = 50_000


def catch_up(sandbox: Sandbox, until: int, most: int = -1) -> int:
    """Do what is due by then, in its order, each thing at the time at which it was due.

    Does at most `most` things (all of them when negative) and says how many.
    """
    done = 0
    while done != most:
        with sandbox.store.transaction():
            due = sandbox.store.next_due(until)
            if due is None:
                break
            moment, thing = due
            with sandbox.moment(moment):
                _do(sandbox, thing)
        done += 1
        if done % 2_000 == 0:
            forget_old_events(sandbox, moment)
    return done


def forget_old_events(sandbox: Sandbox, now: int) -> None:
    """Stripe keeps events for thirty days. Here the older ones stay, too, as long as they are few:
    a clock may be put back.
    """
    with sandbox.store.transaction():
        old = "kind = 'event' AND created < ?"
        values = (now - KEPT,)
        rows = sandbox.store.rows(f"SELECT count(*) FROM objects WHERE {old}", values)  # noqa: S608
        if rows[0][0] > MOST_OLD_EVENTS:
            owed = "(SELECT event FROM deliveries WHERE state = 'pending')"
            sandbox.store.rows(
                f"DELETE FROM objects WHERE {old} AND id NOT IN {owed}",  # noqa: S608
                values,
            )


def _do(sandbox: Sandbox, thing: Json) -> None:
    match thing["object"]:
        case "checkout.session":
            checkout.expire(sandbox, thing)
        case "refund":
            refunding.fall_due(sandbox, thing)
        case "invoice":
            subscribing.collect(sandbox, thing)
        case "subscription":
            subscribing.fall_due(sandbox, thing)
        case "charge":
            settling.fall_due(sandbox, thing)
        case other:
            raise AssertionError(f"Nothing is ever due for a {other}")
