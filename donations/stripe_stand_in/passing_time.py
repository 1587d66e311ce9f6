"""What time itself does: sessions expire, subscriptions renew, declined renewals are tried again,
refunds arrive, banks answer."""

from donations.stripe_stand_in import checkout, refunding, settling, subscribing
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.sandbox import Sandbox


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
    return done


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
