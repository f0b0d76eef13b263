"""What only the other town has: rows of every kind, by its own people, with words and ids nobody else may meet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import span
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Scene, settled
from gridward.kernel.exports.actions import ask
from gridward.kernel.incidents.models import Incident
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.sheets.actions import upload
from gridward.web.chaos.leaks import field_rows

WORDS, PHONE = "鵺鷟", "19970000001"
ACCOUNT = "leak-of-the-other-town"
_NO_CODE = "H00000000"
_JPEG = b"\xff\xd8\xff\xe0"


def hidden_id(number: int) -> UUID:
    """One of the ids that nothing but the other town's rows have."""
    return UUID(int=(0x01850000 << 96) + (7 << 76) + (8 << 60) + number)


NEED, PERSON, RESOURCE = (hidden_id(number) for number in range(3))


def settle(place: int, now: datetime) -> dict[str, str]:
    """Let the other town live: people, a vehicle with its crew, needs in every state, proof, an import, an export.

    Returns what an outsider might have overheard: ids and codes of its rows, by the name that routes give them.
    """
    incident, worker = Incident.objects.get(closed_at=None), User.objects.get(username=ACCOUNT)
    Grant.objects.create(user=worker, role="headquarters", address=place)
    officer = actor_of(worker)
    Person.objects.create(
        id=PERSON, incident=incident, name=WORDS, phone=PHONE, address=place, traits=["dialysis"],
        tokens=tokens_of(WORDS, PHONE, "", incident.pk),
    )  # fmt: skip
    car = Resource.objects.create(id=RESOURCE, kind="hotline.emergency_vehicle", name=WORDS, address=place)
    CrewMember.objects.create(resource=car, user=worker)
    logged = [
        needs.log(SYSTEM, needs.Wanted(incident.pk, "food", place, WORDS, "phone", caller_name=WORDS,
                                       caller_phone=PHONE, id=key), now)
        for key in (NEED, None, None)
    ]  # fmt: skip
    needs.refuse(officer, logged[1].pk, WORDS, now)
    sent = assign(officer, logged[2].pk, car.pk, now)
    progress(officer, sent.pk, AssignmentState.DONE, now, evidence=Evidence(WORDS, _JPEG + WORDS.encode()))
    asked = ask(officer, "people", "csv", span(place), WORDS, now)
    run = upload(officer, "people", f"{WORDS}.csv", [f"姓名\n{WORDS}\n".encode()], now)
    proof = logged[2].proofs.first()
    assert proof is not None
    scene = Scene(place, incident, worker, officer, SYSTEM, WORDS, now)
    return {
        # A code is a key of its own: whoever holds it is let in. Nobody overheard one.
        **{name: _NO_CODE if name.endswith("_code") else value for name, value in settled(scene).items()},
        **field_rows.settle(scene),
        "need_id": str(NEED), "person_id": str(PERSON), "resource_id": str(RESOURCE), "assignment_id": str(sent.pk),
        "proof_id": str(proof.pk), "request_id": str(asked.pk), "run_id": str(run.pk),
        "code": _NO_CODE,
    }  # fmt: skip
