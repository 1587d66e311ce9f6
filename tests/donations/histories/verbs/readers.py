"""Readers: they choose, press the button, pay on Stripe's page, and come back."""

from random import Random

from donations.stripe_stand_in.errors import ApiError
from tests.donations.histories.newspaper import killed
from tests.donations.histories.stripe_here import TROUBLES, Json
from tests.donations.histories.verbs.registry import verb
from tests.donations.histories.world import Visit, World

PEOPLE = ["ada@example.com", "Ada@Example.com", "bela@example.org", "zoe.o'neill+news@example.net"]
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
# Of banks that refuse.
FAILING_ACCOUNTS = {"eur": "DE62370400440532013001", "usd": "000111111116"}


@verb(7)
def start(world: World, draw: Random) -> str:
    return _start(world, draw)


@verb(2)
def start_and_pay(world: World, draw: Random) -> str:
    said = _start(world, draw)
    return (
        f"{said}; {pay_with(world, world.visits[-1], draw.choice(CARDS))}" if world.visits else said
    )


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
    return pay_with(world, draw.choice(visits), draw.choice(CARDS)) if visits else ""


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


def pay_with(world: World, visit: Visit, card: str) -> str:
    try:
        world.stripe.order("pay", session=visit.session, email=visit.email, card_number=card)
    except ApiError as error:
        return f"{visit.email} pays with {card}: {error}"
    return f"{visit.email} pays with {card}"


def _session(world: World, visit: Visit) -> Json:
    return world.stripe.account.store.need(visit.session)
