"""A paper with everything on its pages that can stand there, to be weighed and looked at."""

import io
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.timezone import now
from PIL import Image as Drawing

import articles.demo
from articles import html_body
from articles.models import Article, Correction, FrontPageSlot, Image
from newsroom.models import Paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.donations.factories import CampaignFactory, PromptFactory, SubscriptionFactory

STORY = "/2024/03/05/more-voters-than-doors/"
# About 900 words, with a table, a quotation, a list and a figure.
TEXT = Path(articles.demo.__file__).parent / "stories" / "more-voters-than-doors.html"
ELABORATE = (
    "<h3>In detail</h3><h4>And more</h4><ol><li>First</li><li>Then</li></ol><dl><dt>Roll</dt><dd>A list</dd></dl>"
    "<hr><pre>14 Row</pre><p>CO<sub>2</sub>, <em>see</em> "
    '<a href="https://example.org/">elsewhere</a></p>'
)


def picture(**said: str) -> Image:
    """A wide one. Its renditions have addresses, but nobody draws them: there are many."""
    written = io.BytesIO()
    Drawing.new("RGB", (1200, 800), "#8a1c1c").save(written, "JPEG")
    file = ContentFile(written.getvalue(), name="ballot-box.jpg")
    (made,) = Image.objects.bulk_create([ImageFactory.build(file=file, **said)])
    return made


def set_paper() -> Article:
    """Fills the paper; gives the story at `STORY`, which has all of what an article can have."""
    Paper.objects.update_or_create(
        pk=1,
        defaults={
            "name": "The Velmora Packet",
            "motto": "Carried across the water since 1911",
            "description": "News of Velmora, from where it can be printed.",
            "accent_colour": "#14506b",
            "accent_colour_dark": "#8fc7dd",
            "contact_email": "newsroom@example.com",
            "copyright_line": "© The Velmora Packet Foundation, Halmar.",
            "social_links": "https://social.example/@velmorapacket",
        },
    )
    sections = [
        SectionFactory(name=name, slug=name.lower(), description=f"All that is new: {name}.")
        for name in ("Velmora", "World", "Economy", "Environment", "Culture", "Opinion")
    ]
    for title in ("About the Packet", "Privacy", "Contact", "Terms of support"):
        PageFactory(title=title, slug=title.split()[0].lower(), is_in_footer=True)
    authors = [
        AuthorFactory(name=name, slug=name.lower().replace(" ", "-"), bio="Writes.\n\nAnd walks.")
        for name in ("Tobin Arkesh", "Jonas Tesselby", "Petra Kolmsund")
    ]
    authors[0].portrait = picture()
    authors[0].save()
    topics = [
        TopicFactory(name=name, slug=slug, description="What we found out.")
        for name, slug in (("Elections", "elections"), ("In figures", "data"), ("The Osk", "osk"))
    ]
    beside = [
        ArticleFactory(
            published=True, headline=headline, section=sections[number], kicker="The long read",
            lead_image=picture(), authors=authors[:2], slug=f"beside-{number}",
        )
        for number, headline in enumerate(
            ("Four hundred kilometres of the same water", "The letter that took 412 days",
             "The Hallin glacier has stopped feeding the Osk", "What a loaf costs, in minutes")
        )
    ]  # fmt: skip
    story: Article = ArticleFactory(
        published=True, slug="more-voters-than-doors", section=sections[0], kicker="Investigation",
        headline="In the river districts, more voters than doors", dateline="LOW MAREN",
        standfirst="Five weeks before Velmora votes, its rolls list 31,400 people at addresses that "
        "the flood of 2019 carried away. We went through the rolls by hand.",
        body=html_body.clean(TEXT.read_text("utf-8").partition("\n\n")[2]),
        lead_image=picture(caption="Ballots for the river districts travel to Maren by barge.", credit="Illustration: The Velmora Packet"),
                authors=authors, topics=topics, related=beside, updated_at=LONG_AGO + timedelta(hours=3),
    )  # fmt: skip
    Correction.objects.create(
        article=story, made_at=LONG_AGO, text="An earlier version gave the number as nine."
    )
    Correction.objects.create(
        article=story, made_at=LONG_AGO, text="There are seven polling stations in Reedmark."
    )
    for number in range(30):
        ArticleFactory(
            published=True, section=sections[number % 6], authors=[authors[number % 3]],
            lead_image=picture() if number > 21 else None, slug=f"more-{number}",
            headline=f"The night train that carries the capital’s light, part {number}",
        )  # fmt: skip
    placed_by_hand: list[Article] = [story, *beside]
    for position, placed in enumerate(placed_by_hand):
        place = FrontPageSlot.Place.LEAD if placed is story else FrontPageSlot.Place.SECOND
        FrontPageSlot.objects.create(place=place, position=position, article=placed)
    opinion = Article.objects.filter(section=sections[5]).first()
    assert opinion is not None
    FrontPageSlot.objects.create(place=FrontPageSlot.Place.OPINION, article=opinion)
    ask()
    return story


def ask() -> None:
    """Every placement asks, with a goal two thirds reached."""
    campaign = CampaignFactory(
        goal_minor=1_000_00,
        once_amounts=[5_00, 20_00],
        purpose="It pays for reporters.\n\nAnd for editors.",
        starts_at=now() - timedelta(days=40),
    )
    SubscriptionFactory(amount_minor=661_00)
    for placement in ("banner", "article-end", "front-strip", "section-strip", "footer"):
        PromptFactory(
            campaign=campaign,
            placement=placement,
            headline="… we have a small favour to ask",
            text="You have read this story because somebody carried it across the water. In Velmora "
            "our pages may not be printed, sent or kept. We go on all the same.\n\n"
            "Your support, no matter how small, decides how much of it we can do.",
            second_line="Our journalism is banned at home.",
            more="We have no owner and no advertisements.\n\nIf you can, please support us monthly.",
        )
