"""Laying out a round: points, tables and samplers from population, and when each building is called. Pure.

Source: National Health Commission, 2022-05-13 (a point for 2,000 to 3,000 people, a table for 600 to 800);
guideline for regional testing, third edition (samplers = population / 360).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

SLACK = 0.15
"""The share of the opening hours kept free at the end, for those who come late."""


@dataclass(frozen=True)
class Building:
    """A building and how many of its people come to the point; `at_home` are visited instead."""

    address: int
    people: int
    at_home: int = 0


@dataclass(frozen=True)
class Shares:
    """How many people one point, one table and one sampler serve; all above 0."""

    people_per_point: int
    people_per_table: int
    people_per_sampler: int


@dataclass(frozen=True)
class Called:
    """A building's turn."""

    building: Building
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Layout:
    """One point: whom it serves, with what, and in which order they are called."""

    people: int
    at_home: int
    tables: int
    samplers: int
    turns: tuple[Called, ...]


def layout(buildings: Sequence[Building], shares: Shares, opens_at: datetime, closes_at: datetime) -> list[Layout]:
    """The points of one community, buildings in the order given, neighbours at one point.

    Parameters: buildings — in the order they are to be called; closes_at — after `opens_at`.
    Returns: one layout for each point; none where nobody is due. Every building is at exactly one.
    """
    total = sum(one.people + one.at_home for one in buildings)
    if not total:
        return []
    points = max(1, ceil(total / shares.people_per_point))
    groups: list[list[Building]] = [[] for _ in range(points)]
    before = 0
    for one in buildings:
        size = one.people + one.at_home
        groups[min(points - 1, int((before + size / 2) * points / total))].append(one)
        before += size
    return [_point(group, shares, opens_at, closes_at) for group in groups if group]


def _point(group: list[Building], shares: Shares, opens_at: datetime, closes_at: datetime) -> Layout:
    people, at_home = sum(one.people for one in group), sum(one.at_home for one in group)
    tables = max(1, ceil(people / shares.people_per_table))
    samplers = max(tables, ceil((people + at_home) / shares.people_per_sampler))
    return Layout(people, at_home, tables, samplers, tuple(_turns(group, people, opens_at, closes_at)))


def _turns(group: list[Building], people: int, opens_at: datetime, closes_at: datetime) -> list[Called]:
    """One after the other, each as long as its share of the people, so that nobody waits for another building."""
    usable, found, before = (closes_at - opens_at) * (1 - SLACK), [], 0
    for one in group:
        if not one.people:
            continue
        starts, ends = (opens_at + usable * (count / people) for count in (before, before + one.people))
        found.append(Called(one, _minute(starts), _minute(ends)))
        before += one.people
    return found


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=moment.second >= 30)
