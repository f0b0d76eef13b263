"""Who may join, who may stand on a shift, and which step may follow which. Pure.

Source: the rules themselves are configuration, `config/joining.example.toml`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

NO_NIGHT = "no_night"

MOVES = {
    "applied": frozenset({"admitted", "refused", "left"}),
    "admitted": frozenset({"paused", "left"}),
    "paused": frozenset({"admitted", "left"}),
    "refused": frozenset({"applied"}),
    "left": frozenset({"applied"}),
}
"""The states a volunteer may go to from each."""


@dataclass(frozen=True)
class Joining:
    """What a district asks of whoever joins; ages in full years, `training_days` None where none is asked for."""

    minimum_age: int
    full_age: int
    oldest_age: int
    minors_need_consent: bool
    minors_work_nights: bool
    identity_needed: bool
    training_days: int | None
    insurance_needed: bool


@dataclass(frozen=True)
class Candidate:
    """What the rules need to know of one person; `age` None where the birthday is not known."""

    age: int | None
    guardian_agreed: bool = False
    identity_checked: bool = False
    trained_on: date | None = None
    insured_until: date | None = None
    limits: Collection[str] = ()


def may_go(state: str, wanted: str) -> bool:
    """Whether a volunteer in one state may go to another."""
    return wanted in MOVES.get(state, frozenset())


def against_joining(one: Candidate, asked: Joining) -> list[str]:
    """Why somebody cannot be admitted: keys of reasons, empty where they can.

    Reasons: `birthday_missing`, `too_young`, `too_old`, `consent_missing`, `identity_unchecked`.
    """
    found = []
    if one.age is None:
        found.append("birthday_missing")
    elif one.age < asked.minimum_age:
        found.append("too_young")
    elif one.age > asked.oldest_age:
        found.append("too_old")
    elif one.age < asked.full_age and asked.minors_need_consent and not one.guardian_agreed:
        found.append("consent_missing")
    if asked.identity_needed and not one.identity_checked:
        found.append("identity_unchecked")
    return found


def against_serving(one: Candidate, asked: Joining, day: date, *, night: bool) -> list[str]:
    """Why somebody admitted cannot stand on a shift of a day: keys of reasons, empty where they can.

    Parameters: day — the local day the shift begins on; night — whether it is one that counts as night.
    Reasons: those of joining, and `untrained`, `training_old`, `uninsured`, `minor_at_night`, `no_night`.
    """
    found = against_joining(one, asked)
    if asked.training_days is not None:
        if one.trained_on is None or one.trained_on > day:
            found.append("untrained")
        elif one.trained_on + timedelta(days=asked.training_days) < day:
            found.append("training_old")
    if asked.insurance_needed and (one.insured_until is None or one.insured_until < day):
        found.append("uninsured")
    if night and one.age is not None and one.age < asked.full_age and not asked.minors_work_nights:
        found.append("minor_at_night")
    elif night and NO_NIGHT in one.limits:
        found.append("no_night")
    return found


def settled_limits(limits: Collection[str], age: int | None, asked: Joining) -> list[str]:
    """The limits somebody has, sorted: their own, and no nights for a minor where that is the rule."""
    found = set(limits)
    if age is not None and age < asked.full_age and not asked.minors_work_nights:
        found.add(NO_NIGHT)
    return sorted(found)
