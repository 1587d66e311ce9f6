"""Which amounts Stripe takes, in integer minor units of a currency in small letters."""

from donations.stripe_stand_in.errors import refused


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ZERO_DECIMAL = _words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
THREE_DECIMAL = _words("bhd jod kwd omr tnd")
WHOLE_ONLY = _words("isk ugx")  # sent in hundredths, but only whole ones exist

TWO_DECIMAL = _words(
    """usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad
    cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg
    huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr
    mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek
    sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs wst yer zar zmw"""
)
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

# Stripe's own floors; elsewhere about half a US dollar, at rough rates.
_LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
    "isk": 7000, "ugx": 190000, "krw": 700, "clp": 500, "vnd": 13000, "pyg": 4000, "xof": 300,
    "xaf": 300, "bhd": 190, "kwd": 160, "omr": 200, "jod": 360, "tnd": 1600, "try": 2000,
    "rub": 4000, "uah": 2100, "zar": 900, "ils": 180, "php": 2900, "idr": 810000, "twd": 1600,
}  # fmt: skip
_MOST = 99_999_999


def check_currency(currency: str, param: str) -> str:
    """The currency in small letters, or a refusal."""
    if currency.lower() not in CURRENCIES:
        raise refused(f"Invalid currency: {currency[:12]}.", param)
    return currency.lower()


def check_amount(amount: int, currency: str, param: str) -> None:
    """Refuses what cannot be charged: off the currency's grid, too small, or too large."""
    grid = 10 if currency in THREE_DECIMAL else 100 if currency in WHOLE_ONLY else 1
    if amount % grid:
        raise refused(
            f"Invalid amount: amounts in {currency} must be a multiple of {grid}.",
            param,
            "parameter_invalid_integer",
        )
    least = _LEAST.get(currency, 50)
    if amount < least:
        raise refused(
            "The Checkout Session's total amount due must add up to at least"
            f" {written(least, currency)}.",
            param,
            "amount_too_small",
        )
    if amount > _MOST:
        message = f"The amount must be no more than {written(_MOST, currency)}."
        raise refused(message, param, "amount_too_large")


def places(currency: str) -> int:
    """How many decimals its whole unit has."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def written(amount: int, currency: str) -> str:
    """An amount for people: `$12.50`, `€12.50`, `1,250 JPY`."""
    digits = places(currency)
    sign, whole = ("-" if amount < 0 else ""), abs(amount) // 10**digits
    fraction = f".{abs(amount) % 10**digits:0{digits}d}" if digits else ""
    symbol = {"usd": "$", "eur": "€", "gbp": "£"}.get(currency)
    number = f"{whole:,}{fraction}"
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"


def card_fee(amount: int, currency: str) -> int:
    """2.9 % and 30 of the smallest units that are in use, never more than the amount."""
    fixed = 300 if currency in THREE_DECIMAL else 30
    return min(amount, (amount * 29 + 500) // 1000 + fixed)
