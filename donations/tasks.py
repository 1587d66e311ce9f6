"""Work of support that is done beside the pages. Every task bears repetition."""

import uuid

from django.utils.timezone import now
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from donations import checkout, inbox, reminders, standing, stripe_events, told_goals, watch
from donations.reconciliation import missed_events, sweeping
from newsroom.jobs import WHILE_THE_DATABASE_IS_AWAY
from newsroom.models import Paper
from newsroom.paper import zone_of


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.send_due_reminders", queueing_lock="donations.send_due_reminders")
def send_due_reminders(timestamp: int) -> None:
    reminders.send_due(now())


@app.task(name="donations.apply_event", retry=WHILE_THE_DATABASE_IS_AWAY)
def apply_event(event_id: int) -> None:
    # A copy of the paper has copies of waiting jobs, whose mail the paper itself sends.
    if not standing.is_copy():
        stripe_events.apply(event_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.sweep_events", queueing_lock="donations.sweep_events")
def sweep_events(timestamp: int) -> None:
    """A net below the queue: stored events whose job was lost get another."""
    inbox.requeue_forgotten()


@app.periodic(cron="41 3 * * *")
@app.task(name="donations.reduce_old_events", queueing_lock="donations.reduce_old_events")
def reduce_old_events(timestamp: int) -> None:
    inbox.reduce_old(now())


@app.task(name="donations.close_page", retry=RetryStrategy(max_attempts=3, wait=60))
def close_page(intent_id: str) -> None:
    checkout.close_page(uuid.UUID(intent_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.watch_payments", queueing_lock="donations.watch_payments")
def watch_payments(timestamp: int) -> None:
    watch.watch_unpaid(now())
    watch.watch_silence(now())


@app.periodic(cron="23 * * * *")
@app.task(name="donations.fetch_missed_events", queueing_lock="donations.fetch_missed_events")
def fetch_missed_events(timestamp: int) -> None:
    missed_events.fetch(now(), reaches_back=missed_events.LATELY)


@app.periodic(cron="11 3 * * *")
@app.task(
    name="donations.sweep_stripe",
    queueing_lock="donations.sweep_stripe",
    retry=RetryStrategy(max_attempts=6, wait=600),
)
def sweep_stripe(timestamp: int) -> None:
    sweeping.sweep(now())


@app.periodic(cron="* * * * *")
@app.task(name="donations.tell_goals", queueing_lock="donations.tell_goals")
def tell_goals(timestamp: int) -> None:
    told_goals.tell(now(), zone_of(Paper.load()))
