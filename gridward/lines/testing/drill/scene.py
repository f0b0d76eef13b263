"""Something of everything the line keeps, at one place: for the leak matrix, and to open the routes with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gridward.kernel.drills import Scene
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.lines.testing.actions.setting_up import install
from gridward.lines.testing.drill import phones
from gridward.lines.testing.models import (
    Box,
    Custody,
    Gift,
    Instrument,
    Laboratory,
    LentStaff,
    Newcomer,
    Packed,
    Plate,
    Point,
    Reading,
    Recall,
    Refusal,
    Round,
    Sample,
    Shift,
    Tube,
    Turn,
)

RECEIPT = "7K3M"


@dataclass(frozen=True)
class Made:
    """The rows others are made beside."""

    round: Round
    point: Point
    laboratory: Laboratory
    instrument: Instrument
    tube: Tube
    person: Person
    newcomer: Newcomer
    staff: LentStaff


def settle(scene: Scene) -> dict[str, str]:
    """A row of everything at the scene's place; the parameters of the line's routes."""
    made = make(scene)
    where = {"address": scene.place}
    when = scene.now
    box = Box.objects.create(
        incident=scene.incident, round=made.round, point=made.point, code="B-SCENE", seal=_code(scene, "S"), **where,
        tubes=1, packed_at=when, device_id=phones.DEVICE,
    )  # fmt: skip
    Packed.objects.create(box=box, code=made.tube.code, **where)
    Custody.objects.create(seal=box.seal, step="taken", at=when, holder_id=scene.user.pk, **where)
    plate = Plate.objects.create(
        laboratory=made.laboratory, instrument=made.instrument, code=_code(scene, "P"), layout={"A1": made.tube.code},
        set_at=when, **where,
    )  # fmt: skip
    reading = Reading.objects.create(
        tube=made.tube,
        laboratory=made.laboratory,
        plate=plate,
        verdict="positive",
        source="hand",
        read_at=when,
        **where,
    )
    recall = Recall.objects.create(tube=made.tube, seat=1, person=made.person, opened_at=when, **where)
    shift = Shift.objects.create(staff=made.staff, starts_at=when, ends_at=when + timedelta(hours=8), **where)
    _more(scene, made)
    return {
        "testing_round_id": str(made.round.pk),
        "sampling_point_id": str(made.point.pk),
        "tube_box_id": str(box.pk),
        "recall_id": str(recall.pk),
        "newcomer_id": str(made.newcomer.pk),
        "laboratory_id": str(made.laboratory.pk),
        "reading_id": str(reading.pk),
        "lab_shift_id": str(shift.pk),
        "plate_id": str(plate.pk),
        "tube_id": str(made.tube.pk),
    }


def _more(scene: Scene, made: Made) -> None:
    """What has no page of its own."""
    where = {"address": scene.place}
    Turn.objects.create(point=made.point, people=1, starts_at=scene.now, ends_at=scene.now, **where)
    Refusal.objects.create(
        incident=scene.incident, round=made.round, person=made.person, name=scene.words, reason="other",
        words=scene.words, at=scene.now, device_id=phones.DEVICE, **where,
    )  # fmt: skip
    Gift.objects.create(
        incident=scene.incident, laboratory=made.laboratory, giver=scene.words, what=scene.words, worth_fen=100,
        at=scene.now, **where,
    )  # fmt: skip


def make(scene: Scene) -> Made:
    """A round with a point, a laboratory with an instrument and staff, and a tube with a person and a newcomer."""
    install(scene.now)
    where, when = {"address": scene.place}, scene.now
    known = Round.objects.filter(incident=scene.incident, **where).count()
    made = Round.objects.create(
        incident=scene.incident, rule_id="everybody", number=known + 1, pool_size=10, starts_at=when,
        ends_at=when + timedelta(hours=12), people=2, opened_at=when, **where,
    )  # fmt: skip
    point = Point.objects.create(
        round=made, number=1, name=scene.words, people=2, tables=1, samplers=1, opens_at=when,
        closes_at=when + timedelta(hours=12), latitude=29.3, longitude=106.2, **where,
    )  # fmt: skip
    laboratory, institution = stand(scene.place)
    instrument, _made = Instrument.objects.get_or_create(
        laboratory=laboratory, name=scene.words, defaults={**where, "tubes_per_h": 90}
    )
    tube, person, newcomer = _tube(scene, made, point, laboratory)
    staff = LentStaff.objects.create(
        laboratory=laboratory, institution=institution, name=scene.words, phone="13900000000", task=scene.words,
        since=when.date(), **where,
    )  # fmt: skip
    return Made(made, point, laboratory, instrument, tube, person, newcomer, staff)


def stand(place: int) -> tuple[Laboratory, Organisation]:
    """The laboratory of a place and who lends to it: no secret of one area, and without words of a scene."""
    laboratory, _made = Laboratory.objects.get_or_create(
        name=f"Lab {place}", defaults={"address": place, "latitude": 29.3, "longitude": 106.2}
    )
    institution, _made = Organisation.objects.get_or_create(kind="hospital", name="Lender", address=place)
    return laboratory, institution


def _tube(scene: Scene, made: Round, point: Point, laboratory: Laboratory) -> tuple[Tube, Person, Newcomer]:
    where, when = {"address": scene.place}, scene.now
    person = Person.objects.create(incident=scene.incident, name=scene.words, room="101", **where)
    tube = Tube.objects.create(
        incident=scene.incident, round=made, point=point, code=_code(scene, "T"), people=2, opened_at=when,
        closed_at=when, device_id=phones.DEVICE, stored_at=when, laboratory=laboratory, received_at=when,
        remark=scene.words, collector_id=scene.user.pk, **where,
    )  # fmt: skip
    newcomer = Newcomer.objects.create(
        incident=scene.incident, tube=tube, name=scene.words, phone="13900000000", **where
    )
    shared = {"tube": tube, "round_id": made.pk, "taken_at": when, "receipt": RECEIPT, **where}
    Sample.objects.create(seat=1, person=person, **shared)
    Sample.objects.create(seat=2, newcomer=newcomer, **shared)
    return tube, person, newcomer


def _code(scene: Scene, letter: str) -> str:
    """A code that no other scene has."""
    return f"{letter}{Tube.objects.count():04d}{scene.place % 10**15:015d}"
