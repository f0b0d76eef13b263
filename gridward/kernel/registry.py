"""Every line there is, found through its `line.py`, and everything they declare in one place."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any

from gridward.kernel.manifest import (
    Fact,
    FieldCommand,
    Figure,
    Line,
    NeedKind,
    Page,
    PatchPart,
    ResourceKind,
    Role,
    Urgent,
    Words,
)


class BrokenManifest(Exception):
    """Two lines claim one key, or a line names something that does not exist."""


@dataclass(frozen=True)
class Registry:
    """All manifests joined; keys are unique across lines."""

    lines: dict[str, Line]
    need_kinds: dict[str, NeedKind]
    resource_kinds: dict[str, ResourceKind]
    figures: dict[str, Figure]
    pages: tuple[Page, ...]
    roles: dict[str, Role]
    sheets: dict[str, Any]
    verbs: dict[str, Words]
    notices: dict[str, Words]
    capability_words: dict[str, Words]
    commands: dict[str, FieldCommand]
    patch: dict[str, PatchPart]

    def capabilities(self) -> frozenset[str]:
        """Every capability any role grants."""
        return frozenset(capability for role in self.roles.values() for capability in role.capabilities)

    def hearers(self, verb: str) -> Iterator[Any]:
        """The callables that lines registered for a verb, in the order of the lines."""
        for line in self.lines.values():
            if verb in line.hears:
                yield line.hears[verb]


def line_packages() -> list[str]:
    """Dotted names of the packages under `gridward.lines` that hold a `line.py`."""
    package = import_module("gridward.lines")
    found = []
    for module in pkgutil.iter_modules(package.__path__, "gridward.lines."):
        spec = module.module_finder.find_spec(module.name)  # type: ignore[call-arg]
        places = spec.submodule_search_locations if spec else None
        if places and any(sub.name == "line" for sub in pkgutil.iter_modules(places)):
            found.append(module.name)
    return sorted(found)


def _by_key(kind: str, things: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for thing in things:
        if thing.key in found:
            raise BrokenManifest(f"{kind} {thing.key!r} is declared twice")
        found[thing.key] = thing
    return found


def _widened(roles: dict[str, Role], lines: Iterable[Line]) -> dict[str, Role]:
    """Roles with the capabilities that lines give to roles of others."""
    found = dict(roles)
    for line in lines:
        for key, more in line.gives.items():
            if key not in found:
                raise BrokenManifest(f"{line.key} gives capabilities to {key!r}, which is no role")
            found[key] = replace(found[key], capabilities=found[key].capabilities | more)
    return found


def _joined(maps: Iterable[Any]) -> dict[str, Any]:
    return {key: value for one in maps for key, value in one.items()}


@cache
def _named(path: str) -> Any:
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)


def urgent_rows(actor: Any) -> list[Urgent]:
    """What stands at the top of an actor's every page, in the order of the lines."""
    strips = [line.strip for line in registry().lines.values() if line.strip]
    return [row for strip in strips for row in _named(strip.rows)(actor)]


def strip_kinds() -> str:
    """The kinds of things whose change has the strip asked again, as `data-live` takes them."""
    return " ".join(kind for line in registry().lines.values() if line.strip for kind in line.strip.kinds)


def facts_of(actor: Any, need: Any) -> list[Fact]:
    """What the lines know of a need, in the order of the lines."""
    return [fact for line in registry().lines.values() if line.facts for fact in _named(line.facts)(actor, need)]


@cache
def registry() -> Registry:
    """Read every manifest once per process.

    Raises: BrokenManifest if keys collide.
    """
    from gridward.kernel.line import KERNEL

    lines = [KERNEL, *(import_module(f"{name}.line").LINE for name in line_packages())]
    return Registry(
        lines=_by_key("line", lines),
        need_kinds=_by_key("need kind", (kind for line in lines for kind in line.need_kinds)),
        resource_kinds=_by_key("resource kind", (kind for line in lines for kind in line.resource_kinds)),
        figures=_by_key("figure", (figure for line in lines for figure in line.figures)),
        pages=tuple(sorted((page for line in lines for page in line.pages), key=lambda page: page.order)),
        roles=_widened(_by_key("role", (role for line in lines for role in line.roles)), lines),
        sheets=_by_key("sheet", (sheet for line in lines for sheet in line.sheets)),
        verbs=_joined(line.announces for line in lines),
        notices=_joined(line.notices for line in lines),
        capability_words=_joined(line.capabilities for line in lines),
        commands=_by_key("field command", (command for line in lines for command in line.commands)),
        patch=_by_key("part of the patch", (part for line in lines for part in line.patch)),
    )
