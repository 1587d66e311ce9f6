"""Events, the worker, the hour and the night, and the accidents of each."""

from random import Random

from django.utils.timezone import now

from donations import inbox
from donations.models import EventState, StripeEvent
from donations.reconciliation import begin, carry_out, missed_events, unfinished
from donations.reconciliation.sweeping import sweep
from tests.donations.histories import post_office
from tests.donations.histories.newspaper import killed
from tests.donations.histories.stripe_here import TROUBLES
from tests.donations.histories.verbs.registry import verb
from tests.donations.histories.world import World

WORKERS_DEATHS = [
    "after-job-taken",
    "after-retrieve",
    "after-ledger-before-commit",
    "after-letter-before-its-job",
    "after-close-before-commit",
    "after-commit-before-mail",
    "after-SMTP-before-mark",
]


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


def _something_waits(world: World, draw: Random) -> bool:
    """For the worker; if need be a few events come in first."""
    if not world.paper.waiting():
        unheard = world.unheard()
        for event in draw.sample(unheard, min(len(unheard), 3)):
            assert world.deliver(event)
    return world.paper.waiting() > 0
