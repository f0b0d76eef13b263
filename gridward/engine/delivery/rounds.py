"""Rounds of search: what is left of the effort, and parts searched one after the other or in processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from gridward.engine.delivery.anneal import Cooled
from gridward.engine.delivery.search import Effort, Until

Asked = TypeVar("Asked")
Came = TypeVar("Came")


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

    def pay(self, came: Sequence[Cooled]) -> None:
        """Count what a round took."""
        self.steps += sum(one.steps for one in came)
        self.apart_s += sum(one.cpu_s for one in came) if self.apart else 0.0


def each(work: Callable[[Asked], Came], jobs: list[Asked], size: list[int], pool: Executor | None) -> list[Came]:
    """What comes of each job: in processes if there are any, the largest first."""
    if pool is None:
        return [work(job) for job in jobs]
    order = sorted(range(len(jobs)), key=lambda k: -size[k])
    running = {k: pool.submit(work, jobs[k]) for k in order}
    return [running[k].result() for k in range(len(jobs))]
