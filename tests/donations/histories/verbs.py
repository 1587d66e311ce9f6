"""What may happen in a history. Each verb draws who and how much, does it, and says what it did;
with nothing to do it it says nothing.
"""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from django.utils.timezone import now

from donations import inbox
from donations.models import EventState, StripeEvent
from donations.reconciliation import begin, carry_out, missed_events, unfinished
from donations.reconciliation.sweeping import sweep
from donations.stripe_stand_in.errors import ApiError
from tests.donations.histories import post_office
from tests.donations.histories.newspaper import killed
from tests.donations.histories.stripe_here import Json, Refusal
from tests.donations.histories.world import ADOPTED, FOREIGN, Visit, World

Verb: TypeAlias = Callable[[World, Random], str]

HOUR, DAY = 3_600, 86_400
PEOPLE = ["ada@example.com", "Ada@Example.com", "bela@example.org", "zoe.o'neill+news@example.net"]
STRANGERS = ["mug@example.com", "mugs@example.org"]
# Amounts as typed, on each currency's grid.
AMOUNTS = {
    "usd": ["5", "12.34"],
    "eur": ["7", "20.01"],
    "jpy": ["500", "1001"],
    "kwd": ["2", "3.25"],
}
GOOD = "4242424242424242"
DECLINED = "4000000000000002"
DECLINED_LATER = "4000000000000341"
REFUND_PENDING = "4000000000007726"
REFUND_FAILS = "4000000000005126"
ASKS_ON_RENEWAL = "4000002760003184"
CARDS = [GOOD] * 6 + [DECLINED, DECLINED_LATER, REFUND_PENDING, REFUND_FAILS, ASKS_ON_RENEWAL]
FAILING_ACCOUNTS = {"eur": "DE62370400440532013001", "usd": "000111111116"}
TROUBLES = ["429", "500", "503", "hang"]

VERBS: dict[str, Verb] = {}
WEIGHTS: dict[str, int] = {}


def verb(weight: int) -> Callable[[Verb], Verb]:
    """How often it happens, compared with the others."""

    def register(do: Verb) -> Verb:
        VERBS[do.__name__] = do
        WEIGHTS[do.__name__] = weight
        return do

    return register


# Readers.


@verb(7)
def start(world: World, draw: Random) -> str:
    return _start(world, draw)


@verb(2)
def start_and_pay(world: World, draw: Random) -> str:
    said = _start(world, draw)
    return f"{said}; {_pay(world, world.visits[-1], draw.choice(CARDS))}" if world.visits else said


@verb(1)
def start_while_stripe_fails(world: World, draw: Random) -> str:
    trouble = draw.choice([*TROUBLES, "500_after", "hang_after"])
    world.stripe.breaks(trouble, draw.choice([1, 3]))
    said = _start(world, draw)
    world.stripe.calm()
    return f"(Stripe: {trouble}) {said}"


@verb(1)
def start_and_die(world: World, draw: Random) -> str:
    """The web server dies on the way to Stripe's page; the reader presses the button again."""
    point = draw.choice(["after-intent-before-stripe", "after-stripe-before-session-id"])
    email, browser, form = _wish(draw)
    died = killed(lambda: world.paper.press(browser, **form), point)
    said = _press(world, email, browser, form)
    return f"dies {point}, then {said}" if died else said


@verb(8)
def pay(world: World, draw: Random) -> str:
    visits = [each for each in world.visits if _session(world, each)["status"] == "open"]
    return _pay(world, draw.choice(visits), draw.choice(CARDS)) if visits else ""


@verb(2)
def pay_by_bank(world: World, draw: Random) -> str:
    """A debit, which the bank answers days later."""
    visits = [
        each
        for each in world.visits
        if (session := _session(world, each))["status"] == "open"
        and session["currency"] in ("usd", "eur")
    ]
    if not visits:
        return ""
    visit = draw.choice(visits)
    fails = draw.random() < 0.4
    number = FAILING_ACCOUNTS[_session(world, visit)["currency"]] if fails else ""
    form = {"account_number": number} if fails else {}
    world.stripe.order("pay", session=visit.session, email=visit.email, method="bank_debit", **form)
    return f"{visit.email} pays by a bank that will {'refuse' if fails else 'pay'}"


@verb(1)
def come_back(world: World, draw: Random) -> str:
    """The thanks page, whether or not anything was paid."""
    if not world.visits:
        return ""
    visit = draw.choice(world.visits)
    status = world.paper.thank(visit.browser, visit.session).status_code
    assert status == 200, status
    return f"{visit.email} comes back to the thanks page"


# Time and banks.


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
    return _asked(
        world, "POST", "refunds", f"refund {part} of {left} of", charge["payment_intent"],
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
    said = _asked(
        world, "POST", "refunds", f"refund {left} of", intent, payment_intent=intent, amount=left
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


# Supporters, and what is done at Stripe's dashboard.


@verb(2)
def cancel_at_period_end(world: World, draw: Random) -> str:
    return _changed(world, draw, cancel_at_period_end="true")


@verb(1)
def stay_after_all(world: World, draw: Random) -> str:
    return _changed(world, draw, cancel_at_period_end="false")


@verb(2)
def cancel_now(world: World, draw: Random) -> str:
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    path = f"subscriptions/{subscription['id']}"
    return _asked(world, "DELETE", path, "cancel now", subscription["id"])


@verb(1)
def pause(world: World, draw: Random) -> str:
    behavior = draw.choice(["void", "keep_as_draft", "mark_uncollectible"])
    return _changed(world, draw, **{"pause_collection[behavior]": behavior})


@verb(1)
def resume(world: World, draw: Random) -> str:
    return _changed(world, draw, pause_collection="")


@verb(1)
def change_amount(world: World, draw: Random) -> str:
    """As our own page does: another price for the same product, from the next period on."""
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    item = subscription["items"]["data"][0]
    price = item["price"]
    amount = price["unit_amount"] * draw.choice([2, 3])
    where = "items[0][price_data]"
    form = {
        "items[0][id]": item["id"],
        f"{where}[currency]": price["currency"],
        f"{where}[product]": price["product"],
        f"{where}[unit_amount]": amount,
        f"{where}[recurring][interval]": price["recurring"]["interval"],
        "proration_behavior": "none",
    }
    path = f"subscriptions/{subscription['id']}"
    return _asked(world, "POST", path, f"{amount} from now on for", subscription["id"], **form)


@verb(2)
def delete_customer(world: World, draw: Random) -> str:
    customer = world.choose(draw, "customer", deleted=None)
    if customer is None:
        return ""
    world.touched.add(customer["id"])
    return _asked(world, "DELETE", f"customers/{customer['id']}", "delete", customer["id"])


@verb(1)
def change_address(world: World, draw: Random) -> str:
    customer = world.choose(draw, "customer", deleted=None)
    if customer is None:
        return ""
    world.touched.add(customer["id"])
    path = f"customers/{customer['id']}"
    return _asked(
        world, "POST", path, "new address for", customer["id"], email="elsewhere@example.com"
    )


@verb(2)
def sell_something_else(world: World, draw: Random) -> str:
    """Another product on the same account, which is no business of the paper's."""
    email = draw.choice(STRANGERS)
    world.strangers.add(email)
    return _sell(world, draw, FOREIGN, email, draw.choice(["payment", "subscription"]))


@verb(1)
def old_support_goes_on(world: World, draw: Random) -> str:
    """A subscription of the system before ours, which the paper has made its own."""
    return _sell(world, draw, ADOPTED, draw.choice(PEOPLE), "subscription")


# Events, the worker, and accidents.


@verb(5)
def deliver_one(world: World, draw: Random) -> str:
    if not (unheard := world.unheard()):
        return ""
    event = draw.choice(unheard)
    assert world.deliver(event)
    return f"deliver {event.type}"


@verb(6)
def deliver_some(world: World, draw: Random) -> str:
    """Some of what waits, shuffled."""
    unheard = world.unheard()
    chosen = draw.sample(unheard, draw.randint(0, min(len(unheard), 8)))
    for event in chosen:
        assert world.deliver(event)
    return f"deliver {', '.join(each.type for each in chosen)}" if chosen else ""


@verb(1)
def deliver_again(world: World, draw: Random) -> str:
    if not (delivered := world.delivered()):
        return ""
    event = draw.choice(delivered)
    assert world.deliver(event)
    return f"deliver {event.type} once more"


@verb(1)
def deliver_what_nobody_asked_for(world: World, draw: Random) -> str:
    event = draw.choice(world.stripe.told) if world.stripe.told else None
    if event is None:
        return ""
    assert world.deliver(event)
    return f"deliver {event.type}"


@verb(2)
def drop(world: World, draw: Random) -> str:
    """Stripe gives up on some events."""
    unheard = world.unheard()
    chosen = draw.sample(unheard, draw.randint(0, min(len(unheard), 3)))
    for event in chosen:
        event.is_dropped = True
    return f"never deliver {', '.join(each.type for each in chosen)}" if chosen else ""


@verb(1)
def deliver_and_die(world: World, draw: Random) -> str:
    """The web server dies while it stores an event; Stripe hears no answer."""
    if not (unheard := world.unheard()):
        return ""
    event = draw.choice(unheard)
    point = draw.choice(["after-insert", "after-commit-before-response"])
    died = world.dies(lambda: world.deliver(event), point)
    return f"dies {point} while {event.type} comes in" if died else f"deliver {event.type}"


@verb(6)
def work(world: World, draw: Random) -> str:
    done = world.paper.work()
    return f"the worker does {done} jobs" if done else ""


@verb(3)
def work_on_one(world: World, draw: Random) -> str:
    done = world.paper.work(most=1, skip=draw.randint(0, 4))
    return "the worker does one job" if done else ""


@verb(3)
def work_while_stripe_fails(world: World, draw: Random) -> str:
    if not _something_waits(world, draw):
        return ""
    trouble, times = draw.choice([*TROUBLES, "500_after"]), draw.choice([1, 3, 9])
    world.stripe.breaks(trouble, times)
    done = world.paper.work()
    world.stripe.calm()
    return f"(Stripe: {times} times {trouble}) the worker does {done} jobs"


@verb(3)
def work_and_die(world: World, draw: Random) -> str:
    if not _something_waits(world, draw):
        return ""
    point = draw.choice(WORKERS_DEATHS)
    died = world.dies(world.paper.work, point, draw.choice([1, 1, 2, 3]))
    world.deaths += int(died)
    return f"the worker dies {point}" if died else "the worker works"


@verb(1)
def mail_is_refused(world: World, draw: Random) -> str:
    if not world.paper.waiting():
        return ""
    times = draw.choice([1, 2, 5])
    post_office.refuse(times)
    world.paper.work()
    post_office.refuse(0)
    return f"the worker works, and the mail server refuses {times} mails"


@verb(1)
def the_hour_strikes(world: World, draw: Random) -> str:
    """What Stripe could not deliver is fetched, and stored events without a job get one."""
    taken = missed_events.fetch(now())
    inbox.requeue_forgotten()
    return f"{taken} missed events are fetched"


@verb(1)
def reconcile(world: World, draw: Random) -> str:
    """All that Stripe knows is compared and repaired, perhaps in two goes."""
    run = begin(since=None, is_dry_run=False)
    said = ""
    if draw.random() < 0.3:
        place = draw.randint(1, 6)
        if killed(lambda: carry_out(run), "between-reconciled-pages", place):
            said = f"reconcile, and die after page {place}; "
            unfinished_run = unfinished(is_dry_run=False)
            assert unfinished_run == run
            run = unfinished_run
    if run.finished_at is None:
        carry_out(run)
    world.look(is_reconciling=True)
    return f"{said}reconcile: {run.differences.count()} differences"


@verb(1)
def the_night_comes(world: World, draw: Random) -> str:
    """First what is news, then the comparison of the last weeks."""
    missed_events.fetch(now())
    world.paper.work()
    world.look()
    waiting = StripeEvent.objects.filter(state=EventState.STORED).exists()
    if waiting:  # their next try is later; they are news all the same
        return ""
    run = sweep(now())
    world.look(is_reconciling=True)
    return f"at night {run.differences.count()} differences are found" if run else ""


WORKERS_DEATHS = [
    "after-job-taken",
    "after-retrieve",
    "after-ledger-before-commit",
    "after-letter-before-its-job",
    "after-close-before-commit",
    "after-commit-before-mail",
    "after-SMTP-before-mark",
]


def _something_waits(world: World, draw: Random) -> bool:
    """For the worker; if need be a few events come in first."""
    if not world.paper.waiting():
        unheard = world.unheard()
        for event in draw.sample(unheard, min(len(unheard), 3)):
            assert world.deliver(event)
    return world.paper.waiting() > 0


def _wish(draw: Random) -> tuple[str, str, dict[str, str]]:
    """Who wants to give, with which browser, and what they chose."""
    currency = draw.choice(list(AMOUNTS))
    form = {
        "every": draw.choice(["once", "once", "month", "month", "year"]),
        "amount": draw.choice(AMOUNTS[currency]),
        "currency": currency,
        "nonce": f"{draw.getrandbits(64):x}",
    }
    email = draw.choice(PEOPLE)
    return email, f"{email}'s {draw.choice(['phone', 'computer'])}", form


def _start(world: World, draw: Random) -> str:
    email, browser, form = _wish(draw)
    said = _press(world, email, browser, form)
    if draw.random() < 0.15:
        before = len(world.visits)
        said += f", and again: {_press(world, email, browser, form)}"
        assert len(world.visits) <= before + 1
    return said


def _press(world: World, email: str, browser: str, form: dict[str, str]) -> str:
    said = f"{browser} wants to give {form['amount']} {form['currency']} ({form['every']})"
    response = world.paper.press(browser, **form)
    if response.status_code == 503:
        return f"{said} and is asked to try again"
    assert response.status_code == 303, response.content
    session = response["Location"].rpartition("/")[2].partition("#")[0]
    if not session.startswith("cs_"):
        return f"{said} and has given already"
    if all(each.session != session for each in world.visits):
        world.visits.append(Visit(session, email, browser))
    return said


def _pay(world: World, visit: Visit, card: str) -> str:
    try:
        world.stripe.order("pay", session=visit.session, email=visit.email, card_number=card)
    except ApiError as error:
        return f"{visit.email} pays with {card}: {error}"
    return f"{visit.email} pays with {card}"


def _session(world: World, visit: Visit) -> Json:
    return world.stripe.account.store.need(visit.session)


def _sell(world: World, draw: Random, product: str, email: str, mode: str) -> str:
    if world.stripe.account.store.get(product) is None:
        world.stripe.ask("POST", "products", id=product, name="Something else")
    price = "line_items[0][price_data]"
    form = {
        "mode": mode,
        "success_url": "https://shop.example.com/",
        "customer_email": email,
        "line_items[0][quantity]": 1,
        f"{price}[currency]": "usd",
        f"{price}[unit_amount]": draw.choice([700, 1_900]),
        f"{price}[product]": product,
    }
    if mode == "subscription":
        form[f"{price}[recurring][interval]"] = "month"
    session = world.stripe.ask("POST", "checkout/sessions", **form)
    return f"({product}) {_pay(world, Visit(session['id'], email), GOOD)}"


def _changed(world: World, draw: Random, **change: str) -> str:
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    path = f"subscriptions/{subscription['id']}"
    return _asked(world, "POST", path, f"{change} for", subscription["id"], **change)


def _asked(world: World, method: str, path: str, what: str, whom: str, **form: object) -> str:
    """Ask Stripe's API for it; it may say no."""
    try:
        world.stripe.ask(method, path, **form)
    except Refusal as refusal:
        return f"{what} {whom}: {refusal}"
    return f"{what} {whom}"


def _happens(world: World, draw: Random, act: str, kind: str, **where: object) -> str:
    found = world.choose(draw, kind, **where)
    if found is None:
        return ""
    world.stripe.order(act, **{kind: found["id"]})
    return f"{act} {found['id']}"
