"""Nothing there, nothing to ask, everything broken: each answered with a page."""

from unittest.mock import patch

import pytest
from django.db import DataError, OperationalError
from django.test import Client

from articles.models import Redirect
from newsroom.models import Paper
from tests.articles.factories import ArticleFactory


@pytest.mark.django_db
def test_what_is_not_found_offers_the_latest_stories(client: Client) -> None:
    article = ArticleFactory(published=True)
    ArticleFactory()
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert response.context["latest"] == [article]
    assert response.context["page"].kind == "error"
    assert {"front", "redirects"} <= set(response["Surrogate-Key"].split())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/%00/", "/a%00b/c/", "/%ff%fe/", "/" + "x" * 3000 + "/"])
def test_hostile_addresses_are_only_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/media/missing.jpg", "/static/missing.css"])
def test_a_missing_file_costs_no_query(
    client: Client, path: str, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "text/plain"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("gone"), 503), (DataError("odd"), 404)]
)
def test_nothing_is_said_to_be_missing_while_nobody_can_look(
    client: Client, error: Exception, status: int
) -> None:
    with patch.object(Redirect.objects, "filter", side_effect=error):
        response = client.get("/no/such/page/")
    assert response.status_code == status
    assert b"gone" not in response.content
    assert ("no-store" in response["Cache-Control"]) == (status == 503)


def test_a_failure_is_answered_without_the_database() -> None:
    """Without the database mark, any query here fails the test."""
    client = Client(raise_request_exception=False)
    with patch.object(Paper, "load", side_effect=OperationalError("gone")):
        response = client.get("/")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert response["Cache-Control"] == "private, no-store"
    assert b"gone" not in response.content
    assert "Surrogate-Key" not in response


def test_a_broken_error_page_still_answers() -> None:
    client = Client(raise_request_exception=False)
    with (
        patch.object(Paper, "load", side_effect=OperationalError("gone")),
        patch("articles.views.errors.render_to_string", side_effect=ValueError("no file")),
    ):
        response = client.get("/")
    assert response.status_code == 503
    assert b"Something went wrong." in response.content
