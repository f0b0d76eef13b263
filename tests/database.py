"""A pytest plugin: one PostgreSQL for the whole run, in a folder of its own, before Django reads its settings."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gridward.web.database import embedded

_OWNED = "GRIDWARD_TEST_FOLDER"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: Any) -> None:
    """Start the embedded server (or use `DATABASE_URL`) unless a parent process of this run has."""
    if _OWNED in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="gridward-test-"))
    folder.chmod(0o755)
    os.environ[_OWNED] = str(folder)
    os.environ["GRIDWARD_DATA_DIR"] = str(folder)
    os.environ.setdefault("GRIDWARD_SECOND_FACTOR_ROLES", "")
    until_the_end = ExitStack()
    until_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        until_the_end.enter_context(embedded.in_use(folder))
    early_config.add_cleanup(until_the_end.close)


@pytest.fixture(autouse=True)
def _keys_of_this_test() -> None:
    """Keys kept in memory belong to rows of the test before, which are gone."""
    from gridward.kernel.secrecy import keyring

    keyring.forget_all()
