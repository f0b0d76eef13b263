"""Inspections: routes approved, visits made, findings raised, put right and checked, one reply for everybody."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Span
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.proofs import keep_photo
from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import IdTaken, UnknownPlace
from gridward.kernel.notices.actions import to_users
from gridward.kernel.plans.models import Plan
from gridward.lines.command import plan as planning
from gridward.lines.command.access import answers_for, incident_in_force, one_finding, one_problem, one_visit
from gridward.lines.command.actions.directives import Audience, Order, send
from gridward.lines.command.errors import (
    AnsweredAlready,
    NoInspectors,
    NotedOtherwise,
    NotThisStep,
    PlannedAlready,
    WordsMissing,
)
from gridward.lines.command.models import Answer, CheckItem, Directive, Finding, Problem, Visit
from gridward.lines.command.models.inspections import HOLDER, INSPECT, JUDGE, PLAN, RIGHT
from gridward.lines.command.queries.inspections import ROUTE
from gridward.lines.command.rules import results_apply

CHECKLIST = Path(__file__).parents[1] / "config" / "checklist.example.toml"
_SORT, _STATE = Finding.Sort, Finding.State


@transaction.atomic
def propose(actor: Actor, within: Span, inspectors: Sequence[int], day: date, seed: int, now: datetime) -> Plan:
    """Keep a proposal of a day's routes: inputs, seed, what it is worth and what stays unseen.

    Raises: Forbidden, NoInspectors, QuietTimes.
    """
    actor.require(PLAN, within.low)
    incident = incident_in_force()
    if not inspectors:
        raise NoInspectors
    made = planning.propose(actor, within, list(inspectors), day, seed, now)
    routes = {
        str(person): [
            {"address": str(stop.address), "at": stop.begins_at.isoformat(), "risk": round(stop.risk, 3),
             "days_unseen": stop.days_unseen}
            for stop in stops
        ]
        for person, stops in made.routes.items()
    }  # fmt: skip
    found = Plan.objects.create(
        id=new_id(now), kind=ROUTE, incident=incident, address=within.low, engine_version=made.engine_version,
        seed=seed, inputs=made.inputs, outcome={"routes": routes}, cost=-made.score, lower_bound=-made.bound,
        unserved=[str(one) for one in made.left], made_at=now, made_by_id=actor.user_id,
    )  # fmt: skip
    visits = sum(map(len, routes.values()))
    record(actor, [Event("inspection.planned", "plan", str(found.pk), found.address, now, incident.pk,
                         {"visits": visits, "left": len(made.left)})])  # fmt: skip
    return found


@transaction.atomic
def approve(actor: Actor, plan_id: Any, now: datetime) -> Plan:
    """Put a proposal in force: its visits are made, and each inspector is told. Doing it again changes nothing.

    Raises: NotFound, Forbidden, PlannedAlready if another proposal of these inspectors' day was approved.
    """
    found = Plan.objects.select_for_update(of=("self",)).filter(pk=plan_id, kind=ROUTE).first()
    if found is None or not actor.may(PLAN, found.address):
        raise NotFound
    if found.state == Plan.State.APPROVED:
        return found
    day = date.fromisoformat(found.inputs["day"])
    people = [int(key) for key in found.outcome["routes"]]
    if Visit.objects.filter(day=day, inspector_id__in=people).exists():
        raise PlannedAlready
    visits = [
        Visit(
            id=new_id(now), incident_id=found.incident_id, plan=found, inspector_id=int(person), day=day,
            address=int(stop["address"]), position=position, planned_at=datetime.fromisoformat(stop["at"]),
            risk=stop["risk"], days_unseen=stop["days_unseen"],
        )
        for person, stops in found.outcome["routes"].items()
        for position, stop in enumerate(stops, start=1)
    ]  # fmt: skip
    Visit.objects.bulk_create(visits)
    found.state, found.decided_at, found.decided_by_id = Plan.State.APPROVED, now, actor.user_id
    found.save(update_fields=["state", "decided_at", "decided_by_id"])
    data = {"visits": len(visits), "day": day.isoformat()}
    record(actor, [Event("inspection.approved", "plan", str(found.pk), found.address, now, found.incident_id, data)])
    with house():
        to_users(people, "inspection.approved", found.address, now, link="/command/route", day=day.isoformat())
    return found


@transaction.atomic
def finish_visit(
    actor: Actor, visit_id: Any, results: Mapping[str, bool], now: datetime, before: Mapping[str, bool] | None = None
) -> Visit:
    """Note what an inspector saw of the checklist: item → in order. Sending it again overwrites the same.

    Parameters: before — the results that whoever noted this knew of; None overwrites whatever is known.
    Raises: NotFound, Forbidden for another inspector's visit, NotedOtherwise where others are known by now.
    """
    found = one_visit(actor, visit_id)
    if found.inspector_id != actor.user_id:
        raise Forbidden(capability=INSPECT)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if before is not None and not results_apply(visit.results, before, results):
        raise NotedOtherwise
    known = set(CheckItem.objects.values_list("key", flat=True))
    given = {key: bool(value) for key, value in results.items() if key in known}
    if visit.state == Visit.State.DONE and visit.results == given:
        return visit
    visit.state, visit.results, visit.done_at = Visit.State.DONE, given, visit.done_at or now
    visit.save(update_fields=["state", "results", "done_at"])
    data = {"items": len(given), "wrong": sum(not value for value in given.values())}
    record(actor, [_event("inspection.visited", "visit", visit, now, data)])
    return visit


@dataclass(frozen=True)
class Raised:
    """A finding as it is written at the door."""

    address: int
    words: str
    sort: str
    photo: bytes = b""
    item: str = ""
    visit_id: Any = None
    id: UUID | None = None


@transaction.atomic
def raise_finding(actor: Actor, raised: Raised, now: datetime) -> Finding:
    """Keep a finding; a common one is with the headquarters at once. Sending it (by id) again changes nothing.

    Raises: Forbidden, QuietTimes, WordsMissing, NotAPhoto, UnknownPlace, NotFound, IdTaken.
    """
    if not actor.may(INSPECT, raised.address):
        actor.require(RIGHT, raised.address)
    if not raised.words.strip():
        raise WordsMissing(field=_("What is wrong"))
    incident = incident_in_force()
    known = _raised_before(actor, raised)
    if known is not None:
        return known
    if not Area.objects.filter(pk=raised.address).exists():
        raise UnknownPlace(address=raised.address)
    visit = one_visit(actor, raised.visit_id) if raised.visit_id else None
    common = raised.sort == _SORT.COMMON
    finding = Finding(
        id=raised.id or new_id(now), incident=incident, visit=visit, item=raised.item, address=raised.address,
        sort=_SORT.COMMON if common else _SORT.INDIVIDUAL, state=_STATE.SENT if common else _STATE.OPEN,
        words=raised.words.strip(), raised_at=now, raised_by_id=actor.user_id,
        before=keep_photo(incident.pk, raised.photo, HOLDER) if raised.photo else "",
    )  # fmt: skip
    finding.save(force_insert=True)
    record(actor, [_event("finding.raised", "finding", finding, now, {"sort": finding.sort}, raised.words)])
    return finding


def _raised_before(actor: Actor, raised: Raised) -> Finding | None:
    if raised.id is None:
        return None
    with house():
        known = Finding.objects.filter(pk=raised.id).first()
    if known is not None and (known.raised_by_id, known.address) != (actor.user_id, raised.address):
        raise IdTaken
    return known


def _event(
    verb: str, kind: str, row: Any, now: datetime, data: Mapping[str, Any] | None = None, words: str = ""
) -> Event:
    said = {"words": words} if words else {}
    return Event(verb, kind, str(row.pk), row.address, now, row.incident_id, data or {}, said)


def _locked(actor: Actor, finding_id: Any, state: str, *capabilities: str) -> Finding:
    """A finding in a state, for somebody who holds one of some capabilities where it is."""
    found = one_finding(actor, finding_id)
    if not any(actor.may(one, found.address) for one in capabilities):
        raise Forbidden(capability=capabilities[-1])
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if finding.state != state:
        raise NotThisStep(state=finding.get_state_display())
    return finding


@transaction.atomic
def right(actor: Actor, finding_id: Any, words: str, photo: bytes, now: datetime) -> Finding:
    """Say how an individual finding was put right, with a photo of how it is now.

    Raises: NotFound, Forbidden, WordsMissing without words and photo, NotAPhoto, NotThisStep.
    """
    finding = _locked(actor, finding_id, _STATE.OPEN, INSPECT, RIGHT)
    if not words.strip() and not photo:
        raise WordsMissing(field=_("How it was put right"))
    finding.state, finding.righted_words = _STATE.RIGHTED, words.strip()
    finding.righted_at, finding.righted_by_id = now, actor.user_id
    finding.after = keep_photo(finding.incident_id, photo, HOLDER) if photo else ""
    finding.save()
    record(actor, [_event("finding.righted", "finding", finding, now, words=words)])
    return finding


@transaction.atomic
def recheck(actor: Actor, finding_id: Any, in_order: bool, words: str, now: datetime) -> Finding:
    """Look again at what was put right: in order, or back to be done, with the reason.

    Raises: NotFound, Forbidden, WordsMissing where it is not in order and nothing says why, NotThisStep.
    """
    finding = _locked(actor, finding_id, _STATE.RIGHTED, INSPECT)
    if not in_order and not words.strip():
        raise WordsMissing(field=_("What is still wrong"))
    finding.checked_at, finding.checked_by_id = now, actor.user_id
    finding.state = _STATE.CHECKED if in_order else _STATE.OPEN
    finding.returned += not in_order
    finding.save()
    verb = "finding.checked" if in_order else "finding.returned"
    record(actor, [_event(verb, "finding", finding, now, words=words)])
    return finding


@transaction.atomic
def group(actor: Actor, finding_ids: Sequence[Any], problem_id: Any, title: str, now: datetime) -> Problem:
    """Put common findings under one problem, as a person confirms: under a known one, or a new one by its title.

    Findings whose problem has its reply already are answered by it at once. Confirming the same again changes nothing.
    Raises: NotFound, Forbidden, WordsMissing, NotThisStep.
    """
    found = [_locked(actor, key, _STATE.SENT, JUDGE) for key in finding_ids]
    if not found:
        raise NotFound
    known = _grouped_before(found, problem_id, title)
    if known is not None:
        return known
    problem = one_problem(actor, problem_id) if problem_id else _new_problem(actor, found, title, now)
    for finding in found:
        finding.problem = problem
        if problem.answered_at is not None:
            finding.state, finding.answered_at = _STATE.ANSWERED, now
        finding.save(update_fields=["problem", "state", "answered_at"])
    record(actor, [_event("finding.grouped", "finding", one, now, {"problem": str(problem.pk)}) for one in found])
    return problem


def _grouped_before(found: Sequence[Finding], problem_id: Any, title: str) -> Problem | None:
    """The problem that all of some findings are under already, where it is the one that is meant."""
    under = {one.problem_id for one in found}
    known = Problem.objects.filter(pk__in=[one for one in under if one is not None]).first()
    if known is None or len(under) > 1:
        return None
    meant = str(known.pk) == str(problem_id) if problem_id else known.title == title.strip()
    return known if meant else None


def _new_problem(actor: Actor, found: Sequence[Finding], title: str, now: datetime) -> Problem:
    if not title.strip():
        raise WordsMissing(field=_("Title"))
    desks = [held for held in actor.spans(JUDGE) if held.holds(found[0].address)]
    desk = max(desks, key=lambda held: held.high - held.low).low or found[0].address
    return Problem.objects.create(
        id=new_id(now), incident_id=found[0].incident_id, address=desk, title=title.strip(), made_at=now
    )


@transaction.atomic
def answer(actor: Actor, problem_id: Any, reply: str, audience: Audience, now: datetime) -> Answer:
    """Judge a problem once: its one reply goes to everybody who raised it and everybody chosen, and into the book.

    Raises: NotFound, Forbidden, WordsMissing, AnsweredAlready, and what sending a directive raises.
    """
    found = one_problem(actor, problem_id)
    problem = Problem.objects.select_for_update(of=("self",)).get(pk=found.pk)
    actor.require(JUDGE, problem.address)
    if problem.answered_at is not None:
        raise AnsweredAlready
    if not reply.strip():
        raise WordsMissing(field=_("Reply"))
    raised = list(Finding.objects.select_for_update(of=("self",)).filter(problem=problem, state=_STATE.SENT))
    places = {one.address for one in raised} - {problem.address}
    whole = replace(audience, areas=tuple(sorted({*audience.areas, *places})))
    order = Order(
        problem.address, problem.title[:80], reply, whole, proof=Directive.Proof.NONE, sort=Directive.Sort.REPLY
    )
    sent = send(actor, order, now)
    problem.answered_at = now
    problem.save(update_fields=["answered_at"])
    Finding.objects.filter(pk__in=[one.pk for one in raised]).update(state=_STATE.ANSWERED, answered_at=now)
    made = Answer.objects.create(
        id=new_id(now), incident_id=problem.incident_id, problem=problem, directive=sent, address=problem.address,
        question=problem.title, reply=reply.strip(), answered_at=now, answered_by_id=actor.user_id,
    )  # fmt: skip
    data = {"findings": len(raised), "recipients": sent.recipients}
    record(actor, [_event("finding.answered", "finding", one, now) for one in raised]
           + [_event("answer.given", "answer", made, now, data)])  # fmt: skip
    return made


@transaction.atomic
def use_answer(actor: Actor, answer_id: Any, address: int, now: datetime) -> Answer:
    """Note that an answer of the book did before anything was raised.

    Raises: NotFound for one that does not hold here, Forbidden.
    """
    if not actor.may(INSPECT, address):
        actor.require(RIGHT, address)
    made = next((one for one in answers_for(actor) if str(one.pk) == str(answer_id)), None)
    if made is None:
        raise NotFound
    open_rows(made.pk)
    record(actor, [Event("answer.used", "answer", str(made.pk), address, now, made.incident_id)])
    return made


def load_checklist(actor: Actor, now: datetime, path: Path = CHECKLIST) -> int:
    """Make the items of a TOML file the ones in the database; others stay as they are. Returns how many changed."""
    changed = 0
    with transaction.atomic():
        for at, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["item"], start=1):
            wanted = {"part": row["part"], "name": row["name"], "name_en": row.get("name_en", ""), "order": at}
            found = CheckItem.objects.filter(pk=row["key"]).first()
            if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
                CheckItem.objects.update_or_create(pk=row["key"], defaults=wanted)
                changed += 1
        if changed:
            record(actor, [Event("command.configured", "configuration", "checklist", 0, now, data={"items": changed})])
    return changed
