"""Whatever it is sent, the stand-in answers as Stripe would, and never breaks."""

import json
from urllib.parse import quote, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from donations.stripe_stand_in.resources import ROUTES
from donations.stripe_stand_in.resources.route import Route
from tests.donations.stand_in.conftest import Bench, ask

NAMES = sorted({name for route in ROUTES for name in route.parameters.fields})
inner = st.sampled_from(["", "0", "1", "price_data", "currency", "product", "metadata", "gte", "é"])
keys = st.builds(
    lambda name, within: name + "".join(f"[{one}]" for one in within),
    st.sampled_from(NAMES) | st.text(max_size=5),
    st.lists(inner, max_size=4),
)
values = st.sampled_from(
    ["", "0", "-1", "500", "1e9", "9" * 30, "true", "usd", "payment", "subscription", "\x00", "💥",
     "x" * 6_000, "https://example.com/", "a@example.com", "cus_1", "month", "*"]
) | st.text(max_size=20)  # fmt: skip


def test_no_request_breaks_it(bench: Bench) -> None:
    @settings(max_examples=200, deadline=None, database=None)
    @given(
        st.sampled_from(ROUTES),
        st.dictionaries(keys, values, max_size=6),
        st.text(min_size=1, max_size=10),
    )
    def send(route: Route, form: dict[str, str], identifier: str) -> None:
        path = route.path.replace("{id}", quote(identifier, safe=""))
        if route.method == "POST":
            answer = bench.raw("POST", path, form)
        else:
            answer = bench.raw(route.method, f"{path}?{urlencode(form)}")
        assert answer.status in (200, 400, 404), answer.text
        assert ("error" in json.loads(answer.text)) is (answer.status != 200)

    send()


def test_no_form_breaks_the_page(bench: Bench) -> None:
    session = bench.session()

    @settings(max_examples=40, deadline=None, database=None)
    @given(
        st.dictionaries(st.sampled_from(["action", "email", "name", "card_number"]), values),
        st.sampled_from(["pay", "decline", "authenticate", "complete", "fail", "leave"]),
    )
    def press(form: dict[str, str], action: str) -> None:
        answer = ask(session.url, {"action": action, **form})
        assert answer.status in (200, 303, 400, 402), answer.text

    press()
