"""From the bytes of a text table to its cells: which encoding, which delimiter, and no guess that could be wrong."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from gridward.kernel.sheets.errors import BrokenText, UnknownEncoding, UnknownFormat

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";")
_SNIFFED_LINES = 20
_MOST_CELL_CHARS = 1 << 20
# What Chinese text written on a Chinese machine consists of; other scripts under GB18030 mean another encoding.
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u2010-\u2049\u2100-\u27ff·×÷°±\U00020000-\U0003ffff]")
_MOSTLY = 0.9
_GUARD = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def decode(content: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: by its mark, else UTF-8, else GB18030 where it reads as Chinese.

    Raises: UnknownEncoding with the number of the first byte that is not UTF-8; UnknownFormat for no text at all.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding), encoding
    if b"\0" in content[:4096]:
        raise UnknownFormat
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as not_utf8:
        return _as_chinese(content, not_utf8.start), "gb18030"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise UnknownEncoding(byte=broken.start + 1) from broken


def _as_chinese(content: bytes, first_bad: int) -> str:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as broken:
        raise UnknownEncoding(byte=first_bad + 1) from broken
    foreign = [sign for sign in text if not sign.isascii()]
    if sum(1 for sign in foreign if _CHINESE.match(sign)) < _MOSTLY * len(foreign):
        raise UnknownEncoding(byte=first_bad + 1)
    return text


def delimiter_of(text: str) -> str:
    """The sign between cells: the one that cuts most of the first lines into equally many; a comma for one column."""
    if found := re.match(r"sep=(.)\r?\n", text):
        return found[1]
    sample = list(islice(_lines(text), _SNIFFED_LINES))
    return max(_DELIMITERS, key=lambda sign: _evenness(sample, sign))


def _evenness(lines: list[str], sign: str) -> tuple[int, int]:
    """How many lines have the usual number of cells, and that number; nothing for a sign that cuts none."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
    usual, lines_so = max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return (lines_so, usual) if usual > 1 else (0, 0)


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of a text table, blank lines as rows without cells.

    Raises: BrokenText where a quotation mark is not closed or a cell does not end.
    """
    delimiter = delimiter_of(text)
    csv.field_size_limit(_MOST_CELL_CHARS)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    started = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise BrokenText(line=started) from broken
        started = reader.line_num + 1
        yield [unguarded(cell) for cell in row]


def _lines(text: str) -> Iterator[str]:
    if "\n" not in text:
        text = text.replace("\r", "\n")
    start = text.index("\n") + 1 if text.startswith("sep=") else 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before the signs that start one."""
    return "'" + text if re.match(r"'*[=+\-@\t\r\n＝＋－＠]", text) else text


def unguarded(text: str) -> str:
    """What `guarded()` was given."""
    return text[1:] if text[:1] == "'" and _GUARD.match(text) else text
