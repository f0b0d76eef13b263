"""The forces line as a Django app; its label names its tables."""

from django.apps import AppConfig


class ForcesConfig(AppConfig):
    """Registers the forces line."""

    name = "gridward.lines.forces"
    label = "forces"
