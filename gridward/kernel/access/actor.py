"""Who is acting, and how far each of their capabilities reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import EVERYWHERE, Span, merge, span
from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.registry import registry

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Actor:
    """One acting account, frozen for one request or job: capability → ranges of addresses, merged."""

    user_id: int | None = None
    name: str = ""
    channel: str = ""
    reach: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    everything: bool = False

    def spans(self, capability: str) -> tuple[Span, ...]:
        """Where this actor holds a capability; empty where nowhere."""
        return (EVERYWHERE,) if self.everything else self.reach.get(capability, ())

    def may(self, capability: str, address: int | None = None) -> bool:
        """Whether this actor holds a capability at a place (anywhere, when no place is given)."""
        spans = self.spans(capability)
        return bool(spans) if address is None else any(one.holds(address) for one in spans)

    def require(self, capability: str, address: int | None = None) -> None:
        """Stop unless `may()`.

        Raises: Forbidden, naming the capability.
        """
        if not self.may(capability, address):
            raise Forbidden(capability=capability)


SYSTEM = Actor(name="system", channel="system", everything=True)
"""The house itself: jobs, the command line, the drill."""


def public_actor(channel: str) -> Actor:
    """A resident without an account: holds no capability; what they may do hangs on their tracking code."""
    return Actor(name="resident", channel=channel)


def actor_of(user: User, channel: str = "", incident_id: Any = None) -> Actor:
    """The actor behind an account; grants of other incidents are left out.

    Uses the index of grants by user.
    """
    grants = Grant.objects.filter(user_id=user.pk).filter(Q(incident=None) | Q(incident_id=incident_id))
    return Actor(user.pk, str(user), channel, reach_of(grants.values_list("role", "address")))


def reach_of(grants: Iterable[tuple[str, int]]) -> dict[str, tuple[Span, ...]]:
    """Where grants (role, address) let each capability reach."""
    roles = registry().roles
    found: dict[str, list[Span]] = {}
    for role, address in grants:
        for capability in roles[role].capabilities if role in roles else ():
            found.setdefault(capability, []).append(span(address))
    return {capability: merge(spans) for capability, spans in found.items()}


def inside(spans: Iterable[Span], field_name: str = "address") -> Q:
    """The condition that an address column lies in one of some ranges; matches nothing for none."""
    condition = Q(pk__in=[])
    for at, one in enumerate(spans):
        if one == EVERYWHERE:
            return Q()
        this = Q(**{f"{field_name}__gte": one.low, f"{field_name}__lt": one.high})
        condition = this if at == 0 else condition | this
    return condition


def visible(rows: QuerySet[Row], actor: Actor, capability: str, field_name: str = "address") -> QuerySet[Row]:
    """The rows of a table that an actor may see under a capability."""
    return rows.filter(inside(actor.spans(capability), field_name))


def one_visible(rows: QuerySet[Row], actor: Actor, capability: str, key: Any) -> Row:
    """One row by key; hidden equals absent.

    Raises: NotFound.
    """
    try:
        found = visible(rows, actor, capability).filter(pk=key).first()
    except (ValidationError, ValueError, TypeError) as malformed:
        raise NotFound from malformed
    if found is None:
        raise NotFound
    return found
