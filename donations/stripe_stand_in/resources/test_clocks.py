"""/v1/test_helpers/test_clocks: the account's one clock, by Stripe's name for it.

At Stripe a test clock is the time of the customers that were made with it, and advancing takes a
while. Here there is one clock for everything (that of /_stand_in/clock, too), an advance is over
when it is answered, and deleting the clock keeps the customers and lets the time run on.
"""

from donations.stripe_stand_in import passing_time
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.account import test_clock
from donations.stripe_stand_in.parameters import EXPAND, ONLY_EXPAND, Hash, Integer, Text, listing
from donations.stripe_stand_in.resources.route import Route, list_route, need
from donations.stripe_stand_in.sandbox import Sandbox

PATH, KIND = "/v1/test_helpers/test_clocks", "test_helpers.test_clock"
CREATE = Hash(
    {"expand": EXPAND, "frozen_time": Integer(0), "name": Text(300)}, required=("frozen_time",)
)
ADVANCE = Hash({"expand": EXPAND, "frozen_time": Integer(0)}, required=("frozen_time",))


def create(sandbox: Sandbox, given: Json) -> Json:
    if sandbox.store.find(KIND, limit=1):
        raise refused("The stand-in has one clock for everything: delete the other one first.")
    sandbox.freeze(given["frozen_time"])
    made = test_clock(sandbox.new_id("clock_1"), sandbox.now(), given.get("name"))
    sandbox.store.put(made)
    sandbox.emit("test_helpers.test_clock.created", made)
    return made


def retrieve(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    return _as_it_stands(sandbox, need(sandbox, KIND, identifier, "test clock"))


def advance(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    clock = retrieve(sandbox, {}, identifier)
    until, frozen = given["frozen_time"], sandbox.frozen_at
    if frozen is None or until <= frozen:
        raise refused("A test clock only moves on: `frozen_time` must be later.", "frozen_time")
    moving = {"advancing": {"target_frozen_time": until}}
    sandbox.update(clock, status="advancing", status_details=moving)
    sandbox.emit("test_helpers.test_clock.advancing", clock)
    passing_time.catch_up(sandbox, until)
    sandbox.freeze(until)
    sandbox.update(clock, frozen_time=until, status="ready", status_details={"advancing": None})
    sandbox.emit("test_helpers.test_clock.ready", clock)
    return clock


def delete(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    clock = retrieve(sandbox, {}, identifier)
    sandbox.emit("test_helpers.test_clock.deleted", clock)
    sandbox.store.delete(identifier)
    sandbox.freeze(None)
    return {"id": identifier, "object": KIND, "deleted": True}


def clocks(sandbox: Sandbox, given: Json) -> Json:
    listed = _LIST.handle(sandbox, given)
    return listed | {"data": [_as_it_stands(sandbox, clock) for clock in listed["data"]]}


def _as_it_stands(sandbox: Sandbox, clock: Json) -> Json:
    return clock | {"frozen_time": sandbox.now()}


_LIST = list_route(PATH, KIND, listing())
ROUTES = [
    Route("POST", PATH, CREATE, create),
    Route("GET", PATH, _LIST.parameters, clocks),
    Route("GET", f"{PATH}/{{id}}", ONLY_EXPAND, retrieve),
    Route("POST", f"{PATH}/{{id}}/advance", ADVANCE, advance),
    Route("DELETE", f"{PATH}/{{id}}", Hash({}), delete),
]
