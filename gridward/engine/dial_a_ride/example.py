"""A day so small that planning it is only there to compile the kernels."""

import numpy as np

from gridward.engine.dial_a_ride.problem import Break, Problem, Trips, problem, trips, vehicles


def tiny_day() -> Problem:
    """Six trips, two vehicles, two control levels, a break and a loose tie."""
    xy = np.array([[0, 0], [5, 1], [2, 7], [8, 3], [4, 4], [1, 9], [6, 6]], np.float64)
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) * 60.0
    asked = trips(
        [1, 2, 3, 4, 5, 3], [6, 6, 6, 1, 1, 1], ride_limit_s=3_600.0, group=[0, 0, 1, 1, 0, 1], late_price=0.01,
        drop_due_s=30_000.0, return_of=[-1, -1, -1, -1, -1, 2], stay_s=7_200.0,
    )  # fmt: skip
    fleet = vehicles([0, 0], [0, 0], (Break(0, 36_000.0, 50_000.0, 1_800.0),), capacity=[[2], [3]])
    return problem(asked, fleet, time_s, clean_s=np.full((2, 2), 900.0), ride_price=0.001)


def tiny_rider() -> Trips:
    """One rider more for the tiny day."""
    return trips([4], [5])
