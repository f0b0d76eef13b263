"""The laboratory takes boxes in, and sets their tubes out on plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor, one_visible
from gridward.kernel.access.scope import house
from gridward.kernel.errors import Invalid
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.actions import Wanted, log
from gridward.lines.testing.errors import PlateTaken, TubeNotHere, UnknownSeal
from gridward.lines.testing.models import Box, Custody, Instrument, Laboratory, Packed, Plate
from gridward.lines.testing.rules import Step
from gridward.lines.testing.rules.instrument import wells_of

BENCH = "testing.bench"
CATEGORY = "testing_missing_tubes"


@dataclass(frozen=True)
class Received:
    """A box taken in: what its list had and the laboratory did not find, and the other way round."""

    box: Box
    missing: list[str]
    surplus: list[str]


_ARRIVED = "UPDATE testing_packed SET arrived_at = %(now)s WHERE box_id = %(box)s AND code = ANY(%(codes)s)"
_SURPLUS = """
    INSERT INTO testing_packed (box_id, code, place, address, surplus, arrived_at)
    SELECT %(box)s, code, 0, %(address)s, true, %(now)s FROM unnest(%(codes)s::text[]) AS code ON CONFLICT DO NOTHING
"""
# Relies on testing_tube_code.
_TUBES = """
    UPDATE testing_tube SET laboratory_id = %(laboratory)s, received_at = %(now)s
    WHERE code = ANY(%(codes)s) AND received_at IS NULL
"""


@transaction.atomic
def receive_box(
    actor: Actor, laboratory_id: Any, seal: str, codes: Sequence[str], now: datetime, *, intact: bool = True
) -> Received:
    """Take a box in by its seal and the codes of the tubes that are in it; a difference becomes a task at once.

    A box taken in before is answered as it was, and nothing changes.
    Raises: NotFound, Forbidden, UnknownSeal.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    with house():
        box = Box.objects.select_for_update(of=("self",)).filter(seal=seal.strip().upper()).first()
        if box is None:
            raise UnknownSeal(seal=seal)
        listed = list(Packed.objects.filter(box=box, surplus=False).order_by("place").values_list("code", flat=True))
        if box.received_at is not None:
            return _as_it_was(box)
        found = list(dict.fromkeys(code.strip().upper() for code in codes if code.strip()))
        missing = [code for code in listed if code not in set(found)]
        surplus = [code for code in found if code not in set(listed)]
        _write(laboratory, box, found, surplus, now)
        box.received_at, box.received_by = now, laboratory
        box.missing, box.surplus = len(missing), len(surplus)
        box.save(update_fields=["received_at", "received_by", "missing", "surplus"])
        Custody.objects.create(
            id=new_id(now), seal=box.seal, step=Step.RECEIVED, address=laboratory.address, at=now, intact=intact,
            holder_id=actor.user_id,
        )  # fmt: skip
        if missing or surplus or not intact:
            _tell_desk(actor, box, missing, surplus, intact, now)
        data = {"seal": box.seal, "tubes": len(found), "missing": len(missing), "surplus": len(surplus)}
        where = (laboratory.address, now, box.incident_id)
        record(actor, [Event("testing.box_received", "box", str(box.pk), *where, data)])
    return Received(box, missing, surplus)


def laboratory_of(actor: Actor, laboratory_id: Any) -> Laboratory:
    """A laboratory the actor works in.

    Raises: NotFound.
    """
    return one_visible(Laboratory.objects.all(), actor, BENCH, laboratory_id)


def _as_it_was(box: Box) -> Received:
    rows = list(Packed.objects.filter(box=box).order_by("place", "code"))
    missing = [row.code for row in rows if row.arrived_at is None]
    return Received(box, missing, [row.code for row in rows if row.surplus])


def _write(laboratory: Laboratory, box: Box, found: list[str], surplus: list[str], now: datetime) -> None:
    given = {"now": now, "box": box.pk, "laboratory": laboratory.pk, "address": box.address}
    with connection.cursor() as query:
        query.execute(_ARRIVED, {**given, "codes": found})
        query.execute(_TUBES, {**given, "codes": found})
        if surplus:
            query.execute(_SURPLUS, {**given, "codes": surplus})


def _tell_desk(actor: Actor, box: Box, missing: list[str], surplus: list[str], intact: bool, now: datetime) -> None:
    said = [
        _("Box %(code)s, seal %(seal)s.") % {"code": box.code, "seal": box.seal},
        _("Missing: %(codes)s.") % {"codes": ", ".join(missing)} if missing else "",
        _("Too many: %(codes)s.") % {"codes": ", ".join(surplus)} if surplus else "",
        "" if intact else _("The seal was broken."),
    ]
    details = {"box": box.code, "seal": box.seal, "missing": missing, "surplus": surplus}
    wanted = Wanted(
        box.incident_id, CATEGORY, box.address, " ".join(filter(None, said)), "laboratory", details=details, id=box.pk
    )
    log(actor, wanted, now)


# The tubes of some codes that a laboratory received and nobody concluded. Relies on testing_tube_code.
_HERE = """
    SELECT code FROM testing_tube WHERE code = ANY(%s) AND laboratory_id = %s AND received_at IS NOT NULL
"""


@transaction.atomic
def set_plate(
    actor: Actor, laboratory_id: Any, code: str, tubes: Sequence[str], now: datetime, instrument_id: Any = None
) -> Plate:
    """Set tubes out on a plate, down each column in the order given. The same plate again changes nothing.

    Raises: NotFound; Invalid; TubeNotHere, naming the row; PlateTaken where the plate holds other tubes.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    instrument = None
    if instrument_id:
        instrument = one_visible(Instrument.objects.filter(laboratory=laboratory), actor, BENCH, instrument_id)
    listed = [one.strip().upper() for one in tubes if one.strip()]
    layout = _layout(code, listed, instrument.wells if instrument else 96)
    known = Plate.objects.filter(laboratory=laboratory, code=code).first()
    if known is not None:
        if known.layout != layout:
            raise PlateTaken(code=code)
        return known
    with house(), connection.cursor() as query:
        query.execute(_HERE, [listed, laboratory.pk])
        here = {one for (one,) in query.fetchall()}
    for at, one in enumerate(listed, start=1):
        if one not in here:
            raise TubeNotHere(row=at, code=one)
    plate = Plate.objects.create(
        id=new_id(now), laboratory=laboratory, instrument=instrument, address=laboratory.address, code=code,
        layout=layout, set_at=now, set_by_id=actor.user_id,
    )  # fmt: skip
    data = {"plate": code, "tubes": len(listed)}
    record(actor, [Event("testing.plate_set", "plate", str(plate.pk), laboratory.address, now, data=data)])
    return plate


def _layout(code: str, tubes: list[str], size: int) -> dict[str, str]:
    if not code.strip() or len(code) > 32:
        raise Invalid(field=_("plate"), reason=_("write the code of the plate, 32 letters and figures at most"))
    if not tubes:
        raise Invalid(field=_("tubes"), reason=_("scan at least one tube"))
    twice = {one for one in tubes if tubes.count(one) > 1} if len(set(tubes)) < len(tubes) else set()
    if twice:
        raise Invalid(field=_("tubes"), reason=_("%(code)s is there twice") % {"code": min(twice)})
    try:
        wells = wells_of(len(tubes), size)
    except ValueError as full:
        raise Invalid(field=_("tubes"), reason=_("the plate has %(size)s wells") % {"size": size}) from full
    return dict(zip(wells, tubes, strict=True))
