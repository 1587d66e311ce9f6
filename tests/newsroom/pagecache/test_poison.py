"""Whatever one reader sends, the next one gets the page as it is: byte for byte."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from gunicorn.util import unquote_to_wsgi_str  # type: ignore[import-untyped]

from tests.newsroom.pagecache.conftest import WrittenPaper
from tests.newsroom.pagecache.served import HOST, Line, Said, Served, fresh, request

pytestmark = pytest.mark.django_db

ENCODINGS = {"": "", "gzip": "gzip", "gzip, deflate, br, zstd": "br"}

Hostile = Callable[[str], bytes]


def header(*lines: str | bytes) -> Hostile:
    return lambda path: request(path, *lines)


def method(name: str, *lines: str, body: bytes = b"") -> Hostile:
    return lambda path: request(path, *lines, method=name, body=body)


def query(text: str) -> Hostile:
    return lambda path: request(f"{path}?{text}")


def target(make: Callable[[str], str | bytes]) -> Hostile:
    return lambda path: request(make(path))


def host(name: str | None, *lines: str) -> Hostile:
    return lambda path: request(path, *lines, host=name)


def body(sent: bytes, *lines: str) -> Hostile:
    return lambda path: request(path, f"Content-Length: {len(sent)}", *lines, body=sent)


def chunked(sent: bytes) -> Hostile:
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent), sent)
    return lambda path: request(path, "Transfer-Encoding: chunked", body=framed)


FORM = "Content-Type: application/x-www-form-urlencoded"

HOSTILE: dict[str, Hostile] = {
    # Who the reader says it is, where it says it comes from, and what it says it wants.
    "forwarded host": header("X-Forwarded-Host: evil.example"),
    "forwarded proto https": header("X-Forwarded-Proto: https"),
    "forwarded proto http": header("X-Forwarded-Proto: http"),
    "forwarded proto nonsense": header("X-Forwarded-Proto: javascript"),
    "forwarded proto twice": header("X-Forwarded-Proto: https", "X-Forwarded-Proto: http"),
    "forwarded port": header("X-Forwarded-Port: 1"),
    "forwarded prefix": header("X-Forwarded-Prefix: /evil"),
    "forwarded for": header("X-Forwarded-For: 127.0.0.1, 10.0.0.1"),
    "forwarded ssl": header("X-Forwarded-SSL: on", "X-Forwarded-Protocol: ssl"),
    "forwarded": header("Forwarded: for=127.0.0.1;host=evil.example;proto=https"),
    "forwarded server": header("X-Forwarded-Server: evil.example", "X-Host: evil.example"),
    "original url": header("X-Original-URL: /admin/"),
    "rewrite url": header("X-Rewrite-URL: /admin/"),
    "script name": header("SCRIPT_NAME: /2024"),
    "script name with dash": header("Script-Name: /evil"),
    "path info": header("PATH_INFO: /admin/", "Path-Info: /admin/"),
    "remote user": header("REMOTE_USER: editor", "Remote-User: editor"),
    "method override": header("X-HTTP-Method-Override: DELETE", "X-HTTP-Method: PUT"),
    "our own names": header("newsroom.dependencies: x", "Newsroom-Dependencies: x"),
    "real ip": header("X-Real-IP: 127.0.0.1", "True-Client-IP: ::1", "CF-Connecting-IP: 1.1.1.1"),
    "cdn": header("CDN-Loop: x", "CF-Visitor: {\"scheme\":\"http\"}", "Fastly-SSL: 1", "X-Varnish: 1"),
    "surrogate": header("Surrogate-Capability: x=\"ESI/1.0\"", "Surrogate-Control: no-store"),
    "accel": header("X-Accel-Redirect: /x", "X-Sendfile: /etc/passwd", "X-Accel-Expires: 9"),
    "via": header("Via: 1.0 evil.example"),
    "cookie": header("Cookie: newsroom_session=x; newsroom_csrf=y; newsroom_reader=later.2030-01-01"),
    "broken cookie": header("Cookie: =;=;a=\"\x7e; $Version=1; \xff"),
    "authorization": header("Authorization: Basic YWRtaW46YWRtaW4="),
    "range": header("Range: bytes=0-10"),
    "range with a name": header("Range: bytes=0-0,5-", "If-Range: \"x\""),
    "if match": header("If-Match: \"x\""),
    "if none match": header("If-None-Match: *"),
    "if modified since": header("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
    "if unmodified since": header("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
    "no cache": header("Cache-Control: no-cache, no-store, max-age=0", "Pragma: no-cache"),
    "only if cached": header("Cache-Control: only-if-cached"),
    "accept": header("Accept: application/json"),
    "accept language": header("Accept-Language: ru, ar;q=0.9"),
    "accept charset": header("Accept-Charset: koi8-r"),
    "zstd": header("Accept-Encoding: zstd"),
    "no brotli": header("Accept-Encoding: br;q=0, gzip;q=0"),
    "no identity": header("Accept-Encoding: identity;q=0, *;q=0"),
    "garbage encoding": header(b"Accept-Encoding: \xff,;q=,br;q=nan,=="),
    "huge encoding": header("Accept-Encoding: " + "x, " * 2_700),
    "encodings twice": header("Accept-Encoding: br", "Accept-Encoding: gzip;q=0"),
    "te": header("TE: trailers, deflate"),
    "upgrade": header("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"),
    "websocket": header("Upgrade: websocket", "Connection: Upgrade"),
    "connection": header("Connection: Host, close"),
    "expect": header("Expect: 100-continue"),
    "expect nonsense": header("Expect: the worst"),
    "origin": header("Origin: https://evil.example", "Referer: https://evil.example/"),
    "ajax": header("X-Requested-With: XMLHttpRequest", "HX-Request: true"),
    "purpose": header("Purpose: prefetch", "Sec-Purpose: prefetch", "Save-Data: on", "DNT: 1", "Sec-GPC: 1"),
    "user agent": header("User-Agent: Googlebot' OR 1=1 --<script>"),
    "many headers": header(*(f"X-{number}: {number}" for number in range(90))),
    "too many headers": header(*(f"X-{number}: {number}" for number in range(150))),
    "huge header": header("X-Huge: " + "x" * 8_300),
    "space before colon": header("X-Forwarded-Host : evil.example"),
    "folded header": header("X-A: 1\r\n X-Forwarded-Host: evil.example"),
    "nul in header": header("X-A: \x00"),
    "bare newline": header("X-A: 1\nX-Forwarded-Host: evil.example"),
    # Hosts.
    "another host": host("evil.example"),
    "two hosts": host(HOST, "Host: evil.example"),
    "two hosts, theirs first": host("evil.example", f"Host: {HOST}"),
    "no host": host(None),
    "empty host": host(""),
    "another port": host("127.0.0.1:1"),
    "port nonsense": host("127.0.0.1:evil.example"),
    "trailing dot": host("127.0.0.1."),
    "user in host": host(f"user@{HOST}"),
    "path in host": host(f"{HOST}/evil"),
    "two in one": host(f"{HOST}, evil.example"),
    "space in host": host(f"{HOST} evil.example"),
    "host of other letters": host("１２７.0.0.1".encode().decode("latin-1")),
    "huge host": host("127.0.0.1:" + "1" * 8_000),
    # Methods.
    "head": method("HEAD"),
    "options": method("OPTIONS"),
    "trace": method("TRACE"),
    "put": method("PUT", "Content-Length: 4", body=b"evil"),
    "delete": method("DELETE"),
    "patch": method("PATCH", "Content-Length: 4", body=b"evil"),
    "propfind": method("PROPFIND", "Depth: 1"),
    "purge": method("PURGE"),
    "post": method("POST", FORM, "Content-Length: 7", body=b"q=evil&"),
    "small letters": method("get"),
    "made up": method("EVIL"),
    "connect": method("CONNECT"),
    "old http": lambda path: request(path, version="HTTP/1.0"),
    "odd http": lambda path: request(path, version="HTTP/2.0"),
    "oldest http": lambda path: f"GET {path}\r\n".encode(),
    # Bodies where there should be none.
    "fat get": body(b"q=evil&before=x", FORM),
    "fat get with override": body(b"_method=DELETE&csrfmiddlewaretoken=x", FORM),
    "chunked get": chunked(b"q=evil"),
    "huge body": body(b"x" * 100_000),
    "two lengths": lambda path: request(path, "Content-Length: 0", "Content-Length: 4", body=b"evil"),
    "length and chunks": lambda path: request(
        path, "Content-Length: 6", "Transfer-Encoding: chunked", body=b"0\r\n\r\nX"
    ),
    "odd length": lambda path: request(path, "Content-Length: +4", body=b"evil"),
    "negative length": lambda path: request(path, "Content-Length: -1"),
    # Queries.
    "fbclid": query("fbclid=evil"),
    "utm": query("utm_source=evil&utm_medium=x&utm_campaign=y"),
    "override in query": query("_method=DELETE&format=json&callback=evil"),
    "declared elsewhere": query("q=evil&before=x&p=1"),
    "repeated": query("before=a&before=b"),
    "brackets": query("before[]=x&before[0]=y"),
    "semicolons": query("a=1;before=x"),
    "encoded name": query("%62efore=x"),
    "broken percents": query("%&%z&%%%=%"),
    "nul in query": query("before=%00"),
    "newlines in query": query("a=%0d%0aSet-Cookie:%20evil=1"),
    "broken letters in query": query("a=%ff%fe"),
    "four thousand characters": query("a=" + "x" * 3_900),
    "many fields": query("&".join(["a=1"] * 2_000)),
    "script in query": query("a=%3Cscript%3E"),
    # Paths.
    "absolute": target(lambda path: f"http://{HOST}{path}"),
    "absolute, elsewhere": target(lambda path: f"http://evil.example{path}"),
    "absolute, encrypted": target(lambda path: f"https://evil.example{path}?x"),
    "fragment": target(lambda path: f"{path}#evil"),
    "fragment before query": target(lambda path: f"{path}#?before=x"),
    "two slashes first": target(lambda path: f"/{path}"),
    "two slashes within": target(lambda path: path.replace("/05/", "//05/")),
    "no slash at the end": target(lambda path: path.rstrip("/")),
    "two slashes at the end": target(lambda path: f"{path}/"),
    "up": target(lambda path: f"/x/..{path}"),
    "up, encoded": target(lambda path: f"/x/%2e%2e{path}"),
    "slash, encoded": target(lambda path: path.replace("/05/", "%2f05%2F")),
    "backslash": target(lambda path: path.replace("/05/", "\\05\\")),
    "parameters in path": target(lambda path: f"{path};x=1"),
    "question mark in path": target(lambda path: f"{path}%3Fbefore=x"),
    "nul in path": target(lambda path: f"{path}%00"),
    "overlong letters": target(lambda path: path.replace("/", "%c0%af")),
    "letters in capitals": target(lambda path: path.upper()),
    "encoded letters": target(lambda path: path.replace("cold", "%63o%6Cd")),
    "encoded twice": target(lambda path: path.replace("cold", "%2563old")),
    "broken letters": target(lambda path: f"{path}%ff%fe/"),
    "raw letters": target(lambda path: path.encode() + b"\xd0\xbc"),
    "space in path": target(lambda path: f"{path} x"),
    "tab in path": target(lambda path: f"{path}\t"),
    "newline in path": target(lambda path: f"{path}%0d%0aX-Evil:1"),
    "no path": target(lambda path: "?" + path),
    "star": target(lambda path: "*"),
    "huge path": target(lambda path: path + "x" * 4_000),
}  # fmt: skip


def innocents(site: Served, path: str, text: str = "") -> None:
    """What they get is what a render of this moment would give them."""
    address = f"{path}?{text}" if text else path
    for accepted, encoding in ENCODINGS.items():
        expected = fresh(path, text, encoding)
        got = site.read(address, encoding=accepted)
        assert got == expected
        if not encoding:
            head = site.read(address, method="HEAD")
            assert head == expected._replace(body=b"")
        etag = expected.header("etag") or ""
        again = site.read(address, f"If-None-Match: {etag}", encoding=accepted)
        assert again.status == (304 if expected.status == 200 else expected.status)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_changes_nothing_for_the_next_reader(
    site: Served, written: WrittenPaper, name: str
) -> None:
    path = written.story()
    hostile = HOSTILE[name](path)
    for _ in ("cold", "warm"):
        got = site.ask(hostile, "HEAD" if hostile.startswith(b"HEAD") else "GET")
        innocents(site, path)
        if got is not None:
            _is_nobody_elses(got)
            assert got.status < 500 or got.status == 501


def _is_nobody_elses(got: Said) -> None:
    """Nothing that was made for one reader, and nothing of what was sent as code."""
    assert got.header("set-cookie") is None
    assert got.header("x-evil") is None
    assert b"evil.example" not in (got.header("location") or "").encode()
    assert b"<script>" not in got.body or b"evil" not in got.body


HOSTILE_TARGETS = [
    "//2024/03/05/x/", "/2024/03/05//x/", "/2024/03/05/%2e%2e/x/", "/..%2fadmin/", "/%2561dmin/",
    "/topics/rivers/%3Fbefore=x", "/topics/rivers/;x", "/topics/rivers%00/",
    "/topics/%c0%af/", "/topics/RIVERS/", "/topics/river%73/", "/topics/%72ivers/",
    "/topics/%D1%80%D0%B5%D0%BA%D0%B8/", "/topics/%d1%80%d0%b5%d0%ba%d0%b8/", "/topics/%ff/",
    "/%3Cscript%3Ealert(1)%3C/script%3E/", "/%0d%0aSet-Cookie:%20a=1/", "/x%0aX-Evil:1", "/%5c%5cevil.example/",
    "//evil.example/%2f..", "/%2fevil.example/", "/" + "x" * 4_000 + "/", "/favicon.ico", "/.env", "/wp-login.php",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE_TARGETS, ids=lambda text: text[:40])
def test_an_odd_address_is_one_page_of_its_own(site: Served, target: str) -> None:
    path = unquote_to_wsgi_str(target)
    for _ in ("cold", "warm"):
        got = site.read(target)
        assert got == fresh(path)
        assert got.status in {200, 301, 404}
        location = got.header("location") or "/"
        assert location.startswith("/") and not location.startswith(("//", "/\\"))
        _is_nobody_elses(got)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("q=river", "q=river"),
        ("fbclid=1&q=river&utm_source=x", "q=river"),
        ("%71=ri%76er", "q=river"),
        ("q=lake&q=river", "q=river"),
        ("q[]=x&q=river&;q=y", "q=river"),
        ("before=&q=river", "q=river"),
        ("q=%3Cscript%3E", "q=%3Cscript%3E"),
        ("q=%00", "q=%00"),
        ("q=%ff", "q=%EF%BF%BD"),
        ("q=" + "x" * 1_500, "q=" + "x" * 1_500),
        ("q=" + "x" * 3_900, ""),
        ("before=nonsense", "before=nonsense"),
        ("before=" + "9" * 30 + "&q=river", "before=" + "9" * 30 + "&q=river"),
    ],
    ids=lambda text: text[:30],
)
def test_a_search_is_the_page_of_its_words(
    site: Served, written: WrittenPaper, asked: str, read: str
) -> None:
    expected = fresh("/search/", read)
    assert expected.status in {200, 404}
    for _ in ("cold", "warm"):
        assert site.read(f"/search/?{asked}") == expected


def test_a_bare_address_is_the_front_page(site: Served) -> None:
    expected = fresh("/")
    for target in (f"http://{HOST}", f"http://{HOST}?x=1", "/?fbclid=1", "/"):
        assert site.read(target) == expected


def test_an_editors_page_is_nobody_elses(site: Served, written: WrittenPaper) -> None:
    cookies = f"Cookie: {settings.SESSION_COOKIE_NAME}={written.session}"
    for target in ("/admin/", "/admin/?x=1", "/admin/articles/article/"):
        hers = site.read(target, cookies)
        assert hers.status == 200 and b"editor" in hers.body
        for method in ("GET", "HEAD"):
            other = site.read(target, method=method)
            assert other.status == 302
            assert other.header("location") == f"/admin/login/?next={target.replace('?', '%3F').replace('=1', '%3D1')}"  # fmt: skip
    path = written.story()
    assert site.read(path, cookies) == fresh(path)


def test_a_readers_own_wish_is_nobody_elses(site: Served) -> None:
    plain = site.read("/support/reader.css")
    sent = request(
        "/support/later/", FORM, f"Origin: http://{HOST}", "Content-Length: 12",
        method="POST", body=b"action=close",
    )  # fmt: skip
    closed = site.ask(sent)
    assert closed is not None and closed.status == 204, closed
    cookie = (closed.header("set-cookie") or "").partition(";")[0]
    assert cookie
    wished = site.read("/support/reader.css", f"Cookie: {cookie}")
    assert wished.body and wished.body != plain.body
    assert site.read("/support/reader.css") == plain
    assert site.read("/", f"Cookie: {cookie}") == fresh("/")


# Two requests on one connection.
SMUGGLED = request("/admin/", "X-Smuggled: 1")


def two(line: Line, first: bytes, second: bytes) -> tuple[Said | None, Said | None]:
    line.send(first + second)
    return line.hear(), line.hear()


@pytest.mark.parametrize("is_warm", [False, True])
@pytest.mark.parametrize("make", [body(SMUGGLED), chunked(SMUGGLED)], ids=["length", "chunks"])
def test_what_stands_in_a_body_is_not_answered(
    site: Served, written: WrittenPaper, make: Hostile, is_warm: bool
) -> None:
    path, other = written.story(), written.story()
    if is_warm:
        innocents(site, path)
    with site.line() as line:
        first, second = two(line, make(path), request(other, "Connection: close"))
        assert first == fresh(path)
        assert second == fresh(other)
        assert line.hear() is None


@pytest.mark.parametrize("is_warm", [False, True])
@pytest.mark.parametrize("target", ["", "/admin/", "/healthz", "/nothing/here/"])
def test_what_belongs_to_a_body_is_no_request(
    site: Served, written: WrittenPaper, target: str, is_warm: bool
) -> None:
    """The other way round: who says that a body follows, and sends a request, sent a body."""
    path = written.story()
    if is_warm:
        innocents(site, path)
    with site.line() as line:
        second = request(path, "Connection: close")
        line.send(request(target or path, f"Content-Length: {len(second)}", body=second))
        first = line.hear()
        assert first is not None
        # A third one, behind the body, is the second that is answered.
        line.send(request("/healthz", "Connection: close"))
        third = line.hear()
        assert third is not None and third.body == b"ok\n"
        assert line.hear() is None
    innocents(site, path)


def test_a_body_that_goes_on_and_on_ends_the_connection(
    site: Served, written: WrittenPaper
) -> None:
    path = written.story()
    with site.line() as line:
        line.send(request(path, "Content-Length: 10000000", body=b"x" * 200_000))
        assert line.hear() == fresh(path)
        line.send(request("/healthz"))
        assert line.hear() is None


def test_nothing_private_was_kept(site: Served) -> None:
    """At the end of all this: only reader pages were ever rendered to be kept."""
    addresses = {address for _, address in site.renders()}
    private = ("/admin/", "/support/", "/preview/", "/healthz", "/readyz", "/static/", "/media/")
    assert addresses
    assert not [each for each in addresses if each.startswith(private)]
    assert json.dumps(site.memory())
