"""The sync core in Node, one long-lived process: a line of JSON asked, a line of JSON answered."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridward.web.chaos.sync.mutants import Mutant
from gridward.web.trouble import Trouble

FIELD = Path(__file__).parents[4] / "field"
FAULTS = ("lost", "double", "stuck", "silent")
"""What must be 0: never stored, done twice, still waiting, answered and not shown."""


@dataclass
class Simulator:
    """A running simulator."""

    process: subprocess.Popen[str]

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Have stories told.

        Raises: Trouble if the core fails in a way that no story foresees.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Trouble("The simulator ended: see above.")
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def simulator(mutant: Mutant | None = None) -> Iterator[Simulator]:
    """The core as it stands, or with one mistake planted.

    Raises: Trouble if Node or the field app's packages are missing, or a mutant no longer fits the source.
    """
    node, bundler = shutil.which("node"), FIELD / "node_modules" / ".bin" / "esbuild"
    if node is None or not bundler.exists():
        raise Trouble("Node and the field app's packages are needed: run scripts/setup.")
    with tempfile.TemporaryDirectory(prefix="gridward-sync-") as folder:
        source = Path(folder) / "src"
        for part in ("sync", "sim"):
            shutil.copytree(FIELD / "src" / part, source / part)
        if mutant is not None:
            mutant.plant(source)
        built = Path(folder) / "simulator.mjs"
        command = [str(bundler), str(source / "sim" / "main.ts"), "--bundle", "--platform=node", "--format=esm"]
        done = subprocess.run(  # noqa: S603 # nosec B603 # our own bundler on our own source
            [*command, f"--outfile={built}", "--log-level=error"], capture_output=True, text=True
        )
        if done.returncode:
            raise Trouble(f"The simulator could not be built: {done.stderr[-500:]}")
        process = subprocess.Popen(  # noqa: S603 # nosec B603
            [node, str(built)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            yield Simulator(process)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def is_bad(found: dict[str, Any]) -> bool:
    """Whether a story ended with something lost, double, stuck or silent, or with an error of the core itself."""
    return "error" in found or any(found[name] for name in FAULTS)
