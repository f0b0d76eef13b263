"""Walls with one stone taken out: each policy dropped, each thrown open, each table's security switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from gridward.kernel.walls.policies import ADDS, CHANGES, EVERYBODY, REMOVES, SEES
from gridward.web.chaos.leaks.tables import COMMANDS, Probed

_POLICY_OF = dict(zip(COMMANDS, (SEES, ADDS, CHANGES, REMOVES), strict=True))
_OPEN = {
    "SELECT": "USING (true)",
    "INSERT": "WITH CHECK (true)",
    "UPDATE": "USING (true) WITH CHECK (true)",
    "DELETE": "USING (true)",
}


@dataclass(frozen=True)
class Mutant:
    """One damage to one table's wall, and the statement that has to show it."""

    name: str
    damage: str
    shows_in: str


def mutants(table: Probed) -> Iterator[Mutant]:
    """Every damage to a table's wall; what changes nothing (opening what is public) is left out."""
    for command, policy in _POLICY_OF.items():
        yield Mutant(f"{table.name}: {policy} dropped", f'DROP POLICY {policy} ON "{table.name}"', command)
        if not (command == "SELECT" and table.wall.public):
            opened = f'ALTER POLICY {policy} ON "{table.name}" {_OPEN[command]}'
            yield Mutant(f"{table.name}: {policy} open to {EVERYBODY}", opened, command)
    yield Mutant(f"{table.name}: security off", f'ALTER TABLE "{table.name}" DISABLE ROW LEVEL SECURITY', "DELETE")


def damaged(mutant: Mutant) -> None:
    """Do the damage, in the transaction that is open."""
    with connection.cursor() as query:
        query.execute(mutant.damage)
