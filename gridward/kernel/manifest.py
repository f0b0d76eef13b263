"""What a line says of itself in its `line.py`: the only thing the house needs to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridward.kernel.sheets.spec import SheetSpec

Words = Any
"""Text shown to people: a str or a lazy translation."""


@dataclass(frozen=True)
class NeedKind:
    """A sort of need this line serves; `key` starts with the line's key and a dot."""

    key: str
    title: Words
    page: str
    """URL name of the page of one need of this kind; takes the need's id."""


@dataclass(frozen=True)
class ResourceKind:
    """A sort of resource; `profile` is how it travels: car, van, wheelchair_bus or foot."""

    key: str
    title: Words
    profile: str = "car"
    symbol: str = "vehicle"


class Aggregate(StrEnum):
    """How the amounts of a figure's rows become its value."""

    COUNT = "count"
    SUM = "sum"
    SHARE = "share"
    MEDIAN = "median"
    P95 = "p95"
    GINI = "gini"


@dataclass(frozen=True)
class Figure:
    """A number with a name, a definition in words, a unit and one query for the rows behind it.

    `rows` is SQL that yields `row_id` (a uuid), `address, amount` and, where `parts` is set, `part`. It may use
    %(start)s and %(end)s (the day in UTC; `end` is now for a day not yet over). Share takes amounts 0 and 1.
    """

    key: str
    title: Words
    definition: Words
    unit: Words
    rows: str
    aggregate: Aggregate = Aggregate.COUNT
    parts: bool = False
    row_page: str = "need"
    """URL name of the page of one row; takes the row's id."""
    good: str = "none"
    """Which way is good: up, down or none; for the colour of a trend."""


@dataclass(frozen=True)
class FieldCommand:
    """Something a device in the field reports; the line's own actions write it, a whole batch at once.

    `apply` is the dotted path of `(actor, items, now) -> list[Answer]`: items and answers of `kernel.sync.records`, in
    the same order, called inside the upload's transaction and in a savepoint. An id that was stored before never
    reaches it again. Where it raises, the batch is halved until the items that raise are alone: an AppError rejects its
    item with the error's code and words, anything else makes it a conflict for somebody to look at. A body may say
    where it belongs by `address`, nineteen digits: there a conflict is shown; else it is the device's patch.
    `digests` is the dotted path of `(ids) -> {id: sha256}`, recomputed from the rows the items became; empty where the
    protocol's own copy of the body is the row.
    """

    key: str
    title: Words
    capability: str
    apply: str
    digests: str = ""


@dataclass(frozen=True)
class PatchPart:
    """A list a device holds for its own patch.

    `rows` is the dotted path of `(actor, after, limit) -> (rows, next_after)`: plain dicts within the actor's reach
    and only theirs, from a cursor on; `next_after` is "" at the end.
    """

    key: str
    capability: str
    rows: str


@dataclass(frozen=True)
class Page:
    """An entry of the console's navigation, shown to users with the capability."""

    key: str
    title: Words
    url_name: str
    capability: str
    icon: str = "list"
    order: int = 100


@dataclass(frozen=True)
class Role:
    """A named set of capabilities, granted over an area."""

    key: str
    title: Words
    capabilities: frozenset[str]
    home: str = "home"
    """URL name of the page this role starts on."""
    level: int | None = None
    """The level its grants are usually given at; None for any."""


@dataclass(frozen=True)
class Urgent:
    """One line at the top of every page that whoever it is for must not miss; `words` name it, `url` opens it."""

    words: Words
    url: str
    mark: Words = ""
    """What sort of thing it is, in a word or two; stands in front."""


@dataclass(frozen=True)
class Strip:
    """What a line puts at the top of every page of those who must see it.

    `rows` is the dotted path of `(actor) -> list[Urgent]`, the most pressing first: asked for on every page, so at most
    one indexed query. `kinds` are the kinds of things in the journal whose change has it asked again.
    """

    rows: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """One thing a line knows of a need, for the need's own page."""

    title: Words
    words: Words
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One service line."""

    key: str
    title: Words
    need_kinds: tuple[NeedKind, ...] = ()
    resource_kinds: tuple[ResourceKind, ...] = ()
    figures: tuple[Figure, ...] = ()
    pages: tuple[Page, ...] = ()
    roles: tuple[Role, ...] = ()
    sheets: tuple[SheetSpec, ...] = ()
    capabilities: Mapping[str, Words] = field(default_factory=dict)
    """Capabilities this line brings, each in words that end “your role does not allow you to …”."""
    announces: Mapping[str, Words] = field(default_factory=dict)
    """Journal verbs this line writes, each with its words in the past tense."""
    notices: Mapping[str, Words] = field(default_factory=dict)
    """Notice templates: %-formats on the notice's params."""
    hears: Mapping[str, Callable[[Any], None]] = field(default_factory=dict)
    commands: tuple[FieldCommand, ...] = ()
    patch: tuple[PatchPart, ...] = ()
    urgent: bool = False
    """Whether its pages are the last to be turned away when the house is overloaded."""
    install: str = ""
    """Dotted path of a callable that takes the time and loads the line's example configuration; safe to repeat."""
    gives: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Capabilities that roles of others hold through this line: role key → capabilities."""
    strip: Strip | None = None
    facts: str = ""
    """Dotted path of `(actor, need) -> list[Fact]`: what this line knows of any need the actor may see."""
    bulletin: tuple[str, ...] = ()
    """Keys of the figures its section of the daily bulletin shows, in order."""
