"""What people type as an amount, and how an amount is written for them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from donations import money
from donations.money import AmountError, parse_amount

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("5", "usd", 500),
        (" 5 ", "usd", 500),
        ("5.50", "usd", 550),
        ("5,50", "eur", 550),
        ("5.5", "usd", 550),
        ("5.", "usd", 500),
        ("5.5000", "usd", 550),
        ("$5", "usd", 500),
        (f"5{NBSP}€", "eur", 500),
        ("USD 5", "usd", 500),
        ("007", "usd", 700),
        ("1000", "usd", 1_000_00),
        ("1 000", "usd", 1_000_00),
        (f"1{NBSP}000,50", "eur", 1_000_50),
        ("1,000.50", "usd", 1_000_50),
        ("1.000,50", "eur", 1_000_50),
        ("1'000.50", "chf", 1_000_50),
        ("١٢٫٥٠", "usd", 1_250),
        ("۱۲", "eur", 1_200),
        ("\u200f٥\u200e", "usd", 500),
        ("10000", "usd", 10_000_00),
        ("500", "jpy", 500),
        ("1.500", "kwd", 1_500),
        ("500", "isk", 500_00),
    ],
)
def test_amounts_that_people_type(typed: str, currency: str, minor: int) -> None:
    assert parse_amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "usd"),
        (" \t", "usd"),
        ("0", "usd"),
        ("-1", "usd"),
        ("\N{MINUS SIGN}5", "usd"),
        ("1.99", "usd"),
        ("1.005", "usd"),
        ("5.001", "usd"),
        ("1,000", "usd"),  # a thousand, or one and nothing? we don't guess with money
        ("ten", "usd"),
        ("nan", "usd"),
        ("inf", "usd"),
        ("1e12", "usd"),
        ("10^12", "usd"),
        ("1000000000000", "usd"),
        ("10000.01", "usd"),
        ("9" * 5_000, "usd"),
        ("0x10", "usd"),
        ("5€", "usd"),
        ("5 5", "usd"),
        ("1 00", "usd"),
        ("1000 000", "usd"),
        ("1.2.3", "usd"),
        (".", "usd"),
        (",", "usd"),
        ("--5", "usd"),
        ("5-", "usd"),
        ("5\x00", "usd"),
        ("²", "usd"),
        ("Ⅻ", "usd"),
        ("5; DROP TABLE", "usd"),
        ("500.5", "jpy"),
        ("500.50", "isk"),
        ("1.505", "kwd"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(typed: str, currency: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(typed, currency)
    assert str(refused.value).endswith((".", "us."))


def test_the_sentence_says_what_to_do() -> None:
    messages = {}
    for typed in ("0", "-1", "1.005", "1000000000000", "ten"):
        with pytest.raises(AmountError) as refused:
            parse_amount(typed, "usd")
        messages[typed] = str(refused.value)
    assert messages["0"] == messages["-1"] == "The smallest amount is $2."
    assert "two digits after the point" in messages["1.005"]
    assert "The largest amount here is $10,000." in messages["1000000000000"]
    assert "in digits" in messages["ten"]


@given(st.sampled_from([*money.FLOORS, "xyz", "xof"]), st.data())
def test_row_43_every_amount_on_the_grid_survives_writing_and_reading(
    currency: str, data: st.DataObject
) -> None:
    step = money.step(currency)
    minor = step * data.draw(
        st.integers(-(-money.floor(currency) // step), money.ceiling(currency) // step)
    )
    assert parse_amount(money.plain_amount(minor, currency), currency) == minor


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(typed: str) -> None:
    try:
        minor = parse_amount(typed, "usd")
    except AmountError:
        return
    assert money.floor("usd") <= minor <= money.ceiling("usd")


@pytest.mark.parametrize("currency", sorted(money.FLOORS))
def test_limits_fit_on_the_grid_and_into_eight_digits(currency: str) -> None:
    low, high = money.floor(currency), money.ceiling(currency)
    assert low % money.step(currency) == high % money.step(currency) == 0
    assert 0 < low * 5 < high <= 99_999_999


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (5_00, "usd", "en", "$5"),
        (5_50, "usd", "en", "$5.50"),
        (5_05, "usd", "en", "$5.05"),
        (7_420_00, "usd", "en", "$7,420"),
        (-5_00, "usd", "en", "−$5"),
        (500, "jpy", "en", "¥500"),
        (1_500, "kwd", "en", f"KWD{NBSP}1.500"),
        (12_00, "chf", "en", f"CHF{NBSP}12"),
        (1_234_50, "eur", "de", f"1.234,50{NBSP}€"),
        (1_234_50, "eur", "fr", f"1{NBSP}234,50{NBSP}€"),
    ],
)
def test_amounts_are_written_as_people_write_them(
    minor: int, currency: str, language: str, written: str
) -> None:
    with translation.override(language):
        assert money.format_amount(minor, currency).replace("\u202f", NBSP) == written


@pytest.mark.parametrize(
    ("minor", "currency", "other", "expected"),
    [
        (5_00, "usd", "eur", 5_00),
        (5_00, "usd", "jpy", 500),
        (500, "jpy", "usd", 5_00),
        (5_00, "usd", "sek", 50_00),
        (2_00, "usd", "kwd", 2_000),
        (5_00, "usd", "isk", 500_00),
        (2_00, "usd", "pln", 8_00),  # never below the floor
    ],
)
def test_the_same_gift_in_another_currency(
    minor: int, currency: str, other: str, expected: int
) -> None:
    assert money.counterpart(minor, currency, other) == expected
