"""What a replay's small configuration file says: the file's zone, and which of our words stand for its words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class RequestMapping:
    """How requests of another city read in our words; `categories` holds `reason/type` before plain `reason`."""

    zone: ZoneInfo
    moments: str
    far_promise_days: int
    categories: Mapping[str, str]
    channels: Mapping[str, str]
    refused: Sequence[str]

    def category(self, reason: str, kind: str) -> str | None:
        """Our category for a reason and a type; None where the mapping knows neither."""
        return self.categories.get(f"{reason}/{kind}") or self.categories.get(reason)


@dataclass(frozen=True)
class DispatchMapping:
    """How emergency calls of another county read in our words; the first matching pattern of each list counts."""

    zone: ZoneInfo
    days: str
    tests: Sequence[str]
    copies: Sequence[str]
    mutual_aid: Sequence[str]
    categories: Sequence[tuple[str, str]]
    resources: Sequence[tuple[str, str]]


def request_mapping(path: Path | None = None) -> RequestMapping:
    """The mapping of a TOML file, or the one that comes with the house for Boston's requests of 2015."""
    told = _read(path, "requests.toml")
    return RequestMapping(
        zone=ZoneInfo(told["zone"]),
        moments=told["moments"],
        far_promise_days=told["far_promise_days"],
        categories=told["categories"],
        channels=told["channels"],
        refused=tuple(told["refused"]),
    )


def dispatch_mapping(path: Path | None = None) -> DispatchMapping:
    """The mapping of a TOML file, or the one that comes with the house for a rural county's emergency calls."""
    told = _read(path, "dispatch.toml")
    return DispatchMapping(
        zone=ZoneInfo(told["zone"]),
        days=told["days"],
        tests=tuple(told["tests"]),
        copies=tuple(told["copies"]),
        mutual_aid=tuple(told["mutual_aid"]),
        categories=[(row["pattern"], row["category"]) for row in told["call"]],
        resources=[(row["pattern"], row["kind"]) for row in told["unit"]],
    )


def _read(path: Path | None, shipped: str) -> dict[str, Any]:
    if path is not None:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    return tomllib.loads((files(__package__) / "mappings" / shipped).read_text(encoding="utf-8"))
