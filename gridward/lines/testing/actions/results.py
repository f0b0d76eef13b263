"""Results of tubes: from an instrument's file, from two readers, or from another laboratory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor, one_visible
from gridward.kernel.access.scope import house
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.lines.testing.actions.recalls import open_recalls, settle_recalls
from gridward.lines.testing.actions.receiving import BENCH, laboratory_of
from gridward.lines.testing.errors import BadRow, SamePerson, TubeConcluded, TubeNotHere
from gridward.lines.testing.models import Laboratory, Plate, Reading, Tube
from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.instrument import BadFile, control_of, judge, read_wells


@dataclass(frozen=True)
class Found:
    """What was found in one tube; `row` is where the file says so."""

    code: str
    verdict: Verdict
    row: int
    well: str = ""
    ct: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """What a file of results did: how many tubes it concluded, by result, and how many it had concluded before."""

    concluded: dict[str, int]
    same: int
    recalled: int


def _words(reason: str) -> str:
    return {
        "no_head": _("no row names the well, the target and the Ct."),
        "no_rows": _("there is no well below the head."),
        "well": _("this is no well of a plate."),
        "target": _("the target is empty."),
        "ct": _("this is no Ct between 0 and 60."),
        "target_twice": _("the well has this target twice."),
        "two_samples": _("the well has two samples."),
        "not_on_plate": _("the plate has no tube in this well."),
        "other_tube": _("the plate has another tube in this well."),
        "no_code": _("there is no number of a tube."),
        "two_results": _("the tube has two results."),
        "not_a_bundle": _("this is no FHIR bundle."),
        "no_reports": _("the bundle has no report."),
        "no_result": _("the report has no result of this test."),
        "control": _("a control of the plate failed: run the plate again."),
        "verdict": _("write negative, positive or invalid."),
    }[reason]


def bad_row(row: int, field_name: str, reason: str) -> BadRow:
    """A refusal that names the row of a file."""
    return BadRow(row=row, field=field_name, reason=_words(reason))


@transaction.atomic
def take_file(actor: Actor, plate_id: Any, rows: Iterable[Sequence[Any]], now: datetime) -> Taken:
    """Take an instrument's file for a plate, all of it or nothing. The same file again changes nothing.

    Raises: NotFound; BadRow, naming the row; TubeConcluded.
    """
    plate = one_visible(
        Plate.objects.select_for_update(of=("self",)).select_related("laboratory", "instrument"), actor, BENCH, plate_id
    )
    try:
        wells = read_wells(rows)
    except BadFile as wrong:
        raise bad_row(wrong.row, wrong.field, wrong.reason) from wrong
    cutoff = plate.instrument.cutoff_ct if plate.instrument else 40.0
    held = set(plate.layout.values())
    found = []
    for one in wells:
        code, verdict = plate.layout.get(one.well), judge(one.ct, cutoff)
        if code is None and (wanted := control_of(one.sample)) is not None:
            if verdict != wanted:
                raise bad_row(one.row, one.sample, "control")
            continue
        if code is None:
            raise bad_row(one.row, one.well, "not_on_plate")
        if one.sample.upper() in held and one.sample.upper() != code:
            raise bad_row(one.row, one.sample, "other_tube")
        found.append(Found(code, verdict, one.row, one.well, one.ct))
    taken = conclude(actor, plate.laboratory, found, "file", now, plate=plate)
    if plate.read_at is None:
        plate.read_at = now
        plate.save(update_fields=["read_at"])
    return taken


# Relies on testing_tube_code. Locked, so that two files cannot conclude one tube at once.
_TUBES = """
    SELECT id, code, verdict, incident_id, laboratory_id FROM testing_tube
    WHERE code = ANY(%s) ORDER BY code FOR UPDATE
"""
_CONCLUDE = """
    UPDATE testing_tube AS tube SET verdict = said.verdict, verdict_at = %(now)s
    FROM unnest(%(ids)s::uuid[], %(verdicts)s::text[]) AS said(id, verdict)
    WHERE tube.id = said.id AND tube.verdict IN ('', 'invalid')
"""


def conclude(
    actor: Actor, laboratory: Laboratory, found: Sequence[Found], source: str, now: datetime, *,
    plate: Plate | None = None, read: bool = False,
) -> Taken:  # fmt: skip
    """Give tubes their results in the running transaction; positive ones recall their people in it.

    A tube to be repeated may get another result later, any other result stands.

    Parameters: found — a tube once at most; read — its reading stands already.
    Raises: TubeNotHere, TubeConcluded, each naming the row.
    """
    with house():
        known = _known(laboratory, found)
        fresh = [one for one in found if known[one.code][1] != one.verdict]
        ids = {one.code: known[one.code][0] for one in fresh}
        with connection.cursor() as query:
            verdicts = [one.verdict for one in fresh]
            query.execute(_CONCLUDE, {"now": now, "ids": list(ids.values()), "verdicts": verdicts})
        if not read:
            _keep_readings(actor, laboratory, fresh, ids, source, now, plate)
        recalled = open_recalls(actor, [ids[one.code] for one in fresh if one.verdict == Verdict.POSITIVE], now)
        settle_recalls(actor, list(ids.values()), now)
        counts = {str(verdict): sum(one.verdict == verdict for one in fresh) for verdict in Verdict if verdict}
        if fresh:
            subject = str(plate.pk if plate else laboratory.pk)
            incident = known[fresh[0].code][2]
            event = Event("testing.results_taken", "plate", subject, laboratory.address, now, incident, counts)
            record(actor, [event])
    return Taken(counts, len(found) - len(fresh), recalled)


def _known(laboratory: Laboratory, found: Sequence[Found]) -> dict[str, tuple[UUID, str, UUID]]:
    with connection.cursor() as query:
        query.execute(_TUBES, [[one.code for one in found]])
        rows = {row[1]: (row[0], *row[2:]) for row in query.fetchall()}
    for one in found:
        if one.code not in rows or rows[one.code][3] != laboratory.pk:
            raise TubeNotHere(row=one.row, code=one.code)
        if rows[one.code][1] not in ("", Verdict.INVALID, one.verdict):
            raise TubeConcluded(row=one.row, code=one.code)
    return {code: row[:3] for code, row in rows.items()}


def _keep_readings(
    actor: Actor, laboratory: Laboratory, fresh: Sequence[Found], ids: dict[str, UUID], source: str, now: datetime,
    plate: Plate | None,
) -> None:  # fmt: skip
    Reading.objects.bulk_create(
        Reading(
            id=new_id(now), tube_id=ids[one.code], laboratory=laboratory, plate=plate, address=laboratory.address,
            well=one.well, ct=one.ct, verdict=one.verdict, source=source, read_at=now, read_by_id=actor.user_id,
        )
        for one in fresh
    )  # fmt: skip


@transaction.atomic
def read_by_hand(actor: Actor, laboratory_id: Any, code: str, verdict: str, now: datetime) -> Reading:
    """What a first reader sees in a tube; it counts once a second has read it. Again by the same changes nothing.

    Raises: NotFound, BadRow, TubeNotHere, TubeConcluded.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    if verdict not in (Verdict.NEGATIVE, Verdict.POSITIVE, Verdict.INVALID):
        raise bad_row(1, verdict, "verdict")
    found = Found(code.strip().upper(), Verdict(verdict), 1)
    with house():
        tube_id, held, incident = _known(laboratory, [found])[found.code]
        if held == found.verdict:
            raise TubeConcluded(row=1, code=found.code)
        waiting = Reading.objects.filter(tube_id=tube_id, source="hand", second_at=None).first()
        if waiting is not None:
            return waiting
        reading = Reading.objects.create(
            id=new_id(now), tube_id=tube_id, laboratory=laboratory, address=laboratory.address, verdict=verdict,
            source="hand", read_at=now, read_by_id=actor.user_id,
        )  # fmt: skip
        where = (laboratory.address, now, incident)
        record(actor, [Event("testing.read_by_hand", "reading", str(reading.pk), *where, {"tube": found.code})])
    return reading


@transaction.atomic
def read_again(actor: Actor, reading_id: Any, verdict: str, now: datetime) -> Taken:
    """What a second reader sees: the same makes it the result, another has the tube repeated.

    Raises: NotFound, SamePerson, BadRow, TubeConcluded.
    """
    rows = Reading.objects.select_for_update(of=("self",)).select_related("laboratory", "tube")
    reading = one_visible(rows.filter(source="hand"), actor, BENCH, reading_id)
    if verdict not in (Verdict.NEGATIVE, Verdict.POSITIVE, Verdict.INVALID):
        raise bad_row(1, verdict, "verdict")
    if reading.second_at is not None:
        return Taken({}, 1, 0)
    if reading.read_by_id == actor.user_id:
        raise SamePerson
    tube = Tube.objects.filter(pk=reading.tube_id).first()
    if tube is None:
        raise NotFound
    agreed = Verdict(verdict) if verdict == reading.verdict else Verdict.INVALID
    reading.second_at, reading.second_by_id, reading.verdict = now, actor.user_id, agreed
    reading.save(update_fields=["second_at", "second_by", "verdict"])
    found = [Found(tube.code, agreed, 1)]
    return conclude(actor, reading.laboratory, found, "hand", now, read=True)
