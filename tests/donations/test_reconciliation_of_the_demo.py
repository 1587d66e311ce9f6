"""The demo's history was lived through at the stand-in: the first comparison finds nothing."""

import pytest

from donations import demo
from donations.models import Reconciliation
from newsroom.models import OutgoingMail
from tests.conftest import StandIn
from tests.donations.reconciling import ours, reconcile


@pytest.mark.django_db
def test_the_demo_begins_without_differences(stand_in: StandIn) -> None:
    demo.seed()
    before, mails = ours(), OutgoingMail.objects.count()
    said = reconcile()
    assert ": no differences." in said, said
    assert Reconciliation.objects.get().compared > 100
    assert ours() == before
    assert OutgoingMail.objects.count() == mails
