"""Something of everything about duty at one place, and every action on it: to look for leaks, to have it fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import Level, span, step
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.planned import (
    Sending,
    arrive_planned,
    assign_planned,
    finish_planned,
    release_planned,
)
from gridward.kernel.clock import local_day
from gridward.kernel.drills import Scene
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.needs.scheduled import Scheduled, end_scheduled, log_scheduled
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.plans.models import Plan
from gridward.kernel.resources.models import Resource
from gridward.lines.forces.actions import lacks, mending, posts, reinforcement, rosters, swaps
from gridward.lines.forces.models import (
    RESOURCE_KINDS,
    Delivery,
    Post,
    PostShift,
    RosterRequest,
    ShiftTime,
    Swap,
    Volunteer,
)

Deed = Callable[[Scene], Callable[[], Any]]
_HEADS = {"early": 2, "late": 1}


@dataclass(frozen=True)
class Duty:
    """A post of a place with its shifts of tomorrow, and two people who could hold it."""

    post: Post
    day: date
    first: Volunteer
    second: Volunteer

    @property
    def shift(self) -> PostShift:
        """The early one."""
        return PostShift.objects.get(post=self.post, day=self.day, shift_id="early")


def _configured(scene: Scene) -> None:
    posts.install(scene.now)
    lacks.install(scene.now)


def _located(place: int) -> None:
    Area.objects.filter(pk=place, latitude=None).update(latitude=29.29, longitude=106.25)


def _person(scene: Scene, kind: str = "volunteer", place: int | None = None) -> Volunteer:
    badge, home = tracking_code()[:8], place or scene.place
    resource = Resource.objects.create(kind=RESOURCE_KINDS[kind], name=badge, address=home)
    day = local_day(scene.now)
    return Volunteer.objects.create(
        incident=scene.incident, kind=kind, state="admitted", badge=badge, name=scene.words, address=home,
        latitude=29.29, longitude=106.25, born_on=date(1990, 3, 7), trained_on=day, checked_at=scene.now,
        insured_until=day + timedelta(days=90), applied_at=scene.now, resource=resource,
    )  # fmt: skip


def duty(scene: Scene) -> Duty:
    """The post, its shifts and its people."""
    _configured(scene)
    _located(scene.place)
    post = posts.state_post(
        SYSTEM, scene.place, "forces.gate", scene.words, _HEADS, scene.now, latitude=29.29, longitude=106.25
    )
    day = local_day(scene.now) + timedelta(days=1)
    posts.make_day(SYSTEM, span(scene.place), day, scene.now)
    return Duty(post, day, _person(scene), _person(scene))


def _planned(scene: Scene) -> tuple[Duty, Plan]:
    one = duty(scene)
    return one, rosters.propose(SYSTEM, scene.place, one.day, 1, scene.now)


def _rostered(scene: Scene) -> tuple[Duty, Assignment]:
    one, plan = _planned(scene)
    rosters.approve(SYSTEM, plan.pk, scene.now)
    sent = Assignment.objects.filter(plan_id=plan.pk, resource__volunteer__isnull=False).order_by("pk").first()
    assert sent is not None
    return one, sent


def _giver(sent: Assignment) -> Volunteer:
    return Volunteer.objects.get(resource_id=sent.resource_id)


def _swap(scene: Scene) -> Swap:
    _duty, sent = _rostered(scene)
    return swaps.offer(SYSTEM, _giver(sent), sent.need_id, scene.now)


def _spare(scene: Scene) -> tuple[Duty, int]:
    """A post without its people, and a teacher of the next community who stands nowhere."""
    one = duty(scene)
    Resource.objects.filter(pk__in=[one.first.resource_id, one.second.resource_id]).update(duty="off")
    above = scene.place - scene.place % step(Level.TOWN)
    next_door = scene.place + step(Level.COMMUNITY)
    Area.objects.get_or_create(
        pk=next_door,
        defaults={"address_end": span(next_door).high, "level": Level.COMMUNITY, "parent": above,
                  "name": f"{scene.words}邻", "latitude": 29.3, "longitude": 106.26},
    )  # fmt: skip
    _located(next_door)
    _person(scene, "teacher", next_door)
    return one, above


def _reinforcing(scene: Scene) -> Plan:
    one, above = _spare(scene)
    return reinforcement.propose(SYSTEM, above, one.day, scene.now)


def _lack(scene: Scene) -> Organisation:
    _configured(scene)
    _located(scene.place)
    lacks.state_lack(SYSTEM, lacks.Stated(scene.place, "testing", scene.words, "套", 5), scene.now)
    return stand(scene.place)


def stand(place: int) -> Organisation:
    """The department of a place: known to everybody, and without words of a scene."""
    department, _ = Organisation.objects.get_or_create(kind="department", name=f"Department {place}", address=place)
    return department


def _offered(scene: Scene) -> Organisation:
    department = _lack(scene)
    lacks.offer(SYSTEM, department.pk, "testing", scene.words, "套", 3, scene.now)
    return department


def _delivery(scene: Scene) -> Delivery:
    _offered(scene)
    lacks.match(SYSTEM, scene.place, span(scene.place), scene.now)
    return Delivery.objects.filter(address=scene.place).latest("pk")


def settle(scene: Scene) -> dict[str, str]:
    """A post, its roster asked for, planned and approved, an exchange, reinforcement, a lack on its way."""
    one, sent = _rostered(scene)
    roster = Plan.objects.filter(kind="forces.roster", address=scene.place).latest("made_at")
    swap = swaps.offer(SYSTEM, _giver(sent), sent.need_id, scene.now)
    asked = rosters.ask(SYSTEM, scene.place, one.day + timedelta(days=1), 1, scene.now)
    RosterRequest.objects.filter(pk=asked.pk).update(refusal=scene.words)
    help_ = rosters.keep(
        SYSTEM, "forces.reinforcement", scene.incident.pk, scene.place,
        rosters.planning.Draft({}, {"day": one.day.isoformat(), "moves": []}), scene.now,
    )  # fmt: skip
    return {
        "post_id": str(one.post.pk),
        "roster_id": str(roster.pk),
        "roster_request_id": str(asked.pk),
        "reinforcement_id": str(help_.pk),
        "swap_id": str(swap.pk),
        "delivery_id": str(_delivery(scene).pk),
    }


def _then(ready: Callable[[Scene], Any], run: Callable[[Scene, Any], Any]) -> Deed:
    """What is made ready first, and the action then run on it."""

    def deed(scene: Scene) -> Callable[[], Any]:
        made = ready(scene)
        return lambda: run(scene, made)

    return deed


def _sending(one: Duty) -> Sending:
    shift = one.shift
    return Sending(shift.pk, one.first.resource_id, shift.starts_at, shift.ends_at)


def _sent(scene: Scene) -> list[Any]:
    return assign_planned(SYSTEM, [_sending(duty(scene))], scene.now)


def _arrived(scene: Scene) -> list[Any]:
    return arrive_planned(SYSTEM, dict.fromkeys(_sent(scene), scene.now), scene.now)


def _other_times(scene: Scene) -> None:
    _configured(scene)
    ShiftTime.objects.update(name="别的")


def _wanted(scene: Scene) -> list[Scheduled]:
    return [Scheduled("forces.gate", scene.place, scene.now, scene.now + timedelta(hours=8), id=new_id(scene.now))]


DEEDS: dict[Any, Deed] = {
    log_scheduled: _then(
        lambda s: (_configured(s), _wanted(s)),
        lambda s, it: log_scheduled(SYSTEM, s.incident.pk, it[1], s.now)),
    assign_planned: _then(duty, lambda s, it: assign_planned(SYSTEM, [_sending(it)], s.now)),
    release_planned: _then(_sent, lambda s, it: release_planned(SYSTEM, it, "absent", s.now)),
    arrive_planned: _then(_sent, lambda s, it: arrive_planned(SYSTEM, dict.fromkeys(it, s.now), s.now)),
    finish_planned: _then(_arrived, lambda s, it: finish_planned(SYSTEM, dict.fromkeys(it, s.now), s.now)),
    posts.load_configuration: _then(_other_times, lambda s, _it: posts.load_configuration(SYSTEM, now=s.now)),
    posts.set_control: _then(_configured, lambda s, _it: posts.set_control(SYSTEM, s.place, "high", s.now)),
    posts.state_post: _then(
        _configured, lambda s, _it: posts.state_post(SYSTEM, s.place, "forces.gate", "北门", _HEADS, s.now)),
    posts.change_post: _then(
        duty, lambda s, it: posts.change_post(SYSTEM, it.post.pk, {"early": 5}, s.now, it.post.version)),
    posts.restate: _then(_configured, lambda s, _it: posts.restate(SYSTEM, span(s.place), s.now)),
    posts.make_day: _then(
        duty, lambda s, it: posts.make_day(SYSTEM, span(s.place), it.day + timedelta(days=1), s.now)),
    posts.close_over: _then(_rostered, lambda s, it: posts.close_over(SYSTEM, s.now + timedelta(days=4))),
    end_scheduled: _then(
        lambda s: log_scheduled(SYSTEM, s.incident.pk, (_configured(s), _wanted(s))[1], s.now),
        lambda s, it: end_scheduled(SYSTEM, it, s.now)),
    rosters.ask: _then(duty, lambda s, it: rosters.ask(SYSTEM, s.place, it.day, 1, s.now)),
    rosters.propose: _then(duty, lambda s, it: rosters.propose(SYSTEM, s.place, it.day, 1, s.now)),
    rosters.approve: _then(_planned, lambda s, it: rosters.approve(SYSTEM, it[1].pk, s.now)),
    rosters.withdraw: _then(_planned, lambda s, it: rosters.withdraw(SYSTEM, it[1].pk, s.now)),
    mending.report_absent: _then(_rostered, lambda s, it: mending.report_absent(SYSTEM, [it[1].pk], s.now)),
    mending.mend: _then(_rostered, lambda s, it: mending.mend(SYSTEM, s.place, it[0].day, [it[1].pk], s.now)),
    swaps.offer: _then(
        _rostered, lambda s, it: swaps.offer(SYSTEM, _giver(it[1]), it[1].need_id, s.now)),
    swaps.take: _then(
        lambda s: (_swap(s), _person(s)), lambda s, it: swaps.take(SYSTEM, it[1], it[0].pk, s.now)),
    swaps.withdraw: _then(_swap, lambda s, it: swaps.withdraw(SYSTEM, it.offered_by, it.pk, s.now)),
    reinforcement.propose: _then(
        _spare, lambda s, it: reinforcement.propose(SYSTEM, it[1], it[0].day, s.now)),
    reinforcement.approve: _then(_reinforcing, lambda s, it: reinforcement.approve(SYSTEM, it.pk, s.now)),
    reinforcement.send_home: _then(
        lambda s: reinforcement.approve(SYSTEM, _reinforcing(s).pk, s.now),
        lambda s, _it: reinforcement.send_home(SYSTEM, s.place, s.now, local_day(s.now) + timedelta(days=2))),
    lacks.load_fields: _then(_configured, lambda s, _it: lacks.load_fields(SYSTEM, now=s.now)),
    lacks.state_lack: _then(
        _configured,
        lambda s, _it: lacks.state_lack(SYSTEM, lacks.Stated(s.place, "testing", "口罩", "只", 50), s.now)),
    lacks.offer: _then(_lack, lambda s, it: lacks.offer(SYSTEM, it.pk, "testing", "口罩", "只", 9, s.now)),
    lacks.match: _then(_offered, lambda s, _it: lacks.match(SYSTEM, s.place, span(s.place), s.now)),
    lacks.send_off: _then(_delivery, lambda s, it: lacks.send_off(SYSTEM, it.pk, s.now)),
    lacks.receive: _then(_delivery, lambda s, it: lacks.receive(SYSTEM, it.pk, "社区仓库签收", s.now)),
}  # fmt: skip
EXCUSED = {
    "work_off": "notes how far it has come at once, on purpose; the rest of it is propose",
    "keep": "a part of propose", "locked": "a part of approve",
}  # fmt: skip
