"""The ledger for other programs: spreadsheets (CSV), hledger, beancount.

Written entry by entry, oldest first, so that a ledger of any length needs little memory. No
address and no name of a person is in it; a supporter is a number.
"""

import csv
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from donations import money
from donations.double_entry import Exchanged, Posting, account_of, description_of, postings
from donations.models import EntryKind, LedgerEntry
from donations.selection import Selection

logger = logging.getLogger(__name__)

CHUNK = 2_000
# Spreadsheets take UTF-8 for the machine's own code page, and Cyrillic for noise, unless a file
# begins with this. Those that need no telling skip it.
BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    "date", "occurred_at", "kind", "amount", "currency", "amount_minor", "settled",
    "settlement_currency", "settled_minor", "exchange_rate", "every", "campaign_id", "campaign",
    "prompt_id", "placement", "source", "payment_intent", "subscription", "supporter",
    "real_money", "recorded_at",
)  # fmt: skip
# What makes a spreadsheet take a text for a formula, at its beginning or after what some of them
# part cells with.
_FORMULA = re.compile(r"(^|[;,|\t])(\s*)([=+\-@＝＋－＠﹢﹣﹦﹫−])")


def write(form: str, chosen: Selection) -> Iterator[str]:
    """The text of an export, in pieces. `form` is one of `FORMS`."""
    return FORMS[form](chosen)


def decimal_text(minor: int, currency: str) -> str:
    """All the digits of its currency: `5.00`, `-300`, `1.500`."""
    places = money.decimals(currency)
    whole, rest = divmod(abs(minor), money.unit(currency))
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line."""
    return _FORMULA.sub(r"\1\2'\3", _one_line(text))


class _Line:
    """A file for the CSV writer that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _csv(chosen: Selection) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + str(writer.writerow(COLUMNS))
    for entry in _stream(_entries(chosen)):
        yield str(writer.writerow(_row(entry, chosen)))


def _row(entry: LedgerEntry, chosen: Selection) -> list[Any]:
    settled = entry.settled_minor
    settled_in = entry.settlement_currency
    return [
        chosen.day_of(entry).isoformat(),
        _instant(entry.occurred_at),
        entry.kind,
        decimal_text(entry.amount_minor, entry.currency),
        defused(entry.currency.upper()),
        entry.amount_minor,
        decimal_text(settled, settled_in) if settled is not None else "",
        defused(settled_in.upper()),
        settled if settled is not None else "",
        f"{entry.exchange_rate.normalize():f}" if entry.exchange_rate is not None else "",
        defused(entry.interval),
        entry.campaign_id or "",
        defused(entry.campaign.name) if entry.campaign else "",
        entry.prompt_id or "",
        defused(entry.placement),
        defused(entry.source),
        defused(entry.payment_intent),
        defused(entry.subscription.stripe_id) if entry.subscription else "",
        entry.supporter_id or "",
        "yes" if entry.livemode else "no",
        _instant(entry.recorded_at),
    ]


def _hledger(chosen: Selection) -> Iterator[str]:
    yield f"; {_title(chosen)}\ndecimal-mark .\n"
    seen = _Seen()
    for entry in _with_exchange(chosen):
        posted = seen.postings(entry, chosen)
        lines = [f"\n{chosen.day_of(entry)} * {description_of(entry)}"]
        lines += [f"    ; {name}:{value}" for name, value in _tags(entry)]
        lines += [f"    {line}" for line in _posting_lines(posted)]
        yield "\n".join(lines) + "\n"
    # Last, when all are known: their place in the file is free.
    for account, name in sorted(seen.accounts.items()):
        yield f"\naccount {account}" + (f"  ; {name}" if name else "")
    for currency in sorted(seen.currencies):
        sample = decimal_text(1_000 * money.unit(currency), currency)
        mark = "" if money.decimals(currency) else "."
        yield f"\ncommodity {sample}{mark} {currency.upper()}"
    yield f"\n; {seen.count} transactions\n"


def _beancount(chosen: Selection) -> Iterator[str]:
    yield f";; {_title(chosen)}\n"
    seen = _Seen()
    for entry in _with_exchange(chosen):
        posted = seen.postings(entry, chosen)
        link = re.sub(r"[^A-Za-z0-9\-_/.]", "-", entry.payment_intent)
        lines = [
            f"\n{chosen.day_of(entry)} * {_quoted(description_of(entry))}"
            + (f" ^{link}" if link else "")
        ]
        lines += [f"  {name}: {_quoted(value)}" for name, value in _tags(entry)]
        lines += [f"  {line}" for line in _posting_lines(posted)]
        yield "\n".join(lines) + "\n"
    for account, name in sorted(seen.accounts.items()):
        yield f"\n{seen.first_day} open {account}" + (f"\n  name: {_quoted(name)}" if name else "")
    yield f"\n;; {seen.count} transactions\n"


FORMS: dict[str, Callable[[Selection], Iterator[str]]] = {
    "csv": _csv,
    "hledger": _hledger,
    "beancount": _beancount,
}
FILE_ENDINGS = {"csv": "csv", "hledger": "journal", "beancount": "beancount"}


class _Seen:
    """What must be declared, gathered on the way."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.currencies: set[str] = set()
        self.first_day: date | None = None
        self.count = 0

    def postings(self, entry: Any, chosen: Selection) -> list[Posting]:
        self.count += 1
        self.first_day = self.first_day or chosen.day_of(entry)
        exchanged = Exchanged(paid_in=entry.paid_in or "", account_in=entry.account_in or "")
        posted = postings(entry, exchanged)
        for each in posted:
            self.accounts.setdefault(each.account, "")
            self.currencies.add(each.currency)
        if entry.campaign:
            self.accounts[account_of(entry)] = _one_line(entry.campaign.name)
        return posted


def _posting_lines(posted: list[Posting]) -> Iterator[str]:
    for account, minor, currency in posted:
        yield f"{account}  {decimal_text(minor, currency)} {currency.upper()}"


def _tags(entry: LedgerEntry) -> list[tuple[str, str]]:
    """Names that every tool takes, and values without what would end them."""
    tags = [("id", entry.source), ("at", _instant(entry.occurred_at))]
    if entry.payment_intent:
        tags.append(("payment", entry.payment_intent))
    if entry.subscription:
        tags.append(("subscription", entry.subscription.stripe_id))
    if entry.exchange_rate is not None:
        tags.append(("rate", f"{entry.exchange_rate.normalize():f}"))
    return [(name, _one_line(value).replace(",", " ")) for name, value in tags]


def _entries(chosen: Selection) -> QuerySet[LedgerEntry]:
    return chosen.entries().select_related("campaign", "subscription").order_by("occurred_at", "pk")


def _with_exchange(chosen: Selection) -> Iterator[LedgerEntry]:
    same = LedgerEntry.objects.order_by().filter(
        payment_intent__gt="", payment_intent=OuterRef("payment_intent")
    )
    settled = same.filter(kind=EntryKind.FEE).exclude(settlement_currency="")
    return _stream(
        _entries(chosen).annotate(
            paid_in=Subquery(same.filter(kind=EntryKind.PAYMENT).values("currency")[:1]),
            account_in=Subquery(
                settled.order_by("-settlement_currency").values("settlement_currency")[:1]
            ),
        )
    )


def _stream(entries: QuerySet[LedgerEntry]) -> Iterator[LedgerEntry]:
    yield from entries.iterator(chunk_size=CHUNK)


def _title(chosen: Selection) -> str:
    mode = "real money" if chosen.livemode else "test data, no real money"
    days = f"{chosen.first_day or 'the beginning'} to {chosen.last_day or 'now'}"
    return f"Ledger of support: {mode}, {days}, dates in {chosen.zone.key}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """Without control characters, each run of blanks as one."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    seen = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    return " ".join(seen.split())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
