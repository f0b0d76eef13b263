"""Search tokens: what lets a name or a sentence be found by Chinese, pinyin or initials through one index.

A row keeps its tokens as an array of 64-bit numbers under a GIN index; a query is the tokens it must
contain. Tokens are keyed hashes, so that the index still serves when the words themselves are encrypted. What is not
personal is hashed under one key of the house; what is, under the search key of its incident (`secrecy.keyring`).
Source: docs/adr/0007-search-by-hashed-tokens.md
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from pypinyin import Style, lazy_pinyin

_RUNS = re.compile(r"[一-鿿㐀-䶿]+|[a-z0-9]+")
_MAX_WORD = 24


@lru_cache(maxsize=1 << 18)
def _token(word: str, key: bytes) -> int:
    digest = hashlib.blake2b(word.encode(), digest_size=8, key=key or settings.SEARCH_KEY).digest()
    return int.from_bytes(digest, "big", signed=True)


def _tokens(words: set[str], key: bytes) -> tuple[int, ...]:
    return tuple(sorted(_token(word, key) for word in words))


def _grams(run: str) -> set[str]:
    return set(run) | {run[at : at + 2] for at in range(len(run) - 1)}


def _prefixes(word: str) -> set[str]:
    return {word[:end] for end in range(1, min(len(word), _MAX_WORD) + 1)}


@lru_cache(maxsize=1 << 17)
def name_tokens(name: str, key: bytes = b"") -> tuple[int, ...]:
    """What a name can be found by: its characters and pairs, pinyin and initials from the first letter on.

    Parameters: key — what the tokens are hashed under; the house's own unless told.
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
    return _tokens(words, key)


def number_tokens(number: str, key: bytes = b"") -> tuple[int, ...]:
    """What a phone or ID number can be found by: the whole of it, or its last four digits.

    Whole numbers are not kept in memory as words are: nearly every one is seen once.
    """
    digits = re.sub(r"\W", "", number.lower())
    return (number_token(digits, key), _end_token(digits[-4:], key)) if digits else ()


@lru_cache(maxsize=1 << 15)
def _end_token(digits: str, key: bytes) -> int:
    return number_token(digits, key)


def forget_words() -> None:
    """Drop the names and words this process has hashed from its memory."""
    for kept in (_token, name_tokens, _end_token):
        kept.cache_clear()


def number_token(digits: str, key: bytes = b"") -> int:
    """The keyed hash of a number: 64 bits of HMAC-SHA256."""
    digest = hmac.digest(key or settings.SEARCH_KEY, b"number " + digits.encode(), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def text_tokens(text: str, key: bytes = b"") -> tuple[int, ...]:
    """What a sentence can be found by: Chinese characters and pairs, and whole Latin words."""
    words: set[str] = set()
    for run in _RUNS.findall(text.lower()):
        words |= {run[:_MAX_WORD]} if run.isascii() else _grams(run)
    return _tokens(words, key)


def query_tokens(query: str, key: bytes = b"") -> tuple[int, ...]:
    """The tokens that every row answering `query` must hold; empty when the query has no letters.

    Digits of four or more are taken for a phone or ID number.
    """
    words: set[str] = set()
    numbers: set[int] = set()
    for run in _RUNS.findall(query.lower()):
        if len(run) >= 4 and run[:-1].isdigit() and run[-1] in "0123456789x":
            numbers.add(number_token(run, key))
        elif run.isascii():
            words.add(run[:_MAX_WORD])
        else:
            words |= {run[at : at + 2] for at in range(len(run) - 1)} or {run}
    return tuple(sorted({*_tokens(words, key), *numbers}))


def answering(query: str, keys: Sequence[bytes]) -> list[tuple[int, ...]]:
    """What a row's tokens must hold to answer a query, under each of some keys; nothing when the query has no letters.

    The only way personal tokens are asked for.
    """
    return [tokens for key in keys if (tokens := query_tokens(query, key))]
