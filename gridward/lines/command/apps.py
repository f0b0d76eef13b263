"""The command line as a Django app; its label names its tables."""

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """Registers the command line."""

    name = "gridward.lines.command"
    label = "command"
