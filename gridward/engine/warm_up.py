"""Compile what the engine compiles, so that nobody waits for it later: `python -m gridward.engine.warm_up`.

Part of the installation. What is compiled is cached beside the modules; from there it loads in a moment.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from gridward.engine import delivery, dial_a_ride, inspection, matching, roster, sectors, travel

HOUR_S = 3600.0
AWAY_S = np.abs(np.arange(8.0)[:, None] - np.arange(8.0)) * 60.0
"""[8, 8] eight places along a road, a minute apart."""


def warm_up() -> dict[str, float]:
    """Compile every kernel, or load it from the cache; CPU seconds by planner."""
    planners: dict[str, Callable[[], object]] = {
        "delivery": delivery.warm_up, "dial_a_ride": dial_a_ride.warm_up, "inspection": _inspection,
        "matching": _matching, "roster": _roster, "sectors": _sectors, "travel": _travel,
    }  # fmt: skip
    took_s = {}
    for name, planner in planners.items():
        began_s = time.process_time()
        planner()
        took_s[name] = time.process_time() - began_s
    return took_s


def _inspection() -> None:
    some = inspection.places(np.ones(6), np.full(6, 60.0), np.zeros(6), np.full(6, HOUR_S))
    crew = inspection.inspectors([6], [7], [0.0], [HOUR_S])
    inspection.plan_day(some, crew, AWAY_S, steps=10)


def _matching() -> None:
    needs = matching.needs([1, 2], preference=[[0], [0]])
    matching.assign(needs, matching.resources([0, 0]), AWAY_S[:2, :2])


def _roster() -> None:
    at_m = np.stack([np.arange(4.0) * 500.0, np.zeros(4)], axis=1)
    shifts = roster.Rules(np.array([0.0, 8.0]) * HOUR_S, np.array([8.0, 16.0]) * HOUR_S, np.array([True, False]))
    who = roster.people(at_m, np.ones((4, 3, 2), bool), most=np.full(4, 2))
    roster.plan(roster.problem(who, roster.posts(at_m, [0, 0, 1, 1], np.ones((3, 4), int)), shifts))


def _sectors() -> None:
    row = np.stack([np.arange(7), np.arange(1, 8)], axis=1)
    for load in (np.ones(8), np.linspace(1.0, 1.37, 8)):
        sectors.sectors(AWAY_S, load, 2, row, tolerance=0.3, effort=sectors.Effort(steps=100, starts=1, rounds=5))


def _travel() -> None:
    at = np.array([[29.0, 106.0], [29.0, 106.001], [29.001, 106.001], [29.001, 106.0]])
    begin, end = np.arange(4), np.array([1, 2, 3, 0])
    roads = travel.RoadMap(
        edge_from=begin, edge_to=end, length_m=np.full(4, 100.0), way=begin, road_class=np.full(4, 6),
        speed_ms=dict.fromkeys(("car", "foot"), np.full((2, 4), 10.0)),
        shape=np.stack([at[begin], at[end]], axis=1).reshape(-1, 2), shape_from=np.arange(5) * 2,
        signal=np.zeros(4, bool), barred=np.zeros(4, bool),
    )  # fmt: skip
    for profile in ("car", "foot"):
        net = travel.network(roads, profile)
        travel.table(net, at, at).on(net.under([travel.Condition(2.0, edges=(0,))]))
        travel.ways(net, at[:1], at[2:3])
        travel.reach(net, at[0], within_s=60.0)


if __name__ == "__main__":
    for planner, seconds in warm_up().items():
        sys.stdout.write(f"{planner}: ready in {seconds:.1f} CPU s\n")
