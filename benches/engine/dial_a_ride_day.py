"""The dialysis day: how soon it is planned, what ten minutes more gain, one rider more, vehicles lost, larger days.

    python -m benches.engine.dial_a_ride_day [--cpu 60] [--json] [--write]
    python -m benches.engine.dial_a_ride_day --growth 400 1600 4000 8000
    python -m benches.engine.dial_a_ride_day --curve 600

CPU seconds are of this process, compiling excluded; the growth table gives wall seconds of two processes too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benches.engine import dial_a_ride_days as days
from benches.engine.timing import RESULTS, report
from gridward.engine.dial_a_ride import Effort, Plan, Problem, insert_one, replan, solve, solve_large, warm_up
from tests.engine.verify_dial_a_ride import broken

TRIPS, VEHICLES = 1_600, 140
FAILED = (3, 40, 77)
NOON_S = 12.5 * 3_600.0
BARS = {
    "unserved": 0,
    "first_full_plan_s": 5.0,
    "insert_ms": 50.0,
    "replan_s": 5.0,
    "broken": 0,
    "growth_wall_s": 600.0,
}

Row = dict[str, Any]


def day(cpu_s: float, seed: int) -> Row:
    """The day planned once, then one rider more, then three vehicles less."""
    asked = days.dialysis_day(TRIPS, VEHICLES, seed)
    plan = solve(asked, Effort(cpu_s=cpu_s), seed)
    full = [point.cpu_s for point in plan.curve if point.missing == 0]
    used = len({v for v in plan.vehicle.tolist() if v >= 0})
    row = {"seed": seed, "cpu_s": round(plan.cpu_s, 1), "unserved": len(plan.unserved), "cost": round(plan.cost)}
    row |= {"vehicles_used": used, "first_full_plan_s": round(full[0], 2) if full else None}
    row["broken"] = len(broken(asked, plan))
    return row | one_more(asked, plan) | three_fewer(asked, plan)


def one_more(asked: Problem, plan: Plan) -> Row:
    """Riders who ask for what riders 5, 15, 25 … asked for, inserted one at a time into the plan: the slowest."""
    slowest_s, refused, wrong = 0.0, 0, 0
    for trip in range(5, 105, 10):
        before_s = time.process_time()
        with_rider, longer = insert_one(asked, plan, days.same_trip(asked, trip))
        slowest_s = max(slowest_s, time.process_time() - before_s)
        refused += any(one.item == TRIPS for one in longer.unserved)
        wrong += len(broken(with_rider, longer))
    return {"insert_ms": round(1_000 * slowest_s, 1), "insert_refused": refused, "insert_broken": wrong}


def three_fewer(asked: Problem, plan: Plan) -> Row:
    """Three vehicles fail at 12:30."""
    before_s = time.process_time()
    again = replan(asked, plan, NOON_S, FAILED, Effort(cpu_s=3.0))
    spent_s = time.process_time() - before_s
    waiting = {stop for v in FAILED for stop in plan.routes[v].stops[int(again.frozen[v]) :] if stop < TRIPS}
    return {
        "replan_s": round(spent_s, 2), "replan_changed": len(again.changed), "riders_of_failed": len(waiting),
        "replan_unserved": len(again.plan.unserved), "replan_broken": len(broken(again.problem, again.plan)),
    }  # fmt: skip


def growth(sizes: list[int], cpu_s: float) -> Iterator[Row]:
    """Larger and larger days by decomposition on two processes, CPU time in step with the number of trips."""
    for trips in sizes:
        asked = days.dialysis_day(trips, round(trips * VEHICLES / TRIPS))
        before_s = time.monotonic()
        plan = solve_large(asked, Effort(cpu_s=cpu_s * trips / TRIPS))
        yield {
            "trips": trips, "vehicles": len(asked.vehicles.start_place), "unserved": len(plan.unserved),
            "cost_a_trip": round(plan.cost / trips, 1), "cpu_s": round(plan.cpu_s, 1),
            "wall_s": round(time.monotonic() - before_s, 1), "broken": len(broken(asked, plan)),
        }  # fmt: skip


def curve(cpu_s: float) -> Row:
    """What one long search reaches when."""
    plan = solve(days.dialysis_day(TRIPS, VEHICLES), Effort(cpu_s=cpu_s))
    return {"cpu_s": cpu_s, "points": [(round(p.cpu_s, 2), p.missing, round(p.cost)) for p in plan.curve]}


def held(key: str, row: Row) -> bool:
    """Whether a row keeps every bar that it has a figure for."""
    wrong = sum(row.get(name, 0) for name in ("broken", "insert_broken", "replan_broken"))
    if wrong or row.get("unserved", 0):
        return False
    if key == "growth":
        return row["wall_s"] <= BARS["growth_wall_s"]
    limits = ("first_full_plan_s", "insert_ms", "replan_s")
    return key == "curve" or all(row[name] is not None and row[name] <= BARS[name] for name in limits)


def draw(name: str, x: str, y: str, points: list[tuple[float, float]]) -> None:
    """Keep a line of points as results/NAME.svg."""
    import matplotlib as mpl

    mpl.rcParams["svg.hashsalt"] = "gridward"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    axes.plot([a for a, _ in points], [b for _, b in points], marker="o", markersize=3)
    axes.set(xlabel=x, ylabel=y, xscale="log")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(RESULTS / f"{name}.svg", metadata={"Date": None})


def lines_of(key: str, rows: list[Row]) -> Iterator[str]:
    """The page of one kind of run."""
    if key == "curve":
        points = rows[0]["points"]
        yield f"{TRIPS:,} trips, {VEHICLES} vehicles, seed 1, one search of {rows[0]['cpu_s']:.0f} CPU s: see the plot."
        yield ""
        rows = [{"CPU s": p[0], "weight unserved": p[1], "cost": p[2]} for p in points[:: max(1, len(points) // 24)]]
    yield "| " + " | ".join(name.replace("_", " ") for name in rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    for row in rows:
        yield "| " + " | ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()) + " |"


def kinds(asked: argparse.Namespace) -> tuple[str, Callable[[], Iterator[Row]]]:
    """Which of the three kinds of run is asked for."""
    if asked.growth:
        return "growth", lambda: growth(asked.growth, asked.cpu)
    if asked.curve:
        return "curve", lambda: iter([curve(asked.curve)])
    return "day", lambda: (day(asked.cpu, seed) for seed in range(1, asked.seeds + 1))


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", type=float, default=60.0, help="CPU seconds a day of 1,600 trips")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--growth", nargs="+", type=int, metavar="TRIPS")
    parser.add_argument("--curve", type=float, metavar="CPU_S", help="one long search")
    parser.add_argument("--quick", action="store_true", help="one seed, 10 CPU s")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="keep table and plot under results/")
    asked = parser.parse_args()
    if asked.quick:
        asked.cpu, asked.seeds = 10.0, 1
    compile_s, (key, run), rows = warm_up(), kinds(asked), []
    for row in run():
        rows.append(row)
        print({name: value for name, value in row.items() if name != "points"}, file=sys.stderr, flush=True)
    good, name = all(held(key, row) for row in rows), f"dial_a_ride_{key}"
    figures = {"compile_s": round(compile_s, 1), "cpu_s": asked.cpu, "held": good, key: rows}
    bars = f"Bars of issue 3 {'held' if good else 'MISSED'}."
    report(name, f"Dial-a-ride: {key}", figures, [bars, "", *lines_of(key, rows)], asked.write)
    if asked.write and key == "curve":
        draw(name, "CPU s", "cost", [(p[0], p[2]) for p in rows[0]["points"] if p[1] == 0])
    if asked.write and key == "growth":
        draw(name, "trips", "CPU s", [(row["trips"], row["cpu_s"]) for row in rows])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
