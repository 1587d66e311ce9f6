"""The support page: the same for everybody, whole without script."""

from datetime import timedelta
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries, Settings

from donations.models import SupportIntent
from newsroom.models import Paper
from tests.donations.factories import CampaignFactory

pytestmark = pytest.mark.django_db


def read(client: Client, address: str = "/support/") -> Element:
    response = client.get(address)
    assert response.status_code == 200
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found: Element = parser.parse(response.content.decode())
    return found


def fields(page: Element, name: str) -> list[Element]:
    return [each for each in page.iter() if each.get("name") == name]


def ticked(page: Element, name: str) -> list[str | None]:
    return [each.get("value") for each in fields(page, name) if each.get("checked") is not None]


def test_a_campaign_names_the_amounts_and_what_they_do(client: Client) -> None:
    CampaignFactory(monthly_amounts=[2_00, 7_50, 20_00], suggested_position=1, purpose="For ink.")
    page = read(client)
    assert [each.get("value") for each in fields(page, "every")] == ["month", "year", "once"]
    assert [each.get("value") for each in fields(page, "amount_month")] == ["2", "7.50", "20"]
    assert ticked(page, "every") == ["month"]
    assert ticked(page, "amount_month") == ["7.50"]
    assert ticked(page, "amount_once") == ["20"]
    assert "For ink." in "".join(page.itertext())


def test_without_a_campaign_there_are_amounts_all_the_same(client: Client) -> None:
    CampaignFactory(is_paused=True, purpose="Over.")
    page = read(client)
    assert [each.get("value") for each in fields(page, "amount_month")] == ["2", "5", "10", "25"]
    assert "Over." not in "".join(page.itertext())


def test_a_frequency_without_amounts_is_not_offered(client: Client) -> None:
    CampaignFactory(yearly_amounts=[])
    page = read(client)
    assert [each.get("value") for each in fields(page, "every")] == ["month", "once"]
    assert ticked(read(client, "/support/?every=year"), "every") == ["month"]


def test_each_amount_is_written_in_each_currency(client: Client, settings: Settings) -> None:
    settings.CURRENCIES = ["eur", "usd", "jpy"]
    CampaignFactory(currency="usd", monthly_amounts=[5_00], suggested_position=0)
    page = read(client)
    options = list(page.iter("option"))
    # The campaign's own comes first, for those whom no script moves to theirs.
    assert [each.get("value") for each in options] == ["usd", "eur", "jpy"]
    label = next(each for each in page.iter("label") if each.find("input[@name='amount_month']") is not None)  # fmt: skip
    assert [each.text for each in label.iter("bdi")] == ["$5", "€5", "¥500", "5"]


@pytest.mark.parametrize(
    ("query", "every", "chosen", "typed", "currency"),
    [
        ("", "month", "5", "", "usd"),
        ("?every=once&amount=50", "once", "50", "", "usd"),
        ("?every=month&amount=10.00", "month", "10", "", "usd"),
        ("?every=month&amount=33", "month", None, "33", "usd"),
        ("?every=month&amount=5&currency=EUR", "month", "5", "", "eur"),
        ("?every=weekly&amount=10&currency=xxx", "month", "10", "", "usd"),
        ("?every=month&amount=ten", "month", None, "ten", "usd"),
        ("?amount=%22%3E%3Cscript%3E", "month", None, '"><script>', "usd"),
        ("?amount=" + "9" * 500, "month", None, "9" * 40, "usd"),
        ("?amount=33%00%0a", "month", None, "33", "usd"),
    ],
)
def test_an_address_fills_the_form(
    client: Client, query: str, every: str, chosen: str | None, typed: str, currency: str
) -> None:
    CampaignFactory()
    page = read(client, f"/support/{query}")
    assert ticked(page, "every") == [every]
    assert ticked(page, f"amount_{every}") == ([chosen] if chosen else [])
    assert fields(page, "amount")[0].get("value") == typed
    (selected,) = [each for each in page.iter("option") if each.get("selected") is not None]
    assert selected.get("value") == currency
    assert not SupportIntent.objects.exists()


def test_everybody_gets_the_same_page_and_no_cookie(client: Client) -> None:
    CampaignFactory()
    plain = client.get("/support/")
    assert not plain.cookies
    assert plain["Cache-Control"].startswith("public")
    assert "support" in plain["Surrogate-Key"].split()
    for name in ("newsroom_reader", "newsroom_checkout", "sessionid"):
        client.cookies[name] = "anything"
    other = client.get("/support/?fbclid=1&utm_source=x", headers={"Accept-Language": "de"})
    assert other.content == plain.content


def test_the_page_is_true_until_the_campaign_changes(client: Client) -> None:
    CampaignFactory(ends_at=now() + timedelta(seconds=30))
    ages = client.get("/support/")["Cache-Control"]
    assert any(f"max-age={seconds}," in ages for seconds in (28, 29, 30))


def test_payment_methods_are_those_of_the_settings(client: Client, settings: Settings) -> None:
    settings.PAYMENT_METHODS_SHOWN = ["paypal", "card", "unheard_of"]
    page = read(client)
    (methods,) = [each for each in page.iter("ul") if each.get("class") == "methods"]
    assert ["".join(each.itertext()).strip() for each in methods] == ["PayPal", "Card"]
    assert all(each[0].tag.endswith("svg") for each in methods)


def test_the_page_reads_from_the_right(client: Client) -> None:
    Paper(name="الجريدة", language="ar").save()
    page = read(client)
    assert page.get("dir") == "rtl"


def test_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    CampaignFactory()
    with django_assert_max_num_queries(8):
        client.get("/support/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)("/support/").status_code == 405
