"""A phone in the field and what it said, for both sides of the leak matrix."""

from __future__ import annotations

from gridward.kernel.drills import Scene
from gridward.kernel.ids import new_id
from gridward.kernel.sync.actions import devices
from gridward.kernel.sync.models import Device, Record
from gridward.kernel.sync.records import Outcome


def settle(scene: Scene) -> dict[str, str]:
    """A device with a code, a report, and a record in conflict; the parameters of their routes, by name."""
    device = devices.offer(scene.officer, scene.words, scene.now).device
    Device.objects.filter(pk=device.pk).update(address=scene.place, epoch=1)
    rows = [
        Record.objects.create(
            id=new_id(scene.now), device=device, user=scene.user, incident=scene.incident, epoch=1, sequence=at,
            type="field.form", digest=b"\0" * 32, outcome=outcome, reason="", words=scene.words, address=scene.place,
            body=f'{{"form":"visit","answers":{{"note":"{scene.words}"}}}}', at=scene.now, received_at=scene.now,
            skew_s=0.0,
        )
        for at, outcome in enumerate((Outcome.STORED, Outcome.CONFLICT), start=1)
    ]  # fmt: skip
    return {"device_id": str(device.pk), "record_id": str(rows[1].pk), "part": "places", "form_key": "visit"}
