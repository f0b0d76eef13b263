"""Made-up records of field phones, as the sync protocol hands them to the line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gridward.kernel.address import text
from gridward.kernel.ids import new_id
from gridward.kernel.sync.canonical import digest_of
from gridward.kernel.sync.records import Item
from gridward.lines.testing.models import Point, Round

DEVICE = UUID("01890000-0000-7000-8000-0000000d0011")
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def said(moment: datetime) -> str:
    """A time as a phone writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def item(kind: str, body: dict[str, Any], at: datetime) -> Item:
    """A record of one made-up phone."""
    moment = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return Item(new_id(moment), kind, body, DEVICE, 0, None, moment, 0.0, digest_of(body))


def tube(made: Round, point: Point, code: str, people: Sequence[tuple[Any, int]], at: datetime, **more: Any) -> Item:
    """A closed tube of people given by number and address, each with a receipt."""
    times = [said(at - timedelta(seconds=30 * (len(people) - seat))) for seat in range(len(people))]
    samples = [
        {"person": str(person), "address": text(address), "at": when, "receipt": receipt(code, seat)}
        for seat, ((person, address), when) in enumerate(zip(people, times, strict=True))
    ]
    body = {"tube": code, "round": str(made.pk), "point": str(point.pk), "kind": "throat", "opened_at": times[0],
            "closed_at": said(at), "samples": samples, **more}  # fmt: skip
    return item("testing.tube", body, at)


def receipt(code: str, seat: int) -> str:
    """Letters for a made-up receipt: the same for the same seat of a tube. A phone draws them by chance."""
    drawn = int.from_bytes(digest_of({"tube": code, "seat": seat})[:4], "big")
    return "".join(_LETTERS[drawn >> 5 * at & 31] for at in range(4))


def box(made: Round, point: Point, code: str, seal: str, tubes: Sequence[str], at: datetime) -> Item:
    """A packed and sealed box."""
    body = {"box": code, "seal": seal, "round": str(made.pk), "point": str(point.pk), "packed_at": said(at),
            "tubes": list(tubes)}  # fmt: skip
    return item("testing.box", body, at)


def handover(seal: str, step: str, address: int, at: datetime) -> Item:
    """A sealed box changes hands."""
    body = {"seal": seal, "step": step, "address": text(address), "at": said(at), "intact": True}
    return item("testing.handover", body, at)


def giving(seal: str, address: int, at: datetime) -> Item:
    """A sealed box is handed to a courier."""
    body = {"seal": seal, "step": "given", "address": text(address), "at": said(at), "intact": True}
    return item("testing.giving", body, at)


def refusal(made: Round, person: Any, address: int, at: datetime, words: str) -> Item:
    """Somebody due was not sampled."""
    body = {"round": str(made.pk), "person": str(person), "address": text(address), "reason": "unwell",
            "words": words, "at": said(at)}  # fmt: skip
    return item("testing.refusal", body, at)


def plate_rows(layout: dict[str, str], positive: set[str]) -> list[list[Any]]:
    """An instrument's file for a plate: two targets and a control in every well."""
    rows: list[list[Any]] = [["Well Position", "Sample", "Target", "Cq"]]
    for well, code in layout.items():
        risen = code in positive
        for target, ct in (("ORF1ab", 27.4 if risen else ""), ("N gene", 28.1 if risen else ""), ("MS2", 25.6)):
            rows.append([well, code, target, ct])
    return rows
