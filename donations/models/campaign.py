from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from newsroom.folded import FoldedRows
from newsroom.purging import ShownToReaders

validate_currency = RegexValidator(r"^[a-z]{3}$", _("Three small letters, such as usd."))


class GoalKind(models.TextChoices):
    MONTHLY = "monthly", _("an amount a month")
    IN_ALL = "in_all", _("an amount in all")
    SUPPORTERS = "supporters", _("a number of supporters")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def live(self, at: datetime) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), is_paused=False, starts_at__lte=at)

    def next_change(self, at: datetime) -> datetime | None:
        """When the answer of `live` may differ next."""
        moments = self.filter(is_paused=False).aggregate(
            start=models.Min("starts_at", filter=Q(starts_at__gt=at)),
            end=models.Min("ends_at", filter=Q(ends_at__gt=at)),
        )
        return min((each for each in moments.values() if each is not None), default=None)


class Campaign(ShownToReaders):
    """What the paper asks for: a goal, over a period, in one currency."""

    name = models.CharField(_("name"), max_length=80, help_text=_("For the desk; not shown."))
    goal_kind = models.CharField(
        _("goal is"), max_length=10, choices=GoalKind.choices, default=GoalKind.MONTHLY
    )
    goal_minor = models.PositiveBigIntegerField(
        _("goal amount"),
        null=True,
        blank=True,
        help_text=_("In the smallest unit: cents."),
    )
    goal_supporters = models.PositiveIntegerField(_("goal in supporters"), null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, default="usd", validators=[validate_currency]
    )
    # Minor units of `currency`; the same numbers are offered in the paper's other currencies.
    monthly_amounts = ArrayField(
        models.PositiveBigIntegerField(), verbose_name=_("monthly amounts"), size=6
    )
    yearly_amounts = ArrayField(
        models.PositiveBigIntegerField(), verbose_name=_("yearly amounts"), size=6
    )
    once_amounts = ArrayField(
        models.PositiveBigIntegerField(), verbose_name=_("one-time amounts"), size=6
    )
    suggested_position = models.PositiveSmallIntegerField(
        _("suggested amount"),
        default=1,
        help_text=_("Which of the amounts is preselected; 0 is the first."),
    )
    purpose = models.TextField(
        _("what the money does"), blank=True, help_text=_("Shown on the support page.")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    is_paused = models.BooleanField(_("paused"), default=False)

    objects = CampaignQuerySet.as_manager()

    # What a query may bring along.
    next_change: datetime | None
    folded_prompts = FoldedRows("prompts")

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(goal_kind=GoalKind.SUPPORTERS, goal_supporters__gt=0)
                | (~Q(goal_kind=GoalKind.SUPPORTERS) & Q(goal_minor__gt=0)),
                name="campaign_has_a_goal",
                violation_error_message=_("Say how much, or how many, the campaign asks for."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="campaign_ends_after_it_starts",
                violation_error_message=_("The campaign would end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
