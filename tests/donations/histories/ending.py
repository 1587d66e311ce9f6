"""How a history ends: everything is heard of at last, all work is done, and the books are read."""

from random import Random

from donations import inbox
from donations.models import EventState, StripeEvent
from tests.donations.histories.comparing import differences
from tests.donations.histories.oracle import books_of
from tests.donations.histories.verbs import Verb
from tests.donations.histories.world import ADOPTED, World

MOST_REPLAYS = 2


def everything_arrives(world: World, draw: Random) -> str:
    """Whatever was not delivered is, in any order; some of it twice."""
    late = world.pending()
    again = [each for each in world.delivered() if draw.random() < 0.2]
    events = [*late, *again]
    draw.shuffle(events)
    for event in events:
        assert world.deliver(event)
    return f"{len(late)} events arrive late, {len(again)} once more"


VERBS: dict[str, Verb] = {each.__name__: each for each in (everything_arrives,)}
WAYS = list(VERBS)


def what_is_wrong(world: World) -> list[str]:
    """After the last work is done."""
    _do_all_work(world)
    _replay_the_dead(world)
    books = books_of(world.stripe, adopted=[ADOPTED])
    wrong = differences(world, books)
    if not wrong and len(world.stripe.told) % 3 == 0:
        _replay_some(world)
        wrong = [f"after a replay: {each}" for each in differences(world, books)]
    return wrong


def _do_all_work(world: World) -> None:
    """With all tries that wait for later: the clock stands, or more would happen at Stripe."""
    world.paper.work(whenever=True)
    world.look()


def _replay_the_dead(world: World) -> None:
    """Somebody presses “replay” in the admin, once Stripe is well again."""
    for event in StripeEvent.objects.filter(state=EventState.DEAD):
        assert event.error
        inbox.replay(event)
    _do_all_work(world)


def _replay_some(world: World) -> None:
    for event in StripeEvent.objects.filter(state=EventState.APPLIED).order_by("?")[:MOST_REPLAYS]:
        inbox.replay(event)
    _do_all_work(world)
