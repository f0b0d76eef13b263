"""What a register says of its sheet: columns, what one row is, and how rows become records. Lines declare their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Span
from gridward.kernel.manifest import Words
from gridward.kernel.sheets.checking import RowRule
from gridward.kernel.sheets.columns import Column


@dataclass(frozen=True)
class Field:
    """One column of a register's table, as SQL over the staged row `i` and the record found for it, `t`.

    A blank cell leaves what is there; where there is no record, `blank` stands in.
    """

    name: str
    staged: str = ""
    """SQL over `i`; the staged column of the same name unless told."""
    blank: str = "''"
    merged: str = ""
    """SQL over `i` and `t` where the rule above is not the one."""
    compared: bool = True
    """Whether a difference makes the record a changed one."""

    @property
    def sql(self) -> str:
        """The value the record will have."""
        return self.merged or f"COALESCE({self.staged or f'i.{self.name}'}, t.{self.name}, {self.blank})"


@dataclass(frozen=True)
class Trace:
    """What the journal keeps of each record an import wrote, beside the import as a whole."""

    verb: str
    kind: str
    subject: str = ""
    """The field that names the subject; the record's own key unless told."""
    created: bool = False
    """Whether new records leave one as well, not only changed ones."""
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """A table that rows of a sheet are merged into."""

    model: str
    """Django's label, such as `kernel.Person`."""
    fields: tuple[Field, ...]
    matches: tuple[str, ...]
    """SQL over `i` and `t`: which record a row is about; the first that finds one counts."""
    applies: str = "true"
    """SQL over `i`: which rows it is for."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """SQL of other columns of a new record."""
    tokens: Callable[..., list[int]] | None = None
    """Takes `token_fields`, and the incident where the table hangs off one."""
    token_fields: tuple[str, ...] = ()
    trace: Trace | None = None
    candidates: tuple[str, ...] = ()
    """SQL over `i` and `t` that sealed columns have no part in: which records to open for `matches`; those themselves
    unless told. Records with a keyed hash of the row's number are opened as well."""
    held_at: str = ""
    """The column whose address must lie in reach for a record to be changed; '' where records have no place."""


@dataclass(frozen=True)
class SheetSpec:
    """The sheet of one register."""

    key: str
    title: Words
    columns: tuple[Column, ...]
    registers: tuple[Register, ...]
    capability: str
    """What whoever imports must hold at the place of every row."""
    identities: tuple[tuple[str, ...], ...]
    """Column keys that together name one thing; a row is known by the first it has in full."""
    place: str = "address"
    """The column whose address says where a row belongs."""
    rule: RowRule | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Values the rule adds, with their PostgreSQL types."""
    names: Mapping[str, Callable[[], Mapping[str, Sequence[Any]]]] = field(default_factory=dict)
    """For columns that name things of another register: how to read those names."""
    rows: Callable[[Actor, Span], Iterator[Sequence[Any]]] | None = None
    """The register's content in the order of the shown columns, for export; None where it is not given out."""
    export_capability: str = ""
    personal: bool = False
    """Whether it says who people are: then it leaves the house only with a second person's word."""

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns of templates and exports."""
        return tuple(column for column in self.columns if column.shown)
