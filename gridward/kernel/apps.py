"""Registers the kernel with Django and finds the lines."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The kernel as a Django app; its label names the tables."""

    name = "gridward.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every line's manifest once, so that a broken one stops the start."""
        from gridward.kernel.registry import registry

        registry()
