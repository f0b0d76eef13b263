"""Every public action with a way to run it: made ready first, then run with one statement failing."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps

from gridward.kernel.access import actions as access
from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.assignments import actions as sending
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import parts
from gridward.kernel.erasing import actions as erasing
from gridward.kernel.erasing.tables import holders_of
from gridward.kernel.errors import NotFound
from gridward.kernel.exports import actions as exports
from gridward.kernel.figures import actions as figures
from gridward.kernel.incidents import actions as incidents
from gridward.kernel.journal import actions as journal
from gridward.kernel.journal.keeping import seal_all
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.models import Category
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.notices import actions as notices
from gridward.kernel.notices.models import Notice
from gridward.kernel.people import actions as people
from gridward.kernel.resources import actions as resources
from gridward.kernel.sheets import actions as sheets
from gridward.lines.hotline import actions as hotline
from gridward.web.chaos.nth import field_deeds
from gridward.web.chaos.nth.stage import DISTRICT, PHOTO, PLACE, Stage
from gridward.web.signin import actions as signin

Run = Callable[[], Any]
Deed = Callable[[Stage], Run]
_RESIDENT = public_actor("web")


def _then(make: Callable[[Stage], Any], act: Callable[[Stage, Any], Any]) -> Deed:
    """Make something ready, then act on it."""

    def ready(stage: Stage) -> Run:
        made = make(stage)
        return lambda: act(stage, made)

    return ready


def _now(act: Callable[[Stage], Any]) -> Deed:
    return lambda stage: lambda: act(stage)


def _need(act: Callable[[Stage, Any], Any]) -> Deed:
    return _then(Stage.need, act)


def _two(stage: Stage) -> Any:
    return stage.need(), stage.need()


def _other_categories(stage: Stage) -> None:
    Category.objects.update(name="别的")


def _sealed(stage: Stage) -> None:
    """With a journal that has nothing left to seal: that is done first, and stays done."""
    seal_all(stage.now)


def _closed(stage: Stage) -> list[str]:
    incidents.close_incident(SYSTEM, stage.incident.pk, stage.now)
    _sealed(stage)
    return holders_of(stage.incident.pk)


def _notice(stage: Stage) -> Notice:
    notices.to_users([stage.user.pk], "need.critical", PLACE, stage.now, category="x", code="y")
    return Notice.objects.latest("made_at")


def _decided(stage: Stage) -> Any:
    return exports.decide(stage.second, stage.asked().pk, stage.now, approved=True)


def _untold(_done: int, _total: int) -> None:
    """How far reading has come is noted at once, on purpose: it is not looked at here."""


_EVENT = "need.logged", "need", "1", PLACE
_NEEDS: dict[Any, Deed] = {
    needs.log: _now(lambda s: needs.log(s.officer, s.wanted(), s.now)),
    needs.serve: _need(lambda s, it: needs.serve(s.officer, it.pk, Evidence("已送到", PHOTO), s.now)),
    needs.refuse: _need(lambda s, it: needs.refuse(s.officer, it.pk, "重复", s.now)),
    needs.withdraw: _then(Stage.sent, lambda s, it: needs.withdraw(s.officer, it.need_id, "不需要了", s.now)),
    needs.reopen: _then(Stage.served, lambda s, it: needs.reopen(s.officer, it.pk, "没有送到", s.now)),
    needs.confirm: _then(Stage.served, lambda s, it: needs.confirm(s.officer, it.pk, s.now)),
    needs.join: _then(_two, lambda s, it: needs.join(s.officer, it[0].pk, it[1].pk, s.now)),
    needs.amend: _need(lambda s, it: needs.amend(s.officer, it.pk, {"words": "还缺油"}, s.now)),
    sending.assign: _need(lambda s, it: sending.assign(s.officer, it.pk, s.car.pk, s.now)),
    sending.progress: _then(Stage.sent, lambda s, it: sending.progress(
        s.officer, it.pk, AssignmentState.DONE, s.now, evidence=Evidence("已送到", PHOTO))),
}  # fmt: skip
_HOTLINE: dict[Any, Deed] = {
    hotline.take: _need(lambda s, it: hotline.take(s.officer, s.wanted(), s.now, join_into=it.pk)),
    hotline.ask: _now(lambda s: hotline.ask(_RESIDENT, s.wanted(), s.now)),
    hotline.assign: _need(lambda s, it: hotline.assign(s.officer, it.pk, s.car.pk, s.now)),
    hotline.answer: _need(lambda s, it: hotline.answer(s.officer, it.pk, "已答复", s.now)),
    hotline.refuse: _need(lambda s, it: hotline.refuse(s.officer, it.pk, "重复", s.now)),
    hotline.join: _then(_two, lambda s, it: hotline.join(s.officer, it[0].pk, it[1].pk, s.now)),
    hotline.release: _then(Stage.sent, lambda s, it: hotline.release(s.officer, it.pk, "改派", s.now)),
    hotline.go_on: _then(Stage.sent, lambda s, it: hotline.go_on(s.officer, it.pk, AssignmentState.ACCEPTED, s.now)),
    hotline.reopen_by_code: _then(
        Stage.served, lambda s, it: hotline.reopen_by_code(_RESIDENT, it.tracking_code, "没有送到", s.now)),
    hotline.confirm_by_code: _then(
        Stage.served, lambda s, it: hotline.confirm_by_code(_RESIDENT, it.tracking_code, s.now)),
    hotline.withdraw_by_code: _need(
        lambda s, it: hotline.withdraw_by_code(_RESIDENT, it.tracking_code, "不需要了", s.now)),
    hotline.count_visit: _now(lambda s: hotline.count_visit("somebody", 5, 60, s.now)),
    hotline.sweep_visits: _then(
        lambda s: hotline.count_visit("somebody", 5, 60, s.now),
        lambda s, _it: hotline.sweep_visits(s.now + timedelta(days=3))),
    hotline.load_categories: _then(_other_categories, lambda s, _it: hotline.load_categories(SYSTEM, now=s.now)),
    hotline.issue_key: _now(lambda s: hotline.issue_key(s.officer, "系统", "k" * 40, s.now)),
}  # fmt: skip
_REGISTERS: dict[Any, Deed] = {
    people.reveal: _then(Stage.person, lambda s, it: people.reveal(s.officer, it.pk, "送药", s.now)),
    people.change: _then(Stage.person, lambda s, it: people.change(s.officer, it.pk, {"phone": "13900000000"}, s.now)),
    resources.allot: _now(lambda s: resources.allot(s.officer, s.car.pk, PLACE, s.now)),
    resources.set_duty: _now(lambda s: resources.set_duty(s.officer, s.car.pk, "off", s.now)),
    resources.report_position: _now(lambda s: resources.report_position(s.officer, s.car.pk, 29.3, 106.2, s.now)),
    sheets.upload: _now(Stage.upload),
    sheets.map_columns: _then(
        Stage.uploaded, lambda s, it: sheets.map_columns(s.officer, it.pk, ["name", "", "address"], s.now)),
    sheets.ask_for_check: _then(Stage.uploaded, lambda s, it: sheets.ask_for_check(s.officer, it.pk, s.now)),
    sheets.check: _then(Stage.uploaded, lambda s, it: sheets.check(s.officer, it.pk, s.now, tell=_untold)),
    sheets.ask_to_apply: _then(
        Stage.checked, lambda s, it: sheets.ask_to_apply(s.officer, it.pk, s.now, good_rows_only=True)),
    sheets.apply: _then(Stage.checked, lambda s, it: sheets.apply(s.officer, it.pk, s.now, good_rows_only=True)),
    sheets.turn_down: _then(Stage.checked, lambda s, it: sheets.turn_down(s.officer, it.pk, s.now)),
    sheets.give_up: _then(Stage.checked, lambda s, it: sheets.give_up(it.pk, NotFound(), s.now)),
    exports.ask: _now(Stage.asked),
    exports.decide: _then(Stage.asked, lambda s, it: exports.decide(s.second, it.pk, s.now, approved=True)),
    exports.take: _then(_decided, lambda s, it: exports.take(s.officer, it.pk, io.BytesIO(), s.now)),
}  # fmt: skip
_HOUSE: dict[Any, Deed] = {
    access.make_administrator: _now(lambda _s: access.make_administrator("first", "a long password of ours")),
    access.give: _now(lambda s: access.give(s.officer, s.user.pk, "auditor", PLACE, s.now)),
    incidents.open_incident: _then(
        lambda s: incidents.close_incident(s.officer, s.incident.pk, s.now),
        lambda s, _it: incidents.open_incident(s.officer, "防汛", "Flood", "flood", DISTRICT, s.now)),
    incidents.close_incident: _now(lambda s: incidents.close_incident(s.officer, s.incident.pk, s.now)),
    figures.refresh: _need(lambda s, _it: figures.refresh(s.now)),
    figures.compute: _need(lambda s, _it: figures.compute([s.now.date()], s.now)),
    journal.record: _now(lambda s: journal.record(s.officer, [journal.Event(*_EVENT, s.now)] * 3)),
    notices.to_users: _now(lambda s: notices.to_users([s.user.pk], "need.critical", PLACE, s.now, code="x")),
    notices.to_desk: _now(lambda s: notices.to_desk(PLACE, "needs.assign", "need.critical", s.now, code="x")),
    notices.to_desks: _now(lambda s: notices.to_desks([(PLACE, "/", {"code": "x"})] * 2, "needs.assign",
                                                      "need.critical", s.now)),
    notices.mark_link_seen: _then(_notice, lambda s, it: notices.mark_link_seen(s.officer, it.link, s.now)),
    notices.mark_seen: _then(_notice, lambda s, it: notices.mark_seen(s.officer, [it.pk], s.now)),
    signin.write: _now(lambda s: signin.write(s.officer, "account.password_issued", s.user, s.now)),
    signin.issue_one_time: _now(lambda s: signin.issue_one_time(s.user, s.now)),
    signin.mark_one_time: _now(lambda s: signin.mark_one_time(s.user, s.now)),
    signin.settle_password: _then(
        lambda s: signin.mark_one_time(s.user, s.now), lambda s, _it: signin.settle_password(s.user)),
}  # fmt: skip
_FORGETTING: dict[Any, Deed] = {
    erasing.erase_incident: _then(
        _closed, lambda s, it: erasing.erase_incident(SYSTEM, s.incident.pk, it, s.now)),
    erasing.erase_person: _then(_sealed, lambda s, _it: erasing.erase_person(SYSTEM, s.own["person_id"], s.now)),
    erasing.erase_account: _then(_sealed, lambda s, _it: erasing.erase_account(SYSTEM, s.second.name, s.now)),
}  # fmt: skip
_LINES: dict[Any, Deed] = {
    action: lambda stage, ready=ready: ready(stage.scene()) for told in parts("DEEDS") for action, ready in told.items()
}
BY_THE_OWNER = frozenset(_FORGETTING)
DEEDS: dict[Any, Deed] = {**_NEEDS, **_HOTLINE, **_LINES, **field_deeds.FIELD, **_REGISTERS, **_HOUSE, **_FORGETTING}
ELSEWHERE = {
    "erase_again": "the other erasures, one after another", "erased_rows": "writes nothing",
    "install": "is load_categories", "forget": "files first, so that doing it again finishes it",
    "announce": "a part of record", "values_of": "writes nothing", "tokens_of": "writes nothing",
    "locked": "a part of every action on a need", "move": "a part of every action on a need",
    "by_code": "writes nothing", "running": "writes nothing", "is_one_time": "writes nothing",
    "has_run_out": "writes nothing", "note": "by the routes", "note_failure": "by the routes",
    "rotate": "by the routes", "end_sessions": "by the routes", "end_all": "by the routes",
    "sweep": "one statement after another, each of its own", "mark_seen": "one statement",
    **field_deeds.EXCUSED,
    **{name: why for told in parts("EXCUSED") for name, why in told.items()},
}  # fmt: skip
"""Public names in `actions.py` that are not run here, and why."""


def left_out() -> list[str]:
    """Public actions of the house that nobody runs here and nobody excused."""
    return [
        f"{action.__module__}.{action.__name__}"
        for action in _actions()
        if action not in DEEDS and not {action.__name__, action.__module__.split(".")[-2]} & ELSEWHERE.keys()
    ]


def _actions() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if not config.name.startswith("gridward."):
            continue
        written = (*Path(config.path).rglob("actions.py"), *Path(config.path).rglob("actions/*.py"))
        for path in sorted(one for one in written if one.name != "__init__.py"):
            parts = path.relative_to(config.path).with_suffix("").parts
            module = import_module(".".join([config.name, *parts]))
            for _name, found in inspect.getmembers(module, inspect.isfunction):
                if found.__module__ == module.__name__ and not found.__name__.startswith("_"):
                    yield found
