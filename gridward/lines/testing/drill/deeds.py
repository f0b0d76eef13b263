"""Every public action of the line, made ready and run: what the failing database is tried on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.drills import Scene
from gridward.lines.testing.actions import (
    custody,
    exchange,
    laboratories,
    receiving,
    results,
    rounds,
    setting_up,
    tubes,
)
from gridward.lines.testing.drill import phones
from gridward.lines.testing.drill.scene import Made, make
from gridward.lines.testing.models import Box, RoundRule
from gridward.lines.testing.queries.outcome import facts_of
from gridward.lines.testing.rules import fhir

Run = Callable[[], Any]


def _tubes(scene: Scene) -> Run:
    made = make(scene)
    people = [(made.person.pk, scene.place)]
    items = [phones.tube(made.round, made.point, code, people, scene.now) for code in ("T-NEW-1", "T-NEW-2")]
    named = dict(items[0].body)
    named["tube"] = "T-NEW-3"
    named["samples"] = [
        {"name": "周远", "phone": "13900001111", "address": f"{scene.place:019d}", "at": phones.said(scene.now)}
    ]
    taken = {**items[0].body, "tube": made.tube.code}
    items += [phones.item("testing.tube", one, scene.now) for one in (named, taken)]
    return lambda: tubes.store_tubes(scene.officer, items, scene.now)


def _boxes(scene: Scene) -> Run:
    made = make(scene)
    items = [phones.box(made.round, made.point, "B-NEW", seal, ["T-NEW-1"], scene.now) for seal in ("S-NEW", "S-NEW-2")]
    return lambda: custody.store_boxes(scene.officer, items, scene.now)


def _refusals(scene: Scene) -> Run:
    made = make(scene)
    items = [phones.refusal(made.round, made.person.pk, scene.place, scene.now, "发热")]
    return lambda: custody.store_refusals(scene.officer, items, scene.now)


def _custody(scene: Scene) -> Run:
    items = [phones.handover("S-NEW", "taken", scene.place, scene.now)]
    return lambda: custody.store_custody(scene.officer, items, scene.now)


def _packed(scene: Scene) -> tuple[Made, Box]:
    made = make(scene)
    item = phones.box(made.round, made.point, "B-NEW", "S-READY", [made.tube.code, "T-MISSING"], scene.now)
    custody.store_boxes(SYSTEM, [item], scene.now)
    return made, Box.objects.get(pk=item.id)


def _giving(scene: Scene) -> Run:
    items = [phones.giving("S-NEW", scene.place, scene.now)]
    return lambda: custody.store_giving(scene.officer, items, scene.now)


def _received(scene: Scene) -> Run:
    made, box = _packed(scene)
    codes = [made.tube.code, "T-SURPLUS"]
    return lambda: receiving.receive_box(scene.officer, made.laboratory.pk, box.seal, codes, scene.now, intact=False)


def _bound(scene: Scene) -> Run:
    made, box = _packed(scene)
    return lambda: laboratories.bind_boxes(scene.officer, {box.pk: made.laboratory.pk}, scene.now)


def _taken(scene: Scene) -> Run:
    _made, box = _packed(scene)
    return lambda: laboratories.take_box(scene.officer, box.pk, scene.now)


def _plate(scene: Scene) -> Run:
    made = make(scene)
    return lambda: receiving.set_plate(
        scene.officer, made.laboratory.pk, "P-NEW", [made.tube.code], scene.now, made.instrument.pk
    )


def _file(scene: Scene) -> Run:
    made = make(scene)
    plate = receiving.set_plate(SYSTEM, made.laboratory.pk, "P-READY", [made.tube.code], scene.now, made.instrument.pk)
    rows = phones.plate_rows(plate.layout, {made.tube.code})
    return lambda: results.take_file(scene.officer, plate.pk, rows, scene.now)


def _hand(scene: Scene) -> Run:
    made = make(scene)
    return lambda: results.read_by_hand(scene.officer, made.laboratory.pk, made.tube.code, "negative", scene.now)


def _second(scene: Scene) -> Run:
    made = make(scene)
    reading = results.read_by_hand(scene.officer, made.laboratory.pk, made.tube.code, "negative", scene.now)
    return lambda: results.read_again(scene.second, reading.pk, "negative", scene.now)


def _list(scene: Scene) -> Run:
    made = make(scene)
    rows = [["管号", "结果"], [made.tube.code, "阴性"]]
    return lambda: exchange.take_list(scene.officer, made.laboratory.pk, rows, scene.now)


def _bundle(scene: Scene) -> Run:
    made = make(scene)
    told = fhir.bundle_of(_concluded(facts_of(made.tube)))
    return lambda: exchange.take_bundle(scene.officer, made.laboratory.pk, told, scene.now)


def _concluded(facts: fhir.TubeFacts) -> fhir.TubeFacts:
    return fhir.TubeFacts(**{**facts.__dict__, "verdict": fhir.Verdict.NEGATIVE, "verdict_at": facts.closed_at})


def _opened(scene: Scene) -> Run:
    make(scene)
    wanted = rounds.WantedRound(scene.place, "everybody", scene.now.date())
    return lambda: rounds.open_round(scene.officer, wanted, scene.now)


def _closed(scene: Scene) -> Run:
    made = make(scene)
    return lambda: rounds.close_round(scene.officer, made.round.pk, scene.now)


def _completed(scene: Scene) -> Run:
    made = make(scene)
    return lambda: rounds.complete_newcomer(scene.officer, made.newcomer.pk, made.person.pk, scene.now)


def _lent(scene: Scene) -> Run:
    made = make(scene)
    lending = laboratories.Lending(made.staff.institution_id, "检验员", "扩增检测", scene.now.date())
    return lambda: laboratories.lend(scene.officer, made.laboratory.pk, lending, scene.now)


def _shift(scene: Scene) -> Run:
    made = make(scene)
    until = scene.now + timedelta(hours=8)
    return lambda: laboratories.set_shift(scene.officer, made.staff.pk, scene.now, until, scene.now)


def _gift(scene: Scene) -> Run:
    made = make(scene)
    return lambda: laboratories.note_gift(scene.officer, made.laboratory.pk, "商会", "饮用水", 100, scene.now)


def _loaded(scene: Scene) -> Run:
    RoundRule.objects.update(pool_size=1)
    return lambda: setting_up.load_configuration(SYSTEM, scene.now)


DEEDS = {
    tubes.store_tubes: _tubes,
    custody.store_boxes: _boxes,
    custody.store_custody: _custody,
    custody.store_giving: _giving,
    custody.store_refusals: _refusals,
    receiving.receive_box: _received,
    receiving.set_plate: _plate,
    results.take_file: _file,
    results.read_by_hand: _hand,
    results.read_again: _second,
    exchange.take_list: _list,
    exchange.take_bundle: _bundle,
    rounds.open_round: _opened,
    rounds.close_round: _closed,
    rounds.complete_newcomer: _completed,
    laboratories.bind_boxes: _bound,
    laboratories.take_box: _taken,
    laboratories.lend: _lent,
    laboratories.set_shift: _shift,
    laboratories.note_gift: _gift,
    setting_up.load_configuration: _loaded,
}
EXCUSED = {
    "conclude": "a part of take_file, read_again, take_list and take_bundle",
    "open_recalls": "a part of conclude",
    "settle_recalls": "a part of conclude",
    "answer_recalls": "a part of store_tubes",
    "note_wrong_tubes": "a part of store_tubes",
    "known_by_number": "writes nothing",
    "keep": "a part of store_tubes",
    "laboratory_of": "writes nothing",
    "bad_row": "writes nothing",
}
