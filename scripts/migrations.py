"""Fails when a model changed and its migration is missing."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
django.setup()
from django.db.migrations.loader import MigrationLoader  # noqa: E402

# No server is needed to compare models with files.
MigrationLoader.check_consistent_history = lambda *_: None  # type: ignore[method-assign]
try:
    call_command("makemigrations", "--check", "--dry-run", "kernel", "hotline", skip_checks=True, verbosity=1)
except SystemExit as missing:
    sys.exit(f"A migration is missing: run gridward manage makemigrations. ({missing})")
