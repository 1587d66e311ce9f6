"""Readers of a Russian or an Arabic story meet no English: neither in its frame nor in a letter."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import GNUTranslations
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.core.management.utils import is_ignored_path
from django.template import Engine
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import override

from articles.models import Byline, Correction
from donations import letters
from newsroom.dev.messages import LANGUAGES, NOT_FOR_READERS, catalogue
from newsroom.models import Paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.donations.factories import (
    CampaignFactory,
    PromptFactory,
    ReminderFactory,
)
from tests.donations.test_letters import every_letter

ROOT = settings.BASE_DIR
FUNCTIONS = {
    "_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2,
    "pgettext": 2, "pgettext_lazy": 2,
}  # fmt: skip
SLOT = re.compile(r"%\(\w+\)[sd]")


@dataclass(frozen=True)
class Message:
    """`forms` are the translations: one, or one for each kind of number."""

    id: str
    plural: str = ""
    context: str = ""
    forms: tuple[str, ...] = ()
    is_fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.id, self.plural


def for_readers(folder: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob("*.*")):
        name = path.relative_to(ROOT)
        rooms = [*name.parents][:-1]
        if path.is_file() and not any(is_ignored_path(e, NOT_FOR_READERS) for e in (name, *rooms)):
            yield path


def in_templates() -> Iterator[Message]:
    for path in for_readers("templates"):
        nodelist: Any = (
            Engine.get_default().get_template(str(path.relative_to(ROOT / "templates"))).nodelist
        )
        words = nodelist.get_nodes_by_type(TranslateNode)
        sentences = nodelist.get_nodes_by_type(BlockTranslateNode)
        written = re.findall(r"{% (?:block)?trans(?:late)? ", path.read_text())
        assert len(words) + len(sentences) == len(written), path
        for node in words:
            context = node.message_context.resolve({}) if node.message_context else ""
            yield Message(node.filter_expression.var.literal, context=context)
        for node in sentences:
            one, _names = node.render_token_list(node.singular)
            many = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Message(one, many)


def in_python() -> Iterator[Message]:
    for path in (*for_readers("articles"), *for_readers("donations"), *for_readers("newsroom")):
        if path.suffix != ".py":
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                function = call.func.id
                words = [ast.literal_eval(e) for e in call.args[: FUNCTIONS.get(function, 0)]]
                if words and function.startswith("p"):
                    yield Message(words[1], context=words[0])
                elif words:
                    yield Message(*words)


def kept(language: str) -> Iterator[Message]:
    """The catalogue as translators write it: one block a message, as `make messages` lays it."""
    _header, *blocks = catalogue(language, "po").read_text().strip().split("\n\n")
    for block in blocks:
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith('"'):
                fields[name] += ast.literal_eval(line)
            elif not line.startswith("#"):
                name, words = line.split(" ", 1)
                fields[name] = ast.literal_eval(words)
        yield Message(
            fields["msgid"],
            fields.get("msgid_plural", ""),
            fields.get("msgctxt", ""),
            tuple(words for name, words in fields.items() if name.startswith("msgstr")),
            is_fuzzy=re.search("^#,.*fuzzy", block, re.MULTILINE) is not None,
        )


def compiled(language: str) -> GNUTranslations:
    with catalogue(language, "mo").open("rb") as file:
        return GNUTranslations(file)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_readers_are_told_is_translated(language: str) -> None:
    said = {message.key for message in (*in_templates(), *in_python())}
    assert len(said) > 150
    translated = {each.key for each in kept(language) if all(each.forms) and not each.is_fuzzy}
    assert not said - translated, "`make messages`, then translate these"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_the_written_one_says(language: str) -> None:
    machine = compiled(language)
    for message in kept(language):
        if message.plural:
            given = {machine.ngettext(message.id, message.plural, n) for n in range(201)}
            assert given == set(message.forms), "`make messages`"
        elif message.context:
            assert machine.pgettext(message.context, message.id) == message.forms[0]
        else:
            assert machine.gettext(message.id) == message.forms[0], "`make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_names_numbers_and_dates(language: str) -> None:
    for message in kept(language):
        if not message.plural:
            assert sorted(SLOT.findall(message.id)) == sorted(SLOT.findall(message.forms[0]))
            assert message.id.count("%%") == message.forms[0].count("%%")


@pytest.mark.parametrize(("language", "forms"), [("ru", 3), ("ar", 6)])
def test_a_translation_has_a_form_for_every_number(language: str, forms: int) -> None:
    machine = compiled(language)
    counted = [each for each in kept(language) if each.plural]
    assert len(counted) >= 5
    for message in counted:
        assert len(message.forms) == forms
        numbers = defaultdict(list)
        for n in range(201):
            numbers[machine.ngettext(message.id, message.plural, n)].append(n)
        slots = set(SLOT.findall(message.plural))
        for words, those in numbers.items():
            # Only words that stand for one number, such as “two stories”, may go without it.
            missing = slots - set(SLOT.findall(words))
            assert set(SLOT.findall(words)) <= slots
            assert len(missing) <= (1 if len(those) == 1 else 0), words


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("ru", 1, "1 материал"),
        ("ru", 3, "3 материала"),
        ("ru", 5, "5 материалов"),
        ("ru", 11, "11 материалов"),
        ("ru", 21, "21 материал"),
        ("ru", 112, "112 материалов"),
        ("ar", 1, "مقال واحد"),
        ("ar", 2, "مقالان"),
        ("ar", 7, "7 مقالات"),
        ("ar", 40, "40 مقالًا"),
        ("ar", 100, "100 مقال"),
        ("ar", 103, "103 مقالات"),
    ],
)
def test_numbers_and_nouns_agree(language: str, number: int, words: str) -> None:
    said = compiled(language).ngettext("%(number)s story", "%(number)s stories", number)
    assert said % {"number": number} == words


@pytest.mark.parametrize(
    ("language", "day", "instant"),
    [
        ("ru", "5 марта", "5 марта 2024 г. 9:00"),
        ("ar", "5 مارس", "5 مارس 2024، 9:00 ص"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(
    language: str, day: str, instant: str
) -> None:
    with override(language):
        assert date_format(LONG_AGO, "MONTH_DAY_FORMAT") == day
        assert date_format(LONG_AGO, "DATETIME_FORMAT") == instant


# Names of things that are written so in every language.
NAMES = re.compile(
    r"\b(The Lantern|Stripe|Apple Pay|Google Pay|RSS|JSON|USD|EUR|GBP|UTC)\b|\S+@\S+|https?://\S+"
)
LATIN = re.compile(r"[A-Za-z]{2,}")
SHOWN = ("aria-label", "alt", "title", "placeholder", "data-copied")
WORDS = {
    "ru": {
        "paper": "Листок", "headline": "Река вернулась", "section": "Мир", "topic": "Реки",
        "author": "Анна Волкова", "other": "Иван Лесной", "role": "Фото", "text": "Вода пришла.",
        "ask": "Поддержите нас", "button": "Поддержать",
    },
    "ar": {
        "paper": "الجريدة", "headline": "عاد النهر", "section": "العالم", "topic": "أنهار",
        "author": "ليلى حداد", "other": "سامر نجم", "role": "تصوير", "text": "وصل الماء.",
        "ask": "ادعموا صحافتنا", "button": "ادعمونا",
    },
}  # fmt: skip


def words_in(html: str, language: str) -> list[str]:
    """What a page says in one language: texts and labels, by the nearest `lang`."""
    found: list[str] = []

    def walk(element: Element, spoken: str) -> None:
        if not isinstance(element.tag, str):
            return
        spoken = element.get("lang") or spoken
        if spoken == language and element.tag not in {"script", "style"}:
            found.extend(element.get(name) or "" for name in SHOWN)
            found.append(element.text or "")
        for child in element:
            walk(child, spoken)
            if spoken == language:
                found.append(child.tail or "")

    walk(cast(Element, html5lib.parse(html, namespaceHTMLElements=False)), "")
    return [each.strip() for each in found if each.strip()]


def english(words: list[str]) -> list[str]:
    return [each for each in words if LATIN.search(NAMES.sub("", each))]


def publish(language: str) -> None:
    words = WORDS[language]
    section = SectionFactory(name=words["section"], slug="world")
    topic = TopicFactory(name=words["topic"], slug="rivers")
    PageFactory(title=words["topic"], slug="about", language=language, body="")
    story = {"section": section, "language": language, "standfirst": "", "topics": [topic]}
    body = f"<p>{words['text']}</p><table><tr><td>1</td></tr></table>"
    author = AuthorFactory(name=words["author"], slug="one", role="")
    other = AuthorFactory(name=words["other"], slug="two", role="")
    near = ArticleFactory(
        published=True,
        headline=words["headline"],
        slug="near",
        body=body,
        authors=[author],
        **story,
    )
    article = ArticleFactory(
        published=True, headline=words["headline"], slug="river", body=body, related=[near],
        authors=[author, other], updated_at=now(), **story,
    )  # fmt: skip
    Byline.objects.create(article=article, author=other, role=words["role"], position=9)
    Correction.objects.create(article=article, text=words["text"], made_at=LONG_AGO)
    campaign = CampaignFactory(purpose=words["text"])
    for placement in ("banner", "article-end", "front-strip", "section-strip", "footer"):
        PromptFactory(
            campaign=campaign, placement=placement, languages=[language], headline=words["ask"],
            text=words["text"], more=words["text"], button=words["button"], shows_goal=True,
        )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_a_story_in_another_language_stands_in_a_frame_of_that_language(
    client: Client, language: str
) -> None:
    Paper(name="The Lantern", language="en").save()
    publish(language)
    html = client.get("/2024/03/05/river/").text
    own = words_in(html, language)
    assert english(own) == []
    assert WORDS[language]["ask"] in own
    assert len(own) > 60
    around = words_in(html, "en")
    assert {"Search", "Archive", "Skip to the text", "Main sections"} <= set(around)
    own_letters = {"ru": "[а-я]", "ar": "[ا-ي]"}[language]
    # A section is called what it is called.
    assert {each for each in around if re.search(own_letters, each)} == {WORDS[language]["section"]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/", "/world/", "/about/", "/topics/rivers/", "/authors/one/", "/archive/",
        "/archive/2024/03/", "/search/", "/search/?q=1917", "/nothing/", "/support/",
        "/support/later/", "/support/thanks/", "/preview/nothing/", "/support/manage/",
        "/support/manage/back/", "/support/manage/entry/", "/support/manage/access/",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_paper_in_another_language_has_no_page_in_english(
    client: Client, language: str, path: str
) -> None:
    Paper(name=WORDS[language]["paper"], language=language).save()
    publish(language)
    html = client.get(path).text
    said = words_in(html, language)
    assert len(said) > 20
    assert english(said) == []
    assert english(words_in(html, "en")) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("answer", "errors"),
    [
        ({}, 0),
        ({"when": "month"}, 0),
        ({"when": "week", "email": "reader@example.com"}, 0),
        ({"when": "date"}, 1),
        ({"when": "date", "date": "soon"}, 1),
        ({"when": "date", "date": "2001-01-01"}, 1),
        ({"when": "month", "email": "nobody"}, 1),
    ],
)
@pytest.mark.parametrize("accepts", ["text/html", "text/fragment+html"])
@pytest.mark.django_db
def test_later_is_confirmed_in_the_language_of_the_story(
    client: Client, language: str, answer: dict[str, str], errors: int, accepts: str
) -> None:
    Paper(name="The Lantern", language="en").save()
    origin = {"placement": "article-end", "language": language, "back": "/"}
    html = client.post("/support/later/", origin | answer, headers={"Accept": accepts}).text
    said = words_in(html, language)
    assert html.count('class="field__error') == errors
    assert len(said) >= 2
    assert english(said) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["", "five", "0.01", "1000000", "1.005"])
@pytest.mark.django_db
def test_a_refused_amount_is_explained_in_the_language_of_the_paper(
    client: Client, language: str, typed: str
) -> None:
    Paper(name=WORDS[language]["paper"], language=language).save()
    answer = client.post(
        "/support/checkout/", {"amount": typed, "every": "month", "currency": "usd"}
    )
    assert answer.status_code == 422
    assert english(words_in(answer.text, language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_letters_are_written_in_the_language_of_their_reader(language: str) -> None:
    Paper(name=WORDS[language]["paper"], language="en", contact_email="desk@example.com").save()
    reminder = letters.reminder(ReminderFactory(language=language), CampaignFactory())
    written = [*every_letter(language).values(), reminder]
    for letter in written:
        assert english([letter.subject, *letter.text.splitlines()]) == []
        assert english(words_in(letter.html, language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_even_a_failure_is_owned_up_to_in_the_language_of_the_paper(
    client: Client, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Paper(name=WORDS[language]["paper"], language=language).save()

    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("articles.views.search.clean_query", broken)
    client.raise_request_exception = False
    answer = client.get("/search/")
    assert answer.status_code == 500
    said = words_in(answer.text, language)
    assert len(said) >= 4
    assert english(said) == []
