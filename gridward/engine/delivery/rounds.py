"""Rounds of search: a day's routes in clusters drawn anew each round, each cluster searched apart, in processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from pyvrp import ProblemData, Route, Solution
from pyvrp.search import PerturbationParams

from gridward.engine.delivery.anneal import Cooled
from gridward.engine.delivery.clusters import Part, activities, clusters_of, cut, join
from gridward.engine.delivery.search import Effort, Found, Penalties, Start, Until, search

REGISTRATIONS = 100
STOPS_A_CLUSTER = 250
Asked = TypeVar("Asked")
Came = TypeVar("Came")


@dataclass(frozen=True)
class Habit:
    """How clusters are searched: stops moved at random each iteration; first penalties in average ways."""

    shaken: int = PerturbationParams().max_perturbations
    times: float = 10.0


@dataclass(frozen=True)
class Job:
    """A part to search on from its routes, with what effort, seed, first penalties and habit."""

    part: Part
    effort: Effort
    seed: int
    penalties: Penalties
    habit: Habit


class Purse:
    """What is spent of an effort: `steps` — by all; CPU time by this process, and by others where there are any."""

    def __init__(self, effort: Effort, apart: bool) -> None:
        self.effort, self.apart, self.steps, self.apart_s, self.clock = effort, apart, 0, 0.0, Until(effort)

    def spent_s(self) -> float:
        """CPU seconds of all processes."""
        return self.clock.cpu_s() + self.apart_s

    def over(self) -> bool:
        """Whether the effort is spent."""
        return 0 < self.effort.steps <= self.steps or 0 < self.effort.cpu_s <= self.spent_s()

    def part(self, share: float) -> Effort:
        """A share of what is left."""
        return self.effort.left(self.steps, self.spent_s()).share(share)

    def pay(self, came: Sequence[Found | Cooled]) -> None:
        """Count what a round took."""
        self.steps += sum(one.steps for one in came)
        self.apart_s += sum(one.cpu_s for one in came) if self.apart else 0.0


@dataclass
class Rounds:
    """Rounds of PyVRP's search within one effort; `penalties` — what the last round ended at."""

    purse: Purse
    habit: Habit
    penalties: Penalties
    rng: np.random.Generator
    pool: Executor | None

    def searched(self, data: ProblemData, solution: Solution, share: float) -> Solution:
        """The solution after a round of this share of what is left of the effort."""
        left = self.purse.part(share)
        parts = cut(data, solution, clusters_of(data, solution, STOPS_A_CLUSTER, self.rng))
        jobs = [
            Job(
                part, left.share(len(part.clients) / data.num_clients), int(self.rng.integers(1 << 31)),
                self.penalties, self.habit,
            )
            for part in parts
        ]  # fmt: skip
        came = each(improved, jobs, [len(part.clients) for part in parts], self.pool)
        self.penalties = _mean([one.penalties for one in came])
        self.purse.pay(came)
        return join(data, parts, [one.solution for one in came])


def early_penalties(data: ProblemData, habit: Habit) -> Penalties:
    """Breaking a limit by the average load, time or distance costs as many average ways as the habit says."""
    kinds = data.vehicle_types()
    away_m, away_s = float(data.distance_matrix(0).mean()), float(data.duration_matrix(0).mean())
    per_m, per_s = np.mean([(kind.unit_distance_cost, kind.unit_duration_cost) for kind in kinds], axis=0)
    way = habit.times * (per_m * away_m + per_s * away_s)
    loads = np.mean([np.maximum(client.delivery, client.pickup) for client in data.clients()], axis=0)
    return (way / np.maximum(loads, 1e-3)).tolist(), way / max(away_s, 1.0), way / max(away_m, 1.0)


def improved(job: Job) -> Found:
    """Search on from a part's routes, made anew: PyVRP 0.14 forgets vans' fixed costs on the way to a process."""
    data = job.part.data
    routes = [Route(data, activities(route), route.vehicle_type()) for route in job.part.solution.routes()]
    begin = Start(Solution(data, routes), job.penalties, REGISTRATIONS, shaken=job.habit.shaken)
    return search(data, job.effort, job.seed, begin)


def each(work: Callable[[Asked], Came], jobs: list[Asked], size: list[int], pool: Executor | None) -> list[Came]:
    """What comes of each job: in processes if there are any, the largest first."""
    if pool is None:
        return [work(job) for job in jobs]
    order = sorted(range(len(jobs)), key=lambda k: -size[k])
    running = {k: pool.submit(work, jobs[k]) for k in order}
    return [running[k].result() for k in range(len(jobs))]


def _mean(penalties: list[Penalties]) -> Penalties:
    """The geometric mean of what the clusters' penalties ended at."""
    table = np.log([[*loads, duration, distance] for loads, duration, distance in penalties])
    *loads, duration, distance = np.exp(table.mean(axis=0)).tolist()
    return loads, duration, distance
