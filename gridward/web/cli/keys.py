"""`gridward keys …`: which data keys there are, and a new master key."""

from __future__ import annotations

import json
import os
import secrets

import click

from gridward.web.cli.session import fail, house, say
from gridward.web.config import config


@click.group()
def command() -> None:
    """List the data keys by fingerprint; wrap them anew under another master key."""


@command.command(name="list")
def listed() -> None:
    """Print each data key: whose, since when, its fingerprint, when it was destroyed. Never a key itself."""
    with house():
        from gridward.kernel.secrecy.models import DataKey

        for one in DataKey.objects.order_by("made_on", "id"):
            row = {
                "incident": str(one.incident_id) if one.incident_id else None,
                "holder": one.holder,
                "fingerprint": one.fingerprint,
                "made_on": one.made_on.isoformat(),
                "retired_on": one.retired_on.isoformat() if one.retired_on else None,
                "destroyed_on": one.destroyed_on.isoformat() if one.destroyed_on else None,
            }
            click.echo(json.dumps(row))


@command.command()
def rewrap() -> None:
    """Make a new master key and wrap every data key under it; stop `gridward serve` first.

    The new key is written beside the old one before anything is wrapped, so that a crash in between loses nothing.
    """
    settings = config()
    if settings.master_key:
        fail("The master key comes from GRIDWARD_MASTER_KEY: set the new one there after `keys rewrap` of a copy.")
    path = settings.data_dir / "keys" / "master"
    fresh, new = path.with_name("master.new"), secrets.token_bytes(32)
    with house():
        from gridward.kernel.secrecy.rotating import rewrap_all

        fresh.touch(mode=0o600)
        fresh.write_text(new.hex(), encoding="ascii")
        count = rewrap_all(new)
    os.replace(fresh, path)
    say(f"{count} data keys wrapped under the new master key. Put it where you keep the keys, and destroy the old one.")


@command.command()
@click.argument("holder")
def retire(holder: str) -> None:
    """Seal from now on under new data keys for HOLDER (person, caller, staff, journal); older values stay readable."""
    with house():
        from gridward.kernel.secrecy.rotating import retire_keys

        say(f"{retire_keys(holder)} data keys retired.")
