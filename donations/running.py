"""What is asked at this moment, and how far it has come: all of it in one query."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from donations import goals, standing
from donations.models import Campaign, Prompt
from newsroom.folded import folded

COLUMNS = tuple(each.attname for each in Prompt._meta.concrete_fields)


@dataclass(frozen=True)
class Running:
    """`prompts` may be shown now, the first wins; each campaign of theirs knows its number.

    `until` is when other prompts may be.
    """

    prompts: list[Prompt] = field(default_factory=list)
    until: datetime | None = None


def running(at: datetime, zone: ZoneInfo) -> Running:
    campaigns = list(campaigns_at(at, zone))
    prompts = [prompt for campaign in campaigns for prompt in campaign.prompts.all()]
    prompts.sort(key=lambda prompt: (-prompt.priority, prompt.pk))
    return Running(prompts, campaigns[0].next_change if campaigns else None)


def campaigns_at(at: datetime, zone: ZoneInfo) -> QuerySet[Campaign]:
    """Campaigns that ask now or are to come, with their live prompts.

    By campaign, of which there are few: each is added up once, however many prompts it has.
    """
    in_time = Campaign.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), is_paused=False)
    live = Prompt.objects.live(at).filter(campaign=OuterRef("pk"))
    # Nobody is asked for what would then be refused.
    asking = in_time.exclude(Exists(standing.refusing())).annotate(  # type: ignore[no-redef]
        folded_prompts=folded(live, *COLUMNS), next_change=Prompt.objects.next_change(at)
    )
    return goals.with_reached(asking, at=at, zone=zone)
