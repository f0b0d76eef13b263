"""Reads of the command line."""

from __future__ import annotations

from django.db.models import QuerySet

from gridward.kernel.access.actor import Actor
from gridward.kernel.needs import queries
from gridward.kernel.needs.models import Need
from gridward.lines.command.line import KIND


def open_needs(actor: Actor) -> QuerySet[Need]:
    """The line's open needs an actor may see, the one due first on top."""
    return queries.queue(actor, kind=KIND)
