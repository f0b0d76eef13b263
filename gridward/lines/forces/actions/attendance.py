"""Checking in and out: what devices say is kept once, stays follow from it, and shifts are proven by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.scope import house
from gridward.kernel.assignments.planned import arrive_planned, finish_planned
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.forces.access import one as one_volunteer
from gridward.lines.forces.models import Attendance, Mark, Post, Volunteer
from gridward.lines.forces.queries import attendance as queries
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules.attendance import Said, Shift, Stay, cut, distance_m, shift_at, stays

KEEP, OWN = "attendance.keep", "attendance.own"
CHECK_IN, CHECK_OUT = "forces.check_in", "forces.check_out"
_DIRECTIONS = {CHECK_IN: Mark.Direction.IN, CHECK_OUT: Mark.Direction.OUT}
_TOGETHER = 1000


class Refused(Exception):
    """Why one mark is not taken: a stable code, and words."""

    def __init__(self, code: str, words: str) -> None:
        self.code, self.words = code, words
        super().__init__(code)


def check_in(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """What the field app reports: the account's own volunteer came to a post.

    Returns: one answer an item, in their order.
    """
    return _by_account(actor, items, now)


def check_out(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """What the field app reports: the account's own volunteer went.

    Returns: one answer an item, in their order.
    """
    return _by_account(actor, items, now)


def _by_account(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    with house():
        mine = Volunteer.objects.filter(account_id=actor.user_id, state=Volunteer.State.ADMITTED).first()
    if mine is None or actor.user_id is None:
        return [Answer(Outcome.REJECTED, "not_a_volunteer", _("Your account is not joined to a volunteer."))] * len(
            items
        )
    return keep_marks(actor, [(mine, item) for item in items], now)


@transaction.atomic
def keep_marks(actor: Actor, said: Sequence[tuple[Volunteer, Item]], now: datetime) -> list[Answer]:
    """Keep what volunteers' own devices said, in any number and order; what is kept already is the same.

    The caller has made sure whose devices they are. A mark may arrive days late; the server's time orders them all.
    Returns: one answer a mark, in the order given.
    """
    _lock([one.pk for one, _item in said])
    known = queries.said_before([item.id for _one, item in said])
    ground = _Ground.of(said)
    answers, marks = [], dict[UUID, Mark]()
    for one, item in said:
        if item.id in known or item.id in marks:
            answers.append(Answer(Outcome.SAME))
            continue
        try:
            marks[item.id] = ground.mark(actor, one, item, now)
            answers.append(Answer(Outcome.STORED))
        except Refused as refused:
            answers.append(Answer(Outcome.REJECTED, refused.code, refused.words))
    _keep(actor, list(marks.values()), {one.pk: one for one, _item in said}, now)
    return answers


def _lock(volunteer_ids: Sequence[UUID]) -> None:
    """One writer at a time for each volunteer, in the order of their ids."""
    with house():
        rows = Volunteer.objects.select_for_update(of=("self",)).filter(pk__in=set(volunteer_ids))
        list(rows.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True)
class _Ground:
    """What marks are judged by: shifts by resource, posts by id, the district's rules."""

    shifts: Mapping[UUID, list[Shift]]
    posts: Mapping[UUID, Post]
    fence_m: int
    early_min: int

    @classmethod
    def of(cls, said: Sequence[tuple[Volunteer, Item]]) -> _Ground:
        rules, moments = joining(), [item.at for _one, item in said]
        resources = {one.resource_id for one, _item in said if one.resource_id}
        shifts: dict[UUID, list[Shift]] = {}
        if moments:
            shifts = queries.shifts_of(resources, min(moments), max(moments) + timedelta(minutes=rules.early_min))
        coded = {queries.post_of(str(item.body.get("post", ""))) for _one, item in said} - {None}
        with house():
            posts = Post.objects.in_bulk(list(coded))
        return cls(shifts, posts, rules.fence_m, rules.early_min)

    def mark(self, actor: Actor, one: Volunteer, item: Item, now: datetime) -> Mark:
        """The mark that an item becomes.

        Raises: Refused.
        """
        if one.state != Volunteer.State.ADMITTED:
            raise Refused("not_admitted", _("You are not on the list of volunteers now."))
        made = Mark(
            id=item.id,
            incident_id=one.incident_id,
            volunteer=one,
            direction=_DIRECTIONS[item.type],
            at=min(item.at, now),
            received_at=now,
            skew_s=item.skew_s,
            device_id=item.device_id,
            sequence=item.sequence,
            by_id=actor.user_id,
        )
        self._place(made, self.shifts.get(one.resource_id, []) if one.resource_id else [], item.body)
        return made

    def _place(self, made: Mark, shifts: list[Shift], body: Mapping[str, Any]) -> None:
        """Where it was, and which shift it belongs to."""
        shift = shift_at(made.at, shifts, self.early_min)
        if code := body.get("post"):
            post = self.posts.get(queries.post_of(str(code)) or UUID(int=0))
            if post is None:
                raise Refused("unknown_post", _("This code belongs to no post here. Scan the poster again."))
            shift = shift_at(made.at, shifts, self.early_min, post.pk)
            made.method, made.post_id, made.address = Mark.Method.CODE, post.pk, post.address
        elif (point := _point(body)) is not None:
            shift = self._nearest(made, shifts, *point)
        elif made.direction == Mark.Direction.IN:
            raise Refused("nowhere", _("Scan the code at the post, or let your phone say where you are."))
        else:
            made.method = Mark.Method.NONE
        if shift is not None:
            made.assignment_id, made.post_id, made.address = shift.assignment_id, shift.post_id, shift.address
        elif made.post_id is None:
            # A check-out where nothing is known: it lies where the volunteer does, and ends the stay it follows.
            made.address = made.volunteer.serving_at or made.volunteer.address

    def _nearest(self, made: Mark, shifts: list[Shift], latitude: float, longitude: float) -> Shift | None:
        """The shift at whose post somebody stands."""
        made.method = Mark.Method.PLACE
        shift = shift_at(made.at, [one for one in shifts if one.latitude is not None], self.early_min)
        if shift is None or shift.latitude is None or shift.longitude is None:
            if made.direction == Mark.Direction.IN:
                raise Refused("no_shift", _("You have no shift now. Scan the code at the post instead."))
            made.method = Mark.Method.NONE
            return None
        made.distance_m = round(distance_m(latitude, longitude, shift.latitude, shift.longitude), 1)
        if made.distance_m <= self.fence_m:
            return shift
        if made.direction == Mark.Direction.IN:
            words = _("You are %(far)s metres from your post; come within %(fence)s, or scan its code.")
            raise Refused("too_far", words % {"far": round(made.distance_m), "fence": self.fence_m})
        made.method = Mark.Method.NONE
        return shift


def _point(body: Mapping[str, Any]) -> tuple[float, float] | None:
    """The degrees a device gave, as numbers or as text; None where they are no place."""
    try:
        latitude, longitude = float(body["latitude"]), float(body["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _keep(actor: Actor, marks: list[Mark], people: Mapping[UUID, Volunteer], now: datetime) -> None:
    """Keep marks, make the stays anew that they touch, and prove the shifts they belong to."""
    if not marks:
        return
    touched = {mark.volunteer_id for mark in marks if mark.volunteer_id}
    since = queries.window(min(mark.at for mark in marks))
    # A volunteer's own device writes at posts where whoever acts holds no grant.
    with house():
        Mark.objects.bulk_create(marks, batch_size=_TOGETHER)
        said = queries.marks_of(list(touched), since)
        longest_h = joining().longest_stay_h
        found = {key: stays(said[key], longest_h) for key in touched}
        _make_stays(found, people, since)
    ended = {one.assignment_id: one.ended_at for many in found.values() for one in many if one.assignment_id}
    came = {one.assignment_id: one.began_at for many in found.values() for one in many if one.assignment_id}
    arrive_planned(actor, came, now)
    finish_planned(actor, {key: at for key, at in ended.items() if at is not None}, now)
    events = [_event(mark, found[mark.volunteer_id]) for mark in marks if mark.volunteer_id]
    for start in range(0, len(events), _TOGETHER):
        record(actor, events[start : start + _TOGETHER])


def _make_stays(found: Mapping[UUID, list[Stay]], people: Mapping[UUID, Volunteer], since: datetime) -> None:
    rows = [
        Attendance(
            id=stay.id,
            incident_id=people[key].incident_id,
            volunteer_id=key,
            kind=people[key].kind,
            address=stay.address,
            post_id=stay.post_id,
            assignment_id=stay.assignment_id,
            began_at=stay.began_at,
            ended_at=stay.ended_at,
            end=stay.end,
        )
        for key, many in found.items()
        for stay in many
    ]
    made = {row.pk for row in rows}
    Attendance.objects.filter(volunteer_id__in=list(found), began_at__gte=since).exclude(pk__in=made).delete()
    Attendance.objects.bulk_create(
        rows,
        batch_size=_TOGETHER,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["address", "post", "assignment", "began_at", "ended_at", "end"],
    )


def _event(mark: Mark, made: list[Stay]) -> Event:
    """What the journal says: of the stay, at the moment of the mark, so that the figures of its days are made anew."""
    verb = "forces.checked_in" if mark.direction == Mark.Direction.IN else "forces.checked_out"
    late_s = round((mark.received_at - mark.at).total_seconds())
    data = {"method": str(mark.method), "late_s": late_s, "skew_s": round(mark.skew_s, 1)}
    stay = max((one for one in made if one.began_at <= mark.at), key=lambda one: one.began_at, default=None)
    subject = str(stay.id if stay else mark.pk)
    return Event(verb, "attendance", subject, mark.address, mark.at, mark.incident_id, data)


@transaction.atomic
def note(
    actor: Actor, volunteer_id: Any, direction: str, post_id: Any, now: datetime, mark_id: UUID | None = None
) -> Mark:
    """Check somebody in or out at the desk of a post, who has no phone with them; sent twice is once.

    Raises: NotFound, Forbidden.
    """
    one = one_volunteer(actor, volunteer_id)
    with house():
        post = Post.objects.filter(pk=post_id).first()
    if post is None:
        raise NotFound
    actor.require(KEEP, post.address)
    _lock([one.pk])
    if mark_id and (known := Mark.objects.filter(pk=mark_id).first()):
        return known
    early_min, resources = joining().early_min, [one.resource_id] if one.resource_id else []
    shifts = queries.shifts_of(resources, now, now + timedelta(minutes=early_min))
    shift = shift_at(now, [shift for many in shifts.values() for shift in many], early_min, post.pk)
    made = Mark(
        id=mark_id or new_id(now),
        incident_id=one.incident_id,
        volunteer=one,
        address=post.address,
        direction=Mark.Direction(direction),
        method=Mark.Method.DESK,
        at=now,
        received_at=now,
        post=post,
        assignment_id=shift.assignment_id if shift else None,
        by_id=actor.user_id,
    )
    _keep(actor, [made], {one.pk: one}, now)
    return made


@transaction.atomic
def close_forgotten(now: datetime) -> int:
    """End the stays that nobody checked out of and that have lasted longer than any may. Returns how many."""
    longest_h = joining().longest_stay_h
    late = queries.overdue(now, longest_h)
    ends = queries.ends_of([one.assignment_id for one in late if one.assignment_id])
    for one in late:
        until = ends.get(one.assignment_id) if one.assignment_id else None
        said = Said(one.pk, Mark.Direction.IN, one.began_at, one.address, until=until)
        over = cut(said, longest_h)
        one.ended_at, one.end = over.ended_at, Attendance.End(over.end)
    with house():
        Attendance.objects.bulk_update(late, ["ended_at", "end"], batch_size=_TOGETHER)
    done = {one.assignment_id: one.ended_at for one in late if one.assignment_id and one.ended_at}
    finish_planned(SYSTEM, done, now)
    return len(late)
