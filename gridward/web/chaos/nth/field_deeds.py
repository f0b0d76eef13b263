"""The field's actions, made ready to run with one statement failing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import Grant
from gridward.kernel.address import text
from gridward.kernel.ids import new_id
from gridward.kernel.sync.access import Door, door_of
from gridward.kernel.sync.actions import collecting, devices, forms, receiving, settling
from gridward.kernel.sync.canonical import digest_of
from gridward.kernel.sync.models import FieldForm
from gridward.kernel.sync.records import Item
from gridward.kernel.sync.rules import read_batch
from gridward.web.chaos.leaks import field_rows
from gridward.web.chaos.nth.stage import PLACE, Stage

Deed = Callable[[Stage], Callable[[], Any]]
_BODY = {"form": "visit", "address": text(PLACE), "answers": {"met": "yes"}}


def _device(stage: Stage) -> Any:
    """An enrolled phone of the officer's account, which may report."""
    Grant.objects.get_or_create(user=stage.user, role="field", address=PLACE, incident=None)
    forms.install(stage.now)
    return devices.enrol(devices.offer(stage.officer, "红米", stage.now).code, stage.now)


def _door(stage: Stage) -> Door:
    return door_of(_device(stage).token)


def _item(stage: Stage, door: Door) -> Item:
    return Item(new_id(), "field.form", _BODY, door.device_id, 1, None, stage.now, 0.0, digest_of(_BODY))


def _enrol(stage: Stage) -> Callable[[], Any]:
    code = devices.offer(stage.officer, "红米", stage.now).code
    return lambda: devices.enrol(code, stage.now)


def _revoke(stage: Stage) -> Callable[[], Any]:
    device = _device(stage).device
    return lambda: devices.revoke(stage.officer, device.pk, stage.now, lost=True)


def _confirm(stage: Stage) -> Callable[[], Any]:
    made = _device(stage)
    devices.revoke(stage.officer, made.device.pk, stage.now, lost=True)
    door = door_of(made.token)
    return lambda: devices.confirm_wiped(door, stage.now)


def _receive(stage: Stage) -> Callable[[], Any]:
    door = _door(stage)
    now_ms = int(stage.now.timestamp() * 1000)
    items = [
        {"id": str(new_id()), "sequence": at, "type": "field.form", "base": None, "at_ms": now_ms, "offset_ms": None,
         "digest": digest_of(body).hex(), "body": body}
        for at, body in enumerate((_BODY, {**_BODY, "answers": {}}), start=1)
    ]  # fmt: skip
    batch = read_batch({"epoch": door.epoch, "sent_ms": now_ms, "items": items}, stage.now.timestamp())
    return lambda: receiving.receive(door, batch, stage.now, careful=True)


def _submit(stage: Stage) -> Callable[[], Any]:
    door = _door(stage)
    said = f"""<data id="visit"><place>{text(PLACE)}</place><answers><met>yes</met></answers>
        <meta><instanceID>uuid:{new_id()}</instanceID></meta></data>"""
    return lambda: collecting.submit(door, said.encode(), {}, stage.now)


def _enrol_collect(stage: Stage) -> Callable[[], Any]:
    device = devices.offer(stage.officer, "红米", stage.now).device
    return lambda: devices.enrol_collect(stage.officer, device.pk, stage.now)


def _keep(stage: Stage) -> Callable[[], Any]:
    door = _door(stage)
    item = _item(stage, door)
    return lambda: forms.keep(door.actor, [item], stage.now)


def _load(stage: Stage) -> Callable[[], Any]:
    forms.install(stage.now)
    FieldForm.objects.update(title="别的")
    return lambda: forms.load_forms(SYSTEM, stage.now, Path(forms.EXAMPLE))


def _settle(stage: Stage) -> Callable[[], Any]:
    from uuid import UUID

    record_id = UUID(field_rows.settle(stage.scene())["record_id"])
    return lambda: settling.settle(SYSTEM, record_id, "已核实", stage.now)


FIELD: dict[Any, Deed] = {
    devices.offer: lambda stage: lambda: devices.offer(stage.officer, "红米", stage.now),
    devices.enrol: _enrol,
    devices.enrol_collect: _enrol_collect,
    devices.revoke: _revoke,
    devices.confirm_wiped: _confirm,
    receiving.receive: _receive,
    collecting.submit: _submit,
    forms.keep: _keep,
    forms.load_forms: _load,
    settling.settle: _settle,
}
"""`read` writes nothing; `install` is `load_forms`."""
EXCUSED = {"read": "writes nothing"}
