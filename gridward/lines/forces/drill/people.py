"""Teams, volunteers and attendance in a drill, in the leak matrix and before a failing database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.access.models import User
from gridward.kernel.address import Level, at_level
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.drills import Day, Ground, Login, Scene
from gridward.kernel.ids import new_id
from gridward.kernel.needs.models import Category
from gridward.kernel.sync.records import Item
from gridward.lines.forces.actions import (
    admission,
    attendance,
    certificates,
    invitations,
    joining,
    leaving,
    teams,
    volunteers,
)
from gridward.lines.forces.actions.attendance import CHECK_IN, CHECK_OUT
from gridward.lines.forces.actions.volunteers import Application
from gridward.lines.forces.drill.bodies import make_bodies
from gridward.lines.forces.models import Invitation, JoiningRules, Post, ShiftTime, Team, Volunteer
from gridward.lines.forces.queries.attendance import post_code

COME, LATE_SYNC = 0.95, 0.03
"""The share of those rostered who come, and of their marks that arrive hours later."""
_SETTLE = timedelta(minutes=10)
_PHONE = public_actor("web")
# Who is rostered for the shifts that begin, or end, in a stretch of time. Relies on post_shift_starts.
_ROSTERED = """
    SELECT one.id, shift.post_id, shift.starts_at, shift.ends_at
    FROM forces_postshift AS shift
    JOIN kernel_assignment AS sent ON sent.need_id = shift.need_id AND sent.state IN ('offered', 'accepted')
    JOIN forces_volunteer AS one ON one.resource_id = sent.resource_id AND one.state = 'admitted'
    WHERE shift.starts_at >= %s AND shift.starts_at < %s
    ORDER BY one.id
"""


def logins(ground: Ground) -> list[Login]:
    """The volunteer desk, and a volunteer with an account."""
    first = ground.communities[0].address
    return [
        Login("volunteers", "forces.volunteers", at_level(first, Level.DISTRICT), "志愿者调度专班"),
        Login("member", "forces.member", first, "社区志愿者"),
    ]


def furnish(ground: Ground, now: datetime) -> None:
    """The rules for joining, organisations and teams with their members, and some who wait at the desk."""
    joining.install_rules(now - timedelta(days=3))
    make_bodies(ground, now)
    first = ground.communities[0].address
    for number in range(12):
        wanted = Application(
            ground.incident_id, f"{'赵钱孙李周吴'[number % 6]}{'晓文静宁安然'[number % 5]}", f"1990000{number:04d}",
            first, born_on=date(1980 + number, 3, 1 + number), skills=("register",) if number % 2 else ("driving",),
        )  # fmt: skip
        volunteers.apply(_PHONE, wanted, now - timedelta(minutes=17 * number))
    account, mine = User.objects.filter(username="member").first(), Volunteer.objects.filter(state="admitted").first()
    if account is not None and mine is not None:
        mine.account = account
        mine.save(update_fields=["account"])


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Whoever is rostered comes and goes, most of them, and some phones send it hours later."""
    rng = np.random.default_rng([ground.seed, 52])
    on = local_day(start)
    while day_bounds(on)[0] < end:
        for shift in ShiftTime.objects.all():
            begins = day_bounds(on)[0] + timedelta(minutes=shift.start_min)
            if start <= begins < end:
                day.at(begins + _SETTLE, _coming(day, begins, rng))
        on += timedelta(days=1)


def _coming(day: Day, begins: datetime, rng: np.random.Generator) -> Callable[[datetime], None]:
    def come(now: datetime) -> None:
        with connection.cursor() as query:
            query.execute(_ROSTERED, [begins, begins + timedelta(minutes=1)])
            rows = [row for row in query.fetchall() if rng.random() < COME]
        people = Volunteer.objects.in_bulk([row[0] for row in rows])
        late = rng.random(len(rows)) < LATE_SYNC
        came = [(row[0], _said(CHECK_IN, row[1], begins + _minutes(rng, -14, 9))) for row in rows]
        _send(people, [said for said, held in zip(came, late, strict=True) if not held], now)
        for ends in {row[3] for row in rows}:
            leaving = [row for row in rows if row[3] == ends]
            day.at(ends + _SETTLE, lambda then, leaving=leaving, ends=ends: _go(people, leaving, ends, then, rng))
        held = [said for said, held in zip(came, late, strict=True) if held]
        day.at(now + timedelta(hours=3), lambda then: _send(people, held, then))

    return come


def _go(people: dict[Any, Volunteer], rows: list[Any], ends: datetime, now: datetime, rng: np.random.Generator) -> None:
    _send(people, [(row[0], _said(CHECK_OUT, row[1], ends + _minutes(rng, -4, 9))) for row in rows], now)


def _minutes(rng: np.random.Generator, low: int, high: int) -> timedelta:
    return timedelta(minutes=float(rng.uniform(low, high)))


def _said(kind: str, post_id: UUID, at: datetime) -> Item:
    return Item(new_id(at), kind, {"post": post_code(post_id)}, UUID(int=1), 1, None, at, 0.0, b"")


def _send(people: dict[Any, Volunteer], said: list[tuple[Any, Item]], now: datetime) -> None:
    attendance.keep_marks(_PHONE, [(people[key], item) for key, item in said], now)


# One of everything at a place, for those who look for leaks.


def settle(scene: Scene) -> dict[str, str]:
    """A team, a volunteer who served, their stay and their codes, at one place."""
    joining.install_rules(scene.now)
    team = teams.found(SYSTEM, _founding(scene), scene.now)
    one = _admitted(scene)
    volunteers.change(SYSTEM, one.pk, {"team": team, "guardian": scene.words}, scene.now)
    post = _post(scene)
    mark = attendance.note(SYSTEM, one.pk, "in", post.pk, scene.now)
    asked = _asked(scene, one)
    return {
        "invitation_id": str(asked.pk),
        "team_id": str(team.pk),
        "volunteer_id": str(one.pk),
        "personal_code": Volunteer.objects.get(pk=one.pk).code,
        "post_code": post_code(post.pk),
        "stay_id": str(mark.pk),
    }


def _asked(scene: Scene, one: Volunteer) -> Invitation:
    invitations.invite(SYSTEM, [one.pk], scene.place, scene.words, scene.now)
    return Invitation.objects.get(volunteer=one)


def _founding(scene: Scene) -> teams.Founding:
    return teams.Founding(
        Team.Kind.VANGUARD, f"{scene.words}突击队", scene.place, local_day(scene.now), leader=scene.words
    )


def _application(scene: Scene, name: str = "") -> Application:
    return Application(
        scene.incident.pk, name or scene.words, "19900001234", scene.place, born_on=date(1990, 3, 7),
        guardian=scene.words,
    )  # fmt: skip


def _post(scene: Scene) -> Post:
    category = _any_category()
    known = Post.objects.filter(address=scene.place, name=scene.words).first()
    return known or Post.objects.create(
        incident=scene.incident, address=scene.place, category=category, name=scene.words,
        active_from=local_day(scene.now), stated_at=scene.now,
    )  # fmt: skip


def _any_category() -> Any:
    return Category.objects.order_by("key").first()


def _applied(scene: Scene) -> Volunteer:
    return volunteers.apply(_PHONE, _application(scene), scene.now)


def _checked(scene: Scene) -> Volunteer:
    joining.install_rules(scene.now)
    return admission.check_identity(SYSTEM, _applied(scene).pk, scene.now)


def _admitted(scene: Scene) -> Volunteer:
    return admission.admit(SYSTEM, _checked(scene).pk, scene.now)


def _served(scene: Scene) -> Volunteer:
    one, post = _admitted(scene), _post(scene)
    attendance.note(SYSTEM, one.pk, "in", post.pk, scene.now - timedelta(hours=3))
    attendance.note(SYSTEM, one.pk, "out", post.pk, scene.now)
    return one


def _mine(scene: Scene) -> Volunteer:
    one = _admitted(scene)
    one.account_id = scene.officer.user_id
    one.save()
    return one


def _item(scene: Scene, kind: str) -> Item:
    return Item(new_id(scene.now), kind, {"post": post_code(_post(scene).pk)}, new_id(), 1, None, scene.now, 0.0, b"")


def _other_rules(scene: Scene) -> None:
    joining.install_rules(scene.now)
    JoiningRules.objects.update(minimum_age=15)


def _then(ready: Callable[[Scene], Any], run: Callable[[Scene, Any], Any]) -> Callable[[Scene], Callable[[], Any]]:
    """What is made ready first, and the action then run on it."""

    def deed(scene: Scene) -> Callable[[], Any]:
        made = ready(scene)
        return lambda: run(scene, made)

    return deed


def _team(scene: Scene) -> Team:
    return teams.found(SYSTEM, _founding(scene), scene.now)


def _with_item(kind: str) -> Callable[[Scene], Any]:
    return lambda scene: (_mine(scene), _item(scene, kind))


DEEDS: dict[Any, Any] = {
    volunteers.apply: _then(lambda s: None, lambda s, _it: volunteers.apply(_PHONE, _application(s), s.now)),
    volunteers.count_visit: _then(lambda s: None, lambda s, _it: volunteers.count_visit("somebody", 5, 60, s.now)),
    volunteers.change: _then(
        _admitted, lambda s, it: volunteers.change(SYSTEM, it.pk, {"skills": ["driving"]}, s.now)),
    volunteers.change_own: _then(
        _admitted, lambda s, it: volunteers.change_own(_PHONE, it.code, {"skills": ["driving"]}, s.now)),
    admission.admit: _then(_checked, lambda s, it: admission.admit(SYSTEM, it.pk, s.now)),
    admission.admit_all: _then(_checked, lambda s, it: admission.admit_all(SYSTEM, [it.pk], s.now)),
    admission.refuse: _then(_applied, lambda s, it: admission.refuse(SYSTEM, it.pk, "名额已满", s.now)),
    admission.pause: _then(_admitted, lambda s, it: admission.pause(SYSTEM, it.pk, s.now)),
    admission.check_identity: _then(_applied, lambda s, it: admission.check_identity(SYSTEM, it.pk, s.now)),
    admission.mark_trained: _then(_admitted, lambda s, it: admission.mark_trained(SYSTEM, [it.pk], s.now)),
    invitations.invite: _then(
        _admitted, lambda s, it: invitations.invite(SYSTEM, [it.pk], s.place, s.words, s.now)),
    invitations.answer: _then(
        lambda s: (one := _admitted(s), _asked(s, one)),
        lambda s, it: invitations.answer(_PHONE, it[0].code, it[1].pk, s.now, comes=True)),
    leaving.leave: _then(_admitted, lambda s, it: leaving.leave(_PHONE, it.code, s.now, forget=True)),
    leaving.dismiss: _then(_admitted, lambda s, it: leaving.dismiss(SYSTEM, it.pk, s.now, forget=True)),
    teams.found: _then(lambda s: None, lambda s, _it: teams.found(SYSTEM, _founding(s), s.now)),
    teams.change: _then(_team, lambda s, it: teams.change(SYSTEM, it.pk, {"leader": "王"}, s.now)),
    teams.close: _then(_team, lambda s, it: teams.close(SYSTEM, it.pk, "任务完成", s.now)),
    joining.load_rules: _then(_other_rules, lambda s, _it: joining.load_rules(SYSTEM, s.now)),
    attendance.check_in: _then(
        _with_item(CHECK_IN), lambda s, it: attendance.check_in(s.officer, [it[1]], s.now)),
    attendance.check_out: _then(
        _with_item(CHECK_OUT), lambda s, it: attendance.check_out(s.officer, [it[1]], s.now)),
    attendance.keep_marks: _then(
        _with_item(CHECK_IN), lambda s, it: attendance.keep_marks(_PHONE, [(it[0], it[1])], s.now)),
    attendance.note: _then(
        lambda s: (_admitted(s), _post(s)),
        lambda s, it: attendance.note(SYSTEM, it[0].pk, "in", it[1].pk, s.now)),
    attendance.close_forgotten: _then(
        lambda s: attendance.note(SYSTEM, _admitted(s).pk, "in", _post(s).pk, s.now - timedelta(hours=20)),
        lambda s, _it: attendance.close_forgotten(s.now)),
    certificates.issue_own: _then(_served, lambda s, it: certificates.issue_own(_PHONE, it.code, s.now)),
    certificates.issue: _then(_served, lambda s, it: certificates.issue(SYSTEM, it.pk, s.now)),
}  # fmt: skip
EXCUSED = {
    "install": "is load_rules", "install_rules": "is load_rules", "new_badge": "writes nothing",
    "new_code": "writes nothing", "keep": "a part of apply and check_identity", "step": "writes nothing",
    "serve_where_said": "a part of change", "list_erased": "a part of every forgetting",
}  # fmt: skip
