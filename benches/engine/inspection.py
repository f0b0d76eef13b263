"""Days of inspection: against proven optima of small days, and PyVRP with prizes at the same CPU time on large ones.

python -m benches.engine.inspection [--quick] [--json] [--write]
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pyvrp
from ortools.sat.python import cp_model

from benches.engine.timing import cpu_s, report
from gridward.engine.inspection import Day, Inspectors, Places, inspectors, places, plan_day

SEEDS = (1, 2, 3, 4, 5)
SMALL = (14, 2, 7_200)
LARGE = ((100, 3, 28_800, 10_000), (200, 5, 28_800, 10_000), (500, 12, 28_800, 3_000))
EXACT_S = 30.0
PRIZE = 100_000
"""Driving second for driving second, so that it never weighs against a visit."""
BAR_SMALL, BAR_LARGE = 0.0, 0.005

Case = tuple[Places, Inspectors, np.ndarray]


def instance(n: int, count: int, day_s: int, windows: bool, seed: int) -> Case:
    """Places over 20 km × 20 km at 8 m/s, visits of 10–40 minutes, whole seconds; half with windows of two hours."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 20_000, (n + 1, 2))
    time_s = np.ceil(np.hypot(*(at[:, None] - at[None]).T) / 8)
    opens = np.where(rng.random(n) < 0.5 * windows, rng.integers(0, max(1, day_s - 7_200), n), 0)
    closes = np.where(opens > 0, np.minimum(opens + 7_200, day_s), day_s)
    some = places(rng.integers(1, 51, n), rng.integers(600, 2_401, n), opens, closes)
    return some, inspectors([n] * count, [n] * count, [0] * count, [day_s] * count), time_s


def verified(day: Day, case: Case) -> float:
    """Worth visited, after every rule is checked from the raw arrays."""
    some, crew, time_s = case
    seen: list[int] = []
    for k, route in enumerate(day.routes):
        now, at = crew.begins_s[k], crew.start[k]
        for place in route:
            now = max(now + time_s[at, place], some.opens_s[place])
            assert now <= some.closes_s[place]
            now, at = now + some.service_s[place], place
            seen.append(int(place))
        assert now + time_s[at, crew.end[k]] <= crew.ends_s[k]
    assert len(seen) == len(set(seen))
    return float(some.worth[seen].sum())


def exact(case: Case) -> tuple[float, float]:
    """The best worth and the proven bound by CP-SAT: circuits through one depot, arrival times on arcs."""
    some, crew, time_s = case
    n, day_s = len(some.worth), int(crew.ends_s[0])
    model = cp_model.CpModel()
    begins = [model.new_int_var(int(some.opens_s[i]), int(min(some.closes_s[i], day_s)), "") for i in range(n)]
    arcs, leaving = [], []
    for i in range(n):
        skip, first, last = (model.new_bool_var("") for _ in range(3))
        arcs += [(i + 1, i + 1, skip), (0, i + 1, first), (i + 1, 0, last)]
        leaving.append((first, skip))
        model.add(begins[i] >= int(time_s[n, i])).only_enforce_if(first)
        model.add(begins[i] + int(some.service_s[i] + time_s[i, n]) <= day_s).only_enforce_if(last)
        for j in range(n):
            if i != j:
                arc = model.new_bool_var("")
                arcs.append((i + 1, j + 1, arc))
                model.add(begins[j] >= begins[i] + int(some.service_s[i] + time_s[i, j])).only_enforce_if(arc)
    model.add_multiple_circuit(arcs)
    model.add(sum(first for first, _ in leaving) <= len(crew.start))
    model.maximize(sum(int(some.worth[i]) * (1 - skip) for i, (_, skip) in enumerate(leaving)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, EXACT_S
    solver.solve(model)
    return solver.objective_value, solver.best_objective_bound


def peer(case: Case, limit_s: float, seed: int) -> float:
    """Worth visited by PyVRP with prizes; driving costs next to nothing beside them."""
    some, crew, time_s = case
    n, day_s = len(some.worth), int(crew.ends_s[0])
    model = pyvrp.Model()
    spots = [model.add_location(x=0, y=0) for _ in range(n + 1)]
    depot = model.add_depot(spots[n])
    model.add_vehicle_type(len(crew.start), start_depot=depot, end_depot=depot, tw_early=0, tw_late=day_s)
    for i in range(n):
        model.add_client(
            spots[i],
            service_duration=int(some.service_s[i]),
            tw_early=int(some.opens_s[i]),
            tw_late=int(some.closes_s[i]),
            prize=int(some.worth[i]) * PRIZE,
            required=False,
        )
    for a, one in enumerate(spots):
        for b, other in enumerate(spots):
            model.add_edge(one, other, distance=int(time_s[a, b]), duration=int(time_s[a, b]))
    ends_s = time.process_time() + limit_s

    class CpuTime:
        def __call__(self, best_cost: float) -> bool:
            return time.process_time() >= ends_s

    result = model.solve(stop=CpuTime(), seed=seed, display=False)
    if not result.is_feasible():
        return 0.0
    return float(sum(route.prizes() for route in result.best.routes()) / PRIZE)


def small(seeds: tuple[int, ...]) -> tuple[list[str], float]:
    """Rows of small days beside their proven optima, and the worst gap to the bound."""
    rows, worst = [], 0.0
    for seed in seeds:
        case = instance(*SMALL, windows=seed % 2 == 0, seed=seed)
        took_s, day = cpu_s(lambda: plan_day(*case, steps=3_000, seed=1))  # noqa: B023
        exact_s, (best, bound) = cpu_s(lambda: exact(case))  # noqa: B023
        score = verified(day, case)
        worst = max(worst, 1 - score / best)
        proof = "proven" if bound <= best + 0.5 else f"at most {bound:.0f}"
        rows.append(f"| {seed} | {score:.0f} | {took_s:.2f} | {best:.0f} ({proof}) | {exact_s:.1f} | {day.bound:.0f} |")
    return rows, worst


def large(n: int, count: int, day_s: int, steps: int, windows: bool, seeds: tuple[int, ...]) -> tuple[str, float]:
    """A row of days of one size, and by how much PyVRP's worth exceeds ours on the mean (share; below 0: ours more)."""
    ours, theirs, took, bounds = [], [], [], []
    for seed in seeds:
        case = instance(n, count, day_s, windows, seed)
        took_s, day = cpu_s(lambda: plan_day(*case, steps=steps, seed=1))  # noqa: B023
        ours.append(verified(day, case))
        bounds.append(day.bound)
        took.append(took_s)
        theirs.append(peer(case, took_s, seed))
    behind = np.array(theirs) / np.array(ours) - 1
    above = np.mean(bounds) / np.mean(ours) - 1
    row = (
        f"| {n} | {count} | {'half' if windows else 'none'} | {np.mean(took):.1f} | {np.mean(ours):.1f} | "
        f"{np.mean(theirs):.1f} | {-behind.mean():+.2%} | {-behind.max():+.2%} | {above:.1%} |"
    )
    return row, float(behind.mean())


def main() -> None:
    """Measure, print, and write results/inspection.md with --write; fails where a bar is missed."""
    quick = "--quick" in sys.argv
    plan_day(*instance(5, 1, 7_200, False, 0), steps=5)
    small_rows, worst = small(SEEDS[:1] if quick else SEEDS)
    sizes = [(100, 3, 28_800, 3_000, False)] if quick else [(*size, half) for size in LARGE for half in (False, True)]
    large_rows, behind = zip(*(large(*size, SEEDS[:1] if quick else SEEDS) for size in sizes), strict=True)
    figures = {"worst_gap_small": worst, "worst_mean_behind_pyvrp": max(behind)}
    lines = [
        f"{SMALL[0]} places, {SMALL[1]} inspectors, {SMALL[2] // 3600} hours, CP-SAT on one worker for {EXACT_S:.0f} s "
        f"at most; worst gap {worst:.2%} (bar {BAR_SMALL:.2%}).",
        "",
        "| seed | worth | CPU s | CP-SAT | CPU s | our bound |",
        "|---|---|---|---|---|---|",
        *small_rows,
        "",
        f"Days of 8 hours, {1 if quick else len(SEEDS)} seeds each, PyVRP with prizes for the same CPU time; mean "
        f"behind PyVRP at worst {max(behind):+.2%} (bar {BAR_LARGE:.2%}).",
        "",
        "| places | inspectors | windows | CPU s | worth | PyVRP | ours more, mean | worst seed | our bound above |",
        "|---|---|---|---|---|---|---|---|---|",
        *large_rows,
    ]
    report("inspection", "Days of inspection", figures, lines, "--write" in sys.argv)
    sys.exit(worst > BAR_SMALL or max(behind) > BAR_LARGE)


if __name__ == "__main__":
    main()
