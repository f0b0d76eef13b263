"""Posts for vehicles: 500 sites, 2,000 points, proven optimal by HiGHS.

python -m benches.engine.coverage [--quick] [--json] [--write]
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from benches.engine.timing import cpu_s, report
from gridward.engine.coverage import cover_most, cover_twice, stand_nearest
from gridward.engine.travel import StraightLine

SEEDS = (1, 2, 3, 4, 5)
SITES, POINTS, OPENED, WITHIN_S = 500, 2_000, 40, 480.0
BACKUP_NODES = 20
MEDIAN = (60, 200, 12)
MODELS = ("cover", "backup cover", "p-median")


def instance(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Straight-line times [sites, points] over 55 km × 48 km, points clustered in 30 towns, weights by size."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform([28.9, 106.1], [29.4, 106.6], (30, 2))
    size = rng.pareto(1.2, 30) + 1
    points = towns[rng.choice(30, POINTS, p=size / size.sum())] + rng.normal(0, 0.02, (POINTS, 2))
    sites = points[rng.choice(POINTS, SITES, replace=False)] + rng.normal(0, 0.005, (SITES, 2))
    return StraightLine.of("van").matrix(sites, points).time_s, rng.integers(50, 2_000, POINTS).astype(float)


def measured(name: str, seed: int, figures: dict[str, Any]) -> str:
    """A row: one model solved on one instance."""
    time_s, weight = instance(seed)
    if name == "p-median":
        few, many = slice(None, MEDIAN[0]), slice(None, MEDIAN[1])
        time_s, weight = time_s[few, many], weight[many]
        took_s, plan = cpu_s(lambda: stand_nearest(time_s, weight, MEDIAN[2]))
    elif name == "backup cover":
        took_s, plan = cpu_s(lambda: cover_twice(time_s, weight, OPENED, WITHIN_S, nodes=BACKUP_NODES))
    else:
        took_s, plan = cpu_s(lambda: cover_most(time_s, weight, OPENED, WITHIN_S))
        figures["not_optimal"] += not plan.optimal
        figures["worst_cpu_s"] = max(figures["worst_cpu_s"], took_s)
    gap = abs(plan.bound - plan.value) / plan.bound
    return f"| {name} | {seed} | {plan.value / weight.sum():.4f} | {gap:.2e} | {took_s:.2f} |"


def main() -> None:
    """Measure, print, and write results/coverage.md with --write; fails where a cover is not proven optimal."""
    quick = "--quick" in sys.argv
    figures: dict[str, Any] = {"not_optimal": 0, "worst_cpu_s": 0.0}
    cases = [("cover", 4)] if quick else [(name, seed) for name in MODELS for seed in SEEDS]
    rows = [measured(name, seed, figures) for name, seed in cases]
    head = [
        f"{SITES} sites, {POINTS} points, {OPENED} opened, covered within {WITHIN_S:.0f} s; backup cover stops at "
        f"{BACKUP_NODES} nodes; p-median {MEDIAN[0]} sites, {MEDIAN[1]} points, {MEDIAN[2]} opened.",
        "",
        "| model | seed | value per weight (share; s) | proven gap | CPU s |",
        "|---|---|---|---|---|",
    ]
    report("coverage", "Posts for vehicles", figures, [*head, *rows], "--write" in sys.argv)
    sys.exit(figures["not_optimal"] > 0)


if __name__ == "__main__":
    main()
