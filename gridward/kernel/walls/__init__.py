"""What a table says of itself so that the database keeps everybody to their own: a `wall` beside its columns.

Source: docs/adr/0017-walls-in-the-database.md
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = "any"
"""The capability that stands for all an account holds: where any of its roles reaches."""


@dataclass(frozen=True)
class Wall:
    """Who may read and change a table's rows; a model declares it as `wall`. The house itself may always do both.

    A table that declares nothing is closed to everybody but the house.
    """

    see: tuple[str, ...] = ()
    """Capabilities whose reach shows a row."""
    change: tuple[str, ...] = ()
    """Capabilities whose reach lets a row be written, before and after."""
    address: str = "address"
    """The column of the place; empty where there is none: a capability held anywhere is then enough."""
    opened: tuple[str, ...] = ()
    """Columns of ids: a row is open, to read and to change, where one of them was opened in this transaction."""
    own: tuple[str, ...] = ()
    """Columns of the account a row belongs to: it may read its own."""
    owner_writes: bool = False
    """That account may also write its own rows."""
    where: str = ""
    """SQL that must hold beside a capability, in columns of the row."""
    public: bool = False
    """Everybody may read."""
    staff: bool = False
    """Whoever is signed in may read."""
    door: bool = False
    """Who is about to sign in may be looked up."""
    door_writes: bool = False
    """Signing in may also write."""
    insert_anywhere: bool = False
    """Whoever acts may add rows, wherever they lie."""
    append_only: bool = False
    """Rows are never changed nor removed, not even by the house."""
    newest: str = ""
    """The order in which a search answers, in columns of the row; empty where order does not matter."""


CONFIGURATION = Wall(address="", public=True, change=("configure",))
"""What everybody may read, and who configures the house may change."""


@dataclass(frozen=True)
class Open:
    """A table without a wall, because no row of it tells of a place or a person; `why` says what it holds."""

    why: str
    rights: frozenset[str] = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    """What the house's own role may do with it."""
