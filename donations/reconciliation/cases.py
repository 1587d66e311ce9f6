"""What comparing finds: differences, and the one act that settles them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from donations.ledger import Facts
from donations.models import DifferentThing, Reconciliation


@dataclass(frozen=True)
class Said:
    """A difference in words: what we say and what Stripe says, each empty when it says nothing."""

    thing: DifferentThing
    stripe_id: str
    what: str
    ours: str = ""
    stripes: str = ""


@dataclass(frozen=True)
class Entry:
    """A ledger entry to be appended as Stripe listed it, under the locks of what it is about.

    `facts` is asked under those locks. What is listed may be booked without asking for it again,
    because it is a fact that never changes: that a payment was made, what it came to. Under the
    lock it is looked up once more, so whoever else books it meanwhile comes first or second, but
    not twice.
    """

    locks: tuple[str, ...]
    facts: Callable[[], Facts]
    # What must be here before, such as the subscription that was paid for.
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True)
class Case:
    """Differences that are settled together: by an `act`, by an `entry`, or (neither) by a person.

    Without words it is settled all the same: what a payment that was booked a moment ago lacks
    is no difference.
    """

    said: tuple[Said, ...]
    act: Callable[[], object] | None = None
    entry: Entry | None = None


@dataclass
class Outcome:
    """What came of a page: its cases, and the ids under which our books may know its objects."""

    cases: list[Case] = field(default_factory=list)
    known_ids: list[str] = field(default_factory=list)
    compared: int = 0


@dataclass(frozen=True)
class Scope:
    """What a comparison takes in."""

    run: Reconciliation
    livemode: bool
    # What happened later is left to its own event, which may be on its way.
    until: datetime | None
    # Objects whose event waits here to be applied: its mail is still owed.
    waiting: frozenset[str]
    is_writing_off: bool = False

    @property
    def since(self) -> datetime | None:
        return self.run.since

    def leaves(self, at: datetime | None, *ids: str) -> bool:
        """Whether a thing that is missing here is to come by its event."""
        if at is not None and self.until is not None and at > self.until:
            return True
        return not self.waiting.isdisjoint(ids)


def said_of(
    thing: DifferentThing, stripe_id: str, pairs: Sequence[tuple[str, object, object]]
) -> tuple[Said, ...]:
    """The differences among (what, ours, Stripe's)."""
    return tuple(
        Said(thing, stripe_id, what, _plain(ours), _plain(stripes))
        for what, ours, stripes in pairs
        if ours != stripes
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
