"""Acting as the owner of the tables: to migrate, to load whole tables, never to answer a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

_ALIAS = "default"


@contextmanager
def as_owner() -> Iterator[None]:
    """Have this thread's statements go over a connection of the owner's inside the block.

    It is another connection: what an open transaction has written is not seen by it, so none may be open.
    """
    ours = connections[_ALIAS]
    if getattr(ours, "is_owner", False):
        yield
        return
    owners = type(ours)({**ours.settings_dict, **settings.OWNER_DATABASE}, _ALIAS)
    owners.is_owner = True
    connections[_ALIAS] = owners
    try:
        yield
    finally:
        owners.close()
        connections[_ALIAS] = ours
