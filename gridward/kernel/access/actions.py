"""Accounts and grants. The only writer of either."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import from_code
from gridward.kernel.errors import Invalid
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.registry import registry


@transaction.atomic
def make_administrator(username: str, password: str | None, district: str = "") -> User:
    """The first account, who may configure the house and give grants; over the whole country unless told.

    Parameters: password — None for none that works; district — an official division code, or empty.
    """
    user, _ = User.objects.get_or_create(username=username)
    user.set_password(password)
    user.is_staff = user.is_superuser = True
    user.save()
    address = from_code(district) if district else 0
    Grant.objects.get_or_create(user=user, role="administrator", address=address)
    return user


@transaction.atomic
def give(actor: Actor, user_id: int, role: str, address: int, now: datetime, incident_id: Any = None) -> Grant:
    """Give an account a role over an area; giving it twice changes nothing.

    Raises: Forbidden outside the giver's reach, Invalid for an unknown role.
    """
    actor.require("grants.give", address)
    if role not in registry().roles:
        raise Invalid(field="role", reason=role)
    grant, new = Grant.objects.get_or_create(
        user_id=user_id, role=role, address=address, incident_id=incident_id, defaults={"given_by_id": actor.user_id}
    )
    if new:
        event = Event("grant.given", "user", str(user_id), address, now, incident_id, {"role": role})
        record(actor, [event])
    return grant
