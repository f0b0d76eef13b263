"""One search by PyVRP's iterated local search, ended by iterations or CPU time, its penalties carried from run to run.

Source: Wouda, Lan & Kool (2024), PyVRP: a high-performance VRP solver package; Burke & Bykov (2017), late acceptance.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
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
    PerturbationManager,
    compute_neighbours,
)

Penalties = tuple[list[float], float, float]

HIGHEST_PENALTY = 100_000.0
HISTORY = 300
REGISTRATIONS = 100
"""Solutions between two moves of the penalties where PyVRP searches on from a plan."""
EARLY_WAYS = 10.0
LEAST_S = 1e-3


@dataclass(frozen=True)
class Effort:
    """When a search ends: after `steps` (repeats exactly), or `cpu_s` of all processes (does not).

    A step is an iteration of PyVRP's, or as many moves of ruin and recreate as take about as long.
    """

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

    registrations — solutions between two moves of the penalties.
    """

    solution: Solution | None = None
    penalties: Penalties | None = None
    registrations: int = PenaltyParams().solutions_between_updates


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
    local = LocalSearch(data, rng, compute_neighbours(data), PerturbationManager())
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


def early_penalties(data: ProblemData) -> Penalties:
    """Breaking a limit by the average load, time or distance costs as much as ten average ways."""
    kinds = data.vehicle_types()
    away_m, away_s = float(data.distance_matrix(0).mean()), float(data.duration_matrix(0).mean())
    per_m, per_s = np.mean([(kind.unit_distance_cost, kind.unit_duration_cost) for kind in kinds], axis=0)
    way = EARLY_WAYS * (per_m * away_m + per_s * away_s)
    loads = np.mean([np.maximum(client.delivery, client.pickup) for client in data.clients()], axis=0)
    return (way / np.maximum(loads, 1e-3)).tolist(), way / max(away_s, 1.0), way / max(away_m, 1.0)


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
