"""Reads journals by what the manuals of hledger and beancount say, knowing nothing of ours."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
# An account's parts begin with a capital or a digit, and go on with letters, digits and hyphens.
BEANCOUNT_ACCOUNT = re.compile(
    r"(Assets|Liabilities|Equity|Income|Expenses)(:[^\W_a-z][^\W_]*(?:-[^\W_]*)*)+"
)


@dataclass
class Transaction:
    day: str
    description: str
    tags: dict[str, str] = field(default_factory=dict)
    postings: list[tuple[str, Decimal, str]] = field(default_factory=list)

    def is_balanced(self) -> bool:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for _account, amount, currency in self.postings:
            sums[currency] += amount
        return len(self.postings) >= 2 and not any(sums.values())


@dataclass
class Journal:
    transactions: list[Transaction] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)
    commodities: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def balances(self) -> dict[tuple[str, str], Decimal]:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for transaction in self.transactions:
            for account, amount, currency in transaction.postings:
                sums[account, currency] += amount
        return {key: amount for key, amount in sums.items() if amount}

    def check(self) -> None:
        for transaction in self.transactions:
            assert transaction.is_balanced(), transaction
            for account, _amount, _currency in transaction.postings:
                assert account in self.accounts, f"{account} was not declared"


def read_hledger(text: str) -> Journal:
    journal = Journal()
    for line in text.splitlines():
        if not line or line.startswith(";") or line == "decimal-mark .":
            continue
        if match := re.fullmatch(r"(\d{4}-\d\d-\d\d) \* ([^;|]+)", line):
            journal.transactions.append(Transaction(match[1], match[2]))
        elif match := re.fullmatch(r" {4}; ([a-z]+):([^,]*)", line):
            journal.transactions[-1].tags[match[1]] = match[2]
        elif match := re.fullmatch(r" {4}(\S(?:\S| (?! ))*) {2,}(\S.*)", line):
            amount = AMOUNT.fullmatch(match[2])
            assert amount, line
            posting = (match[1], Decimal(amount[1]), amount[2])
            journal.transactions[-1].postings.append(posting)
        elif match := re.fullmatch(r"account (\S(?:\S| (?! ))*)(?: {2,}; (.*))?", line):
            journal.accounts[match[1]] = match[2] or ""
        elif match := re.fullmatch(r"commodity \d+\.\d* ([A-Z]{3})", line):
            journal.commodities.add(match[1])
        else:
            raise AssertionError(f"no line of a journal: {line!r}")
    return journal


def read_beancount(text: str) -> Journal:
    journal, opened = Journal(), ""
    for line in text.splitlines():
        if not line or line.startswith(";"):
            continue
        if match := re.fullmatch(
            r'(\d{4}-\d\d-\d\d) \* ("[^"\\]*")(?: \^[A-Za-z0-9\-_/.]+)?', line
        ):
            journal.transactions.append(Transaction(match[1], match[2][1:-1]))
            opened = ""
        elif match := re.fullmatch(r"(\d{4}-\d\d-\d\d) open (\S+)", line):
            opened = match[2]
            assert BEANCOUNT_ACCOUNT.fullmatch(opened), opened
            journal.accounts[opened] = match[1]
        elif match := re.fullmatch(r'  ([a-z][a-z]*): "((?:[^"\\]|\\["\\])*)"', line):
            value = re.sub(r"\\(.)", r"\1", match[2])
            if opened:
                journal.names[opened] = value
            else:
                journal.transactions[-1].tags[match[1]] = value
        elif match := re.fullmatch(r"  (\S+)  (\S.*)", line):
            amount = AMOUNT.fullmatch(match[2])
            assert amount, line
            posting = (match[1], Decimal(amount[1]), amount[2])
            journal.transactions[-1].postings.append(posting)
        else:
            raise AssertionError(f"no line of a ledger: {line!r}")
    return journal
