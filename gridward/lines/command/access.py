"""Which rows of the command line a grant shows, and which directives an account answers for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.models import User
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Level, trail
from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.queries import running
from gridward.lines.command.errors import QuietTimes
from gridward.lines.command.models import Answer, Directive, Finding, PostHolder, Problem, Receipt, Visit
from gridward.lines.command.models.directives import ANSWER, SEE
from gridward.lines.command.models.inspections import JUDGE
from gridward.lines.command.models.inspections import SEE as SEE_INSPECTIONS
from gridward.lines.command.rules import levels_of

RECEIVED = 200


def incident_in_force() -> Any:
    """The incident that what is ordered and found hangs off.

    Raises: QuietTimes.
    """
    incident = running()
    if incident is None:
        raise QuietTimes
    return incident


def answered_by(actor: Actor) -> Q:
    """The recipients an account answers for: the desks it is, itself, the posts it holds, and its organisation."""
    mine = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    for held in actor.spans(ANSWER):
        least, most = levels_of(held) or (0, -1)
        levels = [int(level) for level in Level if least <= level <= most]
        mine |= Q(level__in=levels, organisation=None, user=None) & inside([held])
    for incident_id, address, post in posts_held(actor):
        mine |= Q(incident_id=incident_id, address=address, post=post)
    own = User.objects.filter(pk=actor.user_id, organisation__isnull=False).values("organisation")
    return mine | Q(organisation__in=own, user=None)


def posts_held(actor: Actor) -> list[tuple[Any, int, str]]:
    """Incident, community and key of the posts an account holds. Relies on post_holder_account."""
    if actor.user_id is None:
        return []
    with house():
        rows = PostHolder.objects.filter(account_id=actor.user_id)
        return list(rows.values_list("incident_id", "address", "post_id"))


def received(actor: Actor, which: Q, limit: int = RECEIVED) -> QuerySet[Receipt]:
    """Some recipients an account answers for, opened to it with their directives; the newest, at most `limit`.

    Relies on receipt_address, receipt_user and receipt_organisation.
    """
    with house():
        rows = Receipt.objects.filter(answered_by(actor) & which).order_by("-sent_at", "-id")
        found = list(rows.values_list("pk", "directive_id")[:limit])
    open_rows(*(one for row in found for one in row))
    mine = Receipt.objects.filter(pk__in=[row[0] for row in found])
    return mine.select_related("directive", "organisation", "seen_by", "accepted_by", "done_by")


def one_received(actor: Actor, receipt_id: Any) -> Receipt:
    """One recipient the account answers for; anybody else's is absent.

    Raises: NotFound.
    """
    try:
        found = received(actor, Q(pk=receipt_id), 1).first()
    except (ValidationError, ValueError, TypeError) as malformed:
        raise NotFound from malformed
    if found is None:
        raise NotFound
    return found


def visits_of(actor: Actor, day: Any) -> QuerySet[Visit]:
    """An inspector's own route of a day, in its order. Relies on visit_inspector."""
    return Visit.objects.filter(inspector_id=actor.user_id, day=day).order_by("position", "id")


def one_visit(actor: Actor, visit_id: Any) -> Visit:
    """One visit of an actor's own route, or one they may look into.

    Raises: NotFound.
    """
    rows = Visit.objects.select_related("inspector")
    try:
        found = rows.filter(pk=visit_id, inspector_id=actor.user_id).first()
    except (ValidationError, ValueError, TypeError) as malformed:
        raise NotFound from malformed
    return found or one_visible(rows, actor, SEE_INSPECTIONS, visit_id)


def findings(actor: Actor) -> QuerySet[Finding]:
    """The findings an actor may see, newest first. Relies on finding_address and finding_raised."""
    rows = visible(Finding.objects.all(), actor, SEE_INSPECTIONS)
    return rows.select_related("raised_by", "righted_by", "checked_by").order_by("-raised_at", "-id")


def one_finding(actor: Actor, finding_id: Any) -> Finding:
    """One finding an actor may see.

    Raises: NotFound.
    """
    rows = Finding.objects.select_related("raised_by", "righted_by", "checked_by", "visit")
    return one_visible(rows, actor, SEE_INSPECTIONS, finding_id)


def one_problem(actor: Actor, problem_id: Any) -> Problem:
    """One common problem of an actor's own desk.

    Raises: NotFound.
    """
    return one_visible(Problem.objects.all(), actor, JUDGE, problem_id)


ANSWERS = 2000


def answers_for(actor: Actor) -> list[Answer]:
    """The answers that hold where an actor works, newest first: given by their own desks and by those above them.

    Opened to them with their problems. Relies on answer_address.
    """
    spans = actor.spans(SEE_INSPECTIONS)
    above = {place for held in spans for place in trail(held.low)}
    with house():
        rows = Answer.objects.filter(Q(address__in=above) | inside(spans)).order_by("-answered_at", "-id")
        found = list(rows.values_list("pk", "problem_id")[:ANSWERS])
        listed = list(Answer.objects.filter(pk__in=[row[0] for row in found]).order_by("-answered_at", "-id"))
    open_rows(*(one for row in found[:200] for one in row))
    return listed


def issued(actor: Actor) -> QuerySet[Directive]:
    """The directives of the desks an actor may look into, newest first. Relies on directive_address."""
    return visible(Directive.objects.all(), actor, SEE).order_by("-issued_at", "-id")


def one_directive(actor: Actor, directive_id: Any) -> Directive:
    """One directive an actor may see: their desk's own, or one that reached a place of theirs.

    Raises: NotFound.
    """
    try:
        own = visible(Directive.objects.all(), actor, SEE).filter(pk=directive_id).exists()
        reached = own or visible(Receipt.objects.filter(directive_id=directive_id), actor, SEE).exists()
    except (ValidationError, ValueError, TypeError) as malformed:
        raise NotFound from malformed
    if not reached:
        raise NotFound
    open_rows(directive_id)
    return Directive.objects.select_related("issued_by", "withdrawn_by").get(pk=directive_id)
