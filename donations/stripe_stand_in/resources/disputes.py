"""/v1/disputes and /v1/radar/early_fraud_warnings"""

from donations.stripe_stand_in import disputing
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.disputes import EVIDENCE
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
    Boolean,
    Hash,
    Moment,
    Text,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import Route, equals, list_route, need, retrieve
from donations.stripe_stand_in.sandbox import Sandbox

UPDATE = Hash(
    {
        "evidence": Hash({name: Text(150_000, clearable=True) for name in EVIDENCE}),
        "expand": EXPAND,
        "metadata": METADATA,
        "submit": Boolean(),
    }
)
_BY_PAYMENT = {"charge": equals("charge"), "payment_intent": equals("payment_intent")}


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    dispute = need(sandbox, "dispute", identifier)
    if "metadata" in given:
        metadata = merge_metadata(dispute["metadata"], given["metadata"])
        sandbox.update(dispute, "charge.dispute.updated", metadata=metadata)
    if given.get("evidence") or given.get("submit"):
        submit = given.get("submit", True)
        disputing.answer(sandbox, dispute, given.get("evidence", {}), submit=submit)
    return dispute


def close(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    """The paper accepts that the money is gone."""
    dispute = need(sandbox, "dispute", identifier)
    if dispute["status"] in disputing.INQUIRY:
        return disputing.close_inquiry(sandbox, dispute)
    if dispute["status"] not in disputing.OPEN:
        raise refused("This dispute is already closed.")
    return disputing.lose(sandbox, dispute)


ROUTES = [
    retrieve("/v1/disputes", "dispute"),
    Route("POST", "/v1/disputes/{id}", UPDATE, update),
    Route("POST", "/v1/disputes/{id}/close", ONLY_EXPAND, close),
    list_route(
        "/v1/disputes",
        "dispute",
        listing(charge=Text(), created=Moment(), payment_intent=Text()),
        _BY_PAYMENT,
    ),
    retrieve("/v1/radar/early_fraud_warnings", "radar.early_fraud_warning", "early fraud warning"),
    list_route(
        "/v1/radar/early_fraud_warnings",
        "radar.early_fraud_warning",
        listing(charge=Text(), created=Moment(), payment_intent=Text()),
        _BY_PAYMENT,
    ),
]
