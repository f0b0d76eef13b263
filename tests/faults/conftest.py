"""Commands of the house run in a data folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def gridward(tmp_path_factory: Any) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `gridward …` on the embedded database, in a new folder that its server can enter."""
    folder = tmp_path_factory.mktemp("house")
    for one in (folder, *folder.parents[:2]):
        one.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWARD_", "DATABASE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "GRIDWARD_DATA_DIR": str(folder)}

    def run(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gridward", *arguments],
            capture_output=True, text=True, env=environment, timeout=timeout, check=False,
        )  # fmt: skip

    run.folder = folder  # type: ignore[attr-defined]
    return run
