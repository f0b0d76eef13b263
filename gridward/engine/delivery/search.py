"""One search by PyVRP's iterated local search, ended by iterations or CPU time, its penalties carried from run to run.

Source: Wouda, Lan & Kool (2024), PyVRP: a high-performance VRP solver package; Burke & Bykov (2017), late acceptance.
"""

import time
from dataclasses import dataclass, replace

from pyvrp import (
    CostEvaluator,
    IteratedLocalSearch,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.IteratedLocalSearch import IteratedLocalSearchParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

Penalties = tuple[list[float], float, float]

HIGHEST_PENALTY = 100_000.0
HISTORY = 300
LEAST_S = 1e-3


@dataclass(frozen=True)
class Effort:
    """When a search ends: after `steps` iterations (repeats exactly), or `cpu_s` of all processes (does not)."""

    steps: int = 0
    cpu_s: float = 0.0

    def share(self, part: float) -> "Effort":
        """That part of the effort; at least one step where steps are counted."""
        return Effort(max(1, round(self.steps * part)) if self.steps else 0, self.cpu_s * part)

    def left(self, steps: int, cpu_s: float) -> "Effort":
        """What is left after so much; never nothing, which would be without end."""
        return Effort(
            max(1, self.steps - steps) if self.steps else 0, max(LEAST_S, self.cpu_s - cpu_s) if self.cpu_s else 0.0
        )


@dataclass(frozen=True)
class Start:
    """Where a search begins: a solution (None = random), penalties (None = PyVRP's own) and how it goes on.

    registrations — solutions between two moves of the penalties. near — stops tried beside each. shaken — stops moved
    at random at most, each iteration.
    """

    solution: Solution | None = None
    penalties: Penalties | None = None
    registrations: int = PenaltyParams().solutions_between_updates
    near: int = NeighbourhoodParams().num_neighbours
    shaken: int = PerturbationParams().max_perturbations


@dataclass(frozen=True)
class Found:
    """What a search came to; `solution` may break limits only if it started so and none that holds them was met."""

    solution: Solution
    penalties: Penalties
    steps: int
    cpu_s: float


class Until:
    """Tells a search when to end; time is this process's CPU time since this was made."""

    def __init__(self, effort: Effort) -> None:
        self.effort, self.steps, self.began_s = effort, 0, time.process_time()

    def __call__(self, best_cost: float) -> bool:
        if self.effort.steps and self.steps >= self.effort.steps:
            return True
        if self.effort.cpu_s and self.cpu_s() >= self.effort.cpu_s:
            return True
        self.steps += 1
        return False

    def cpu_s(self) -> float:
        """CPU seconds since the start."""
        return time.process_time() - self.began_s


def search(data: ProblemData, effort: Effort, seed: int, start: Start | None = None) -> Found:
    """The best solution found within the effort; exactly PyVRP's own search when nothing is given to start from.

    Parameters: effort — at least one of its two limits above 0. Returns: penalties as they ended.
    """
    start = start or Start()
    until = Until(effort)
    rng = RandomNumberGenerator(seed=seed)
    near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=start.near))
    local = LocalSearch(data, rng, near, PerturbationManager(PerturbationParams(max_perturbations=start.shaken)))
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    limits = replace(penalty_limits(data), solutions_between_updates=start.registrations)
    penalties = PenaltyManager(start.penalties or PenaltyParams().midpoint_penalties(data), limits)
    begin = start.solution
    if begin is None:
        begin = local(Solution.make_random(data, rng), penalties.max_cost_evaluator(), exhaustive=True)
    params = IteratedLocalSearchParams(history_length=HISTORY)
    result = IteratedLocalSearch(data, penalties, local, begin, params).run(until, collect_stats=False)
    best = better(data, result.best, start.solution)
    return Found(best, penalties.penalties(), until.steps, until.cpu_s())


def penalty_limits(data: ProblemData) -> PenaltyParams:
    """Penalties that may rise beyond the greatest prize, or breaking a limit would pay better than leaving a stop."""
    greatest = max((client.prize for client in data.clients()), default=0)
    return replace(PenaltyParams(), max_penalty=max(HIGHEST_PENALTY, 2.0 * greatest))


def better(data: ProblemData, found: Solution, before: Solution | None) -> Solution:
    """The one that holds all limits, else the cheaper with limits broken at the highest price; ties stay as before."""
    if before is None:
        return found
    price = penalty_limits(data).max_penalty
    evaluator = CostEvaluator([price] * data.num_load_dimensions, price, price)
    if found.is_feasible() != before.is_feasible():
        return found if found.is_feasible() else before
    return found if evaluator.penalised_cost(found) < evaluator.penalised_cost(before) else before


def paid(solution: Solution) -> int:
    """What the routes cost, prizes left uncollected aside."""
    return solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()
