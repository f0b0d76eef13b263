"""What the hotline decides: which category some words point to, in which order help is offered, what is the same call.

Pure. Source of the ranking's weights: README.md of this line, "How help is ranked".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

DUPLICATE_LIKENESS = 0.35
DUPLICATE_WINDOW_S = 6 * 3600
CRITICAL = 1


@dataclass(frozen=True)
class Pointers:
    """The words that point to one category, and those among a caller's words that make it critical."""

    category: str
    words: Sequence[str]
    critical: Sequence[str] = ()


@dataclass(frozen=True)
class Suggestion:
    """A category that a caller's words point to, with the words that did; `urgency` is set when one is critical."""

    category: str
    found: tuple[str, ...]
    urgency: int | None


def suggest(words: str, pointers: Iterable[Pointers], limit: int = 3) -> list[Suggestion]:
    """The categories some words point to, the likeliest first.

    A found word counts by its length, a critical one twice; ties keep the order of `pointers`.
    """
    said = words.casefold()
    weighed: list[tuple[int, Suggestion]] = []
    for one in pointers:
        critical = [word for word in one.critical if word.casefold() in said]
        found = [word for word in one.words if word.casefold() in said]
        if weight := sum(map(len, found)) + 2 * sum(map(len, critical)):
            names = tuple(dict.fromkeys([*critical, *found]))
            weighed.append((weight, Suggestion(one.category, names, CRITICAL if critical else None)))
    weighed.sort(key=lambda pair: -pair[0])
    return [suggestion for _, suggestion in weighed[:limit]]


def likeness(first: frozenset[int], second: frozenset[int]) -> float:
    """How much two texts share, 0 to 1: common tokens over the tokens of the shorter one."""
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def same_trouble(same_category: bool, alike: float) -> bool:
    """Whether a call at the same place is offered for joining: like words, or half as like in the same category."""
    return alike >= DUPLICATE_LIKENESS or (same_category and alike >= DUPLICATE_LIKENESS / 2)


@dataclass(frozen=True)
class Candidate:
    """What the ranking knows of one resource that could be sent.

    `reach_s` — time to get there; `busy` — live tasks; `done_today` — tasks since the shift's day began;
    `duty_left_s` — None without an end; `siblings_free` — others of its kind free in the same town.
    """

    key: str
    reach_s: float
    skills: frozenset[str] = frozenset()
    preference: int = 0
    busy: int = 0
    done_today: int = 0
    duty_left_s: float | None = None
    siblings_free: int = 0
    own_area: bool = False


@dataclass(frozen=True)
class Ranked:
    """One candidate in its place, with what counted: each reason's cost in seconds of reach it is worth."""

    key: str
    cost_s: float
    costs: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


MISSING_SKILL_S = 1200.0
LESS_PREFERRED_S = 180.0
LIVE_TASK_S = 900.0
DONE_TASK_S = 60.0
SHORT_DUTY_S = 900.0
LAST_OF_KIND_S = 600.0
FOREIGN_AREA_S = 240.0
DUTY_NEEDED_S = 3600.0


def rank(candidates: Iterable[Candidate], skills: Sequence[str], urgent: bool) -> list[Ranked]:
    """The candidates, the best first; ties go to the smaller key.

    Every reason is turned into seconds of reach; for an urgent need only reach, skills and live tasks count fully,
    the rest at a third.
    """
    soft = 1 / 3 if urgent else 1.0
    ranked = [_weighed(one, frozenset(skills), soft) for one in candidates]
    return sorted(ranked, key=lambda one: (one.cost_s, one.key))


def _weighed(one: Candidate, wanted: frozenset[str], soft: float) -> Ranked:
    missing = wanted - one.skills
    short = one.duty_left_s is not None and one.duty_left_s < one.reach_s + DUTY_NEEDED_S
    costs = {
        "reach": one.reach_s,
        "skills": MISSING_SKILL_S * len(missing),
        "load": LIVE_TASK_S * one.busy + soft * DONE_TASK_S * one.done_today,
        "duty": soft * SHORT_DUTY_S if short else 0.0,
        "cover": soft * LAST_OF_KIND_S if one.siblings_free == 0 else 0.0,
        "kind": soft * LESS_PREFERRED_S * one.preference,
        "area": 0.0 if one.own_area else soft * FOREIGN_AREA_S,
    }
    return Ranked(one.key, sum(costs.values()), costs, tuple(sorted(missing)), tuple(sorted(wanted & one.skills)))
