"""Reading inspections: routes, findings, what is alike, and the answer book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet

from gridward.engine.similar import Book, Reading
from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.models import Grant, User
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span, span
from gridward.kernel.areas.queries import full_names
from gridward.kernel.plans.models import Plan
from gridward.kernel.registry import registry
from gridward.lines.command import rules
from gridward.lines.command.access import answers_for
from gridward.lines.command.models import Answer, CheckItem, Finding, Problem, Visit
from gridward.lines.command.models.inspections import INSPECT, JUDGE, SEE

ROUTE = "command.inspection"
"""The kind of the plans of a day's routes."""
TERMS = Path(__file__).parents[1] / "config" / "terms.example.txt"
READING = Reading(rules.STOP, rules.SAME, terms=rules.terms_of(TERMS.read_text(encoding="utf-8")))
_OFFERED = 5
_KEPT = 2000


def checklist() -> list[CheckItem]:
    """What is looked at, in its order."""
    return list(CheckItem.objects.filter(in_use=True))


def inspectors(within: Span) -> list[User]:
    """The accounts that inspect in a range."""
    roles = [key for key, role in registry().roles.items() if INSPECT in role.capabilities]
    with house():
        held = Grant.objects.filter(role__in=roles, address__lt=within.high, user__is_active=True)
        keys = [row[0] for row in held.values_list("user_id", "address") if _meets(row[1], within)]
    return list(User.objects.filter(pk__in=keys).order_by("username"))


def _meets(address: int, within: Span) -> bool:
    held = span(address)
    return held.low < within.high and within.low < held.high


def proposals(actor: Actor, day: date) -> list[Plan]:
    """The routes proposed for a day, newest first. Relies on plan_kind_address."""
    rows = visible(Plan.objects.filter(kind=ROUTE), actor, "inspections.plan").order_by("-made_at")
    return [one for one in rows[:30] if one.inputs.get("day") == day.isoformat()]


def visits_on(actor: Actor, day: date) -> list[Visit]:
    """The visits of a day in an actor's reach, by inspector and position."""
    rows = visible(Visit.objects.filter(day=day), actor, SEE).select_related("inspector")
    return list(rows.annotate(found=Count("findings")).order_by("inspector_id", "position"))


@dataclass(frozen=True)
class Suggestion:
    """A common problem that a finding is like, and in which stretches."""

    problem: Problem
    score: float
    shared: tuple[str, ...]
    findings: int


def ungrouped(actor: Actor) -> QuerySet[Finding]:
    """Common findings that nobody has judged yet, oldest first. Relies on finding_ungrouped."""
    rows = visible(Finding.objects.filter(state="sent", problem=None), actor, JUDGE)
    return rows.select_related("raised_by").order_by("raised_at", "id")


def open_problems(actor: Actor) -> list[Problem]:
    """The common problems without a reply, with how many raised them, oldest first."""
    rows = visible(Problem.objects.filter(answered_at=None), actor, JUDGE)
    return list(rows.annotate(raised=Count("findings")).order_by("made_at", "id"))


def suggestions(actor: Actor, findings: Sequence[Finding]) -> dict[Any, list[Suggestion]]:
    """For each finding the problems it is like, the likest first; answered ones too: their reply may do.

    The engine proposes; a person confirms. Problems are compared by their title and by every finding in them.
    """
    problems = {
        one.pk: one
        for one in visible(Problem.objects.all(), actor, JUDGE)
        .annotate(raised=Count("findings"))
        .order_by("-made_at")[:_KEPT]
    }
    book = Book(READING, rules.LIKE_ENOUGH)
    for key, one in reversed(problems.items()):
        book.add(("problem", key), one.title, key)
    inside_them = Finding.objects.filter(problem__in=problems).order_by("-raised_at")[:_KEPT]
    for finding in inside_them:
        book.add(("finding", finding.pk), finding.words, finding.problem_id)
    return {
        finding.pk: [
            Suggestion(problems[like.group], like.score, like.shared, problems[like.group].raised)  # type: ignore[index]
            for like in book.likes(finding.words, k=3)
        ]
        for finding in findings
    }


def alike(finding: Finding, others: Sequence[Finding]) -> list[Finding]:
    """Other findings without a problem that one is like: to be judged together with it."""
    book = Book(READING, rules.LIKE_ENOUGH)
    by_key = {other.pk: other for other in others if other.pk != finding.pk}
    for key, other in by_key.items():
        book.add(key, other.words)
    return [by_key[like.text] for like in book.likes(finding.words, k=_OFFERED, each_text=True)]  # type: ignore[index]


@dataclass(frozen=True)
class Found:
    """An answer of the book, with how well it fits what was asked; 0 where it was only listed."""

    answer: Answer
    score: float
    shared: tuple[str, ...]


def answer_book(actor: Actor, words: str = "", limit: int = 30) -> list[Found]:
    """The answers that hold where an actor works: those that fit some words, the best first, else the newest.

    A question is found by the words of everybody who raised it, by parts of words, and by the reply itself.
    """
    answers = answers_for(actor)
    if not words.strip():
        return [Found(one, 0.0, ()) for one in answers[:limit]]
    by_key = {one.pk: one for one in answers}
    book = Book(READING, rules.LIKE_ENOUGH)
    for one in answers:
        book.add(("question", one.pk), one.question, one.pk)
    with house():
        raised = list(Finding.objects.filter(problem__in=[one.problem_id for one in answers])[:_KEPT])
    of_problem = {one.problem_id: one.pk for one in answers}
    for finding in raised:
        book.add(("finding", finding.pk), finding.words, of_problem[finding.problem_id])
    likes = book.likes(words, k=limit)
    found = [Found(by_key[like.group], like.score, like.shared) for like in likes]  # type: ignore[index]
    have = {one.answer.pk for one in found}
    plain = [one for one in answers if one.pk not in have and words.strip() in f"{one.question}{one.reply}"]
    return (found + [Found(one, 0.0, (words.strip(),)) for one in plain])[:limit]


def places_of(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows with an address, each with the full name of its place; one query for all."""
    names = full_names(one.address for one in rows)
    return [{"row": one, "place_name": names.get(one.address, "")} for one in rows]


def listed(rows: QuerySet[Finding], state: str, within: Span | None) -> QuerySet[Finding]:
    """Findings in one state, and in a range."""
    rows = rows.filter(state=state) if state in Finding.State.values else rows
    return rows.filter(inside([within])) if within is not None else rows
