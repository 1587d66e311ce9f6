"""The ask, placed by a page's template: `{% support_prompt "article-end" %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timezone import now
from django.utils.translation import get_language_info, override

from donations import asking, goals, money
from donations.models import Frequency, Placement, Prompt
from donations.running import running
from newsroom.page import PageFacts
from newsroom.pagecache import depends_on, fresh_until
from newsroom.paper import absolute, zone_of

register = template.Library()

TEMPLATES = {
    Placement.BANNER: "donations/banner.html",
    Placement.ARTICLE_END: "donations/ask.html",
    Placement.FRONT_STRIP: "donations/strip.html",
    Placement.SECTION_STRIP: "donations/strip.html",
    Placement.FOOTER: "donations/strip.html",
}


@register.simple_tag(takes_context=True)
def support_prompt(context: template.Context, placement: str) -> str:
    """The prompt of this page in one placement, or nothing."""
    page = context.get("page")
    if not isinstance(page, PageFacts):
        return ""
    at = now()
    place = Placement(placement)
    ask = _ask_of(context, page, at)
    prompt = ask.first(place) if ask else None
    if prompt is None:
        return ""
    language = asking.language_of(prompt, page, context["paper"].language)
    with override(language):
        values = {
            "prompt": prompt,
            "placement": place.value,
            "language": language,
            "direction": "rtl" if get_language_info(language)["bidi"] else "ltr",
            "progress": _progress(context, prompt, at) if prompt.shows_goal else None,
            "frequencies": _frequencies(prompt),
            "offers": _offers(prompt),
            "smallest": money.format_amount(
                money.floor(prompt.campaign.currency), prompt.campaign.currency
            ),
            "support_url": absolute(reverse("donations:support")),
            "page_language": page.language,
            "back": request.path if (request := context.get("request")) else "/",
            "is_inert": page.is_preview,
        }
        found = context.template.engine.get_template(TEMPLATES[place])  # type: ignore[union-attr]
        return found.render(context.new(values))


@register.filter
def amount(minor: int, currency: str) -> str:
    return money.format_amount(minor, currency)


@register.filter
def grouped(number: int) -> str:
    return str(number_format(number, 0, use_l10n=True, force_grouping=True))


def _ask_of(context: template.Context, page: PageFacts, at: datetime) -> asking.Ask | None:
    """Chosen once a page: its placements belong together."""
    request = context.get("request")
    chosen: dict[PageFacts, asking.Ask | None] = getattr(request, "ask_by_page", {})
    if page not in chosen:
        if page.is_sensitive or page.kind in asking.SILENT:
            chosen[page] = None
        else:
            depends_on("support")
            now_running = running(at, zone_of(context["paper"]))
            fresh_until(now_running.until)
            chosen[page] = asking.choose(page, now_running.prompts)
        if request is not None:
            request.ask_by_page = chosen
    return chosen[page]


def _progress(context: template.Context, prompt: Prompt, at: datetime) -> goals.Progress:
    depends_on("goal")
    progress = goals.progress(prompt.campaign, at=at, zone=zone_of(context["paper"]))
    fresh_until(progress.until)
    return progress


def _frequencies(prompt: Prompt) -> list[dict[str, Any]]:
    campaign = prompt.campaign
    offered = {
        Frequency.MONTH: campaign.monthly_amounts,
        Frequency.YEAR: campaign.yearly_amounts,
        Frequency.ONCE: campaign.once_amounts,
    }
    return [{"value": each.value, "label": each.label} for each in Frequency if offered[each]]


def _offers(prompt: Prompt) -> list[dict[str, Any]]:
    """As the form shows them: the first frequency's amounts, and the others' for the script."""
    currency = prompt.campaign.currency
    rows = []
    for offer in asking.offers(prompt.campaign):
        by_frequency = [
            {
                "every": every,
                "plain": money.plain_amount(minor, currency),
                "text": money.format_amount(minor, currency),
            }
            for every, minor in offer.amounts.items()
        ]
        rows.append(
            {"first": by_frequency[0], "all": by_frequency, "is_suggested": offer.is_suggested}
        )
    return rows
