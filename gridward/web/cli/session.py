"""What commands need before they start: the database running, Django set up, the schema in order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import click
import django
import psycopg
from django.core.management import call_command
from django.db import connection

from gridward.web.config import config
from gridward.web.database import durability, embedded
from gridward.web.database.address import SHARED_SCHEMA

_MIGRATION_LOCK = 0x6D696772


@contextmanager
def database() -> Iterator[None]:
    """The embedded server up inside the block, unless `DATABASE_URL` names another.

    Raises: DatabaseTrouble.
    """
    settings = config()
    with nullcontext() if settings.database_url else embedded.in_use(settings.data_dir):
        yield


def prepare(*, migrate: bool = True, trust: bool = False) -> None:
    """Set Django up, refuse a server that may lose what was acknowledged, bring the schema up to date.

    Parameters: trust — go on with a server that may; for looking at what is wrong with it.
    Raises: DatabaseTrouble with one line that says what to do.
    """
    logging.captureWarnings(True)
    django.setup()
    from gridward.kernel.access.scope import act_as_house
    from gridward.kernel.walls.owner import as_owner

    act_as_house()
    with as_owner():
        _must_answer()
        found = durability.shortcomings() + durability.rights_of_the_owner()
        if found and not trust:
            raise embedded.DatabaseTrouble(" ".join(found))
        if migrate:
            _migrate()
    if migrate and (found := durability.rights_of_the_house()) and not trust:
        raise embedded.DatabaseTrouble(" ".join(found))


def _migrate() -> None:
    with connection.cursor() as query:
        query.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            _make_schema(config().db_schema)
            call_command("migrate", verbosity=0)
        finally:
            query.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _make_schema(schema: str) -> None:
    if schema == "public":
        return
    with connection.cursor() as query:
        query.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        query.execute(f"CREATE SCHEMA IF NOT EXISTS {SHARED_SCHEMA}")
        query.execute(f"CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA {SHARED_SCHEMA}")


def _must_answer() -> None:
    # Asked beside the pool, which would go on trying for a long time.
    try:
        psycopg.connect(**{"connect_timeout": 10, **connection.get_connection_params()}).close()
    except psycopg.OperationalError as unreachable:
        words = " ".join(str(unreachable).split())
        raise embedded.DatabaseTrouble(f"The database does not answer: {words}") from unreachable


@contextmanager
def house(*, migrate: bool = True, owner: bool = False) -> Iterator[None]:
    """The database up and Django ready inside the block; an embedded server is stopped by whoever leaves last.

    Parameters: owner — act as the owner of the tables, who alone removes what is otherwise only added to.
    """
    with database():
        try:
            prepare(migrate=migrate)
            from gridward.kernel.walls.owner import as_owner

            with as_owner() if owner else nullcontext():
                yield
        finally:
            hang_up()


def hang_up() -> None:
    """Give back this process's connections, so that the server can stop without a complaint."""
    connection.close()
    connection.close_pool()


def say(words: str) -> None:
    """A line for the person at the terminal, on standard error so that `--json` stays clean."""
    click.echo(words, err=True)


def fail(words: str) -> Any:
    """End the command with one line."""
    sys.exit(f"gridward: {words}")
