"""The hotline as a Django app; its label names its tables."""

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    """Registers the hotline."""

    name = "gridward.lines.hotline"
    label = "hotline"
