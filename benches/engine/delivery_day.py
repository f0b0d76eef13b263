"""A made-up delivery day of 3,000 stops, 3 yards, 60 vans of 2 trips, in two processes, against a long run.

`python -m benches.engine.delivery_day [--json] [--write] [--quick] [--seeds N] [--long CPU_S]`: a plan by each seed
within 212 CPU s of both processes, then one by another seed of `--long` CPU s (3,600 unless told: half an hour). The
page is written after each plan, so that it says what was run when ended early.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from typing import Any

from benches.engine.delivery_days import made_up
from benches.engine.timing import report
from gridward.engine import delivery

DAY = {"stop_count": 3000, "yard_count": 3, "van_count": 60, "trips": 2, "seed": 1}
QUICK_DAY = {**DAY, "stop_count": 900, "van_count": 40}
CPU_S, QUICK_S, LONG_CPU_S, PROCESSES = 212.0, 8.0, 3600.0, 2
BAR_WALL_S, BAR_CPU_S, BAR_GAP = 120.0, 240.0, 2.0

Row = dict[str, Any]


def asked(flag: str, otherwise: float) -> float:
    """The number after a flag."""
    return float(sys.argv[sys.argv.index(flag) + 1]) if flag in sys.argv else otherwise


def spent_s() -> float:
    """CPU seconds of this process and of all that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def planned(day: delivery.Problem, cpu_s: float, seed: int) -> Row:
    """What came of a plan, and what it took."""
    began_s, before_s = time.perf_counter(), spent_s()
    plan = delivery.solve(day, delivery.Effort(cpu_s=cpu_s), seed, None, PROCESSES)
    return {
        "seed": seed, "cost": plan.cost, "bound": plan.bound, "unserved": len(plan.unserved),
        "vans": sum(bool(one.trips) for one in plan.rounds), "trips": sum(len(one.trips) for one in plan.rounds),
        "cpu_s": spent_s() - before_s, "wall_s": time.perf_counter() - began_s, "load": os.getloadavg()[0],
    }  # fmt: skip


def table(rows: list[Row]) -> list[str]:
    """The runs in Markdown."""
    lines = [
        "| run | seed | cost | unserved | vans | trips | CPU s | wall s | load of the machine |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['run']} | {row['seed']} | {row['cost']:.0f} | {row['unserved']} | {row['vans']} | "
            f"{row['trips']} | {row['cpu_s']:.0f} | {row['wall_s']:.0f} | {row['load']:.1f} |"
        )
    return lines


def told(rows: list[Row], stops: int) -> bool:
    """Print and write all so far; whether the bars are held."""
    plans = [row for row in rows if row["run"] == "plan"]
    longest = rows[-1]
    gaps = [100 * (row["cost"] / longest["cost"] - 1) for row in plans]
    figures = {
        "gap": max(gaps), "cpu_s": max(row["cpu_s"] for row in plans), "wall_s": max(row["wall_s"] for row in plans),
        "long_cpu_s": longest["cpu_s"], "cost": max(row["cost"] for row in plans), "long_cost": longest["cost"],
        "unserved": max(row["unserved"] for row in plans), "rows": rows,
    }  # fmt: skip
    compared = (
        f"The worst plan costs {figures['gap']:.2f} % more than one of {longest['cpu_s']:.0f} CPU s "
        f"(bar: {BAR_GAP:.0f} % to {LONG_CPU_S:.0f} CPU s)."
    )
    lines = [
        f"{stops} stops, {DAY['yard_count']} yards, vans of {DAY['trips']} trips; {PROCESSES} processes. CPU seconds "
        "count both and what starts them.",
        "",
        compared if longest["run"] != "plan" else "No long run yet.",
        f"At most {figures['cpu_s']:.0f} CPU s a plan (bar: {BAR_CPU_S:.0f}), {figures['wall_s']:.0f} s by the clock "
        f"(bar: {BAR_WALL_S:.0f}, on two free cores; the load is what shared them).",
        f"Proven bound: {plans[0]['bound']:.0f}.",
        "",
        *table(rows),
    ]
    report("delivery_day", "A made-up delivery day of 3,000 stops", figures, lines, "--write" in sys.argv)
    held = figures["gap"] <= BAR_GAP and figures["wall_s"] <= BAR_WALL_S and longest["cpu_s"] >= LONG_CPU_S
    return held and not figures["unserved"]


def main() -> int:
    """Run what is asked; 1 when a bar is missed."""
    quick = "--quick" in sys.argv
    day = made_up(**(QUICK_DAY if quick else DAY))
    cpu_s = QUICK_S if quick else CPU_S
    rows: list[Row] = []
    for seed in range(1, 1 + int(asked("--seeds", 2))):
        rows.append({"run": "plan", **planned(day, cpu_s, seed)})
        told(rows, len(day.stops.place))
    row = planned(day, asked("--long", 2 * cpu_s if quick else LONG_CPU_S), len(rows) + 1)
    held = told([*rows, {"run": "long", **row}], len(day.stops.place))
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
