"""What supporters and others do at Stripe itself: cancel, pause, change, forget, sell mugs."""

from random import Random

from tests.donations.histories.verbs.readers import GOOD, PEOPLE, pay_with
from tests.donations.histories.verbs.registry import verb
from tests.donations.histories.world import ADOPTED, FOREIGN, Visit, World

STRANGERS = ["mug@example.com", "mugs@example.org"]


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
    return world.asked("DELETE", path, "cancel now", subscription["id"])


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
    return world.asked("POST", path, f"{amount} from now on for", subscription["id"], **form)


@verb(2)
def delete_customer(world: World, draw: Random) -> str:
    customer = world.choose(draw, "customer", deleted=None)
    if customer is None:
        return ""
    world.touched.add(customer["id"])
    return world.asked("DELETE", f"customers/{customer['id']}", "delete", customer["id"])


@verb(1)
def change_address(world: World, draw: Random) -> str:
    customer = world.choose(draw, "customer", deleted=None)
    if customer is None:
        return ""
    world.touched.add(customer["id"])
    path = f"customers/{customer['id']}"
    return world.asked(
        "POST", path, "new address for", customer["id"], email="elsewhere@example.com"
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
    return f"({product}) {pay_with(world, Visit(session['id'], email), GOOD)}"


def _changed(world: World, draw: Random, **change: str) -> str:
    subscription = world.choose(draw, "subscription", ended_at=None)
    if subscription is None:
        return ""
    path = f"subscriptions/{subscription['id']}"
    return world.asked("POST", path, f"{change} for", subscription["id"], **change)
