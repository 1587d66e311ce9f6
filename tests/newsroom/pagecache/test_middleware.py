"""What is said to the caches between us and the reader."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.timezone import now

from newsroom.pagecache import depends_on, fresh_until
from newsroom.pagecache.middleware import page_headers


def answered(*keys: str, left: float | None = None, path: str = "/", **how: Any) -> HttpResponse:
    def view(request: object) -> HttpResponse:
        depends_on(*keys)
        if left is not None:
            fresh_until(now() + timedelta(seconds=left))
        return HttpResponse(**how)

    return page_headers(view)(RequestFactory().get(path))


def test_keys_in_all_alphabets_fit_into_a_header() -> None:
    said = answered("topic:реки", "article:1", "section:a-b_c", "archive:2024-03")["Surrogate-Key"]
    assert said == "archive:2024-03 article:1 section:a-b_c topic:%D1%80%D0%B5%D0%BA%D0%B8"


@pytest.mark.parametrize("left", [0, 1, 30, 60, 90, 119, 121, 5_000])
def test_no_cache_repeats_a_page_beyond_what_is_due(left: int) -> None:
    parts = [
        part.strip().partition("=") for part in answered(left=left)["Cache-Control"].split(",")
    ]
    seconds = {name: int(value) for name, _, value in parts if value}
    for kept in ("max-age", "s-maxage"):
        assert seconds[kept] + seconds["stale-while-revalidate"] <= left


@pytest.mark.parametrize(
    "how", [{"status": 500}, {"status": 302}, {"status": 400}, {"path": "/admin/x/"}]
)
def test_what_is_not_for_everybody_says_nothing(how: dict[str, Any]) -> None:
    response = answered("front", **how)
    assert not response.has_header("Surrogate-Key")
    assert "public" not in response.get("Cache-Control", "")
