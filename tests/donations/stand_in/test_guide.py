"""docs/stripe-stand-in.md says what is so: its examples run, and its tables are complete."""

import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from donations.stripe_stand_in import API_VERSION, acts, bank_debits, cards
from donations.stripe_stand_in.__main__ import arguments
from donations.stripe_stand_in.control import ACTS
from donations.stripe_stand_in.delivery_switches import Switches
from donations.stripe_stand_in.happenings import HAPPENINGS
from donations.stripe_stand_in.misbehaviour import KINDS
from donations.stripe_stand_in.resources import ROUTES
from tests.donations.stand_in.conftest import Answer, Bench, ask

GUIDE = (Path(__file__).parents[3] / "docs" / "stripe-stand-in.md").read_text()
ADDRESS = "http://127.0.0.1:12111"
EXAMPLES = [line for line in GUIDE.splitlines() if line.startswith("curl ")]


def table(after: str) -> list[list[str]]:
    """The cells of the first table below a line that begins so."""
    text = GUIDE[GUIDE.index(f"\n{after}") :]
    rows = re.search(r"^\|.*?\n(?=[^|]|\Z)", text, re.DOTALL | re.MULTILINE)
    assert rows
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]
    ]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def write(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_the_table_of_routes_is_complete() -> None:
    methods: dict[str, list[str]] = {}
    for route in ROUTES:
        methods.setdefault(route.path, []).append(route.method)
    order = ("GET", "POST", "DELETE")
    true = [
        [f"`{path}`", ", ".join(sorted(each, key=order.index))]
        for path, each in sorted(methods.items())
    ]
    assert table("<!-- routes -->") == true, f"It should be:\n{write(true)}"


def test_the_table_of_happenings_is_complete() -> None:
    true = []
    for name, happening in HAPPENINGS.items():
        act = acts.declared(name, happening)
        subjects = " or ".join(f"`{one}`" for one in act.subjects) or "the account"
        fields = ", ".join(f"`{one}` {remark}".strip() for one, remark in act.fields)
        true.append([f"`{name}`", subjects, fields, act.hint])
    assert table("<!-- happenings -->") == true, f"It should be:\n{write(true)}"


def test_every_order_switch_and_fault_is_explained() -> None:
    assert sorted(names(row[0])[0] for row in table("## Order it about")) == sorted(ACTS)
    switches = table("### Events that go wrong")
    assert [names(row[0])[0] for row in switches] == list(Switches.__dataclass_fields__)
    for row in switches:
        default = getattr(Switches(), names(row[0])[0])
        off = "empty" if default == "" else f"`{int(default) if default in (0, 1) else default}`"
        assert off in row[1], row
    assert [names(row[0])[0] for row in table("### Requests that go wrong")] == list(KINDS)


def test_every_option_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("sys.argv", ["stand-in", "--help"])
        arguments()
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {names(row[0])[0].split()[0] for row in table("## Start it")} == options


def test_the_version_is_the_one_it_speaks() -> None:
    assert f"`{API_VERSION}`" in GUIDE


def test_every_card_is_listed_and_does_what_is_said(own: Bench) -> None:
    source = inspect.getsource(cards)
    listed = {names(row[0])[0].replace(" ", ""): row[1] for row in table("## Test cards")}
    assert set(listed) == set(re.findall(r'"(\d{16})"', source))
    own.freeze()
    for number, said in listed.items():
        session = own.session("subscription")
        answer = ask(f"{own.url}/_stand_in/pay", {"session": session.id, "card_number": number})
        pays = said.startswith(("pays", "asks", "the same", "its refunds"))
        assert answer.status == (200 if pays else 402), (number, said, answer.text)
        if "renewal" in said:
            own.advance(days=32)
            subscription = answer.json["subscription"]
            assert own.client.v1.subscriptions.retrieve(subscription).status == "past_due"
    accounts = {names(row[0])[0] for row in table("| Bank account")}
    assert accounts == {*bank_debits.SUCCEEDS.values(), *bank_debits.FAILS.values()}


def debit(bench: Bench) -> str:
    session = bench.session()
    bench.control("pay", session=session.id, method="bank_debit")
    return str(bench.client.v1.payment_intents.list().data[0].id)


def waiting_invoice(bench: Bench) -> str:
    bench.paid("subscription", card_number="4000002760003184")
    bench.advance(days=32)
    return str(bench.client.v1.invoices.list({"status": "open"}).data[0].id)


def refund(bench: Bench, card_number: str = "4242424242424242") -> str:
    intent = bench.paid(card_number=card_number).payment_intent
    return str(bench.client.v1.refunds.create({"payment_intent": intent}).id)


def dispute(bench: Bench, status: str = "needs_response") -> str:
    intent = bench.paid().payment_intent
    return str(bench.control("dispute", payment_intent=intent, status=status)["id"])


# What the examples speak of.
MADE: dict[str, Callable[[Bench], Any]] = {
    "SESSION": lambda bench: bench.session().id,
    "SUBSCRIPTION": lambda bench: bench.paid("subscription").subscription,
    "PAYMENT_INTENT": lambda bench: bench.paid().payment_intent,
    "DISPUTE": dispute,
    "INQUIRY": lambda bench: dispute(bench, "warning_needs_response"),
    "REFUND": refund,
    "PENDING_REFUND": lambda bench: refund(bench, cards.REFUND_TAKES_TIME),
    "DEBIT": debit,
    "WAITING_INVOICE": waiting_invoice,
    "EVENT": lambda bench: (bench.product(), bench.events()[-1].id)[1],
    "OTHER_EVENT": lambda bench: (bench.product(), bench.events()[-1].id)[1],
}


def run(bench: Bench, words: list[str]) -> Answer:
    """What curl would do."""
    method, url, key = None, "", ""
    form: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        match word:
            case "curl":
                pass
            case "-d":
                name, _, value = next(rest).partition("=")
                form |= {name: value} if name else {"": ""}
            case "-u":
                key = next(rest).removesuffix(":")
            case "-X":
                method = next(rest)
            case _:
                url = word
    assert url.startswith(ADDRESS), url
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    form.pop("", None)
    posts = "-d" in words
    return ask(
        url.replace(ADDRESS, bench.url), form if posts else None, method=method, headers=sent
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_runs(own: Bench, example: str) -> None:
    command = example.partition(" #")[0]
    own.freeze()
    for name in sorted(set(re.findall(r"\$(\w+)", command)), key=len, reverse=True):
        command = command.replace(f"${name}", MADE[name](own))
    answer = run(own, shlex.split(command))
    assert answer.status == 200, answer.text


def test_every_order_and_happening_has_an_example() -> None:
    shown = {name for line in EXAMPLES for name in re.findall(r"/_stand_in/(\w+)", line)}
    assert {*ACTS, *HAPPENINGS, "requests"} == shown
    switches = {
        name
        for line in EXAMPLES
        if "/deliveries" in line
        for name in re.findall(r"-d (\w+)=", line)
    }
    assert {*Switches.__dataclass_fields__} - switches <= {"drop_next", "concurrency"}


def test_what_it_points_to_is_there() -> None:
    root = Path(__file__).parents[3]
    for path in re.findall(r"`((?:tests|donations|newsroom)/[\w./]+)`", GUIDE):
        assert (root / path).exists(), path
    headings = {
        re.sub(r"[^a-z -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in GUIDE.splitlines()
        if line.startswith("#")
    }
    for spot in re.findall(r"\]\(#([\w-]+)\)", GUIDE):
        assert spot in headings, spot
