"""Addresses of the old system as addresses of ours."""

import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from django.utils.text import slugify

from articles.models.address import ALL_DIGITS, LANGUAGE_CODE, RESERVED

# Sections and pages have addresses in Latin letters; these are read as newspapers spell names.
LATIN = {
    **dict(zip("абвгдезийклмнопрстуфъыьэіїґўє", [
        "a", "b", "v", "g", "d", "e", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t",
        "u", "f", "", "y", "", "e", "i", "i", "g", "u", "ye",
    ], strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya",
    "ё": "yo",
    **dict(zip("αβγδεζηικλμνξοπρστυφωςϊϋ", "avgdeziiklmnxoprstyfosiy", strict=True)),
    "θ": "th", "χ": "ch", "ψ": "ps", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d",
}  # fmt: skip


def unicode_slug(text: str, longest: int) -> str:
    """In its own letters, percent-escapes undone, cut between words; "" when nothing is left."""
    return _cut(slugify(unicodedata.normalize("NFC", unquote(text)), allow_unicode=True), longest)


def latin_slug(text: str, longest: int) -> str:
    """In ASCII, as sections and pages need it; "" when no letter can be written so."""
    letters = unicodedata.normalize("NFC", unquote(text)).lower()
    spelled = "".join(LATIN.get(each) or LATIN.get(_bare(each), each) for each in letters)
    return _cut(slugify(spelled), longest)


def first_free(slug: str, longest: int, is_taken: Callable[[str], bool]) -> str:
    """The slug, or the first of slug-2, slug-3 … that nobody has."""
    free, number = slug, 1
    while is_taken(free):
        number += 1
        ending = f"-{number}"
        free = f"{_cut(slug, longest - len(ending))}{ending}"
    return free


def is_reserved(slug: str) -> bool:
    return slug in RESERVED or bool(LANGUAGE_CODE.fullmatch(slug) or ALL_DIGITS.fullmatch(slug))


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[:1]


def _cut(slug: str, longest: int) -> str:
    if len(slug) > longest:
        slug = slug[: longest + 1].rpartition("-")[0] or slug[:longest]
    return slug.strip("-_")
