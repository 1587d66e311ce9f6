"""Telling the pages how far a campaign has come: now and then, and never for each gift.

Every page may show the number, so whatever gives or takes money tells nobody. The worker looks
once a minute whether it has moved by a step since the pages were told.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from donations import goals
from donations.goals import Progress
from donations.locks import lock
from donations.models import Campaign, Prompt, ToldGoal
from newsroom.pagecache import purge

AT_MOST_EVERY = timedelta(minutes=5)
# From nothing to the goal.
STEPS = 100


@transaction.atomic
def tell(at: datetime, zone: ZoneInfo) -> bool:
    """Purge `goal` when a shown number moved by a step; whether it was.

    All campaigns share the key, so all are told together, and count as told.
    """
    lock("told_goals")
    told = {each.campaign_id: each for each in ToldGoal.objects.all()}
    if any(at - each.told_at < AT_MOST_EVERY for each in told.values()):
        return False
    found = {each.pk: goals.progress(each, at=at, zone=zone) for each in _shown(at, zone)}
    if not any(
        pk not in told or is_a_step(told[pk].reached, progress) for pk, progress in found.items()
    ):
        return False
    ToldGoal.objects.bulk_create(
        [ToldGoal(campaign_id=pk, reached=each.reached, told_at=at) for pk, each in found.items()],
        update_conflicts=True,
        unique_fields=["campaign"],
        update_fields=["reached", "told_at"],
    )
    purge("goal")
    return True


def is_a_step(told: int, progress: Progress) -> bool:
    """Whether readers see another number: by a step, or one that has reached the goal or lost it."""
    before = replace(progress, reached=told)
    moved = abs(progress.shown - before.shown)
    return moved * STEPS >= progress.goal or before.is_reached != progress.is_reached


def _shown(at: datetime, zone: ZoneInfo) -> QuerySet[Campaign]:
    showing = Prompt.objects.live(at).filter(shows_goal=True).order_by()
    shown = Campaign.objects.filter(pk__in=showing.values("campaign"))
    return goals.with_reached(shown, at=at, zone=zone)
