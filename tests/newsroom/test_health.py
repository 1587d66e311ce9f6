"""Two probes that tell the truth."""

from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client


def test_the_process_answers_without_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_means_migrated(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ({"side_effect": OperationalError}, b"does not answer"),
        ({"return_value": ["a migration"]}, b"migrations are waiting"),
    ],
)
def test_not_ready_says_why(trouble: dict[str, Any], says: bytes, client: Client) -> None:
    with mock.patch("newsroom.health.MigrationExecutor.migration_plan", **trouble):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert says in response.content
