"""What commands need before they start: the database running, Django set up, the schema in order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import django
from django.core.management import call_command
from django.db import OperationalError, connection

from gridward.web.config import config
from gridward.web.database import durability, embedded

_MIGRATION_LOCK = 0x6D696772


def start_database() -> bool:
    """Start the embedded server unless `DATABASE_URL` names another; safe to call again.

    Returns: whether this call started it (and so its caller should stop it).
    Raises: DatabaseTrouble.
    """
    settings = config()
    if settings.database_url or embedded.running_pid(settings.data_dir):
        return False
    embedded.start(settings.data_dir)
    return True


def prepare(*, migrate: bool = True) -> None:
    """Set Django up, refuse a server that may lose what was acknowledged, bring the schema up to date.

    Raises: DatabaseTrouble with one line that says what to do.
    """
    logging.captureWarnings(True)
    django.setup()
    try:
        found = durability.shortcomings()
    except OperationalError as unreachable:
        raise embedded.DatabaseTrouble(f"The database does not answer: {unreachable}") from unreachable
    if found:
        raise embedded.DatabaseTrouble(" ".join(found))
    if migrate:
        with connection.cursor() as query:
            query.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
            try:
                call_command("migrate", verbosity=0)
            finally:
                query.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


@contextmanager
def house(*, migrate: bool = True) -> Iterator[None]:
    """The database up and Django ready inside the block; a server this block started is stopped after it."""
    started = start_database()
    try:
        prepare(migrate=migrate)
        yield
    finally:
        connection.close()
        if started:
            embedded.stop(config().data_dir)


def say(words: str) -> None:
    """A line for the person at the terminal, on standard error so that `--json` stays clean."""
    click.echo(words, err=True)


def fail(words: str) -> Any:
    """End the command with one line."""
    sys.exit(f"gridward: {words}")
