"""The test database: made by the owner of its tables; every test then acts as the house's own role, as the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from gridward.kernel.access.scope import act_as_house
from gridward.kernel.walls.owner import as_owner
from gridward.kernel.walls.policies import APP


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: Any, django_db_blocker: Any) -> Iterator[None]:
    """Make the test database as its owner, then put the owner's rights down for good."""
    with django_db_blocker.unblock():
        with as_owner():
            made = setup_databases(verbosity=0, interactive=False)
            with connection.cursor() as query:
                # How Django empties tables between tests.
                query.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP}")
        owner = {**settings.OWNER_DATABASE}
        options = {**connection.settings_dict["OPTIONS"], "options": f"{owner['OPTIONS']['options']} -c role={APP}"}
        # By the owner's door, so that a test can take the rights up again where it says so (`owner_here`).
        connection.settings_dict.update({**owner, "CONN_HEALTH_CHECKS": True, "OPTIONS": options})
    act_as_house()
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def owner_here(db: Any) -> Callable[[], AbstractContextManager[None]]:
    """Take up the owner's rights for a few statements, in the test's own transaction: for an intruder's deeds."""

    @contextmanager
    def taken() -> Iterator[None]:
        with connection.cursor() as query:
            query.execute("SET ROLE NONE")
        yield
        with connection.cursor() as query:
            query.execute("RESET ROLE")

    return taken
