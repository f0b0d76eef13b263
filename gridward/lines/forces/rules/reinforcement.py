"""Who can be spared, who is short, and who goes where. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from gridward.engine.reinforcement import send
from gridward.lines.forces.rules.rosters import HEAD_M, LEVEL_WORTH, metres


@dataclass(frozen=True)
class Group:
    """People of one kind of one community who stand nowhere on the day, by the ids of their records."""

    address: int
    kind: str
    latitude: float
    longitude: float
    people: tuple[str, ...]


@dataclass(frozen=True)
class Short:
    """A community that lacks heads, and how strictly it is held."""

    address: int
    level: str
    latitude: float
    longitude: float
    lacking: int


@dataclass(frozen=True)
class Move:
    """Some people of a group, sent to one community."""

    group: int
    short: int
    people: tuple[str, ...]
    way_m: int


def moves(
    groups: Sequence[Group], shorts: Sequence[Short], kept: Collection[int], most_m: float
) -> tuple[list[Move], list[int]]:
    """Who goes where: key areas first, then the least way.

    Parameters: kept — communities that send nobody (those short themselves are among them); most_m — the farthest way.
    Returns: the moves, and the heads each short community still lacks. Of a group the first people go first.
    """
    may = [at for at, one in enumerate(groups) if one.address not in kept]
    if not may or not shorts:
        return [], [one.lacking for one in shorts]
    way = ways(groups, shorts)[may]
    price = np.array([HEAD_M * LEVEL_WORTH[one.level] for one in shorts])
    spare = np.array([len(groups[at].people) for at in may])
    found = send(spare, np.array([one.lacking for one in shorts]), price, way, most_m)
    sent = []
    for row, at in enumerate(may):
        start = 0
        for short in np.flatnonzero(found.heads[row]).tolist():
            count = int(found.heads[row, short])
            people = groups[at].people[start : start + count]
            sent.append(Move(at, short, people, round(float(way[row, short]))))
            start += count
    return sent, found.missing.tolist()


def ways(groups: Sequence[Group], shorts: Sequence[Short]) -> np.ndarray:
    """[n, m] straight ways in metres."""
    origin = (shorts[0].latitude, shorts[0].longitude)
    here = np.array([metres(one.latitude, one.longitude, origin) for one in groups], float)
    there = np.array([metres(one.latitude, one.longitude, origin) for one in shorts], float)
    return np.linalg.norm(here[:, None, :] - there[None, :, :], axis=2)
