"""What stands in a page is allowed there by the policy that comes with the page, nothing else is."""

import base64
import hashlib
import re

import pytest
from django.test import Client

from articles.views.errors import server_error
from newsroom.inline import allow_inline
from newsroom.models import Paper

INLINE = re.compile(r"<(style|script)(?: type=\"module\")?>(.*?)</\1>", re.DOTALL)


def hashes(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        found[kind].append(f"'sha256-{digest}'")
    return found


def allowed(policy: str, directive: str) -> list[str]:
    (sources,) = (each.split()[1:] for each in policy.split("; ") if each.startswith(directive))
    return sources


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/archive/", "/search/", "/support/", "/no/such/page/"])
def test_a_page_is_allowed_what_stands_in_it_and_no_more(client: Client, address: str) -> None:
    response = client.get(address)
    found = hashes(response.content.decode())
    policy = response["Content-Security-Policy"]
    assert len(found["style"]) == 1
    assert allowed(policy, "style-src") == ["'self'", *found["style"]]
    assert sorted(allowed(policy, "script-src")) == sorted(["'self'", *found["script"]])


@pytest.mark.django_db
def test_the_papers_colours_stand_in_the_page(client: Client) -> None:
    before = client.get("/")
    Paper(accent_colour="#123456", accent_colour_dark="#abcdef").save()
    after = client.get("/")
    assert ":root{--accent:#123456;--accent-dark:#abcdef}</style>" in after.content.decode()
    assert "paper" in after["Surrogate-Key"].split()
    assert hashes(before.content.decode())["style"] != hashes(after.content.decode())["style"]


def test_an_error_is_styled_without_a_database(rf: object) -> None:
    """No `db` here: a query would fail the test."""
    answer = allow_inline(server_error)(rf.get("/"))  # type: ignore[attr-defined]
    html = answer.content.decode()
    assert answer.status_code == 500
    assert "--paper:#fbf9f4" in html
    assert answer._csp_update["style-src"] == hashes(html)["style"]  # type: ignore[attr-defined]
