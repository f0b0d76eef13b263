"""`gridward chaos …`: break the house on purpose, in a data folder of its own, and see whether its promises hold."""

from __future__ import annotations

from importlib import import_module

import click

# One line for each command: its name, and the module under gridward/web/chaos that holds its `command`.
COMMANDS = {
    "db-kill": "db_kill",
    "diskfull": "diskfull",
    "leak-matrix": "leaks.matrix",
    "nth-error": "nth.nth_error",
    "overload": "overload",
    "residue-scan": "residue_scan",
    "restore-drill": "restore_drill",
    "sync-sim": "sync_sim",
}


class _Commands(click.Group):
    """Reads only the command that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"gridward.web.chaos.{COMMANDS[cmd_name]}").command
        return found


@click.group(cls=_Commands)
def command() -> None:
    """Break the house on purpose, and see whether its promises hold. Each works in a data folder of its own."""
