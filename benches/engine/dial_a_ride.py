"""How good dial-a-ride plans are: gaps to the best known of Cordeau's instances, beside OR-Tools at the same CPU time.

    python -m benches.engine.dial_a_ride --family pr --cpu 60 --seeds 5 --peer [--json] [--write]
    python -m benches.engine.dial_a_ride --quick

CPU seconds are of this process (`time.process_time`), from the checked problem to the plan; compiling is excluded and
reported. A plan counts only if it serves everybody and the independent verifier finds nothing broken. A run that has
reached the best known cost ends. Method fixed: any change of it is a new table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benches.engine import dial_a_ride_days as days
from benches.engine.dial_a_ride_peer import ortools_plan
from benches.engine.timing import keep, page, report
from gridward.engine.dial_a_ride import Effort, solve, warm_up
from tests.engine.verify_dial_a_ride import broken

QUICK = ("a2-24", "a4-48", "pr01", "pr03")
BARS = {  # (family, CPU seconds): most mean gap, most gap of any run, per cent
    ("a", 60.0): (0.25, 1.0),
    ("pr", 60.0): (1.0, 2.0),
    ("pr", 300.0): (0.5, float("inf")),
}
ROUNDING = 0.005  # the best known costs are given to two places

Row = dict[str, Any]


def our_row(name: str, cpu_s: float, seed: int) -> Row:
    """One instance solved once: cost, gap in per cent, CPU seconds, what the verifier said."""
    asked, known = days.cordeau(name), days.best_known()[name]
    before_s = time.process_time()
    plan = solve(asked, Effort(cpu_s=cpu_s, enough=known + ROUNDING), seed)
    spent_s = time.process_time() - before_s
    whole = not plan.unserved and not broken(asked, plan)
    return {
        "instance": name, "seed": seed, "cost": round(plan.cost, 2), "steps": plan.steps, "cpu_s": round(spent_s, 2),
        "gap_pct": round(max(0.0, 100 * (plan.cost / known - 1)), 3) if whole else None,
    }  # fmt: skip


def peer_row(name: str, cpu_s: float) -> Row:
    """The same instance by OR-Tools' routing, guided local search; gap None where it serves not everybody."""
    asked, known = days.cordeau(name), days.best_known()[name]
    before_s = time.process_time()
    cost = ortools_plan(asked, cpu_s)
    spent_s = time.process_time() - before_s
    gap = None if cost is None else round(100 * (cost / known - 1), 3)
    return {"instance": name, "cost": cost, "gap_pct": gap, "cpu_s": round(spent_s, 2)}


def rows_of(names: list[str], cpu_s: float, seeds: int, peer: bool, rows: Path | None) -> Iterator[tuple[str, Row]]:
    """("ours" or "ortools", row), as they are done; a run that the file `rows` has is taken from there."""
    had = known_rows(rows)
    for name in names:
        runs = [("ours", name, seed) for seed in range(1, seeds + 1)] + [("ortools", name, 0)] * peer
        for run in runs:
            row = had.get(run)
            if row is None:
                row = our_row(name, cpu_s, run[2]) if run[2] else peer_row(name, cpu_s)
                if rows:
                    with rows.open("a") as file:
                        file.write(json.dumps([run[0], row]) + "\n")
            yield run[0], row


def known_rows(rows: Path | None) -> dict[tuple[str, str, int], Row]:
    """Rows of earlier calls by planner, instance and seed (0 for the peer)."""
    if rows is None or not rows.exists():
        return {}
    found = [json.loads(line) for line in rows.read_text().splitlines()]
    return {(key, row["instance"], row.get("seed", 0)): row for key, row in found}


def summary(rows: list[Row]) -> Row:
    """Mean and worst gap of the runs that have a whole plan, and how many have none."""
    gaps = [row["gap_pct"] for row in rows if row["gap_pct"] is not None]
    return {
        "runs": len(rows),
        "without_plan": len(rows) - len(gaps),
        "mean_gap_pct": round(statistics.mean(gaps), 3) if gaps else None,
        "worst_gap_pct": max(gaps, default=None),
    }


def held(family: str, cpu_s: float, ours: Row) -> bool:
    """Whether the bars of a family at so many CPU seconds hold; True where none is set."""
    mean, worst = BARS.get((family, cpu_s), (float("inf"), float("inf")))
    return not ours["without_plan"] and ours["mean_gap_pct"] <= mean and ours["worst_gap_pct"] <= worst


def table(found: dict[str, list[Row]]) -> Iterator[str]:
    """Lines of one row per instance: gaps of the seeds, steps a second, the peer."""
    yield "| instance | gap % by seed | mean % | CPU s | steps / s | OR-Tools gap % (CPU s) |"
    yield "|---|---|---|---|---|---|"
    for name in dict.fromkeys(row["instance"] for row in found["ours"]):
        ours = [row for row in found["ours"] if row["instance"] == name]
        gaps = [row["gap_pct"] for row in ours]
        mean = "—" if None in gaps else f"{statistics.mean(gaps):.2f}"
        cpu_s = sum(row["cpu_s"] for row in ours)
        words = " ".join("none" if gap is None else f"{gap:.2f}" for gap in gaps)
        peers = [row for row in found.get("ortools", []) if row["instance"] == name]
        peer = "not run"
        if peers:
            peer = "no plan" if peers[0]["gap_pct"] is None else f"{peers[0]['gap_pct']:.2f}"
            peer += f" ({peers[0]['cpu_s']:.0f})"
        pace = sum(row["steps"] for row in ours) / max(cpu_s, 0.01)
        yield f"| {name} | {words} | {mean} | {cpu_s / len(ours):.1f} | {pace:,.0f} | {peer} |"


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=("a", "pr"), default="pr")
    parser.add_argument("--names", nargs="+", help="only these instances of the family")
    parser.add_argument("--cpu", type=float, default=60.0, help="CPU seconds a run")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--rows", type=Path, help="file of JSON lines: runs it has are not run again, new ones are added"
    )
    parser.add_argument("--peer", action="store_true", help="OR-Tools beside each instance")
    parser.add_argument("--quick", action="store_true", help="four instances, 8 CPU s, one seed: under two minutes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="keep the table under results/")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 if a bar is missed or a plan is not whole."""
    asked = arguments()
    cpu_s, seeds, peer = (8.0, 1, True) if asked.quick else (asked.cpu, asked.seeds, asked.peer)
    chosen = QUICK if asked.quick else asked.names or [name for name in days.names() if name.startswith(asked.family)]
    family = "quick" if asked.quick else asked.family
    name, title = f"dial_a_ride_{family}_{cpu_s:.0f}", f"Dial-a-ride: {family} instances, {cpu_s:.0f} CPU s"
    figures, found = {"compile_s": round(warm_up(), 1), "cpu_s": cpu_s, "seeds": seeds, "held": False}, {"ours": []}
    for key, row in rows_of(list(chosen), cpu_s, seeds, peer, asked.rows):
        found.setdefault(key, []).append(row)
        figures |= {f"{key}_summary": summary(rows) for key, rows in found.items() if rows}
        figures["held"] = held(family, cpu_s, figures["ours_summary"])
        print(key, row, file=sys.stderr, flush=True)
        if asked.write:  # a long run that is cut off leaves what it had measured
            keep(name, page(title, lines_of(figures, found)))
    report(name, title, figures | found, lines_of(figures, found), False)
    return 0 if figures["held"] else 1


def lines_of(figures: Row, found: dict[str, list[Row]]) -> Iterator[str]:
    """The page of a run: method, summary, table."""
    yield "Gaps to the best known costs; every plan checked by `tests/engine/verify_dial_a_ride.py`; a run ends as soon"
    yield f"as it reaches the best known cost. {figures['seeds']} seeds; kernels ready in {figures['compile_s']} CPU s."
    yield ""
    for key, words in (("ours_summary", "Ours"), ("ortools_summary", "OR-Tools")):
        if key in figures:
            one = figures[key]
            yield (
                f"{words}: mean {one['mean_gap_pct']} %, worst {one['worst_gap_pct']} % of {one['runs']} runs, "
                f"{one['without_plan']} without a whole plan."
            )
    count = len({row["instance"] for row in found["ours"]})
    verdict = "held" if figures["held"] else "MISSED"
    yield f"Bars of issue 3 {verdict} over these {count} instances (none is set for other families and seconds)."
    yield ""
    yield from table(found)


if __name__ == "__main__":
    sys.exit(main())
