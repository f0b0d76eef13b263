"""How a text is read: written forms made one, what says nothing left out, and cut into the pieces that are compared."""

import re
import unicodedata
from dataclasses import dataclass

from gridward.engine.problems import BadInput

CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
RUNS = re.compile(f"(?P<chinese>[{CHINESE}]+)|(?P<term>[\ue000-\uf8ff])|[^\\W_{CHINESE}]+")
DIGITS = re.compile(r"\d+")
FIRST_TERM = 0xE000
"""Terms stand in a normal form as signs of Unicode's private area, one for each."""
TERM_COUNTS = 3.0
SINGLE_COUNTS = 0.4
PART_COUNTS = 0.3
PART_LENGTH = 4
SHORT_WORD = 3
SHOWN_LETTERS = 4
"""Letters that are no whole word are worth showing from this length on."""


@dataclass(frozen=True)
class Piece:
    """A bit of a text: `name` is what is compared, `counts` how much of a whole piece, `start` and `end` its place."""

    name: str
    counts: float
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """What to do with texts before they are compared.

    `stop` — bits of text that say nothing: place names, "please check"; `same` — (as written, as read) words taken
    for one another; `digits` — whether numbers count (no: "building 3" and "building 5" have the same trouble).
    Traditional and simplified characters stay different.
    `terms` — groups of words that mean one thing of a trade; in each the first names it. Whatever word says it, the
    thing is one piece that weighs as three, and its letters are not looked at.
    """

    stop: tuple[str, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    digits: bool = False
    terms: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for array, words in (("stop", self.stop), ("same", tuple(written for written, _ in self.same))):
            for item, word in enumerate(words):
                if not _folded(word).strip():
                    raise BadInput(array, item, "no text")

    def normal(self, text: str) -> str:
        """The text as it is compared: NFKC, no case, no signs, one space between runs."""
        found = _folded(text)
        changes = [(_folded(word), " ") for word in self.stop]
        changes += [(_folded(written), _folded(read)) for written, read in self.same]
        changes += [(_folded(word), f" {chr(FIRST_TERM + at)} ") for at, term in enumerate(self.terms) for word in term]
        for written, read in sorted(changes, key=lambda change: (-len(change[0]), change)):
            if written in found:
                found = found.replace(written, read)
        return " ".join(run[0] for run in RUNS.finditer(found if self.digits else DIGITS.sub(" ", found)))

    def pieces(self, normal: str) -> list[Piece]:
        """Every piece of a text in its normal form, in order, repeated ones too.

        Chinese: pairs of neighbouring characters, and single ones for less. Words: whole, and their runs of four
        letters (with their ends) for less, so that inflected words still meet.
        """
        found: list[Piece] = []
        for run in RUNS.finditer(normal):
            if run.lastgroup == "term":
                name = self.terms[ord(run[0]) - FIRST_TERM][0]
                found.append(Piece(f"{name} term", TERM_COUNTS, run.start(), run.end()))
            else:
                found += _chinese(run) if run.lastgroup else _word(run)
        return found

    def named(self, shown: str) -> str:
        """A stretch of a normal form as a person reads it: terms by their names."""
        return "".join(
            self.terms[ord(sign) - FIRST_TERM][0] if "\ue000" <= sign <= "\uf8ff" else sign for sign in shown
        )


def shown(normal: str, shared: list[Piece]) -> tuple[str, ...]:
    """The stretches of a text that shared pieces cover, the longest first: the explanation a person reads."""
    joined = bytearray(len(normal))
    for piece in shared:
        joined[piece.start : piece.end - 1] = b"\1" * (piece.end - 1 - piece.start)
    stretches = [normal[on.start() : on.end() + 1] for on in re.finditer(b"\1+", joined)]
    stretches += [normal[piece.start : piece.end] for piece in shared if piece.counts == TERM_COUNTS]
    whole = {normal[piece.start : piece.end] for piece in shared if piece.counts == 1.0}
    worth = [one for one in stretches if one in whole or not one.isascii() or len(one) >= SHOWN_LETTERS]
    bits = worth or stretches or [normal[piece.start : piece.end] for piece in shared]
    return tuple(sorted(dict.fromkeys(bits), key=len, reverse=True))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _chinese(run: re.Match[str]) -> list[Piece]:
    signs, start = run[0], run.start()
    pairs = [Piece(signs[at : at + 2], 1.0, start + at, start + at + 2) for at in range(len(signs) - 1)]
    return pairs + [Piece(sign, SINGLE_COUNTS, start + at, start + at + 1) for at, sign in enumerate(signs)]


def _word(run: re.Match[str]) -> list[Piece]:
    word, start = run[0], run.start()
    whole = Piece(f"{word} ", 1.0, start, run.end())
    if len(word) <= SHORT_WORD:
        return [whole]
    framed = f"^{word}$"
    parts: list[Piece] = []
    for at in range(len(framed) - PART_LENGTH + 1):
        begin, end = max(at - 1, 0), min(at + PART_LENGTH - 1, len(word))
        parts.append(Piece(framed[at : at + PART_LENGTH], PART_COUNTS, start + begin, start + end))
    return [whole, *parts]
