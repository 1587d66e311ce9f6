"""A form of ours is accepted without a token; one that another site sends is not."""

import pytest
from django.conf import settings
from django.test import RequestFactory

from newsroom.origin import is_ours

SITE = "https://paper.example"
MIRROR = "https://mirror.example"


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": SITE}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://[evil"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": MIRROR}, True),
        ({"Origin": SITE}, True),
        ({}, True),  # a browser from before either header
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        (
            {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.paper.example"},
            False,
        ),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": SITE + ".evil.example"}, False),
        ({"Origin": ""}, False),
    ],
)
def test_which_posts_are_ours(
    headers: dict[str, str],
    accepted: bool,
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "SITE_URL", SITE)
    monkeypatch.setattr(settings, "MIRROR_ORIGINS", [MIRROR])
    assert is_ours(rf.post("/support/later/", headers=headers)) is accepted
