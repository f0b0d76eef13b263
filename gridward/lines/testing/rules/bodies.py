"""Reading what a device says: each command's body, checked field by field, as the database will take it.

A body is written in one way only (lower-case ids, times in UTC with milliseconds, addresses of nineteen digits, nothing
beside the named fields), so that it can be written again from the rows it became, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MOST_PEOPLE = 20
MOST_TUBES = 500
REFUSAL_REASONS = ("unwilling", "unwell", "absent", "exempt", "other")
KINDS = ("nose", "throat")
_MILLISECOND = timedelta(milliseconds=1)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_TIME = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z").fullmatch
_ADDRESS = re.compile(r"\d{19}").fullmatch
_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{3,31}").fullmatch
_RECEIPT = re.compile(r"[2-9A-HJ-NP-Z]{4,8}").fullmatch
_ID_NUMBER = re.compile(r"[0-9A-Za-z]{5,32}").fullmatch
_PHONE = re.compile(r"[0-9+ -]{5,32}").fullmatch


class Unreadable(Exception):
    """A body that breaks the form; `field` names where, `reason` is a stable code."""

    def __init__(self, field: str, reason: str = "malformed") -> None:
        self.field, self.reason = field, reason
        super().__init__(field)


@dataclass(frozen=True)
class SampleBody:
    """One person in a tube: known by the id of the register, or by name and what else was said."""

    person: str | None
    name: str
    phone: str
    id_number: str
    address: int
    at: str
    receipt: str


@dataclass(frozen=True)
class TubeBody:
    """A closed tube as its collector wrote it; ids and times still as text."""

    code: str
    round: str
    point: str
    kind: str
    again: bool
    opened_at: str
    closed_at: str
    samples: tuple[SampleBody, ...]


@dataclass(frozen=True)
class BoxBody:
    """A packed and sealed box: the codes of its tubes."""

    code: str
    seal: str
    round: str
    point: str
    packed_at: str
    tubes: tuple[str, ...]


@dataclass(frozen=True)
class CustodyBody:
    """A sealed box changed hands."""

    seal: str
    step: str
    address: int
    at: str
    intact: bool


@dataclass(frozen=True)
class RefusalBody:
    """Somebody due was not sampled."""

    round: str
    person: str | None
    name: str
    address: int
    reason: str
    words: str
    at: str


def read_tube(body: Mapping[str, Any]) -> TubeBody:
    """A tube's body.

    Raises: Unreadable, naming the field; `no_people`, `too_many_people`, `closed_before_opened` where that is wrong.
    """
    _only(body, _TUBE_FIELDS, "")
    samples = body.get("samples")
    if not isinstance(samples, list):
        raise Unreadable("samples")
    if not samples:
        raise Unreadable("samples", "no_people")
    if len(samples) > MOST_PEOPLE:
        raise Unreadable("samples", "too_many_people")
    read = TubeBody(
        _text(body, "tube", _CODE),
        _text(body, "round", _UUID),
        _text(body, "point", _UUID),
        _choice(body, "kind", KINDS) if "kind" in body else "",
        _flag(body, "again"),
        _moment(body, "opened_at"),
        _moment(body, "closed_at"),
        tuple(_sample(one, f"samples[{at}].") for at, one in enumerate(samples)),
    )
    if read.closed_at < read.opened_at:
        raise Unreadable("closed_at", "closed_before_opened")
    return read


_TUBE_FIELDS = frozenset({"tube", "round", "point", "kind", "again", "opened_at", "closed_at", "samples"})
_SAMPLE_FIELDS = frozenset({"person", "name", "phone", "id_number", "address", "at", "receipt"})


def _sample(body: Any, where: str) -> SampleBody:
    if not isinstance(body, Mapping):
        raise Unreadable(where.rstrip("."))
    _only(body, _SAMPLE_FIELDS, where)
    person = _text(body, "person", _UUID, where) if "person" in body else None
    if (person is None) == ("name" not in body):
        raise Unreadable(f"{where}person")
    if person is not None and ("phone" in body or "id_number" in body):
        raise Unreadable(f"{where}person")
    return SampleBody(
        person,
        _words(body, "name", 80, where) if person is None else "",
        _text(body, "phone", _PHONE, where) if "phone" in body else "",
        _text(body, "id_number", _ID_NUMBER, where) if "id_number" in body else "",
        int(_text(body, "address", _ADDRESS, where)),
        _moment(body, "at", where),
        _text(body, "receipt", _RECEIPT, where) if "receipt" in body else "",
    )


def read_box(body: Mapping[str, Any]) -> BoxBody:
    """A box's body. Raises: Unreadable, naming the field; `no_tubes`, `too_many_tubes`, `tube_twice`."""
    _only(body, frozenset({"box", "seal", "round", "point", "packed_at", "tubes"}), "")
    tubes = body.get("tubes")
    if not isinstance(tubes, list) or not all(isinstance(code, str) and _CODE(code) for code in tubes):
        raise Unreadable("tubes")
    if not tubes:
        raise Unreadable("tubes", "no_tubes")
    if len(tubes) > MOST_TUBES:
        raise Unreadable("tubes", "too_many_tubes")
    if len(set(tubes)) < len(tubes):
        raise Unreadable("tubes", "tube_twice")
    places = (_text(body, "round", _UUID), _text(body, "point", _UUID))
    return BoxBody(
        _text(body, "box", _CODE), _text(body, "seal", _CODE), *places, _moment(body, "packed_at"), tuple(tubes)
    )


def read_custody(body: Mapping[str, Any]) -> CustodyBody:
    """A change of hands. Raises: Unreadable, naming the field."""
    _only(body, frozenset({"seal", "step", "address", "at", "intact"}), "")
    if not isinstance(body.get("intact"), bool):
        raise Unreadable("intact")
    return CustodyBody(
        _text(body, "seal", _CODE),
        _choice(body, "step", ("taken", "given", "received")),
        int(_text(body, "address", _ADDRESS)),
        _moment(body, "at"),
        bool(body["intact"]),
    )


def read_refusal(body: Mapping[str, Any]) -> RefusalBody:
    """A refusal. Raises: Unreadable, naming the field."""
    _only(body, frozenset({"round", "person", "name", "address", "reason", "words", "at"}), "")
    person = _text(body, "person", _UUID) if "person" in body else None
    if (person is None) == ("name" not in body):
        raise Unreadable("person")
    return RefusalBody(
        _text(body, "round", _UUID),
        person,
        _words(body, "name", 80) if person is None else "",
        int(_text(body, "address", _ADDRESS)),
        _choice(body, "reason", REFUSAL_REASONS),
        _words(body, "words", 400) if "words" in body else "",
        _moment(body, "at"),
    )


def shift_ms(said: str, moment: datetime) -> int:
    """What must be added to a device's own times so that `said` becomes the moment it really was, in milliseconds."""
    return (moment - datetime.fromisoformat(said)) // _MILLISECOND


def _only(body: Mapping[str, Any], fields: frozenset[str], where: str) -> None:
    if unknown := body.keys() - fields:
        raise Unreadable(where + min(unknown))


def _text(body: Mapping[str, Any], name: str, form: Callable[[str], Any], where: str = "") -> str:
    value = body.get(name)
    if not isinstance(value, str) or not form(value):
        raise Unreadable(where + name)
    return value


def _moment(body: Mapping[str, Any], name: str, where: str = "") -> str:
    value = _text(body, name, _TIME, where)
    try:
        datetime.fromisoformat(value)
    except ValueError as wrong:
        raise Unreadable(where + name) from wrong
    return value


def _words(body: Mapping[str, Any], name: str, most: int, where: str = "") -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most or "\0" in value:
        raise Unreadable(where + name)
    return value


def _choice(body: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = body.get(name)
    if value not in choices:
        raise Unreadable(name)
    return str(value)


def _flag(body: Mapping[str, Any], name: str) -> bool:
    if name in body and body[name] is not True:
        raise Unreadable(name)
    return name in body
