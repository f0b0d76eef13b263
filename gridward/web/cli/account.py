"""`gridward account …`: what the owner of the machine can do for an account that is lost, or in wrong hands."""

from __future__ import annotations

from typing import Any

import click

from gridward.web.cli.session import fail, house, say


@click.group()
def command() -> None:
    """Look at an account's sessions, end them, or give the account back to its owner."""


@command.command()
@click.argument("name")
def devices(name: str) -> None:
    """List where an account is signed in."""
    with house(migrate=False):
        from gridward.web.signin.actions import running
        from gridward.web.signin.devices import device_words

        for one in running(_account(name)):
            click.echo(f"{one.last_seen_at:%Y-%m-%d %H:%M}Z  {one.ip:<39}  {device_words(one.user_agent)}")


@command.command("sign-out")
@click.argument("name")
def sign_out(name: str) -> None:
    """End all sessions of an account at once."""
    with house(migrate=False):
        click.echo(f"{_end(_account(name))} sessions ended")


@command.command()
@click.argument("name")
def reset(name: str) -> None:
    """Give an account a one-time password, remove its second factors, and end its sessions.

    For whoever lost both; make sure that it is really them who asks.
    """
    with house(migrate=False):
        from allauth.mfa.models import Authenticator
        from django.db import transaction

        from gridward.kernel import clock
        from gridward.web.signin.actions import issue_one_time, write

        user = _account(name)
        with transaction.atomic():
            once = issue_one_time(user, clock.now())
            removed, _ = Authenticator.objects.filter(user=user).delete()
            _end(user)
            write(_keeper(), "account.password_issued", user, clock.now(), factors_removed=removed)
        click.echo(f"One-time password of {name}: {once}")
        say(f"It must be changed at the first sign-in, within three days. {removed} second factors removed.")


def _account(name: str) -> Any:
    from gridward.kernel.access.models import User

    return User.objects.filter(username=name).first() or fail(f"There is no account {name}.")


def _end(user: Any) -> int:
    from gridward.kernel import clock
    from gridward.web.signin.actions import end_all

    return end_all(_keeper(), user, clock.now())


def _keeper() -> Any:
    from gridward.kernel.access.actor import Actor

    return Actor(name="keeper of the machine", channel="command line", everything=True)
