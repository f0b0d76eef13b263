"""`gridward incident …`: which responses there are, and ending one."""

from __future__ import annotations

import json

import click

from gridward.web.cli.session import fail, house, say


@click.group()
def command() -> None:
    """List the incidents, and close one: its retention runs from then on."""


@command.command(name="list")
def listed() -> None:
    """Print each incident with what of it is still kept, and when that is due to be erased."""
    with house():
        from django.conf import settings

        from gridward.kernel.erasing.rules import due_on
        from gridward.kernel.erasing.tables import holders_of
        from gridward.kernel.incidents.models import Incident

        for one in Incident.objects.order_by("opened_at"):
            moments = {name: due_on(name, one.closed_at, settings.RETENTION_DAYS) for name in holders_of(one.pk)}
            kept = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
            closed = one.closed_at.isoformat() if one.closed_at else None
            row = {"id": str(one.pk), "name": one.name, "closed_at": closed, "due": kept}
            click.echo(json.dumps(row, ensure_ascii=False))


@command.command()
@click.argument("incident")
def close(incident: str) -> None:
    """End the response INCIDENT; nothing is erased yet."""
    with house():
        from django.core.exceptions import ValidationError

        from gridward.kernel import clock
        from gridward.kernel.access.actor import SYSTEM
        from gridward.kernel.errors import AppError
        from gridward.kernel.incidents.actions import close_incident

        try:
            closed = close_incident(SYSTEM, incident, clock.now())
        except (AppError, ValidationError) as refused:
            fail(str(refused))
        say(f"Closed. `gridward incident list` says when what is due to be erased; {closed.pk}")
