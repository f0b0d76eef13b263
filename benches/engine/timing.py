"""CPU seconds of this process, the machine in words, and tables as the benches of the engine print them."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

RESULTS = Path(__file__).parent / "results"
Answer = TypeVar("Answer")


def cpu_s(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """CPU seconds a piece of work takes, and what it returns."""
    before = time.process_time()
    answer = work()
    return time.process_time() - before, answer


def machine() -> str:
    """The processor, cores and Python this ran on."""
    cpuinfo = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def report(name: str, title: str, figures: dict[str, Any], lines: Iterable[str], write: bool) -> None:
    """Print a bench's table (or JSON with --json); write it to results/NAME.md where asked."""
    text = page(title, lines)
    print(json.dumps({"bench": name, **figures}, indent=2) if "--json" in sys.argv else text)
    if write:
        keep(name, text)


def page(title: str, lines: Iterable[str]) -> str:
    """A bench's table as a page."""
    return "\n".join([f"# {title}", "", f"Machine: {machine()}.", "", *lines, ""])


def keep(name: str, text: str) -> None:
    """Keep a page under results/."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
