"""The testing line as a Django app; its label names its tables."""

from django.apps import AppConfig


class TestingConfig(AppConfig):
    """Registers the testing line."""

    name = "gridward.lines.testing"
    label = "testing"
