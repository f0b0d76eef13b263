"""Registers the console with Django, for its templates, static files and words."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The console as a Django app."""

    name = "gridward.web"
    label = "web"

    def ready(self) -> None:
        """Hear what happens to accounts."""
        from gridward.web.signin import hearing

        hearing.connect()
