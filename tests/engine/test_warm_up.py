"""What installation compiles is all that planning needs: nobody waits for a compiler."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from numba.core import event

from gridward.engine import delivery, dial_a_ride, inspection, matching, roster, sectors, travel
from gridward.engine.warm_up import warm_up
from tests.engine.delivery_days import large
from tests.engine.dial_a_ride.days import random_day
from tests.engine.dial_a_ride.test_running_day import same_trip
from tests.engine.roads import grid
from tests.engine.test_roster import small


def plan_by_each() -> None:
    """A plan by every planner, of days larger than those that installation plans."""
    delivery.solve(large(820, trips=2), delivery.Effort(steps=20))
    day = random_day(3)
    plan = dial_a_ride.solve(day, dial_a_ride.Effort(steps=200))
    dial_a_ride.replan(day, plan, 9 * 3600.0, [0], dial_a_ride.Effort(steps=50))
    dial_a_ride.insert_one(day, plan, same_trip(day, 0))
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1500, (30, 2))
    time_s = np.asfortranarray(np.hypot(*(xy[:, None] - xy[None]).T))  # as some callers lay theirs out
    some = inspection.places(rng.integers(1, 30, 28), rng.uniform(0, 900, 28), np.zeros(28), np.full(28, 9000.0))
    inspection.plan_day(some, inspection.inspectors([28, 3], [29, 29], [0, 0], [9000, 4000]), time_s)
    needs = matching.needs([1, 2, 4], skills=[[True], [False], [True]], area=[1, 2, 1], held_by=[-1, 0, -1])
    sent = matching.resources([0, 0], skills=[[False], [True]], area=[1, 2], floor=1, load=[1, 0])
    matching.assign(needs, sent, time_s[:3, :2])
    roster.plan(small([0, 10, 20, 30, 40], [0, 10, 20, 30], [0, 1, 2, 0], np.full((4, 7), 2).T, most=np.full(5, 4)))
    row = np.stack([np.arange(29), np.arange(1, 30)], axis=1)
    sectors.sectors(time_s, rng.integers(1, 9, 30), 3, row, tolerance=0.3, effort=sectors.Effort(steps=500, starts=1))
    for profile in ("car", "foot"):
        net = travel.network(grid(5, 1, 0.2), profile)
        points = rng.uniform(0, 0.004, (9, 2)) + [29.0, 106.0]
        travel.table(net, points, points).on(net.under([travel.Condition(travel.CLOSED, polygon=points[:3])]))
        travel.ways(net, points[:4], points[4:8])
        travel.reach(net, points[0], within_s=40.0)


def compiled() -> list[str]:
    """What is compiled while planning, after what installation compiles."""
    warm_up()
    with event.install_recorder("numba:compile") as seen:
        plan_by_each()
    return sorted({str(one.data["dispatcher"]) for _, one in seen.buffer})


def test_after_installation_nothing_is_left_to_compile() -> None:
    run = "from tests.engine.test_warm_up import compiled; import sys; sys.stdout.write('\\n'.join(compiled()))"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert done.stdout == ""
