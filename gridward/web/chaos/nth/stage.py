"""What the actions act on: one community with people, needs in several states, a vehicle, an import, an export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.models import User
from gridward.kernel.address import from_code, span
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Scene
from gridward.kernel.exports.actions import ask
from gridward.kernel.incidents.models import Incident
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.people.models import Person
from gridward.kernel.resources.models import Resource
from gridward.kernel.sheets import actions as sheets
from gridward.kernel.sheets.models import ImportRun

PLACE = from_code("500116001002")
DISTRICT = from_code("500116")
PHOTO = b"\xff\xd8\xff\xe0" + b"photo"
_SHEET = "姓名,电话,住址\n王芳,13800000001,几江街道南门社区\n李强,13800000002,几江街道南门社区\n".encode()


@dataclass(frozen=True)
class Stage:
    """Who acts, on what, when."""

    now: datetime
    incident: Incident
    officer: Actor
    second: Actor
    user: User
    car: Resource
    own: dict[str, str]
    """What routes may be asked for, by the name they give it."""

    def scene(self) -> Scene:
        """The same, as a line's own deeds see it."""
        return Scene(PLACE, self.incident, self.user, self.officer, self.second, "南门社区", self.now)

    def need(self) -> Need:
        """A need that waits."""
        return needs.log(self.officer, self.wanted(), self.now)

    def wanted(self, key: UUID | None = None) -> needs.Wanted:
        """What a caller says."""
        return needs.Wanted(self.incident.pk, "medical_emergency", PLACE, "家里没有米了", "phone", caller_name="王芳",
                            caller_phone="13800000001", id=key)  # fmt: skip

    def sent(self) -> Any:
        """A need that the vehicle was sent to: the assignment."""
        return assign(SYSTEM, self.need().pk, self.car.pk, self.now)

    def served(self) -> Need:
        """A need that was served, with proof."""
        sent = self.sent()
        progress(self.officer, sent.pk, AssignmentState.DONE, self.now, evidence=Evidence("已送到", b""))
        return Need.objects.get(pk=sent.need_id)

    def uploaded(self) -> ImportRun:
        """A file of two people."""
        return sheets.upload(self.officer, "people", "名单.csv", [_SHEET], self.now)

    def checked(self) -> ImportRun:
        """That file, looked at."""
        return sheets.check(self.officer, self.uploaded().pk, self.now)

    def upload(self) -> None:
        """Take the file in."""
        self.uploaded()

    def asked(self) -> Any:
        """A list somebody asked for."""
        return ask(self.officer, "people", "csv", span(PLACE), "核对", self.now)

    def person(self) -> Person:
        """Somebody who lives there."""
        return Person.objects.create(name="赵六", phone="13800000009", address=PLACE, incident=self.incident)
