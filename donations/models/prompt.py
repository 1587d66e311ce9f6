from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from donations.models.campaign import Campaign
from newsroom.purging import ShownToReaders


class Placement(models.TextChoices):
    BANNER = "banner", _("banner above the masthead")
    ARTICLE_END = "article-end", _("end of an article")
    FRONT_STRIP = "front-strip", _("strip on the front page")
    SECTION_STRIP = "section-strip", _("strip on section pages")
    FOOTER = "footer", _("footer")


class PromptQuerySet(models.QuerySet["Prompt"]):
    def live(self, at: datetime) -> Self:
        """Prompts that may be shown now, of campaigns that are live now; the first wins."""
        return (
            self.filter(
                Q(starts_at=None) | Q(starts_at__lte=at),
                Q(ends_at=None) | Q(ends_at__gt=at),
                is_live=True,
                campaign__in=Campaign.objects.live(at),
            )
            .select_related("campaign")
            .order_by("-priority", "pk")
        )

    def next_change(self, at: datetime) -> models.Subquery:
        """When the answer of `live` may differ next, for another query to bring along."""
        moments = (
            models.Min(name, filter=Q(**{f"{name}__gt": at}))
            for name in ("starts_at", "ends_at", "campaign__starts_at", "campaign__ends_at")
        )
        wanted = self.filter(is_live=True, campaign__is_paused=False).order_by()
        return models.Subquery(
            wanted.values("is_live").annotate(moment=Least(*moments)).values("moment")
        )


class Prompt(ShownToReaders):
    """A text that asks, in one placement. Plain text: it can carry no markup."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="prompts", verbose_name=_("campaign")
    )
    placement = models.CharField(_("placement"), max_length=20, choices=Placement.choices)
    headline = models.CharField(_("question or headline"), max_length=120)
    text = models.TextField(
        _("text"),
        max_length=600,
        help_text=_("Up to three sentences. Blank lines part paragraphs."),
    )
    more = models.TextField(
        _("more"),
        max_length=1_200,
        blank=True,
        help_text=_("Folded behind “Read more”."),
    )
    second_line = models.CharField(
        _("second line"),
        max_length=200,
        blank=True,
        help_text=_("Such as “Our journalism is banned at home.”"),
    )
    button = models.CharField(_("button"), max_length=30, default="Support us")
    languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("languages"), blank=True, default=list,
        help_text=_("Of the page, such as en, ru. Empty: all."),
    )  # fmt: skip
    sections = ArrayField(
        models.CharField(max_length=60), verbose_name=_("only in sections"), blank=True,
        default=list, help_text=_("Addresses of sections. Empty: all."),
    )  # fmt: skip
    topics = ArrayField(
        models.CharField(max_length=80), verbose_name=_("only on topics"), blank=True,
        default=list, help_text=_("Addresses of topics. Empty: all."),
    )  # fmt: skip
    shows_goal = models.BooleanField(_("shows the goal"), default=True)
    priority = models.SmallIntegerField(_("priority"), default=0)
    is_live = models.BooleanField(_("live"), default=False)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["placement", "-priority", "pk"]
        indexes = [
            # Every page asks for these; those of years past stay out of the way.
            models.Index(fields=["campaign"], condition=models.Q(is_live=True), name="prompt_live")
        ]

    def __str__(self) -> str:
        return f"{self.get_placement_display()}: {self.headline}"
