"""The desk reads what a comparison found, and changes nothing of it."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from donations.models import Difference, Reconciliation

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    user = User.objects.create_user("fundraiser", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="Fundraisers"))
    client.force_login(user)
    return client


@pytest.fixture
def run() -> Reconciliation:
    made = Reconciliation.objects.create(
        started_at=now(), finished_at=now(), livemode=False, compared=1_234
    )
    Difference.objects.create(
        reconciliation=made, thing="payment", stripe_id="pi_1", what="missing here",
        stripes="20 USD", repaired_at=now(),
    )  # fmt: skip
    Difference.objects.create(
        reconciliation=made, thing="customer", stripe_id="cus_1", what="address"
    )
    return made


def address(view: str, *ids: int) -> str:
    return reverse(f"admin:donations_{view}", args=ids)


def test_the_list_has_how_many_differed_and_how_many_remain(
    desk: Client, run: Reconciliation
) -> None:
    page = desk.get(address("reconciliation_changelist")).content.decode()
    assert (
        f'<a href="/admin/donations/difference/?reconciliation__id__exact={run.pk}">2</a>' in page
    )
    assert '<td class="field-left">1</td>' in page


def test_its_page_has_the_lines_with_what_remains_first(desk: Client, run: Reconciliation) -> None:
    page = desk.get(address("reconciliation_change", run.pk)).content.decode()
    remains = page.index("customer cus_1: address: REMAINS")
    assert remains < page.index("payment pi_1: missing here, at Stripe 20 USD: repaired")


def test_a_night_without_differences_says_so(desk: Client) -> None:
    quiet = Reconciliation.objects.create(started_at=now(), finished_at=now(), livemode=False)
    page = desk.get(address("reconciliation_change", quiet.pk)).content.decode()
    assert "our books and Stripe’s were equal" in page


def test_all_differences_of_one_are_listed(desk: Client, run: Reconciliation) -> None:
    other = Reconciliation.objects.create(started_at=now(), livemode=False)
    Difference.objects.create(reconciliation=other, thing="refund", stripe_id="re_9", what="amount")
    listed = address("difference_changelist")
    page = desk.get(listed, {"reconciliation__id__exact": run.pk}).content.decode()
    assert "pi_1" in page and "cus_1" in page and "re_9" not in page
    found = desk.get(listed, {"q": "re_9"}).content.decode()
    assert "re_9" in found and "pi_1" not in found


@pytest.mark.parametrize("model", ["reconciliation", "difference"])
def test_nothing_can_be_added_changed_or_deleted(
    model: str, desk: Client, run: Reconciliation
) -> None:
    row = run if model == "reconciliation" else run.differences.get(thing="payment")
    assert desk.get(address(f"{model}_add")).status_code == 403
    assert desk.post(address(f"{model}_change", row.pk), {"compared": 1}).status_code == 403
    assert desk.post(address(f"{model}_delete", row.pk), {"post": "yes"}).status_code == 403
    assert desk.get(address(f"{model}_change", row.pk)).status_code == 200
