"""How a history ends: everything is heard of at last, all work is done, and the books are read."""

from collections.abc import Iterator
from random import Random

from django.utils.timezone import now

from donations import inbox
from donations.models import EventState, StripeEvent
from donations.reconciliation import begin, carry_out, missed_events
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


def what_was_missed_is_fetched(world: World, draw: Random) -> str:
    """Nothing more is delivered: events are fetched, and what is older than they last compared."""
    taken = missed_events.fetch(now())
    _do_all_work(world)
    return f"{taken} events are fetched; {_reconcile(world)}"


def books_are_compared(world: World, draw: Random) -> str:
    """No event comes any more at all."""
    return _reconcile(world)


VERBS: dict[str, Verb] = {
    each.__name__: each
    for each in (everything_arrives, what_was_missed_is_fetched, books_are_compared)
}
WAYS = ["everything_arrives"] * 3 + list(VERBS)


def _reconcile(world: World) -> str:
    """Until nothing differs, which is the second time at the latest."""
    world.look()
    run = begin(since=None, is_dry_run=False)
    carry_out(run)
    world.look(is_reconciling=True)
    world.must_not_differ = True
    return f"{run.differences.count()} differences are repaired"


def what_is_wrong(world: World) -> list[str]:
    """After the last work is done."""
    told = len(world.stripe.told)
    _do_all_work(world)
    # That may have closed pages at Stripe, of which it tells.
    for event in world.stripe.told[told:]:
        assert world.deliver(event)
    _do_all_work(world)
    _replay_the_dead(world)
    books = books_of(world.stripe, adopted=[ADOPTED])
    wrong = [*differences(world, books), *_of_another_comparison(world)]
    if not wrong and len(world.stripe.told) % 3 == 0:
        _replay_some(world)
        wrong = [f"after a replay: {each}" for each in differences(world, books)]
    return wrong


def _of_another_comparison(world: World) -> Iterator[str]:
    """What Stripe and the books say differently once all is done, but for what a person decides."""
    if not world.must_not_differ:
        return
    run = begin(since=None, is_dry_run=True)
    carry_out(run)
    for each in run.differences.all():
        is_for_a_person = each.what == "address" and each.stripe_id in world.touched
        if not is_for_a_person:
            yield f"reconciliation: {each} ({each.ours}, {each.stripes})"


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
