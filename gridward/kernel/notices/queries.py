"""Reading the inbox."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Span
from gridward.kernel.notices.models import Notice
from gridward.kernel.registry import registry


def inbox(actor: Actor) -> QuerySet[Notice]:
    """An actor's own notices and those to their desks, newest first. Relies on notice_user and notice_desk."""
    # Most capabilities of a role are held over one range: a condition for each would take longer to write than to run.
    held: dict[tuple[Span, ...], list[str]] = {}
    for capability, spans in actor.reach.items():
        held.setdefault(tuple(spans), []).append(capability)
    desks = Q(pk__in=[])
    for ranges, capabilities in held.items():
        desks |= Q(user=None, capability__in=capabilities) & inside(ranges)
    return Notice.objects.filter(Q(user_id=actor.user_id) | desks).order_by("-made_at")


def unseen_count(actor: Actor, at_most: int = 100) -> int:
    """How many notices wait to be seen; counting stops at `at_most`."""
    return inbox(actor).filter(seen_at=None).order_by()[:at_most].count()


def words_of(notice: Notice) -> str:
    """A notice as a sentence in the language in force."""
    template = registry().notices.get(notice.template)
    return str(template) % notice.params if template else notice.template
