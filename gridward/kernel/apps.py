"""Registers the kernel with Django and finds the lines."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """The kernel as a Django app; its label names the tables."""

    name = "gridward.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every line's manifest once, so that a broken one stops the start; stand behind the walls."""
        from gridward.kernel.access.scope import guard
        from gridward.kernel.registry import registry
        from gridward.kernel.walls.building import build

        registry()
        connection_created.connect(guard, dispatch_uid="gridward-scope")
        post_migrate.connect(build, sender=self, dispatch_uid="gridward-walls")
