"""Work of support that is done beside the pages. Every task bears repetition."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from donations import inbox, reminders, stripe_events


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.send_due_reminders", queueing_lock="donations.send_due_reminders")
def send_due_reminders(timestamp: int) -> None:
    reminders.send_due(now())


@app.task(name="donations.apply_event")
def apply_event(event_id: int) -> None:
    stripe_events.apply(event_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.sweep_events", queueing_lock="donations.sweep_events")
def sweep_events(timestamp: int) -> None:
    """A net below the queue: stored events whose job was lost get another."""
    inbox.requeue_forgotten()
