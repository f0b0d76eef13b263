"""`gridward`: finds its commands by file name, and reads only the one that is called."""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module

import click

import gridward
from gridward.web import cli
from gridward.web.trouble import Trouble

_NOT_COMMANDS = {"main", "session"}


class Commands(click.Group):
    """A group whose commands are the modules beside this one, each with its `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in alphabetical order."""
        modules = [module.name for module in pkgutil.iter_modules(cli.__path__)]
        return sorted(name.strip("_").replace("_", "-") for name in modules if name not in _NOT_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None for an unknown one."""
        if cmd_name not in self.list_commands(ctx):
            return None
        plain = cmd_name.replace("-", "_")
        modules = {module.name.strip("_"): module.name for module in pkgutil.iter_modules(cli.__path__)}
        command: click.Command = import_module(f"gridward.web.cli.{modules[plain]}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gridward.__version__)
def group() -> None:
    """Gridward 单元防线 — what people need, who was sent, and proof that it was done.

    \b
    Start here:
      gridward demo      the reference district, a day of the response, and the console
      gridward init      a database of your own and its first administrator
      gridward serve     database, web and worker in one process tree
      gridward doctor    what is wrong, and what to do
    """


def main() -> None:
    """Run a command; known troubles end in one line, not in a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
    try:
        group(prog_name="gridward")
    except Trouble as trouble:
        sys.exit(f"gridward: {trouble}")
