"""A day's roster of the whole district planned AND saved through the actions; then one in twenty does not come.

The reference district's places and posts, in a data folder of the bench's own; nobody but those who serve is made.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

NO_SHOWS = 0.05


def run(scale: float) -> dict[str, Any]:
    """Measure in a process of its own, so that the memory is the roster's."""
    folder = Path(os.environ.get("GRIDWARD_DATA_DIR", "data")) / "bench-roster"
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "benches.roster", str(scale)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, Any] = json.loads(done.stdout)
    _write_table(found)
    return found


def measure(scale: float) -> dict[str, Any]:
    """The figures; `together_s` is planning and saving."""
    from gridward.web.cli.demo import own_folder
    from gridward.web.cli.session import house

    own_folder(Path(os.environ["GRIDWARD_DATA_DIR"]), "bench-roster")
    with house():
        from gridward.kernel import clock

        now = clock.now()
        ground = _made(scale, now)
        return {"scale": scale, **_measured(ground, now), "peak_gib": _peak_gib()}


def _made(scale: float, now: Any) -> Any:
    from gridward.drill.district.load import DISTRICT, load_areas, settle
    from gridward.drill.reference import ground_here
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.incidents.actions import open_incident
    from gridward.lines.forces.drill.duty import furnish

    places, settlements = settle(scale, 1)
    load_areas(places, settlements)
    open_incident(SYSTEM, "演练", "Drill", "epidemic", DISTRICT, now - timedelta(days=28))
    ground = ground_here(1)
    seconds, _ = _timed(lambda: furnish(ground, now))
    print(f"  furnished in {seconds[0]:.1f} s", file=sys.stderr)
    return ground


def _measured(ground: Any, now: Any) -> dict[str, Any]:
    from gridward.drill.district.load import DISTRICT
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.address import span
    from gridward.kernel.assignments.models import Assignment
    from gridward.lines.forces.actions import mending, posts, rosters
    from gridward.lines.forces.models import Volunteer

    day = clock.local_day(now) + timedelta(days=1)
    made, shifts = _timed(lambda: posts.make_day(SYSTEM, span(DISTRICT), day, now))
    planned, plan = _timed(lambda: rosters.propose(SYSTEM, DISTRICT, day, 1, now))
    saved, approved = _timed(lambda: rosters.approve(SYSTEM, plan.pk, now))
    sent = plan.outcome["sent"]
    wanted = sum(part["wanted"] for part in plan.outcome["parts"].values())
    on_duty = Volunteer.objects.filter(resource__assignments__plan_id=plan.pk)
    absent = list(Assignment.objects.filter(plan_id=plan.pk).order_by("id").values_list("pk", flat=True))
    absent = absent[:: round(1 / NO_SHOWS)]
    mended, change = _timed(lambda: mending.mend(SYSTEM, DISTRICT, day, absent, now))
    return {
        "people": len(plan.inputs["people"]["x"]),
        "shifts": shifts,
        "heads": wanted,
        "assignments": approved.made,
        "volunteers": on_duty.filter(kind="volunteer").count(),
        "filled_share": round(approved.made / wanted, 4),
        "cost_m": plan.cost,
        "bound_m": plan.lower_bound,
        "from_bound": plan.cost / plan.lower_bound - 1,
        "wish_violations": sum(one[5] for one in sent),
        "way_median_m": sorted(one[4] for one in sent)[len(sent) // 2],
        "shifts_made_s": made[0],
        "planned_s": planned[0],
        "planned_cpu_s": planned[1],
        "saved_s": saved[0],
        "together_s": round(planned[0] + saved[0], 2),
        "no_shows": change.absent,
        "replaced": change.sent,
        "still_missing": change.missing,
        "replanned_s": mended[0],
        "replanned_cpu_s": mended[1],
        "moved": change.moved,
        "moved_share": round(change.moved / max(1, approved.made - change.absent), 5),
    }


def _timed(do: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = do()
    return (round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2)), found


def _peak_gib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


def _write_table(figures: dict[str, Any]) -> None:
    lines = [
        "# A day's roster, planned and saved",
        "",
        f"`gridward bench roster --scale {figures['scale']:g}`, {os.cpu_count()} cores. Times are of this process; the",
        "database works beside it. A wish violated is somebody sent to doors they do not know.",
        "",
        "| figure | value |",
        "|---|---:|",
        *(f"| {name} | {value:,} |" for name, value in figures.items()),
    ]
    target = Path(__file__).parent / "results" / "roster-day.md"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]))))
