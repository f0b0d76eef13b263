"""Search tokens: what lets a name or a sentence be found by Chinese, pinyin or initials through one index.

A row keeps its tokens as an array of 64-bit numbers under a GIN index; a query is the tokens it must
contain. Tokens are keyed hashes, so that the index still serves when the words themselves are encrypted.
Source: docs/adr/0007-search-by-hashed-tokens.md
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from django.conf import settings
from pypinyin import Style, lazy_pinyin

_RUNS = re.compile(r"[一-鿿㐀-䶿]+|[a-z0-9]+")
_MAX_WORD = 24


@lru_cache(maxsize=1 << 18)
def _token(word: str) -> int:
    digest = hashlib.blake2b(word.encode(), digest_size=8, key=settings.SEARCH_KEY).digest()
    return int.from_bytes(digest, "big", signed=True)


def _grams(run: str) -> set[str]:
    return set(run) | {run[at : at + 2] for at in range(len(run) - 1)}


def _prefixes(word: str) -> set[str]:
    return {word[:end] for end in range(1, min(len(word), _MAX_WORD) + 1)}


@lru_cache(maxsize=1 << 17)
def name_tokens(name: str) -> tuple[int, ...]:
    """What a name can be found by: its characters and pairs, pinyin and initials from the first letter on.

    Returns: sorted, without repeats.
    """
    words: set[str] = set()
    for run in _RUNS.findall(name.lower()):
        if run.isascii():
            words |= _prefixes(run)
        else:
            words |= _grams(run)
            words |= _prefixes("".join(lazy_pinyin(run)))
            words |= _prefixes("".join(lazy_pinyin(run, style=Style.FIRST_LETTER)))
    return tuple(sorted(map(_token, words)))


def number_tokens(number: str) -> tuple[int, ...]:
    """What a phone or ID number can be found by: the whole of it, or its last four digits."""
    digits = re.sub(r"\W", "", number.lower())
    return tuple(sorted({_token("#" + digits), _token("#" + digits[-4:])})) if digits else ()


def text_tokens(text: str) -> tuple[int, ...]:
    """What a sentence can be found by: Chinese characters and pairs, and whole Latin words."""
    words: set[str] = set()
    for run in _RUNS.findall(text.lower()):
        words |= {run[:_MAX_WORD]} if run.isascii() else _grams(run)
    return tuple(sorted(map(_token, words)))


def query_tokens(query: str) -> tuple[int, ...]:
    """The tokens that every row answering `query` must hold; empty when the query has no letters.

    Digits of four or more are taken for a phone or ID number.
    """
    words: set[str] = set()
    for run in _RUNS.findall(query.lower()):
        if len(run) >= 4 and run[:-1].isdigit() and run[-1] in "0123456789x":
            words.add("#" + run)
        elif run.isascii():
            words.add(run[:_MAX_WORD])
        else:
            words |= {run[at : at + 2] for at in range(len(run) - 1)} or {run}
    return tuple(sorted(map(_token, words)))
