"""Work of support that is done beside the pages. Every task bears repetition."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from donations import reminders


@app.periodic(cron="*/5 * * * *")
@app.task(name="donations.send_due_reminders", queueing_lock="donations.send_due_reminders")
def send_due_reminders(timestamp: int) -> None:
    reminders.send_due(now())
