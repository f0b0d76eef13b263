"""A county's recorded emergency calls dispatched again in a simulation: this engine against nearest idle vehicle.

The file tells when calls came and how long units stayed, not where: places are drawn, the same for both. Beside the
recorded rate, at which a vehicle is nearly always free and every rule alike, calls are drawn together by a factor.

python -m benches.engine.dispatch [--quick] [--calls N] [--json] [--write]

Without --calls every usable call is played after the first 4,000, from which stays are learnt.
"""

from __future__ import annotations

import gzip
import heapq
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from benches.engine.timing import cpu_s, report
from gridward.drill.replay.dispatch import read_calls
from gridward.drill.replay.mapping import dispatch_mapping
from gridward.engine.coverage import cover_loss_s
from gridward.engine.matching import Prices, assign, needs, resources

CALLS = Path(__file__).parents[3] / "shared/data/dispatch/rvfd-calls-for-service-2010-2020.csv.gz"
SEEDS = (11, 12, 13, 14, 15)
HISTORY = 4_000
VEHICLES, SPEED_MS, SIDE_M = 12, 9.0, 24_000.0
BUSY = (None, 0.2, 0.4)
PRICES = Prices(
    weight=(2.0, 1.0), wait_s=(86_400.0, 57_600.0), foreign_area_s=0.0, last_cover_s=0.0, live_task_s=0.0, change_s=45.0
)
URGENT = re.compile(r"\d{1,2}[DE]\d|ECHO|CARDIAC|CODET|FIRE|STILL|C\d+F|\w+FIRE")


@dataclass(frozen=True)
class Calls:
    """When calls came, how long their first unit stayed, whether they are urgent, and the stays of calls before."""

    came_s: np.ndarray
    stay_s: np.ndarray
    urgent: np.ndarray
    known_s: np.ndarray  # sorted


@dataclass
class World:
    """Calls and vehicles; times in seconds, places in metres on a plane, ways 1.4 times the straight line."""

    came_s: np.ndarray
    stay_s: np.ndarray
    urgency: np.ndarray  # 1 urgent, 2 other
    known_s: np.ndarray  # stays of calls before, sorted
    place: np.ndarray
    base: np.ndarray
    response_s: np.ndarray = field(init=False)
    start: np.ndarray = field(init=False)  # where each vehicle last set out, when, and where to
    start_s: np.ndarray = field(init=False)
    to: np.ndarray = field(init=False)
    task: np.ndarray = field(init=False)  # the call it serves, -1
    until_s: np.ndarray = field(init=False)  # end of its stay on scene, inf while not on scene

    def __post_init__(self) -> None:
        count = len(self.base)
        self.response_s = np.full(len(self.came_s), np.nan)
        self.start, self.to = self.base.copy(), self.base.copy()
        self.start_s, self.task = np.zeros(count), np.full(count, -1)
        self.until_s = np.full(count, np.inf)

    def positions(self, now_s: float) -> np.ndarray:
        """Where every vehicle is."""
        whole = way_s(self.start, self.to)
        part = np.clip((now_s - self.start_s) / np.maximum(whole, 1e-9), 0.0, 1.0)[:, None]
        return self.start + part * (self.to - self.start)

    def send(self, vehicle: int, task: int, to: np.ndarray, now_s: float) -> float:
        """Set a vehicle on its way; when it arrives."""
        self.start[vehicle] = self.positions(now_s)[vehicle]
        self.start_s[vehicle], self.to[vehicle], self.task[vehicle] = now_s, to, task
        return now_s + float(way_s(self.start[vehicle], to))


Decision = Callable[[World, list[int], float], list[tuple[int, int]]]


def way_s(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Seconds between places that broadcast."""
    return 1.4 * np.sqrt(((one - other) ** 2).sum(axis=-1)) / SPEED_MS


def nearest_idle(world: World, waiting: list[int], now_s: float) -> list[tuple[int, int]]:
    """The oldest call gets the nearest vehicle without a task, and keeps it."""
    free = np.flatnonzero(world.task < 0).tolist()
    at, sent = world.positions(now_s), []
    for call in sorted(call for call in waiting if call not in world.task):
        if free:
            best = min(free, key=lambda vehicle: float(way_s(at[vehicle], world.place[call])))
            free.remove(best)
            sent.append((best, call))
    return sent


def engine(world: World, waiting: list[int], now_s: float, cover: bool = False) -> list[tuple[int, int]]:
    """All calls not yet reached and all vehicles, by matching.assign; stays are expected, not known."""
    if not waiting:
        return []
    on_scene = np.isfinite(world.until_s)
    moving = (world.task >= 0) & ~on_scene
    at, place = world.positions(now_s), world.place[waiting]
    stood_s = now_s - world.start_s - way_s(world.start, world.to)
    left_s = np.where(on_scene, [still_s(world.known_s, stood) for stood in stood_s], 0.0)
    loss_s = _cover_s(world, at) if cover else 0.0
    sent = resources(np.zeros(len(at), np.int64), room=np.where(moving, 0, 1), free_in_s=left_s, cover_loss_s=loss_s)
    by_task = {int(task): vehicle for vehicle, task in enumerate(world.task) if moving[vehicle]}
    held = [by_task.get(call, -1) for call in waiting]
    asked = needs(world.urgency[waiting], waited_s=now_s - world.came_s[waiting], held_by=held)
    plan = assign(asked, sent, way_s(place[:, None], at), PRICES)
    pairs = zip(plan.resource.tolist(), waiting, held, plan.starts_in_s, strict=True)
    return [(one, call) for one, call, before, start in pairs if one >= 0 and start == 0 and one != before]


def still_s(known_s: np.ndarray, stood_s: float) -> float:
    """Mean time a vehicle stays on that has stood so long already, from known stays in order; 600 s beyond them."""
    longer = known_s[np.searchsorted(known_s, stood_s, side="right") :]
    return float(longer.mean() - stood_s) if len(longer) else 600.0


def _cover_s(world: World, at: np.ndarray) -> np.ndarray:
    rate = np.full(len(world.base), len(world.came_s) / world.came_s[-1] / len(world.base))
    return cover_loss_s(way_s(at[:, None], world.base), rate, float(world.known_s.mean()), world.task < 0)


def play(world: World, decide: Decision) -> np.ndarray:
    """Response times [calls] of one policy."""
    events = [(float(came), 0, call, -1) for call, came in enumerate(world.came_s)]
    heapq.heapify(events)
    waiting: list[int] = []
    while events:
        now_s, kind, call, vehicle = heapq.heappop(events)
        if kind == 0:
            waiting.append(call)
        elif kind == 1:
            # A vehicle turned away on the road has another task, or another time of arrival, by now.
            due_s = world.start_s[vehicle] + way_s(world.start[vehicle], world.to[vehicle])
            if world.task[vehicle] != call or abs(due_s - now_s) > 1e-6:
                continue
            waiting.remove(call)
            world.response_s[call] = now_s - world.came_s[call]
            world.until_s[vehicle] = now_s + world.stay_s[call]
            heapq.heappush(events, (float(world.until_s[vehicle]), 2, call, vehicle))
            continue
        else:
            world.until_s[vehicle] = np.inf
            world.send(vehicle, -1, world.base[vehicle], now_s)
        sent = dict(decide(world, waiting, now_s))
        for one in np.flatnonzero(np.isin(world.task, list(sent.values()))):
            if int(one) not in sent:
                world.send(int(one), -1, world.base[one], now_s)
        for one, task in sent.items():
            heapq.heappush(events, (world.send(one, task, world.place[task], now_s), 1, task, one))
    return world.response_s


def recorded(count: int | None) -> Calls:
    """The file's calls after the first HISTORY, whose stays (at most 4 hours) are what a dispatcher may know."""
    with gzip.open(CALLS, "rt", encoding="utf-8", errors="replace") as text:
        answered = [call for call in read_calls(text, dispatch_mapping()) if call.responses]
    answered.sort(key=lambda call: call.responses[0].sent_at)
    came = np.array([call.responses[0].sent_at.timestamp() for call in answered])
    firsts = [min(call.responses, key=lambda one: one.times.get("arrived", one.cleared_at)) for call in answered]
    stay = np.array([(one.cleared_at - one.times.get("arrived", one.sent_at)).total_seconds() for one in firsts])
    stay = np.clip(stay, 60.0, 4 * 3600.0)
    urgent = np.array([URGENT.match(call.words) is not None for call in answered])
    played = slice(HISTORY, HISTORY + count if count else None)
    return Calls(came[played] - came[HISTORY], stay[played], urgent[played], np.sort(stay[:HISTORY]))


def world(calls: Calls, busy: float | None, seed: int) -> World:
    """The calls on drawn places, drawn together until vehicles are on scene for a share `busy`; None = as they came."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(0, SIDE_M, (VEHICLES, 2))
    # Half the calls come from around three towns, the others from anywhere.
    towns = rng.uniform(0.2 * SIDE_M, 0.8 * SIDE_M, (3, 2))[rng.integers(0, 3, len(calls.came_s))]
    near = rng.random((len(towns), 1)) < 0.5
    place = np.where(near, rng.normal(towns, 0.06 * SIDE_M), rng.uniform(0, SIDE_M, towns.shape))
    factor = calls.stay_s.sum() / (busy * VEHICLES) / calls.came_s[-1] if busy else 1.0
    urgency = np.where(calls.urgent, 1, 2)
    return World(calls.came_s * factor, calls.stay_s, urgency, calls.known_s, np.clip(place, 0, SIDE_M), base)


def _ratios(calls: Calls, busy: float | None, seed: int, decide: Decision, theirs: np.ndarray) -> tuple[float, ...]:
    """Mean, p95, urgent mean and urgent p95 as ratios to the other's."""
    ours, urgent = play(world(calls, busy, seed), decide), calls.urgent
    pairs = ((ours, theirs), (ours[urgent], theirs[urgent]))
    return tuple(float(what(a) / what(b)) for a, b in pairs for what in (np.mean, partial(np.percentile, q=95)))


def _over_seeds(calls: Calls, busy: float | None, decide: Decision, theirs: dict[int, np.ndarray]) -> np.ndarray:
    return np.array([_ratios(calls, busy, seed, decide, one) for seed, one in theirs.items()])


def main() -> int:
    """Measure, print, and write results/dispatch.md with --write; 1 when a mean over the seeds is not below 1."""
    some = int(sys.argv[sys.argv.index("--calls") + 1]) if "--calls" in sys.argv else None
    calls = recorded(400 if "--quick" in sys.argv else some)
    lines = [
        f"{len(calls.came_s)} recorded calls ({int(calls.urgent.sum())} urgent), {VEHICLES} vehicles, seeds {SEEDS}.",
        "Times and stays are the file's; places and bases are made up. Both policies see the same calls and stays.",
        f"Expected stays are learnt from the {HISTORY} calls before. Ratios to nearest idle: mean of seeds (worst).",
        "",
        "| on scene | policy | nearest idle, mean s | mean | p95 | urgent: mean | urgent: p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    found = {}
    spent_s = 0.0
    for busy in BUSY:
        theirs = {seed: play(world(calls, busy, seed), nearest_idle) for seed in SEEDS}
        usual_s = np.mean([one.mean() for one in theirs.values()])
        share = (
            f"{calls.stay_s.sum() / VEHICLES / calls.came_s[-1]:.1%} (as recorded)" if busy is None else f"{busy:.0%}"
        )
        for name, decide in (("batch", engine), ("batch, cover priced", partial(engine, cover=True))):
            took_s, rows = cpu_s(partial(_over_seeds, calls, busy, decide, theirs))
            spent_s += took_s
            cells = [f"{a:.3f} ({w:.3f})" for a, w in zip(rows.mean(axis=0), rows.max(axis=0), strict=True)]
            found[f"{share} {name}"] = rows.mean(axis=0).tolist()
            lines.append(f"| {share} | {name} | {usual_s:.0f} | {' | '.join(cells)} |")
    lines += ["", f"The engine's plays took {spent_s:.1f} CPU s."]
    report("dispatch", "Recorded calls dispatched again", found, lines, "--write" in sys.argv)
    batch = [row[:2] for name, row in found.items() if name.endswith("batch")]
    return int(max(max(row) for row in batch) >= 1.0)


if __name__ == "__main__":
    sys.exit(main())
