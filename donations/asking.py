"""Which ask stands on a page: decided by the page alone, never by the reader.

Pure: facts, live prompts → candidates. Whoever reads is known to their browser only, and there
the ask is hidden or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from donations.models import Campaign, Placement, Prompt
from newsroom.page import PageFacts, PageKind

# Where nothing is asked: the page is about giving already, or something went wrong.
SILENT: frozenset[PageKind] = frozenset({"support", "error"})
# The one panel of a page, beside the banner. Anywhere else it is the footer's.
PANELS: Mapping[PageKind, Placement] = MappingProxyType(
    {
        "article": Placement.ARTICLE_END,
        "front": Placement.FRONT_STRIP,
        "section": Placement.SECTION_STRIP,
    }
)


@dataclass(frozen=True)
class Ask:
    """One campaign on one page: per placement its candidates, the first of them in the open."""

    campaign: Campaign
    candidates: Mapping[Placement, Sequence[Prompt]] = field(default_factory=dict)

    def first(self, placement: Placement) -> Prompt | None:
        return next(iter(self.candidates.get(placement, ())), None)


def choose(page: PageFacts, live: Iterable[Prompt]) -> Ask | None:
    """The ask of a page, or none. `live` comes in the order in which prompts win.

    A banner and one panel, always of one campaign, so that a page never asks twice.
    """
    if page.is_sensitive or page.kind in SILENT:
        return None
    fitting = [prompt for prompt in live if fits(prompt, page)]
    panel = PANELS.get(page.kind)
    wanted = {Placement.BANNER, panel or Placement.FOOTER}
    # Without a prompt for its own panel, a page may still have the footer's.
    if panel and not any(prompt.placement == panel for prompt in fitting):
        wanted = {Placement.BANNER, Placement.FOOTER}
    winner = next((prompt for prompt in fitting if prompt.placement in wanted), None)
    if winner is None:
        return None
    candidates: dict[Placement, list[Prompt]] = {}
    for prompt in fitting:
        if prompt.placement in wanted and prompt.campaign_id == winner.campaign_id:
            candidates.setdefault(Placement(prompt.placement), []).append(prompt)
    return Ask(winner.campaign, candidates)


def fits(prompt: Prompt, page: PageFacts) -> bool:
    """What a prompt names must all be true of the page; what it leaves empty fits anything."""
    if prompt.languages and page.language not in prompt.languages:
        return False
    if prompt.sections and page.section not in prompt.sections:
        return False
    return not prompt.topics or not set(prompt.topics).isdisjoint(page.topics)


def language_of(prompt: Prompt, page: PageFacts, paper_language: str) -> str:
    """The language a prompt is written in: the page's when it was meant for that, else ours."""
    return page.language if page.language in prompt.languages else paper_language


@dataclass(frozen=True)
class Offer:
    """One choice of the ask: per frequency (`month`, `year`, `once`) an amount in minor units."""

    amounts: Mapping[str, int]
    is_suggested: bool


def offers(campaign: Campaign) -> list[Offer]:
    """Up to three choices around the suggested one: as many as the first frequency has."""
    windows = {
        every: _around(amounts, campaign.suggested_position)
        for every, amounts in (
            ("month", campaign.monthly_amounts),
            ("year", campaign.yearly_amounts),
            ("once", campaign.once_amounts),
        )
        if amounts
    }
    if not windows:
        return []
    first, suggested = next(iter(windows.values()))
    return [
        Offer(
            {every: window[row] for every, (window, _s) in windows.items() if row < len(window)},
            is_suggested=row == suggested,
        )
        for row in range(len(first))
    ]


def _around(amounts: Sequence[int], position: int) -> tuple[Sequence[int], int]:
    """Three amounts with the suggested one among them, and its place there."""
    position = min(position, len(amounts) - 1)
    start = max(0, min(position - 1, len(amounts) - 3))
    return amounts[start : start + 3], position - start
