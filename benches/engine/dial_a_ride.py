"""How good dial-a-ride plans are: gaps to the best known, beside OR-Tools at the same CPU time, and the dialysis day.

    python -m benches.engine.dial_a_ride --family pr --cpu 60 --seeds 5 --json
    python -m benches.engine.dial_a_ride --quick

CPU seconds are of this process (`time.process_time`), compiling excluded and reported; a plan counts only if the
independent verifier finds nothing broken. Method fixed: any change of it is a new table.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Iterator

from benches.engine import dial_a_ride_days as days
from benches.engine.dial_a_ride_peer import ortools_plan
from gridward.engine.dial_a_ride import Effort, insert_one, replan, solve, solve_large, warm_up
from tests.engine.verify_dial_a_ride import broken

QUICK = ("a2-24", "a4-48", "pr01", "pr03")
FAILED = (3, 40, 77)
NOON_S = 12.5 * 3_600.0


def instance_row(name: str, cpu_s: float, seed: int) -> dict:
    """One instance solved once: cost, gap in per cent, what the verifier said."""
    asked = days.cordeau(name)
    plan = solve(asked, Effort(cpu_s=cpu_s), seed)
    known = days.best_known()[name]
    return {
        "instance": name, "seed": seed, "cost": round(plan.cost, 2), "best_known": known,
        "gap_pct": round(100 * (plan.cost / known - 1), 3), "unserved": len(plan.unserved),
        "broken": broken(asked, plan), "steps": plan.steps, "cpu_s": round(plan.cpu_s, 1),
    }  # fmt: skip


def peer_row(name: str, cpu_s: float) -> dict:
    """The same instance by OR-Tools' routing, guided local search."""
    known, started_s = days.best_known()[name], time.process_time()
    cost = ortools_plan(days.cordeau(name), cpu_s)
    gap = None if cost is None else round(100 * (cost / known - 1), 3)
    return {"instance": name, "cost": cost, "gap_pct": gap, "cpu_s": round(time.process_time() - started_s, 1)}


def family(names: list[str], cpu_s: float, seeds: int, peer: bool) -> Iterator[tuple[str, dict]]:
    """Rows ("ours" or "ortools", row), as they are done."""
    for name in names:
        for seed in range(1, seeds + 1):
            yield "ours", instance_row(name, cpu_s, seed)
        if peer:
            yield "ortools", peer_row(name, cpu_s)


def dialysis(trips: int, vehicles: int, cpu_s: float) -> dict:
    """The dialysis day: first full plan, curve, one rider more, three vehicles less."""
    asked = days.dialysis_day(trips, vehicles)
    plan = solve(asked, Effort(cpu_s=cpu_s))
    full = [point.cpu_s for point in plan.curve if point.missing == 0]
    rider = days.same_trip(asked, 5)
    started_s = time.process_time()
    with_rider, longer = insert_one(asked, plan, rider)
    insert_ms = 1_000 * (time.process_time() - started_s)
    failed = tuple(v for v in FAILED if v < vehicles)
    started_s = time.process_time()
    again = replan(asked, plan, NOON_S, failed, Effort(cpu_s=3.0))
    waiting = {stop for v in failed for stop in plan.routes[v].stops[int(again.frozen[v]) :] if stop < trips}
    return {
        "trips": trips, "vehicles": vehicles, "cpu_s": round(plan.cpu_s, 1), "unserved": len(plan.unserved),
        "cost": round(plan.cost), "vehicles_used": len({v for v in plan.vehicle.tolist() if v >= 0}),
        "broken": broken(asked, plan) + broken(with_rider, longer) + broken(again.problem, again.plan),
        "first_full_plan_s": round(full[0], 2) if full else None, "insert_ms": round(insert_ms, 1),
        "rider_served": not any(one.item == trips for one in longer.unserved),
        "replan_s": round(time.process_time() - started_s, 2), "replan_changed": len(again.changed),
        "replan_unserved": len(again.plan.unserved), "riders_of_failed": len(waiting),
        "curve": [(round(p.cpu_s, 2), p.missing, round(p.cost)) for p in plan.curve[:: max(1, len(plan.curve) // 20)]],
    }  # fmt: skip


def growth(sizes: list[int], cpu_s: float) -> Iterator[dict]:
    """Larger and larger days by decomposition on two processes, wall and CPU seconds."""
    for trips in sizes:
        asked = days.dialysis_day(trips, round(trips * 140 / 1_600))
        started_s = time.monotonic()
        plan = solve_large(asked, Effort(cpu_s=cpu_s * trips / 1_600))
        yield {
            "trips": trips, "vehicles": len(asked.vehicles.start_place), "unserved": len(plan.unserved),
            "cost_a_trip": round(plan.cost / trips, 1), "cpu_s": round(plan.cpu_s, 1),
            "wall_s": round(time.monotonic() - started_s, 1), "broken": broken(asked, plan),
        }  # fmt: skip


def summary(rows: list[dict]) -> dict:
    """Mean and worst gap, how many left somebody out or broke a constraint."""
    gaps = [row["gap_pct"] for row in rows if row["gap_pct"] is not None]
    return {
        "runs": len(rows), "mean_gap_pct": round(statistics.mean(gaps), 3) if gaps else None,
        "worst_gap_pct": max(gaps, default=None), "without_plan": len(rows) - len(gaps),
        "unserved": sum(row.get("unserved", 0) for row in rows),
        "broken": sum(len(row.get("broken", ())) for row in rows),
    }  # fmt: skip


def main() -> None:
    """Run what the arguments ask for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=("a", "pr", "all"), default="all")
    parser.add_argument("--cpu", type=float, default=60.0, help="CPU seconds a run")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peer", action="store_true", help="OR-Tools beside each instance")
    parser.add_argument("--day", nargs=2, type=int, metavar=("TRIPS", "VEHICLES"))
    parser.add_argument("--growth", nargs="+", type=int, metavar="TRIPS")
    parser.add_argument("--quick", action="store_true", help="four instances and a small day in two minutes")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = {"machine": platform.processor() or platform.machine(), "compile_s": round(warm_up(), 1)}
    for key, value in measure(asked):
        report.setdefault(key, []).append(value)
        if not asked.json:
            print(key, value, flush=True)
    for key in ("ours", "ortools"):
        if key in report:
            report[f"{key}_summary"] = summary(report[key])
    print(json.dumps(report) if asked.json else {key: report[key] for key in report if key.endswith(("summary", "_s"))})


def measure(asked: argparse.Namespace) -> Iterator[tuple[str, dict]]:
    """Named rows of everything the arguments ask for."""
    if asked.day:
        yield "day", dialysis(*asked.day, asked.cpu)
    if asked.growth:
        for row in growth(asked.growth, asked.cpu):
            yield "growth", row
    if asked.quick:
        yield from family([name for name in days.names() if name in QUICK], 8.0, 1, True)
        yield "day", dialysis(400, 36, 10.0)
    elif not (asked.day or asked.growth):
        chosen = [name for name in days.names() if asked.family == "all" or name.startswith(asked.family)]
        yield from family(chosen, asked.cpu, asked.seeds, asked.peer)


if __name__ == "__main__":
    main()
