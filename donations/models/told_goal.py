from django.db import models

from donations.models.campaign import Campaign


class ToldGoal(models.Model):
    """How far a campaign had come when the pages that show its goal were last told."""

    campaign = models.OneToOneField(
        Campaign,
        models.CASCADE,
        primary_key=True,
        related_name="told_goal",
    )
    # Minor units of the campaign's currency, or people.
    reached = models.BigIntegerField()
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.reached}"
