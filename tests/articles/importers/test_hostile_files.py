"""Broken and hostile exports: refused with a sentence and nothing changed, or read as far as it goes."""

from pathlib import Path

import pytest

from articles.models import Article, Author, ImportedItem, Section
from tests.articles.importers import exports
from tests.articles.importers.conftest import Import

GOOD = exports.export(exports.item(number=1))
BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def without_declaration(text: str) -> str:
    return text.partition("?>")[2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"   \n\n", "empty"),
        (b"Dear editor, please find attached", "not even XML"),
        (bytes(range(128, 256)) * 50, "not even XML"),
        (b"PK\x03\x04" + bytes(5000), "not even XML"),
        (b"<html><body>Log in</body></html>", "begins with <html>"),
        (b'{"db": []}', "not even XML"),
        (b"<rss version='2.0'><channel><title>Feed</title><item><title>A</title></item></channel></rss>", "a feed"),
        ((BOMB + without_declaration(GOOD).replace("One paragraph.", "&d;")).encode(), "document type"),
        ((OUTSIDE + without_declaration(GOOD).replace("]]></title>", "]]>&x;</title>")).encode(), "document type"),
        (b'<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">' + without_declaration(GOOD).encode(), "document type"),
        (("<!-- a -->\n<?p?>" + BOMB[21:] + without_declaration(GOOD)).encode(), "document type"),
        ((BOMB + without_declaration(GOOD)).encode("utf-16"), "document type"),
        (GOOD.encode() + (BOMB + without_declaration(GOOD)).encode(), "document type"),
        (GOOD.replace("UTF-8", "utf-7", 1).encode(), "utf-7"),
        (GOOD.replace("UTF-8", "klingon", 1).encode(), "klingon"),
        (b"<!-- " + b"x" * 1_500_000, "a megabyte"),
        (b"<", "not even XML"),
        (b"<rss <", "not a WordPress export"),
    ],
    ids=range(19),
)  # fmt: skip
def test_a_file_that_is_no_export_changes_nothing(
    bring: Import, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(content)
    told = bring(path)
    assert told.error is not None
    assert said in told.error
    assert "root:" not in told.text
    for model in (Article, Author, Section, ImportedItem):
        assert not model._default_manager.exists()


def test_a_file_that_is_not_there_is_said(bring: Import, tmp_path: Path) -> None:
    told = bring(tmp_path / "none.xml")
    assert told.error is not None
    assert "none.xml" in told.error


def test_what_came_before_the_cut_is_kept_and_the_place_is_told(
    bring: Import, tmp_path: Path
) -> None:
    whole = exports.export(*(exports.item(number=n, title=f"Story {n}") for n in range(1, 11)))
    path = tmp_path / "export.xml"
    path.write_text(whole[: whole.index("Story 8") + 100])
    told = bring(path)
    assert told.error is not None
    assert "broken" in told.error
    assert told.things("posts") == {"brought": 7}
    line = whole[: whole.index("Story 8")].count("\n") + 1
    assert any(f"near line {line}" in reason for reason in told.reasons("file"))
    path.write_text(whole)
    again = bring(path)
    assert again.error is None
    assert again.things("posts") == {"unchanged": 7, "brought": 3}


def test_behind_a_broken_item_reading_goes_on(bring: Import, tmp_path: Path) -> None:
    items = [exports.item(number=n, title=f"Story {n}") for n in (1, 2, 3)]
    items[1] = items[1].replace("<wp:post_id>", "<wp:post_id><<")
    told = bring(exports.write(tmp_path, *items))
    assert told.error is not None
    assert told.things("posts") == {"brought": 2}
    assert set(Article.objects.values_list("headline", flat=True)) == {"Story 1", "Story 3"}


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь").encode("utf-8"),
        GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь").encode("utf-8-sig"),
        GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь").encode("utf-16"),
        GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь").replace("UTF-8", "utf-16", 1).encode("utf-8"),
        GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь").replace("\n", "\r\n").encode("utf-8"),
        GOOD.replace("One paragraph.", "Na&iuml;ve &ldquo;quotes&rdquo; — Жизнь").encode("utf-8"),
        GOOD.replace("One paragraph.", "Na\x0bï\x00ve “quotes” — Жизнь").encode("utf-8"),
        ("\n\n" + GOOD.replace("One paragraph.", "Naïve “quotes” — Жизнь")).encode("utf-8"),
    ],
    ids=["plain", "mark", "utf-16", "wrong declaration", "crlf", "named", "control", "blank lines"],
)  # fmt: skip
def test_whatever_the_bytes_the_words_are_right(
    bring: Import, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(content)
    assert bring(path).error is None
    assert Article.objects.get().body == "<p>Naïve “quotes” — Жизнь</p>"


def test_bytes_of_another_encoding_are_read_and_told(bring: Import, tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(GOOD.replace("One paragraph.", "Caf\xe9 \x93so\x94").encode("latin-1"))
    told = bring(path)
    assert Article.objects.get().body == "<p>Café “so”</p>"
    assert any("3 bytes" in reason for reason in told.reasons("file"))


def test_other_prefixes_versions_and_blanks_are_the_same_export(
    bring: Import, tmp_path: Path
) -> None:
    text = (
        GOOD.replace("wp:", "x:")
        .replace("xmlns:wp", "xmlns:x")
        .replace("/1.2/", "/1.0/")
        .replace("<x:wxr_version>1.2</x:wxr_version>", "")
        .replace("<x:status>publish", "<x:status>\n   publish\n ")
    )
    path = tmp_path / "export.xml"
    path.write_text(text)
    assert bring(path).error is None
    assert Article.objects.get().status == "published"


def test_a_text_that_ends_a_cdata_arrives_whole(bring: Import, tmp_path: Path) -> None:
    bring(exports.write(tmp_path, exports.item("a ]]&gt; b <code>x]]></code> </rss> <item> c")))
    assert Article.objects.get().body == "<p>a ]]&gt; b <code>x]]&gt;</code>   c</p>"


@pytest.mark.soak
def test_one_enormous_story_arrives(bring: Import, tmp_path: Path) -> None:
    text = "A paragraph of an enormous story.\n\n" * 20_000 + "The end of ten megabytes.\n\n"
    text += "x" * (20_000_000 - len(text))
    told = bring(exports.write(tmp_path, exports.item(text)))
    assert told.error is None
    story = Article.objects.get()
    assert story.body.count("<p>") == 20_002
    assert "The end of ten megabytes." in story.body


def test_one_thing_beyond_all_measure_is_refused(
    bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.importers.wxr.LARGEST_THING", 1_000_000)
    told = bring(exports.write(tmp_path, exports.item(), exports.item("x" * 2_000_000)))
    assert told.error is not None
    assert "is larger than" in told.error
    assert not Article.objects.exists()


def test_a_headline_with_markup_stays_words(bring: Import, tmp_path: Path) -> None:
    bring(
        exports.write(
            tmp_path,
            exports.item(title="<script>alert(1)</script> 1 < 2", excerpt="<img src=x onerror=y>"),
        )
    )
    story = Article.objects.get()
    assert story.headline == "alert(1) 1 < 2"
    assert story.standfirst == ""
