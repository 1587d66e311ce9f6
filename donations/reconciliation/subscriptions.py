"""Subscriptions and their customers: the mirror, field by field."""

from collections.abc import Iterator, Sequence
from functools import partial

from donations.models import DifferentThing, Subscription
from donations.models.subscription import ACTIVE
from donations.reconciliation.cases import Case, Outcome, Said, Scope, said_of
from donations.reconciliation.words import money
from donations.stripe_lists import ListedSubscription
from donations.stripe_objects import Customer, StripeSubscription
from donations.subscriptions import sync_subscription, was_ever_paid
from donations.supporters import normalised
from newsroom.alerts import alert


def compare(scope: Scope, listed: Sequence[ListedSubscription]) -> Outcome:
    ours = [each for each in listed if is_ours(scope, each.subscription)]
    mirrors = {
        each.stripe_id: each
        for each in Subscription.objects.filter(
            stripe_id__in=[each.subscription.id for each in ours]
        ).select_related("supporter")
    }
    outcome = Outcome(compared=len(ours))
    for each in ours:
        outcome.known_ids.append(each.subscription.id)
        mirror = mirrors.get(each.subscription.id)
        if mirror is not None:
            outcome.cases += cases_of(mirror, each.subscription, each.customer)
        elif not _is_to_come(scope, each):
            outcome.cases.append(_missing(each.subscription))
    return outcome


def is_ours(scope: Scope, found: StripeSubscription) -> bool:
    return found.is_ours and found.livemode == scope.livemode


def cases_of(
    mirror: Subscription, found: StripeSubscription, customer: Customer | None
) -> Iterator[Case]:
    said = said_of(
        DifferentThing.SUBSCRIPTION,
        found.id,
        [
            ("status", mirror.status, found.status),
            (
                "amount",
                money({mirror.currency: mirror.amount_minor}),
                money({found.currency: found.amount_minor}),
            ),
            ("interval", mirror.interval, found.interval),
            ("period end", mirror.current_period_end, found.current_period_end),
            ("cancel flag", mirror.cancel_at_period_end, found.cancel_at_period_end),
            ("paused", mirror.is_paused, found.is_paused),
            ("customer", mirror.customer_id, found.customer),
            ("start", mirror.started_at, found.started_at),
            ("end", mirror.ended_at, found.ended_at),
        ],
    )
    is_deleted = customer is not None and customer.is_deleted
    if is_deleted and (mirror.status in ACTIVE or mirror.ended_at is None):
        said = (Said(DifferentThing.CUSTOMER, found.customer, "deleted at Stripe"), *said)
    if said:
        yield Case(said, act=partial(sync_subscription, found.id, is_news=False))
    if customer is not None and not is_deleted:
        yield from _address(mirror, customer)


def _address(mirror: Subscription, customer: Customer) -> Iterator[Case]:
    """Which of two addresses is the supporter's is for a person to say. Neither is repeated here:
    what is written down outlives the wish to be forgotten.
    """
    address = normalised(customer.email)
    if address and address != normalised(mirror.supporter.email or ""):
        yield Case((Said(DifferentThing.CUSTOMER, customer.id, "address"),))


def tell_of_address(customer_id: str) -> None:
    alert(
        f"stripe.address:{customer_id}",
        f"Customer {customer_id} has another address at Stripe than here. "
        "Ask the supporter before you change it.",
    )


def _is_to_come(scope: Scope, listed: ListedSubscription) -> bool:
    """A supporter exists from the first payment on; what ended shows among the invoices."""
    found = listed.subscription
    return not was_ever_paid(found, listed.latest_invoice) or scope.leaves(
        found.started_at, found.id, found.latest_invoice
    )


def _missing(found: StripeSubscription) -> Case:
    figure = f"{found.status}, {money({found.currency: found.amount_minor})}"
    said = Said(DifferentThing.SUBSCRIPTION, found.id, "missing here", stripes=figure)
    return Case((said,), act=partial(sync_subscription, found.id, has_paid=True, is_news=False))
