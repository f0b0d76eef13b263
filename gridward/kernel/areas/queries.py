"""Reading the tree of places."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Level, Span, level_of, trail
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import NotFound
from gridward.kernel.search import name_tokens, query_tokens

SEE = "areas.see"


def one(address: int) -> Area:
    """The area at an address.

    Raises: NotFound.
    """
    found = Area.objects.filter(pk=address).first()
    if found is None:
        raise NotFound
    return found


def children(address: int) -> QuerySet[Area]:
    """The areas right below one, in the order of their addresses. Relies on area_parent."""
    return Area.objects.filter(parent=address, gone_on=None).exclude(pk=address).order_by("address")


def trail_of(address: int) -> list[Area]:
    """The areas from the top of the tree down to an address, itself last; places not in the tree are left out."""
    return list(Area.objects.filter(pk__in=trail(address)).order_by("address", "level"))


def names_of(addresses: Iterable[int]) -> dict[int, Area]:
    """The areas of some addresses in one query; an unknown address is left out."""
    return Area.objects.in_bulk(set(addresses))


def full_names(addresses: Iterable[int]) -> dict[int, str]:
    """What to call some places: the names from the town down to each, joined; one query for all."""
    trails = {address: _from_town(trail(address)) for address in addresses}
    known = names_of(place for places in trails.values() for place in places)
    return {
        address: " ".join(str(known[place]) for place in places if place in known) for address, places in trails.items()
    }


def _from_town(places: list[int]) -> list[int]:
    return [place for place in places if level_of(place) >= Level.TOWN] or places[-1:]


def below(within: Span, level: Level) -> QuerySet[Area]:
    """The areas of one level in a range, in the order of their addresses. Relies on area_level."""
    return Area.objects.filter(inside([within]), level=level, gone_on=None).order_by("address")


def search(actor: Actor, words: str, within: Span | None = None, limit: int = 20) -> list[Area]:
    """Areas whose name (Chinese, pinyin or initials) answers a query, the largest first. Relies on area_tokens.

    Everybody signed in may find any place: a caller may be anywhere.
    """
    tokens = query_tokens(words)
    if not tokens or not actor.may(SEE):
        return []
    rows = Area.objects.filter(tokens__contains=tokens, gone_on=None)
    if within is not None:
        rows = rows.filter(inside([within]))
    return list(rows.order_by("level", "address")[:limit])


def tokens_of(name: str, former_names: Iterable[str] = ()) -> list[int]:
    """The search tokens of an area: its name and its former names."""
    return sorted({token for word in (name, *former_names) for token in name_tokens(word)})
