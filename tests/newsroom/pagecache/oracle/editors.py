"""What editors, importers and administrators do to the paper; each may be refused."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils.timezone import get_default_timezone, localtime, now

from articles import publishing
from articles.importers.known import leave_redirects
from articles.models import (
    Article,
    Byline,
    Correction,
    FrontPageSlot,
    Redirect,
    RelatedArticle,
    Status,
)
from newsroom.models import Paper
from tests.articles.factories import AuthorFactory, PageFactory, SectionFactory, TopicFactory
from tests.articles.importers import exports
from tests.desks import Desk, administrator, changing
from tests.newsroom.pagecache.oracle.paper import (
    AUTHORS,
    OLD,
    TIME_ZONES,
    TOP,
    TOPICS,
    TestPaper,
    any_of,
)

Deed = Callable[[TestPaper, Random], None]
WORDS = ("Water", "Courts", "Ghosts", "Snow", "Bread")
SLUGS = ("water", "snow", "bread")
# From one second on; whole seconds, as desks write them.
SOON = (1, 2, 60, 3_600, 6 * 3_600, 30 * 3_600, 40 * 86_400)


def write_a_draft(paper: TestPaper, chance: Random) -> None:
    story = Article(
        headline=_words(chance), section=paper.section(chance), body="<p>Water.</p>",
        slug=chance.choice(("", *SLUGS)), language=chance.choice(("en", "en", "ru", "ar")),
    )  # fmt: skip
    publishing.save(story, now())
    if chance.random() < 0.7:
        story.topics.add(paper.topic(chance))
        Byline.objects.create(article=story, author=paper.author(chance))


def publish(paper: TestPaper, chance: Random) -> None:
    publishing.publish(paper.draft(chance), now())


def schedule(paper: TestPaper, chance: Random) -> None:
    publishing.schedule(paper.draft(chance), soon(chance), now())


def reschedule(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance, status=Status.PUBLISHED, published_at__gt=now())
    publishing.schedule(story, soon(chance), now())


def publish_with_an_old_date(paper: TestPaper, chance: Random) -> None:
    story = paper.draft(chance)
    story.published_at = now() - timedelta(seconds=chance.choice(SOON))
    publishing.publish(story, now())


def publish_again(paper: TestPaper, chance: Random) -> None:
    publishing.publish(paper.story(chance, status=Status.WITHDRAWN), now())


def withdraw(paper: TestPaper, chance: Random) -> None:
    publishing.withdraw(paper.story(chance, status=Status.PUBLISHED))


def take_back(paper: TestPaper, chance: Random) -> None:
    status = chance.choice((Status.DRAFT, Status.REVIEW))
    publishing.back_to_draft(paper.story(chance), now(), status)


def change_a_text(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    name, value = chance.choice(
        (
            ("headline", _words(chance)),
            ("standfirst", _words(chance)),
            ("body", f"<p>{_words(chance)} and <em>water</em>.</p>"),
            ("kicker", _words(chance)),
            ("dateline", chance.choice(("", "PARIS"))),
            ("wire_credit", chance.choice(("", "Reuters"))),
            ("language", chance.choice(("en", "ru"))),
            ("is_sensitive", not story.is_sensitive),
            ("updated_at", now()),
            ("lead_image", chance.choice((None, paper.picture(chance)))),
            ("lead_caption", _words(chance)),
        )
    )
    setattr(story, name, value)
    publishing.save(story, now())


def move_to_a_section(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    story.section = paper.section(chance)
    publishing.save(story, now())


def change_the_date(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance, status=Status.PUBLISHED, published_at__lte=now())
    assert story.published_at is not None
    story.published_at -= timedelta(days=chance.choice((1, 30)))
    publishing.save(story, now())


def rename_a_story(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    story.slug = chance.choice(SLUGS)
    publishing.save(story, now())


def set_topics(paper: TestPaper, chance: Random) -> None:
    story, topic = paper.story(chance), paper.topic(chance)
    ways: list[Callable[[], object]] = [
        lambda: story.topics.set([topic]),
        lambda: story.topics.add(topic),
        lambda: story.topics.clear(),
        lambda: topic.articles.remove(story),
        lambda: topic.articles.add(story),
    ]
    chance.choice(ways)()


def set_bylines(paper: TestPaper, chance: Random) -> None:
    story, author = paper.story(chance), paper.author(chance)
    byline = story.bylines.first()
    if byline is None:
        story.bylines.create(author=author)
    elif chance.random() < 0.4:
        byline.delete()
    else:
        byline.author, byline.role = author, chance.choice(("", "Photographs"))
        byline.save()


def correct(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    if chance.random() < 0.3:
        story.corrections.all().delete()
    else:
        Correction.objects.create(article=story, text=_words(chance), made_at=now())


def relate(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    if chance.random() < 0.3:
        RelatedArticle.objects.filter(article=story).delete()
    else:
        story.related_links.create(other=paper.story(chance), position=chance.randrange(3))


def place_on_the_front(paper: TestPaper, chance: Random) -> None:
    slots = list(FrontPageSlot.objects.order_by("pk"))
    slot = chance.choice([*slots, FrontPageSlot(article=paper.story(chance))])
    slot.place = chance.choice([*FrontPageSlot.Place])
    slot.position = chance.randrange(3)
    slot.save()


def take_from_the_front(paper: TestPaper, chance: Random) -> None:
    any_of(chance, list(FrontPageSlot.objects.order_by("pk"))).delete()


def delete_a_draft(paper: TestPaper, chance: Random) -> None:
    paper.story(chance, published_on=None).delete()


def delete_with_all_that_hangs_on_it(paper: TestPaper, chance: Random) -> None:
    rows: list[Callable[[Random], Any]] = [
        paper.topic, paper.author, paper.section, paper.page, paper.picture, paper.story,
    ]  # fmt: skip
    chance.choice(rows)(chance).delete()


def found(paper: TestPaper, chance: Random) -> None:
    """A new section, page, topic or author. Factories would give back the one that is there."""
    with suppress(IndexError):
        factory, slugs = chance.choice(
            (
                (SectionFactory, TOP),
                (PageFactory, TOP),
                (TopicFactory, TOPICS),
                (AuthorFactory, AUTHORS),
            )
        )
        model = factory._meta.model
        taken = {*model._default_manager.values_list("slug", flat=True)}
        factory(slug=chance.choice([slug for slug in slugs if slug not in taken]))


def edit_a_section(paper: TestPaper, chance: Random) -> None:
    _fill_in(
        paper.section(chance), chance,
        name=_words(chance), slug=chance.choice(TOP), description=_words(chance),
        position=str(chance.randrange(5)), is_in_navigation=chance.choice(("on", "")),
    )  # fmt: skip


def edit_a_topic(paper: TestPaper, chance: Random) -> None:
    _fill_in(paper.topic(chance), chance, name=_words(chance), slug=chance.choice(TOPICS))


def edit_an_author(paper: TestPaper, chance: Random) -> None:
    _fill_in(
        paper.author(chance), chance,
        name=_words(chance), slug=chance.choice(AUTHORS), role=_words(chance), bio=_words(chance),
    )  # fmt: skip


def edit_a_page(paper: TestPaper, chance: Random) -> None:
    _fill_in(
        paper.page(chance), chance,
        title=_words(chance), slug=chance.choice(TOP), body=f"<p>{_words(chance)}</p>",
        is_published=chance.choice(("on", "")), is_in_footer=chance.choice(("on", "")),
        language=chance.choice(("en", "ru")),
    )  # fmt: skip


def edit_a_picture(paper: TestPaper, chance: Random) -> None:
    picture = paper.picture(chance)
    setattr(picture, chance.choice(("alt", "caption", "credit")), _words(chance))
    picture.save()


def edit_the_paper(paper: TestPaper, chance: Random) -> None:
    _fill_in(
        Paper.load(), chance,
        name=_words(chance), motto=_words(chance), language=chance.choice(("en", "ru")),
        time_zone=chance.choice(TIME_ZONES), accent_colour=chance.choice(("#123456", "#8a1c1c")),
        copyright_line=_words(chance),
    )  # fmt: skip


def edit_a_story_at_the_desk(paper: TestPaper, chance: Random) -> None:
    story = paper.story(chance)
    press = chance.choice(("_save", "_publish", "_back_to_draft", "_review"))
    desk().fill_in(changing(story), press, headline=_words(chance), slug=chance.choice(SLUGS))


def remember_an_old_address(paper: TestPaper, chance: Random) -> None:
    rows: list[Callable[[Random], Any]] = [
        paper.topic, paper.author, paper.section, paper.page, paper.story, paper.story,
    ]  # fmt: skip
    row = chance.choice(rows)(chance)
    leave_redirects(row, [chance.choice(OLD)])


def forget_an_old_address(paper: TestPaper, chance: Random) -> None:
    any_of(chance, list(Redirect.objects.order_by("pk"))).delete()


def import_from_wordpress(paper: TestPaper, chance: Random) -> None:
    """The same few stories, each time with other texts and authors."""
    items = [
        exports.item(
            f"<p>{_words(chance)} water</p>",
            number=900 + number,
            slug=f"imported-{number}",
            title=_words(chance),
            creator=chance.choice(("anna", "boris")),
            labels=(exports.label("category", "world", "World"),),
            status=chance.choice(("publish", "publish", "draft")),
        )
        for number in range(2)
    ]
    head = exports.HEAD + exports.author("boris", "Boris")
    with TemporaryDirectory() as folder, (Path(folder) / "said").open("w") as said:
        export = exports.write(Path(folder), *items, head=head)
        call_command(
            "import_wordpress", str(export), stdout=said, report=Path(folder) / "report.csv"
        )


def soon(chance: Random) -> datetime:
    at = localtime(timezone=get_default_timezone())
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return chance.choice((midnight, at + timedelta(seconds=chance.choice(SOON))))


def _words(chance: Random) -> str:
    return f"{chance.choice(WORDS)} & {chance.choice(WORDS)}"


def desk() -> Desk:
    return Desk(User.objects.filter(username="administrator").first() or administrator())


def _fill_in(row: Any, chance: Random, **fields: str) -> None:
    """One or two fields of the row's form at the desk."""
    chosen = chance.sample(sorted(fields), chance.choice((1, 1, 2)))
    data = {name: fields[name] for name in chosen}
    signed_in = desk()
    address = changing(row)
    form = {**signed_in.form(address), **data, "_save": "1"}
    # A box without its cross is not sent at all.
    answer = signed_in.client.post(
        address, {name: text for name, text in form.items() if text != ""}
    )
    assert answer.status_code in {200, 302}, answer.status_code


DEEDS: tuple[Deed, ...] = (
    write_a_draft, write_a_draft, publish, publish, schedule, schedule, reschedule,
    publish_with_an_old_date, publish_again, withdraw, take_back, change_a_text, change_a_text,
    change_a_text, move_to_a_section, change_the_date, rename_a_story, set_topics, set_topics,
    set_bylines, set_bylines, correct, relate, relate, place_on_the_front, place_on_the_front,
    take_from_the_front, delete_a_draft, delete_with_all_that_hangs_on_it, found, edit_a_section,
    edit_a_topic, edit_an_author, edit_a_page, edit_a_picture, edit_the_paper,
    edit_a_story_at_the_desk, remember_an_old_address, forget_an_old_address,
    import_from_wordpress,
)  # fmt: skip
