"""deploy/nginx.conf: what is kept, what is passed on, what is refused."""

import contextlib
import time
from urllib.parse import quote

import pytest

from newsroom.dev.house import until
from newsroom.media import TYPES
from tests.deploy.conftest import Web
from tests.deploy.nginx import HAS_BROTLI, SHORT, Answer, Nginx

POISON = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": "192.0.2.66",
    "Forwarded": "host=evil.example;proto=http",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "X-HTTP-Method-Override": "DELETE",
    "X-Host": "evil.example",
    "Authorization": "Basic eDp5",
    "Cookie": "__Secure-newsroom_reader=later",
    "Range": "bytes=0-3",
    "If-None-Match": '"another"',
    "Accept-Language": "xx",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "User-Agent": "<script>",
    "Newsroom-Anything": "x",
}
PASSED_ON = {"host", "x-forwarded-proto", "connection", "accept-encoding"}


def test_the_file_is_in_order(site: Nginx) -> None:
    assert site.check() == ""


# --- What is kept ---


def test_a_page_is_asked_for_once_however_it_was_shared(site: Nginx, web: Web, story: str) -> None:
    first = site.ask(story)
    assert (first.status, first.cache) == (200, "MISS")
    for number in range(20):
        again = site.ask(f"{story}?fbclid={number}&utm_source=mail&before=x&q=y&p=3")
        assert (again.cache, again.body) == ("HIT", first.body)
    assert [each.path for each in web.asked] == [story]


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        ("/?p=12&fbclid=1", "/?p=12&page_id=&attachment_id="),
        ("/?utm_source=x&attachment_id=3", "/?p=&page_id=&attachment_id=3"),
        ("/?before=x", "/"),
        ("/search/?utm=1&before=x&q=%D0%9C+a", "/search/?q=%D0%9C+a&before=x"),
        ("/search/?p=3", "/search/"),
        ("/world-1/?before=MTIz&p=1", "/world-1/?before=MTIz"),
        ("/topics/floods-1/?before=x&x=y", "/topics/floods-1/?before=x"),
        ("/authors/ana-1/?before=x&x=y", "/authors/ana-1/?before=x"),
        ("/archive/2026/03/?before=x&x=y", "/archive/2026/03/?before=x"),
        ("/archive/?before=x", "/archive/"),
        ("/feed/?before=x", "/feed/"),
        ("/world-1/feed/?before=x", "/world-1/feed/"),
        ("/feed.json?x=1", "/feed.json"),
        ("/sitemap.xml?x=1", "/sitemap.xml"),
        ("/sitemap-articles.xml?p=2&x=1", "/sitemap-articles.xml?p=2"),
        # An old address may be known with its query only.
        ("/index.php?p=12&lang=de", "/index.php?p=12&lang=de"),
        ("/2019/05/old-story?id=7", "/2019/05/old-story?id=7"),
        # However it is spelled.
        ("//world-2/./x/../", "/world-2/"),
        ("/w%6Frld-3/", "/world-3/"),
        ("/новости-1/", f"/{quote('новости-1')}/"),
    ],
)
def test_of_the_query_a_page_is_asked_for_what_it_reads(
    asked: str, passed_on: str, site: Nginx, web: Web
) -> None:
    assert site.ask(quote(asked, safe="/?&=%+.")).status == 200
    assert [each.path for each in web.asked] == [passed_on]


def test_a_question_mark_in_the_path_is_no_query(site: Nginx, web: Web) -> None:
    """Or whoever asks for one page would fill in what others see of another."""
    in_path, in_query = site.ask("/world-4/%3Fbefore=x"), site.ask("/world-4/?before=x")
    assert in_path.cache == in_query.cache == "MISS"
    assert in_path.body != in_query.body


@pytest.mark.parametrize(
    ("accepted", "passed_on"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br"),
        ("BR", "br"),
        ("gzip;q=1.0,br;q=0.000", "gzip"),
        ("deflate, gzip", "gzip"),
        ("gzip;q=0", None),
        ("br;q=0, gzip;q=0.0", None),
        ("brotli, x-gzip-2, abr", None),
        ("identity", None),
        ("*", None),
        ("", None),
        ("a" * 4000, None),
        (None, None),
    ],
)
def test_three_encodings_are_kept_however_many_spellings_there_are(
    accepted: str | None, passed_on: str | None, site: Nginx, web: Web, story: str
) -> None:
    headers = {"Accept-Encoding": accepted if accepted is not None else "identity"}
    first = site.ask(story, headers)
    assert [each.headers.get("accept-encoding") for each in web.asked] == [passed_on]
    assert first.headers["Vary"] == "Accept-Encoding"
    again = site.ask(story, {"Accept-Encoding": passed_on or "something else"})
    assert (again.cache, again.body) == ("HIT", first.body)


def test_whoever_cannot_read_brotli_is_not_sent_it(site: Nginx, web: Web, story: str) -> None:
    for accepted, first_word in (("br", "br"), ("gzip", "gzip"), ("", "as it is"), ("br", "br")):
        assert site.ask(story, {"Accept-Encoding": accepted}).text.startswith(f"{first_word}:")
    assert len(web.asked) == 3


def test_nothing_else_of_a_request_reaches_a_page(site: Nginx, web: Web, story: str) -> None:
    poisoned = site.ask(story, POISON)
    (asked,) = web.asked
    assert set(asked.headers) <= PASSED_ON
    assert asked.headers["host"] == "paper.example"
    assert asked.headers["x-forwarded-proto"] == "https"
    assert (poisoned.status, poisoned.cache) == (200, "MISS")
    clean = site.ask(story)
    assert (clean.cache, clean.body) == ("HIT", poisoned.body)
    # And whoever comes with it later is sent the same.
    assert site.ask(story, POISON).body == clean.body


def test_a_body_with_a_get_is_not_passed_on(site: Nginx, web: Web, story: str) -> None:
    assert site.ask(story, body=b"before=x").status == 200
    (asked,) = web.asked
    assert (asked.body, "content-length" in asked.headers) == (b"", False)


def test_a_head_fills_the_page_for_everybody(site: Nginx, web: Web, story: str) -> None:
    head = site.ask(story, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert site.ask(story).cache == "HIT"
    assert [each.method for each in web.asked] == ["GET"]


@pytest.mark.parametrize("part", ["bytes=0-3", "bytes=0-0,2-3,5-", "bytes=-1", "bytes=9-1", "x"])
def test_a_page_is_sent_whole(part: str, site: Nginx, story: str) -> None:
    whole = site.ask(story)
    answer = site.ask(story, {"Range": part})
    assert (answer.status, answer.body) == (200, whole.body)


def test_a_reader_who_has_the_page_is_told_so(site: Nginx, web: Web, story: str) -> None:
    web.answers({"ETag": '"abc"'})
    assert site.ask(story, {"If-None-Match": '"abc"'}).status == 304
    assert site.ask(story).status == 200
    assert site.ask(story, {"If-None-Match": 'W/"abc"'}).status == 304
    assert site.ask(story, {"If-None-Match": '"abd"'}).status == 200
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "private, no-store"},
        {"Cache-Control": "no-cache"},
        {"Set-Cookie": "a=b"},
        {"Vary": "Cookie"},
        {"Cache-Control": "public, max-age=60, s-maxage=0"},
    ],
)
def test_what_is_for_one_reader_is_not_kept(
    headers: dict[str, str], site: Nginx, web: Web, story: str
) -> None:
    web.answers(headers)
    assert site.ask(story).body != site.ask(story).body
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/support/", "/support/thanks/?session_id=1", "/support/manage/",
     "/support/reader.css", "/preview/abc/", "/healthz", "/readyz"],
)  # fmt: skip
def test_what_is_never_kept_whatever_its_headers_say(path: str, site: Nginx, web: Web) -> None:
    cookie = {"Cookie": "__Secure-newsroom_reader=later"}
    assert site.ask(path, cookie).body != site.ask(path, cookie).body
    assert [each.path for each in web.asked] == [path, path]
    assert {each.headers["cookie"] for each in web.asked} == {"__Secure-newsroom_reader=later"}


def test_an_old_page_is_shown_only_as_long_as_it_says(site: Nginx, web: Web, story: str) -> None:
    other = f"{story}other/"
    web.answers({"Cache-Control": "s-maxage=1"})
    site.ask(story)
    web.answers({"Cache-Control": "s-maxage=1, stale-while-revalidate=60"})
    site.ask(other)
    seen: list[Answer] = []

    def is_renewed() -> bool:
        seen.append(site.ask(story))
        return seen[-1].cache != "HIT"

    assert until(is_renewed, seconds=10)
    assert seen[-1].cache == "EXPIRED"
    assert seen[-1].body != seen[0].body

    old = site.ask(other)
    assert old.cache == "STALE"
    assert until(lambda: site.ask(other).body != old.body, seconds=10)


# --- Servers that are away ---


def test_readers_do_not_notice_that_one_web_server_is_gone(
    site: Nginx, web: Web, story: str
) -> None:
    web.servers[0].stop()
    for number in range(6):
        assert site.ask(f"{story}{number}/").status == 200
        assert site.ask("/support/later/", method="POST", body=b"a=b").status == 200
    assert len(web.servers[1].asked) == 12


@pytest.mark.parametrize("status", [500, 503])
def test_an_old_page_is_better_than_an_error(
    status: int, site: Nginx, web: Web, story: str
) -> None:
    web.answers({"Cache-Control": "s-maxage=1"})
    page = site.ask(story)
    web.answers({"Cache-Control": "no-store", "Retry-After": "5"}, status=status)
    assert until(lambda: bool(site.ask(story).cache == "STALE"), seconds=10)
    for _ in range(5):
        again = site.ask(story)
        assert (again.status, again.body) == (200, page.body)
    # An honest answer is passed on, and no server is taken for dead because of it.
    for number in range(5):
        answer = site.ask(f"{story}{number}/")
        assert (answer.status, answer.headers["Retry-After"]) == (status, "5")


def test_when_no_web_server_runs_kept_pages_are_there_and_the_rest_says_so(
    site: Nginx, web: Web, story: str
) -> None:
    web.answers({"Cache-Control": "s-maxage=1"})
    page = site.ask(story)
    for each in web.servers:
        each.stop()
    assert until(lambda: bool(site.ask(story).cache == "STALE"), seconds=10)
    assert site.ask(f"{story}?fbclid=2", POISON).body == page.body
    for path, method in ((f"{story}2/", "GET"), ("/support/", "GET"), ("/support/later/", "POST")):
        answer = site.ask(path, method=method)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "One moment, please" in answer.text
    for each in web.servers:
        each.start()
    assert until(lambda: site.ask(f"{story}3/").status == 200, seconds=10)


# --- What is passed on as it came ---


def test_forms_are_passed_on_with_the_senders_address(site: Nginx, web: Web) -> None:
    sent = {"Cookie": "a=b", "Origin": "https://paper.example", "Sec-Fetch-Site": "same-origin"}
    assert site.ask("/support/later/", POISON | sent, method="POST", body=b"a=b").status == 200
    (asked,) = web.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/support/later/", b"a=b")
    assert asked.headers["x-forwarded-for"] == "127.0.0.1"
    assert asked.headers["x-forwarded-proto"] == "https"
    assert asked.headers["x-forwarded-host"] == asked.headers["host"] == "paper.example"
    assert {asked.headers[name.lower()] for name in sent} == set(sent.values())
    for name in ("forwarded", "x-original-url", "x-rewrite-url", "x-http-method-override"):
        assert name not in asked.headers


# --- What is refused ---


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_a_page_is_only_read(method: str, site: Nginx, web: Web, story: str) -> None:
    assert site.ask(story, method=method).status == 405
    assert site.ask("/", method=method).status == 405
    assert web.asked == []


@pytest.mark.parametrize("path", ["/", "/2026/03/01/a-story/", "/support/checkout/"])
def test_twenty_megabytes_are_refused_before_they_are_read(
    path: str, site: Nginx, web: Web
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 20000000\r\n\r\n"
    assert site.say(head.encode()).startswith(b"HTTP/1.1 413 ")
    assert web.asked == []


def test_a_picture_is_not_too_large_for_the_desk(site: Nginx, web: Web) -> None:
    picture = b"x" * 2_000_000
    assert site.ask("/admin/articles/image/add/", method="POST", body=picture).status == 200
    assert [len(each.body) for each in web.asked] == [len(picture)]


@pytest.mark.parametrize("host", ["evil.example", "paper.example.evil.example", "127.0.0.1", ""])
def test_another_name_is_not_answered(host: str, site: Nginx, web: Web) -> None:
    asked = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    answer = site.say(asked)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert web.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        "X-A: " + "a" * 10_000,
        "\r\n".join(f"X-{n}: {'a' * 1000}" for n in range(60)),
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
    ],
)
def test_odd_and_endless_headers_are_refused(headers: str, site: Nginx, web: Web) -> None:
    asked = f"GET / HTTP/1.1\r\nHost: paper.example\r\n{headers}\r\n\r\n0\r\n\r\n"
    assert site.say(asked.encode()).startswith(b"HTTP/1.1 400 ")
    assert web.asked == []


def test_who_never_finishes_a_request_is_cut_off(site: Nginx, web: Web) -> None:
    began = time.monotonic()
    with site.connect() as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: paper.example\r\n")
        link.settimeout(0.1)
        while time.monotonic() - began < 20 * SHORT:
            # A byte now and then keeps nothing open.
            with contextlib.suppress(TimeoutError):
                link.sendall(b"X")
                assert link.recv(1) == b""
                break
    body = b"POST /support/later/ HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 9\r\n\r\na"
    site.say(body)
    assert time.monotonic() - began < 10 * SHORT
    assert web.asked == []


def test_a_flood_of_forms_is_slowed_and_stripe_is_not(site: Nginx, web: Web) -> None:
    forms = [site.ask("/support/checkout/", method="POST", body=b"a").status for _ in range(120)]
    assert set(forms) == {200, 429}
    assert forms[:50] == [200] * 50
    events = {
        site.ask("/support/stripe/webhook/", method="POST", body=b"{}").status for _ in range(120)
    }
    assert events == {200}
    assert site.ask("/support/").status == 200


# --- Files ---


def test_files_of_two_releases_with_a_hash_are_kept_for_ever(site: Nginx, web: Web) -> None:
    for name in ("asking.0123456789ab.js", "asking.ba9876543210.js", "asking.js"):
        (site.folder / "static" / name).write_text(f"// {name}")
    for name in ("asking.0123456789ab.js", "asking.ba9876543210.js"):
        answer = site.ask(f"/static/{name}")
        assert (answer.status, answer.text) == (200, f"// {name}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.ask("/static/asking.js").headers["Cache-Control"] == "public, max-age=60"
    missing = site.ask("/static/asking.000000000000.js")
    assert (missing.status, missing.headers["Cache-Control"]) == (404, None)
    assert web.asked == []


def test_files_are_compressed_already(site: Nginx) -> None:
    (site.folder / "static/base.css").write_bytes(b"plain")
    (site.folder / "static/base.css.gz").write_bytes(b"compressed")
    packed = site.ask("/static/base.css", {"Accept-Encoding": "gzip"})
    assert (packed.body, packed.headers["Content-Encoding"]) == (b"compressed", "gzip")
    assert packed.headers["Content-Type"] == "text/css; charset=utf-8"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert site.ask("/static/base.css", {"Accept-Encoding": "identity"}).body == b"plain"
    if HAS_BROTLI:
        (site.folder / "static/base.css.br").write_bytes(b"smaller")
        best = site.ask("/static/base.css", {"Accept-Encoding": "gzip, br"})
        assert (best.body, best.headers["Content-Encoding"]) == (b"smaller", "br")


@pytest.mark.parametrize("suffix", [*TYPES, ".html", ".svg", ".js", ".xhtml", ".php", ""])
def test_an_uploaded_file_is_shown_or_saved_as_the_app_would(suffix: str, site: Nginx) -> None:
    name = f"picture{suffix.upper()}"
    (site.folder / "media" / name).write_bytes(b"<script>")
    answer = site.ask(f"/media/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == TYPES.get(suffix, "application/octet-stream")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == (None if suffix in TYPES else "attachment")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "path",
    [
        "/media/../nginx.conf",
        "/media/%2e%2e/nginx.conf",
        "/media/..%2fnginx.conf",
        "/media/..%5cnginx.conf",
        "/media/%252e%252e/nginx.conf",
        "/media../nginx.conf",
        "/static/../../../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "/static/",
        "/media/",
        "/media/.hidden",
        "/static/.hidden/x",
        "/media/x%00.jpg",
        "/nginx.conf",
        "/privkey.pem",
    ],
)
def test_no_way_leads_to_another_file(path: str, site: Nginx, web: Web) -> None:
    web.answers({"Cache-Control": "no-store"}, status=404)
    (site.folder / "media/.hidden").write_text("hidden")
    assert site.ask(path).status in {400, 403, 404}


def test_plain_http_leads_to_https_and_nowhere_else(site: Nginx, web: Web) -> None:
    (site.folder / "challenges/.well-known/acme-challenge").mkdir(parents=True, exist_ok=True)
    (site.folder / "challenges/.well-known/acme-challenge/token").write_text("proof")
    moved = site.ask_plainly("/world/?before=x")
    assert (moved.status, moved.headers["Location"]) == (
        301,
        "https://paper.example/world/?before=x",
    )
    assert site.ask_plainly("/.well-known/acme-challenge/token").text == "proof"
    assert web.asked == []


def test_the_log_names_no_reader_and_no_key(site: Nginx, story: str) -> None:
    site.ask(f"{story}?email=ada@example.com", {"User-Agent": "Mozilla", "Referer": "https://x"})
    site.ask("/preview/the-signed-link/")
    site.ask("/support/manage/access/?link=the-access-link")
    assert until(lambda: "GET /support/manage/" in site.log(), seconds=5)
    line = next(line for line in site.log().splitlines() if story in line)
    assert "cache=MISS" in line
    for secret in ("ada", "Mozilla", "https://x", "signed-link", "access-link", "127.0.0.1 "):
        assert secret not in site.log()
