"""Time and banks: renewals, refunds, disputes, warnings."""

from random import Random

from donations.stripe_stand_in.errors import ApiError
from tests.donations.histories.stripe_here import Json
from tests.donations.histories.verbs.registry import verb
from tests.donations.histories.world import World

HOUR, DAY = 3_600, 86_400


@verb(2)
def hours_pass(world: World, draw: Random) -> str:
    hours = draw.choice([1, 2, 24])
    world.advance(hours * HOUR)
    return f"{hours} hours pass"


@verb(3)
def days_pass(world: World, draw: Random) -> str:
    days = draw.choice([3, 5, 7, 16])
    world.advance(days * DAY)
    return f"{days} days pass"


@verb(3)
def a_month_passes(world: World, draw: Random) -> str:
    world.advance(31 * DAY)
    return "a month passes"


@verb(2)
def renewals_change(world: World, draw: Random) -> str:
    """From now on a subscription's card is declined, or works again."""
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    card = draw.choice(["decline", "decline", "succeed"])
    world.stripe.order("renewals", subscription=subscription["id"], card=card)
    return f"renewals of {subscription['id']} {card} from now on"


@verb(1)
def renewal_is_tried_in_vain(world: World, draw: Random) -> str:
    """Until Stripe gives up, and everything is heard of at once."""
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    world.stripe.order("renewals", subscription=subscription["id"], card="decline")
    for days in (31, 3, 5, 7):
        world.advance(days * DAY)
        for event in world.unheard():
            assert world.deliver(event)
        world.paper.work()
    return f"renewals of {subscription['id']} fail until Stripe gives up"


@verb(2)
def a_bank_answers(world: World, draw: Random) -> str:
    intent = world.choose(draw, "payment_intent", status="processing")
    if intent is None:
        return ""
    outcome = draw.choice(["succeed", "fail"])
    world.stripe.order("settle", payment_intent=intent["id"], outcome=outcome)
    return f"a bank answers about {intent['id']}: {outcome}"


@verb(1)
def fees_are_told(world: World, draw: Random) -> str:
    told = world.stripe.order("balance")["balance"]
    return f"Stripe says what {told} payments cost" if told else ""


@verb(1)
def show_the_bank_who_pays(world: World, draw: Random) -> str:
    """A renewal that the bank wants to see confirmed."""
    for invoice in world.stripe.some("invoice"):
        try:
            world.stripe.order("authenticate", invoice=invoice["id"])
        except ApiError:
            continue
        return f"{invoice['id']} is confirmed and paid"
    return ""


@verb(6)
def refund(world: World, draw: Random) -> str:
    charge = world.choose(draw, "charge", paid=True)
    if charge is None:
        return ""
    left = charge["amount"] - charge["amount_refunded"]
    part = draw.choice([left, left // 2, left // 3])
    if part < 1:
        return ""
    return world.asked(
        "POST", "refunds", f"refund {part} of {left} of", charge["payment_intent"],
        payment_intent=charge["payment_intent"], amount=part,
    )  # fmt: skip


@verb(3)
def refund_fails(world: World, draw: Random) -> str:
    return _happens(world, draw, "refund_fails", "refund", status=("pending", "succeeded"))


@verb(3)
def dispute(world: World, draw: Random) -> str:
    charge = world.choose(draw, "charge", paid=True, disputed=False)
    if charge is None:
        return ""
    amount = draw.choice([charge["amount"], charge["amount"], (charge["amount"] + 1) // 2])
    status = draw.choice(["needs_response", "needs_response", "warning_needs_response"])
    made = world.stripe.order("dispute", charge=charge["id"], amount=amount, status=status)
    return f"a bank disputes {amount} of {charge['payment_intent']}: {made['id']} {status}"


@verb(1)
def wanted_back_twice(world: World, draw: Random) -> str:
    """First from us, then from the bank: more than was paid."""
    charge = world.choose(draw, "charge", paid=True, disputed=False, refunded=False)
    if charge is None:
        return ""
    left = charge["amount"] - charge["amount_refunded"]
    intent = charge["payment_intent"]
    said = world.asked(
        "POST", "refunds", f"refund {left} of", intent, payment_intent=intent, amount=left
    )
    world.stripe.order("dispute", charge=charge["id"])
    return f"{said}, and a bank disputes it"


@verb(3)
def dispute_goes_on(world: World, draw: Random) -> str:
    act = draw.choice(["dispute_won", "dispute_won", "dispute_lost"])
    found = world.choose(draw, "dispute", status=("needs_response", "under_review"))
    if found is None:
        act = draw.choice(["inquiry_closed", "inquiry_escalated"])
        return _happens(world, draw, act, "dispute", status="warning_needs_response")
    form: Json = {"dispute": found["id"]}
    if act == "dispute_won" and draw.random() < 0.3:
        form["amount"] = (found["amount"] + 1) // 2
    world.stripe.order(act, **form)
    return f"{act} {form}"


@verb(1)
def fraud_warning(world: World, draw: Random) -> str:
    charge = world.choose(draw, "charge", paid=True)
    if charge is None:
        return ""
    world.stripe.order("fraud_warning", charge=charge["id"])
    return f"a bank warns of {charge['payment_intent']}"


def _happens(world: World, draw: Random, act: str, kind: str, **where: object) -> str:
    found = world.choose(draw, kind, **where)
    if found is None:
        return ""
    world.stripe.order(act, **{kind: found["id"]})
    return f"{act} {found['id']}"
