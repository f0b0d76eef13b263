"""Fails when a model changed and its migration is missing."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
django.setup()
from django.apps import apps  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402

# No server is needed to compare models with files.
MigrationLoader.check_consistent_history = lambda *_: None  # type: ignore[method-assign]
labels = [app.label for app in apps.get_app_configs() if app.name.startswith("gridward.")]
try:
    call_command("makemigrations", "--check", "--dry-run", *labels, skip_checks=True, verbosity=1)
except SystemExit as missing:
    sys.exit(f"A migration is missing: run gridward manage makemigrations. ({missing})")
