"""Delivery plans against PyVRP alone at the same CPU time, instance by instance.

`python -m benches.engine.delivery [--json] [--quick] [--write] [--large]`; `--large` for instances of 960
stops and more.
"""

from __future__ import annotations

import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyvrp

from benches.engine.timing import report
from gridward.engine import delivery
from gridward.engine.delivery.decompose import ruined, solve_data
from gridward.engine.delivery.search import paid

INSTANCES = Path(__file__).resolve().parents[3] / "shared/data/engine/vrp"
ROUNDING = {
    "CVRP": "round",
    "XXL": "round",
    "VRPTW": "dimacs",
    "HFVRP": "exact",
    "MDVRPTW": "exact",
    "MTVRPTWR": "dimacs",
}
SMALL = ("X-n200-k36", "X-n502-k39", "X115-HVRP", "PR11A", "C201R0.25", "C202R0.5")
LARGE = ("PR16A", "PR24A", "R1_10_5", "C2_10_3", "RC2_10_5", "X-n1001-k43", "Leuven1")
SMALL_S, LARGE_S, QUICK_S = 3.0, 20.0, 2.0
ALONE = "PyVRP"


def instance(name: str) -> tuple[pyvrp.ProblemData, float]:
    """An instance and the cost of its best known solution."""
    path = next(INSTANCES.rglob(name + ".vrp"))
    data = pyvrp.read(path, ROUNDING[path.parent.name])
    return data, float(paid(pyvrp.read_solution(path.with_suffix(".sol"), data)))


def alone(data: pyvrp.ProblemData, cpu_s: float, seed: int) -> pyvrp.Solution:
    """PyVRP's own solve, ended by CPU time."""
    began_s = time.process_time()
    return pyvrp.solve(data, lambda _: time.process_time() - began_s > cpu_s, seed, collect_stats=False).best


def gap(solution: pyvrp.Solution, best: float) -> float:
    """Per cent above the best known; inf where a limit is broken."""
    return 100 * (paid(solution) / best - 1) if solution.is_feasible() and solution.is_complete() else float("inf")


def compared(name: str, cpu_s: float, seeds: range) -> dict[str, Any]:
    """Both planners on one instance."""
    data, best = instance(name)
    ours = [gap(solve_data(data, delivery.Effort(cpu_s=cpu_s), seed).solution, best) for seed in seeds]
    theirs = [gap(alone(data, cpu_s, seed), best) for seed in seeds]
    way = "ruin and recreate" if ruined(data) else ALONE
    return {
        "instance": name, "stops": data.num_clients, "cpu_s": cpu_s, "seeds": len(seeds), "way": way,
        "mean": float(np.mean(ours)), "worst": max(ours),
        "pyvrp_mean": float(np.mean(theirs)), "pyvrp_worst": max(theirs),
    }  # fmt: skip


def missed(row: dict[str, Any]) -> bool:
    """Whether a row is behind PyVRP: at all by another way, by more than chance where both run the same search.

    The same search ends within a few iterations of the other's when CPU time rules; 0.2 per cent covers that.
    """
    return row["mean"] > row["pyvrp_mean"] + (0.2 if row["way"] == ALONE else 0.0)


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The comparison in Markdown."""
    head = "| instance | stops | CPU s | seeds | way | mean gap % | worst | PyVRP mean | PyVRP worst |"
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {row['instance']} | {row['stops']} | {row['cpu_s']:.0f} | {row['seeds']} | "
            f"{row['way']} | {row['mean']:.2f} | {row['worst']:.2f} | "
            f"{row['pyvrp_mean']:.2f} | {row['pyvrp_worst']:.2f} |"
        )
    return lines


def main() -> int:
    """Run what is asked; 1 when a bar is missed."""
    quick, large = (flag in sys.argv for flag in ("--quick", "--large"))
    if not INSTANCES.exists():
        print(f"no instances in {INSTANCES.name}: nothing measured")
        return 0
    if quick:
        rows = [compared("X-n200-k36", QUICK_S, range(1, 2)), compared("PR24A", QUICK_S, range(1, 2))]
    else:
        named, cpu_s, seeds = (LARGE, LARGE_S, range(1, 4)) if large else (SMALL, SMALL_S, range(1, 6))
        rows = [compared(name, cpu_s, seeds) for name in named]
    note = f"Gap to the best known, at the same CPU seconds in one process; PyVRP {version('pyvrp')}."
    title = f"Delivery against PyVRP alone: {'960 stops and more' if large else 'up to 800 stops'}"
    name = "delivery_large" if large else "delivery"
    report(name, title, {"rows": rows}, [note, "", *table(rows)], "--write" in sys.argv)
    return int(any(missed(row) for row in rows))


if __name__ == "__main__":
    sys.exit(main())
