"""What a page may load is said in the same words by every process."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/admin/login/", "/nothing/here/"])
def test_the_policy_has_one_order(client: Client, address: str) -> None:
    directives = client.get(address)["Content-Security-Policy"].split("; ")
    assert len(directives) > 5
    assert directives == sorted(directives)
