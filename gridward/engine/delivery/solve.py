"""Plan a day of deliveries: set aside what cannot be served, search the rest, read, bound and explain the plan."""

import numpy as np

from gridward.engine.delivery.bound import lower_bound
from gridward.engine.delivery.decompose import solve_data
from gridward.engine.delivery.insertion import inserted, repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.plan import Plan, Round, cost_of, read_rounds, van_of, write_rounds
from gridward.engine.delivery.problem import Problem
from gridward.engine.delivery.reasons import impossible, left_out
from gridward.engine.delivery.search import Effort
from gridward.engine.problems import BadInput, Unserved, Why

Array = np.ndarray


def solve(asked: Problem, effort: Effort, seed: int = 1, warm: Plan | None = None, processes: int = 1) -> Plan:
    """A plan of the day: first the fewest unserved by priority, then the least cost.

    Parameters: effort — of all processes together. warm — a plan to start from, for the same stops and vans.
        processes — used above 800 stops. Returns: repeats exactly by seed and `Effort(steps=...)`, whatever the number
        of processes. Raises: BadInput if the effort has no limit or the warm plan is of other stops or vans.
    """
    _check(asked, effort, warm)
    hopeless = impossible(asked) if len(asked.vans.yard) else _nothing_fits(asked)
    chosen = np.setdiff1d(np.arange(len(asked.stops.place)), [one.item for one in hopeless])
    rounds = tuple(Round(van, (), 0.0, 0.0) for van in range(len(asked.vans.yard)))
    if not len(chosen):
        return finished(asked, rounds, hopeless, 0, 0.0, seed)
    found = model(asked, chosen)
    start = write_rounds(found, warm.rounds) if warm else None
    came = solve_data(found.data, effort, seed, start, processes)
    rounds = read_rounds(found, inserted(found.data, repaired(found.data, came.solution)), len(asked.vans.yard))
    return finished(asked, rounds, hopeless, came.steps, came.cpu_s, seed)


def finished(
    asked: Problem, rounds: tuple[Round, ...], hopeless: tuple[Unserved, ...], steps: int, cpu_s: float, seed: int
) -> Plan:
    """The plan of these rounds: cost, bound, and the reason of each stop in none."""
    van = van_of(asked, rounds)
    absent = np.setdiff1d(np.flatnonzero(van < 0), [one.item for one in hopeless])
    unserved = [*hopeless, *(left_out(asked, rounds, int(stop)) for stop in absent)]
    unserved.sort(key=lambda one: one.item)
    bound = lower_bound(asked, np.flatnonzero(van >= 0))
    return Plan(rounds, van, cost_of(asked, rounds), bound, tuple(unserved), steps, cpu_s, seed)


def _nothing_fits(asked: Problem) -> tuple[Unserved, ...]:
    return tuple(Unserved(stop, Why.NO_RESOURCE_FITS) for stop in range(len(asked.stops.place)))


def _check(asked: Problem, effort: Effort, warm: Plan | None) -> None:
    if effort.steps <= 0 and effort.cpu_s <= 0:
        raise BadInput("effort", None, "neither steps nor cpu_s is above 0")
    if warm and (len(warm.van) != len(asked.stops.place) or len(warm.rounds) != len(asked.vans.yard)):
        raise BadInput("warm", None, "a plan of other stops or vans")
