"""A small reference district with its forces and accounts, committed once for the console's tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from gridward.drill.district.forces import DEMO_PASSWORD
from gridward.drill.reference import make_district
from gridward.kernel.access.models import User
from gridward.kernel.near import cache
from gridward.kernel.walls.owner import as_owner


@pytest.fixture(scope="package")
def district(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """Jiangjin at a thousandth, committed: every test sees it, and what a test changes is rolled back."""
    with django_db_blocker.unblock():
        make_district(0.001, 1, datetime.now(UTC), lambda *_: None)
        yield
        with as_owner():
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def signed_in(district: Any, db: Any) -> Callable[[str], Client]:
    """Makes a client signed in as one of the demo's accounts."""
    cache.clear()

    def make(username: str) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(User.objects.get(username=username))
        return client

    return make


@pytest.fixture
def password() -> str:
    """The demo's password."""
    return DEMO_PASSWORD
