"""Money: whole minor units and an ISO 4217 code in small letters. Never a float.

A minor unit is what Stripe counts in, which is not always what a country does: see `STEPS`.
"""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

WITHOUT_DECIMALS = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Currencies of which Stripe takes only every n-th minor unit.
STEPS = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
# Stripe takes no more than eight digits.
LARGEST = 99_999_999
# About two dollars; where none is given, two of the currency. The ceiling is 5,000 times as much.
FLOORS = {
    "usd": 2_00, "eur": 2_00, "gbp": 2_00, "chf": 2_00, "cad": 2_00, "aud": 3_00, "nzd": 3_00,
    "sgd": 3_00, "ils": 7_00, "pln": 8_00, "ron": 10_00, "bgn": 4_00, "sek": 20_00, "nok": 20_00,
    "dkk": 15_00, "czk": 50_00, "huf": 700_00, "isk": 300_00, "try": 70_00, "uah": 80_00,
    "gel": 5_00, "amd": 800_00, "kzt": 1_000_00, "rsd": 200_00, "mdl": 40_00, "aed": 8_00,
    "sar": 8_00, "qar": 8_00, "egp": 100_00, "mad": 20_00, "zar": 40_00, "kes": 300_00,
    "ngn": 3_000_00, "ugx": 8_000_00, "inr": 150_00, "pkr": 600_00, "bdt": 250_00, "lkr": 600_00,
    "thb": 70_00, "php": 120_00, "myr": 10_00, "idr": 35_000_00, "twd": 70_00, "hkd": 16_00,
    "cny": 15_00, "mxn": 40_00, "brl": 12_00, "ars": 3_000_00, "cop": 8_000_00, "pen": 8_00,
    "jpy": 300, "krw": 3_000, "clp": 2_000, "pyg": 15_000, "vnd": 50_000, "xaf": 1_200,
    "xof": 1_200, "xpf": 250, "bif": 6_000, "djf": 400, "gnf": 18_000, "kmf": 1_000,
    "mga": 9_000, "rwf": 3_000, "vuv": 250,
    "kwd": 700, "bhd": 800, "omr": 800, "jod": 1_500, "tnd": 6_500,
}  # fmt: skip
SYMBOLS = {
    "usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "uah": "₴", "ils": "₪",
    "krw": "₩", "ngn": "₦", "php": "₱", "vnd": "₫", "kzt": "₸", "gel": "₾", "amd": "֏",
    "try": "₺", "pln": "zł", "cad": "CA$", "aud": "A$", "nzd": "NZ$", "sgd": "S$", "hkd": "HK$",
    "mxn": "MX$", "brl": "R$", "twd": "NT$",
}  # fmt: skip

# No amount that anybody means is longer.
_LONGEST = 40
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_POINTS = {",": ",", ".": ".", "\N{ARABIC DECIMAL SEPARATOR}": ".", "٬": ",", "،": ","}
_PARTING = frozenset(" '’" + _NO_BREAK + "\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}")


class AmountError(ValueError):
    """What somebody typed is no amount that we take; the message is for that person."""


def refuse_unknown(currencies: Iterable[str]) -> None:
    """Of a currency without limits nobody knows how much is too little: the start is refused."""
    for each in currencies:
        if each not in FLOORS:
            raise ImproperlyConfigured(
                f"CURRENCIES: we do not know the limits of {each!r}. Those that can be taken are "
                f"{', '.join(sorted(FLOORS))}."
            )


def decimals(currency: str) -> int:
    """Digits after the point between the unit and what Stripe counts in."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def unit(currency: str) -> int:
    """Minor units in one dollar, yen, dinar."""
    return int("1" + "0" * decimals(currency))


def step(currency: str) -> int:
    """Amounts are multiples of this many minor units."""
    return STEPS.get(currency, 1)


def floor(currency: str) -> int:
    """The smallest support, in minor units."""
    return FLOORS.get(currency, 2 * unit(currency))


def ceiling(currency: str) -> int:
    """The largest support, in minor units."""
    largest = min(5_000 * floor(currency), LARGEST)
    return largest - largest % step(currency)


def parse_amount(text: str, currency: str) -> int:
    """Minor units of what a person typed: `5`, `5.50`, `5,50`, `1 000`, `٥٫٥٠`, `$5`.

    Raises AmountError for everything else, and for what is below the floor, above the ceiling, or
    finer than the currency. A lone separator before three digits could mean either, so it is
    refused rather than guessed.
    """
    minor = parse_minor(text, currency)
    if minor < floor(currency):
        raise AmountError(
            _("The smallest amount is %(amount)s.")
            % {"amount": format_amount(floor(currency), currency)}
        )
    if minor > ceiling(currency):
        raise AmountError(
            _(
                "The largest amount here is %(amount)s. If you want to give more, please write to us."
            )
            % {"amount": format_amount(ceiling(currency), currency)}
        )
    if minor % step(currency):
        raise AmountError(_too_fine(currency))
    return minor


def parse_minor(text: str, currency: str) -> int:
    """As `parse_amount`, of any size: a goal is larger than a gift."""
    whole, fraction, is_negative = _split(_plain_text(text, currency), currency)
    places = decimals(currency)
    if len(fraction) > places and fraction.rstrip("0")[places:]:
        raise AmountError(_too_fine(currency))
    minor = int(whole + fraction[:places].ljust(places, "0"))
    return -minor if is_negative else minor


def format_amount(minor: int, currency: str) -> str:
    """For people, in the active language: `$5`, `$5.50`, `7.420 €`, `CHF 12`."""
    places = decimals(currency)
    whole, rest = divmod(abs(minor), unit(currency))
    number = str(formats.number_format(whole, 0, use_l10n=True, force_grouping=True))
    if rest:
        number += f"{formats.get_format('DECIMAL_SEPARATOR')}{rest:0{places}}"
    sign = _MINUS if minor < 0 else ""
    symbol = SYMBOLS.get(currency)
    if (get_language() or "en").startswith("en"):
        return (
            f"{sign}{symbol}{number}" if symbol else f"{sign}{currency.upper()}{_NO_BREAK}{number}"
        )
    return f"{sign}{number}{_NO_BREAK}{symbol or currency.upper()}"


def plain_amount(minor: int, currency: str) -> str:
    """As in addresses and form fields, whatever the language: `5`, `5.50`. Parses back."""
    places = decimals(currency)
    whole, rest = divmod(minor, unit(currency))
    return f"{whole}.{rest:0{places}}" if rest else str(whole)


def counterpart(minor: int, currency: str, other: str) -> int:
    """About the same gift in another currency: the same number, in round hundreds where a coin
    is worth little (5 dollars, 5 euros, 500 yen). Minor units of `other`.
    """
    if currency == other:
        return minor
    amount = minor * unit(other) // unit(currency)
    here, there = floor(currency) * unit(other), floor(other) * unit(currency)
    while there > 5 * here:
        amount, here = amount * 10, here * 10
    while here > 5 * there:
        amount, there = amount // 10, there * 10
    return max(amount - amount % step(other), floor(other))


def _plain_text(text: str, currency: str) -> str:
    """ASCII digits, points, commas and blanks; without the currency's own name."""
    text = "".join(each for each in text.strip() if unicodedata.category(each) != "Cf")
    if not text:
        raise AmountError(_("Choose an amount, or type one."))
    if len(text) > _LONGEST:
        raise AmountError(_unreadable())
    for name in (currency, currency.upper(), SYMBOLS.get(currency, "")):
        if name:
            text = text.removeprefix(name).removesuffix(name).strip()
    return text


def _split(text: str, currency: str) -> tuple[str, str, bool]:
    """Whole and fractional digits, and whether a minus stood before them."""
    is_negative = text[:1] in {"-", _MINUS}
    plain = ""
    for each in text[1:] if is_negative else text:
        if (digit := unicodedata.decimal(each, None)) is not None:
            plain += str(digit)
        elif each in _POINTS:
            plain += _POINTS[each]
        elif each in _PARTING:
            plain += " "
        else:
            raise AmountError(_unreadable())
    points = [each for each in plain if each in ".,"]
    if not points:
        return _joined(plain, " "), "", is_negative
    last = points[-1]
    if points.count(last) > 1:  # 1,000,000
        return _joined(plain, last), "", is_negative
    whole, _point, fraction = plain.rpartition(last)
    if fraction and not fraction.isdigit():
        raise AmountError(_unreadable())
    if len(points) == 1 and " " not in whole and len(fraction) == 3 and decimals(currency) < 3:
        raise AmountError(_too_fine(currency))
    return (
        _joined(whole, points[0] if len(points) > 1 else " ") if whole else "0",
        fraction,
        is_negative,
    )


def _joined(digits: str, mark: str) -> str:
    """Digits in groups of three, put together."""
    first, *groups = digits.split(mark)
    if not first.isdigit() or not all(len(each) == 3 and each.isdigit() for each in groups):
        raise AmountError(_unreadable())
    if groups and len(first) > 3:
        raise AmountError(_unreadable())
    return first + "".join(groups)


def _unreadable() -> str:
    return _("We cannot read this amount. Please write it in digits, such as 5 or 12.50.")


def _too_fine(currency: str) -> str:
    if decimals(currency) == 0 or step(currency) == unit(currency):
        return _("Please write a whole amount, without separators, such as 1000.")
    return _(
        "Please write at most two digits after the point, and no separator for thousands, "
        "such as 12.50 or 1000."
    )
