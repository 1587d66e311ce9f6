"""The characters of an export, fit for an XML parser, whatever bytes they were kept in."""

import codecs
import html
import re
from collections.abc import Iterator
from typing import IO

PIECE = 256 * 1024
# Of the bytes that may hold the declaration of the encoding.
HEAD = 400
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings of text that keep ASCII where it is. Others in a declaration are a trick or a mistake.
READABLE = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d+|latin-?1|windows-?125\d|cp125\d|koi8-[ru]|"
    r"gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)",
    re.IGNORECASE,
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
NOT_DECODED = re.compile("[\udc80-\udcff]")
REFERENCE = re.compile(r"&(#[xX]?[0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});")
OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


class Unreadable(ValueError):
    """Nothing of the file can be used. The message says why, for whoever runs the import."""


class ExportText:
    """Reads a binary file once. `bytes_read` says how far, for a progress bar.

    Control characters that XML forbids are taken out and counted in `removed`; bytes that do not
    fit the encoding are read as Windows-1252 and counted in `guessed`.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.bytes_read = 0
        self.removed = 0
        self.guessed = 0
        self._file = file

    def pieces(self) -> Iterator[str]:
        """Never cut within a reference such as `&nbsp;` or a short tag such as `</rss>`."""
        first = self._read()
        decoder = codecs.getincrementaldecoder(self._encoding(first))(errors="surrogateescape")
        kept = ""
        data = first
        while data:
            text = kept + decoder.decode(data)
            cut = max(text.rfind("<", -40), text.rfind("&", -40))
            text, kept = (text[:cut], text[cut:]) if cut > 0 else (text, "")
            yield self._clean(text)
            data = self._read()
        yield self._clean(kept + decoder.decode(b"", final=True))

    def _read(self) -> bytes:
        data = self._file.read(PIECE)
        self.bytes_read += len(data)
        return data

    def _encoding(self, first: bytes) -> str:
        for mark, encoding in BYTE_ORDER_MARKS:
            if first.startswith(mark):
                return encoding
        if first[:4] in (b"<\x00?\x00", b"<\x00r\x00"):
            return "utf-16-le"
        if first[:4] in (b"\x00<\x00?", b"\x00<\x00r"):
            return "utf-16-be"
        declared = DECLARED.search(first[:HEAD])
        if declared is None:
            return "utf-8"
        name = declared[1].decode("ascii")
        # Declared as two bytes a letter, yet the declaration itself is not written so.
        if name.lower().startswith(("utf-16", "utf16", "ucs-2")):
            return "utf-8"
        if not READABLE.fullmatch(name):
            raise Unreadable(
                f"The file says that its encoding is “{name}”, which is not known here."
            )
        return name

    def _clean(self, text: str) -> str:
        if NOT_DECODED.search(text):
            text, count = NOT_DECODED.subn(_as_windows_1252, text)
            self.guessed += count
        if FORBIDDEN.search(text):
            text, count = FORBIDDEN.subn("", text)
            self.removed += count
        return REFERENCE.sub(self._reference, text)

    def _reference(self, found: re.Match[str]) -> str:
        """HTML's named characters are not XML's; as characters they mean the same in both."""
        name = found[1]
        if name in OF_XML:
            return found[0]
        if name.startswith("#"):
            number = int(name[2:], 16) if name[1] in "xX" else _decimal(name[1:])
            if number is None:
                return "&amp;" + found[0][1:]
            if number > 0x10FFFF or FORBIDDEN.match(chr(number)):
                self.removed += 1
                return ""
            return found[0]
        character = html.unescape(found[0])
        if character == found[0] or character in "<>&\"'" or ";" in character:
            return "&amp;" + found[0][1:]
        return character


def _decimal(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() else None


def _as_windows_1252(found: re.Match[str]) -> str:
    byte = bytes([ord(found[0]) - 0xDC00])
    try:
        return byte.decode("windows-1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")
