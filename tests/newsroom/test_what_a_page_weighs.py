"""What a browser loads for a page, in bytes on the wire: headers, HTML with its styles and
scripts, and whatever else a page makes it fetch at once. Photographs do not count.

HTML as the page cache sends it; files of ours as WhiteNoise does, compressed at its strongest.
"""

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from newsroom.inline import script
from tests import whole_paper

# As the page cache sends a page at first, and from then on.
QUICK, STRONG = 5, 11
ARTICLE = 14_600
# Without the text itself; until the page cache has compressed it again it weighs a tenth more.
SHELL, SHELL_QUICK = 9_500, 10_600
FRONT = 30_000
SCRIPTS = 3_000
# What the page cache and gunicorn say beside what the application does.
AROUND = (
    "HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: Wed, 25 Nov 2026 01:18:14 GMT\r\n"
    "Connection: keep-alive\r\nContent-Encoding: br\r\nVary: Accept-Encoding\r\n"
    'ETag: W/"0123456789abcdef01-br"\r\n\r\n'
)
FETCHED = re.compile(r'<(?:script|link)\b[^>]*\b(?:src|href)="(?P<url>[^"]+\.(?:js|css))"')
TEXT = re.compile(r'(?<=<div class="body">).*(?=</div>\s*<div class="story__after">)', re.DOTALL)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def paper(db: None) -> None:
    whole_paper.set_paper()


def page(client: Client, address: str) -> tuple[str, int]:
    """The HTML of a page, and the bytes of its headers."""
    response = client.get(address)
    assert response.status_code == 200
    headers = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
    return response.content.decode(), len((AROUND + headers).encode())


def compressed(text: str, level: int) -> int:
    return len(brotli.compress(text.encode(), quality=level))


def test_an_article_fits_what_the_network_sends_at_first(client: Client) -> None:
    html, headers = page(client, whole_paper.STORY)
    words = re.sub("<[^>]+>", " ", TEXT.search(html)[0]).split()  # type: ignore[index]
    assert len(words) >= 900
    assert headers + compressed(html, QUICK) <= ARTICLE


def test_around_its_text_an_article_has_little(client: Client) -> None:
    html, headers = page(client, whole_paper.STORY)
    shell, texts = TEXT.subn("", html)
    assert texts == 1
    assert headers + compressed(shell, STRONG) <= SHELL
    assert headers + compressed(shell, QUICK) <= SHELL_QUICK


def test_the_front_page(client: Client) -> None:
    html, headers = page(client, "/")
    assert html.count("<article") >= 20
    assert headers + compressed(html, QUICK) <= FRONT


@pytest.mark.parametrize("address", [whole_paper.STORY, "/", "/velmora/", "/about/"])
def test_a_page_waits_for_nothing_but_itself(client: Client, address: str) -> None:
    html, _ = page(client, address)
    without_script = re.sub(r"<noscript>.*?</noscript>", "", html)
    assert without_script != html
    assert FETCHED.findall(without_script) == []
    assert "style=" not in html


def test_all_scripts_of_an_article(client: Client) -> None:
    html, _ = page(client, whole_paper.STORY)
    (fetched_later,) = set(re.findall(r'="/static/([\w/.]+\.js)"', html))
    inline = [script(name).text for name in ("first_paint", "asks", "share")]
    assert all(f">{text}</script>" in html for text in inline)
    weight = sum(compressed(text, QUICK) for text in inline)
    weight += compressed(Path(str(finders.find(fetched_later))).read_text("utf-8"), STRONG)
    assert weight <= SCRIPTS


def test_the_names_of_parts_do_not_repeat_a_style(client: Client) -> None:
    """A part that is named twice would be sent twice."""
    for address in (whole_paper.STORY, "/", "/velmora/", "/search/", "/support/", "/no/page/"):
        html = client.get(address).content.decode()
        (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
        rules = re.findall(r"[^{}]+\{[^{}]*\}", re.sub(r"@layer base,[^;]*;", "", style))
        twice = {rule for rule in rules if rules.count(rule) > 1}
        assert twice == set(), address
