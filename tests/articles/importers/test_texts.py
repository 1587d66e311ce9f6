"""Texts of WordPress, classic and in blocks, as clean HTML; what cannot stay is told."""

import time
from collections.abc import Iterable

import pytest

from articles.importers import body
from articles.importers.findings import LEFT, Attachment, Picture

HERE = Picture(
    pk=5, src="/media/p.jpg", width=800, height=600, alt="A bridge", caption="The bridge"
)
BRIDGE = Attachment(
    "12",
    "https://old.example.org/wp-content/uploads/bridge.jpg",
    "bridge",
    "A bridge",
    "The bridge",
    HERE,
)
LOST = Attachment(
    "13", "https://old.example.org/wp-content/uploads/lost.jpg", "lost", "A road", "", None
)


class Around:
    """An old site with two pictures, of which one is here, and one reusable block."""

    def attachment(self, number: str) -> Attachment | None:
        return {"12": BRIDGE, "13": LOST}.get(number)

    def attachment_at(self, url: str) -> Attachment | None:
        return {BRIDGE.url: BRIDGE, LOST.url: LOST}.get(url)

    def attachments_of_story(self) -> Iterable[Attachment]:
        return [BRIDGE, LOST]

    def address(self, url: str) -> str | None:
        return "" if "old.example.org" in url else None

    def reusable(self, number: str) -> str | None:
        return {"9": "<!-- wp:paragraph --><p>Again</p><!-- /wp:paragraph -->",
                "10": '<!-- wp:block {"ref":10} /-->'}.get(number)  # fmt: skip

    def footnotes(self) -> list[tuple[str, str]]:
        return [("fn1", "A <em>note</em>")]


def convert(text: str) -> str:
    return body.convert(text, Around()).html.replace("\n", "")


def left(text: str) -> set[tuple[str, str]]:
    return {
        (each.kind, each.name)
        for each in body.convert(text, Around()).findings
        if each.outcome == LEFT
    }


SHOWN = '<img src="/media/p.jpg" alt="A bridge" width="800" height="600">'


@pytest.mark.parametrize(
    ("classic", "html"),
    [
        ("One\nline.\n\nTwo.", "<p>One<br>line.</p><p>Two.</p>"),
        ("<p>Has its own.</p>\n\n<p>Twice.</p>", "<p>Has its own.</p><p>Twice.</p>"),
        ("One.\r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("<h1>Big</h1>\nText <b>b</b> <i>i</i> <strike>s</strike>", "<h2>Big</h2><p>Text <strong>b</strong> <em>i</em> <s>s</s></p>"),
        ("<div>Loose <div>deep</div> end</div>", "<p>Loose</p><p>deep</p><p>end</p>"),
        ("<blockquote>Said\n\ntwice</blockquote>", "<blockquote><p>Said</p><p>twice</p></blockquote>"),
        ("Before<!--more-->after\n\n<!--nextpage-->\n\nlast", "<p>Before</p><p>after</p><p>last</p>"),
        ("<ul>\n<li>a</li>\n\n<li>b</li>\n</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ('<a name="here"></a>Target', '<p><a id="here"></a>Target</p>'),
        ("See [They] and [sic] and [Nagorno-Karabakh].", "<p>See [They] and [sic] and [Nagorno-Karabakh].</p>"),
        ("Write [[gallery]] so.", "<p>Write [gallery] so.</p>"),
        ("", ""),
        ("&nbsp;\n\n<p> </p>", ""),
        ("5 < 6 & 7 > 3", "<p>5 &lt; 6 &amp; 7 &gt; 3</p>"),
    ],
)  # fmt: skip
def test_a_classic_text_gets_its_paragraphs_once(classic: str, html: str) -> None:
    assert convert(classic) == html
    if "[" not in html:
        assert convert(html) == html


def test_what_is_set_letter_by_letter_stays_so() -> None:
    assert (
        body.convert("<pre>a\n\n  b</pre>\n\nend", Around()).html
        == "<pre>a\n\n  b</pre>\n<p>end</p>"
    )


@pytest.mark.parametrize(
    ("block", "html"),
    [
        ("<!-- wp:paragraph --><p>P</p><!-- /wp:paragraph -->", "<p>P</p>"),
        ('<!-- wp:heading {"level":1} --><h1>H</h1><!-- /wp:heading -->', "<h2>H</h2>"),
        ("<!-- wp:quote --><blockquote class=x><!-- wp:paragraph --><p>Q</p><!-- /wp:paragraph --><cite>C</cite></blockquote><!-- /wp:quote -->",
         "<blockquote><p>Q</p><p><cite>C</cite></p></blockquote>"),
        ("<!-- wp:pullquote --><figure class=x><blockquote><p>Q</p></blockquote></figure><!-- /wp:pullquote -->",
         "<figure><blockquote><p>Q</p></blockquote></figure>"),
        ("<!-- wp:table --><figure><table><tbody><tr><td colspan=2>1</td></tr></tbody></table><figcaption>T</figcaption></figure><!-- /wp:table -->",
         '<figure><table><tbody><tr><td colspan="2">1</td></tr></tbody></table><figcaption>T</figcaption></figure>'),
        ("<!-- wp:columns --><div><!-- wp:column --><div><p>1</p></div><!-- /wp:column --></div><!-- /wp:columns -->", "<p>1</p>"),
        ("<!-- wp:separator --><hr class=x/><!-- /wp:separator -->", "<hr>"),
        ("<!-- wp:code --><pre><code>x [y]</code></pre><!-- /wp:code -->", "<pre><code>x [y]</code></pre>"),
        ("<!-- wp:buttons --><div><div><a class=x href='https://a.org/'>Go</a></div></div><!-- /wp:buttons -->", '<p><a href="https://a.org/">Go</a></p>'),
        ("<!-- wp:details --><details><summary>S</summary><p>D</p></details><!-- /wp:details -->", "<p><strong>S</strong></p><p>D</p>"),
        ("<!-- wp:spacer --><div></div><!-- /wp:spacer -->", ""),
        ('<!-- wp:embed {"url":"https://youtu.be/a?b=1\\u0026c=2"} /-->', '<p><a href="https://youtu.be/a?b=1&amp;c=2">youtu.be/a?b=1&amp;c=2</a></p>'),
        ('<!-- wp:block {"ref":9} /-->', "<p>Again</p>"),
        ("<!-- wp:footnotes /-->", '<ol><li id="fn1">A <em>note</em></li></ol>'),
        ('<!-- wp:cover {"url":"https://old.example.org/wp-content/uploads/bridge.jpg","id":12} --><div style="background-image:url(x)"><p>T</p></div><!-- /wp:cover -->',
         f"<figure>{SHOWN}</figure><p>T</p>"),
        ('<!-- wp:image {"id":12} --><figure><img src="https://old.example.org/wp-content/uploads/bridge-300x200.jpg" class="wp-image-12" alt=""/><figcaption>C</figcaption></figure><!-- /wp:image -->',
         f"<figure>{SHOWN}<figcaption>C</figcaption></figure>"),
        ('<!-- wp:gallery --><figure><ul class="blocks-gallery-grid"><li class="blocks-gallery-item"><figure><img data-id="12" src="x"/></figure></li></ul><figcaption>G</figcaption></figure><!-- /wp:gallery -->',
         f"<figure>{SHOWN}</figure><p>G</p>"),
        ('<!-- wp:file --><div><a href="https://a.org/f.pdf">F</a><a href="https://a.org/f.pdf" class="wp-block-file__button">Download</a></div><!-- /wp:file -->',
         '<p><a href="https://a.org/f.pdf">F</a></p>'),
        ("Classic here.\n\nTwo.<!-- wp:paragraph --><p>P</p><!-- /wp:paragraph -->", "<p>Classic here.</p><p>Two.</p><p>P</p>"),
    ],
)  # fmt: skip
def test_a_block_becomes_clean_html(block: str, html: str) -> None:
    assert convert(block) == html


@pytest.mark.parametrize(
    ("text", "html", "told"),
    [
        ('<!-- wp:acme/box {"a":1} --><div>Inner</div><!-- /wp:acme/box -->', "<p>Inner</p>", ("block", "acme/box")),
        ('<!-- wp:latest-posts {"n":3} /-->', "", ("block", "latest-posts")),
        ('<!-- wp:block {"ref":404} /-->', "", ("block", "block")),
        ('<!-- wp:block {"ref":10} /-->', "", ("block", "block")),
        ("<!-- wp:group {broken} --><p>Kept</p><!-- /wp:group -->", "<p>Kept</p>", ("block", "group")),
        ("[box]Kept[/box]", "<p>Kept</p>", ("shortcode", "box")),
        ('Text [counter id="3"] on', "<p>Text  on</p>", ("shortcode", "counter")),
        ("Text\n\n[slider]\n\non", "<p>Text</p><p>on</p>", ("shortcode", "slider")),
        ("[caption]No picture[/caption]", "<p>No picture</p>", ("shortcode", "caption")),
        ("a<script>alert(1)</script>b", "<p>ab</p>", ("html", "script")),
        ('<a href="javascript:x()">words</a>', "<p>words</p>", ("html", "javascript:")),
        ('<img src="https://evil.example/x.gif" alt="Chart">', '<p><a href="https://evil.example/x.gif">Chart</a></p>',
         ("picture", "https://evil.example/x.gif")),
        ('<img src="https://old.example.org/wp-content/uploads/lost.jpg" alt="">',
         '<p><a href="https://old.example.org/wp-content/uploads/lost.jpg">lost</a></p>',
         ("picture", "https://old.example.org/wp-content/uploads/lost.jpg")),
        ('<img src="https://count.example/1" width="1" height="1">Text', "<p>Text</p>", ("picture", "count.example/1")),
        ('<a href="https://old.example.org/gone/">x</a>', '<p><a href="https://old.example.org/gone/">x</a></p>',
         ("link", "https://old.example.org/gone/")),
    ],
)  # fmt: skip
def test_what_cannot_stay_is_told_and_its_words_are_kept(
    text: str, html: str, told: tuple[str, str]
) -> None:
    assert convert(text) == html
    assert told in left(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.youtube.com/watch?v=x",
        "[embed]https://www.youtube.com/watch?v=x[/embed]",
        "[youtube https://www.youtube.com/watch?v=x]",
        "[youtube=https://www.youtube.com/watch?v=x]",
        '<iframe src="//www.youtube.com/watch?v=x"></iframe>',
        '<object><param name="movie" value="https://www.youtube.com/watch?v=x"></object>',
        '<!-- wp:core-embed/youtube {"url":"https://www.youtube.com/watch?v=x"} /-->',
    ],
)
def test_a_player_becomes_a_link(text: str) -> None:
    assert (
        convert(text)
        == '<p><a href="https://www.youtube.com/watch?v=x">youtube.com/watch?v=x</a></p>'
    )


@pytest.mark.parametrize(
    ("code", "order"),
    [
        ('[gallery ids="13,12"]', ["lost", "bridge"]),
        ("[gallery]", ["bridge", "lost"]),
        ('[gallery exclude="13"]', ["bridge"]),
        ('[gallery columns=2 include="12"]', ["bridge"]),
    ],
)
def test_a_gallery_has_its_own_pictures_in_order(code: str, order: list[str]) -> None:
    html = convert(code)
    found = sorted(
        (html.index(mark), name)
        for name, mark in (("bridge", "/media/p.jpg"), ("lost", "lost.jpg"))
        if mark in html
    )
    assert [name for _place, name in found] == order


@pytest.mark.parametrize(
    "text",
    [
        '[caption id="attachment_12" width="300"]<a href="https://old.example.org/wp-content/uploads/bridge.jpg"><img class="wp-image-12" src="https://old.example.org/wp-content/uploads/bridge.jpg" alt="" /></a> By <em>me</em>[/caption]',
        '[caption caption="By <em>me</em>"]<img class="wp-image-12" src="https://old.example.org/wp-content/uploads/bridge.jpg">[/caption]',
        '<dl class="wp-caption"><dt class="wp-caption-dt"><img src="https://old.example.org/wp-content/uploads/bridge.jpg"></dt><dd class="wp-caption-dd">By <em>me</em></dd></dl>',
    ],
)  # fmt: skip
def test_a_caption_stays_with_its_picture(text: str) -> None:
    converted = body.convert(text, Around())
    assert converted.html == f"<figure>{SHOWN}<figcaption>By <em>me</em></figcaption></figure>"
    assert converted.pictures == {5}


HUNDRED = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * HUNDRED + "words",
        "<pre>" * HUNDRED + "words",
        "<!-- wp:group -->" * HUNDRED + "words",
        "<!-- wp:x {" * HUNDRED + "} --> words",
        "[a_b]" * 20_000 + "words",
        "[a_b]" * 20_000 + "words" + "[/a_b]" * 20_000,
        "<div \"'" * HUNDRED + ">words",
        "[a b='" * HUNDRED + "words",
        " " * 1_000_000 + "words",
        "<!-- " * HUNDRED + "--> words",
    ],
    ids=range(10),
)
def test_a_hostile_text_takes_no_longer_than_a_long_one(text: str) -> None:
    began = time.process_time()
    assert "words" in convert(text)
    # Quadratic work would take minutes.
    assert time.process_time() - began < 20


def test_a_picture_that_words_ran_around_stands_above_them() -> None:
    text = '<img class="alignleft wp-image-12" src="https://old.example.org/wp-content/uploads/bridge.jpg"> Words.'
    assert convert(text) == f"<figure>{SHOWN}</figure><p>Words.</p>"
