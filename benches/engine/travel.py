"""Roads: loading a map, a table of 1,000 × 1,000, closing a bridge, and times beside Valhalla's.

python -m benches.engine.travel [--quick] [--json] [--write]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from benches.engine.timing import cpu_s, report
from benches.engine.valhalla_peer import Unavailable, durations_s
from gridward.engine.travel import CLOSED, Condition, network, read_osm, table
from gridward.engine.travel.network import Network
from gridward.engine.travel.search import unpacked

MAP = Path(__file__).parents[3] / "shared" / "data" / "roads" / "heidelberg.osm.pbf"
THEODOR_HEUSS_BRIDGE = [[49.4133, 8.690], [49.4133, 8.695], [49.4137, 8.695], [49.4137, 8.690]]
SEEDS = (1, 2, 3, 4, 5)


def _places(net: Network, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    edges, roads = np.unique(net.snapper.edges), net.roads
    one, other = (roads.shape[roads.shape_from[rng.choice(edges, count)]] for _ in range(2))
    return one, other


def _beside_valhalla(net: Network, count: int) -> dict[str, float]:
    here, there = _places(net, 7, count)
    with tempfile.TemporaryDirectory() as folder:
        peer = durations_s(MAP, Path(folder), here, there)
    ours = unpacked(net.keys(net.snap(here), net.snap(there)).diagonal())[0]
    ratio = (ours / peer)[np.isfinite(peer)]
    far = np.abs(ratio - 1.0)
    return {
        "pairs_compared": len(ratio),
        "median_ratio": float(np.median(ratio)),
        "mean_deviation": float(far.mean()),
        "p95_deviation": float(np.percentile(far, 95)),
        "share_within_15_percent": float((far <= 0.15).mean()),
    }


def _closed(net: Network, seed: int, count: int, what: Condition) -> dict[str, float]:
    kept = table(net, *_places(net, seed, count))
    closed = net.under([what])
    took_s, (after, differs) = cpu_s(lambda: kept.on(closed))
    again_s, again = cpu_s(lambda: table(closed, *_places(net, seed, count)))
    wrong = int((after.key != again.key).sum())
    return {
        "update_cpu_s": took_s,
        "rebuild_cpu_s": again_s,
        "pairs_changed": int(differs.sum()),
        "starts_searched": after.searched,
        "wrong": wrong,
    }


def _streets(net: Network) -> np.ndarray:
    residential = np.unique(net.snapper.edges)
    return np.random.default_rng(1).permutation(residential[net.roads.road_class[residential] == 6])


def _lines(what: str, found: dict[str, float], count: int) -> list[str]:
    return [
        f"| {what}: the table kept true | {found['update_cpu_s']:.2f} CPU s |",
        f"| — pairs that changed | {found['pairs_changed']} of {count * count} |",
        f"| — starts searched again | {found['starts_searched']} |",
        f"| — the same table made afresh | {found['rebuild_cpu_s']:.2f} CPU s |",
        f"| — pairs that differ from it | {found['wrong']} |",
    ]


def main() -> None:
    """Measure, print, and write results/travel.md with --write."""
    count = 300 if "--quick" in sys.argv else 1_000
    load_s, net = cpu_s(lambda: network(read_osm(MAP)))
    first_s, _ = cpu_s(lambda: net.matrix(*_places(net, 0, 2)))
    tables = [cpu_s(lambda seed=seed: net.matrix(*_places(net, seed, count)))[0] for seed in SEEDS]
    bridge = _closed(net, 1, count, Condition(CLOSED, polygon=THEODOR_HEUSS_BRIDGE))
    street = _closed(net, 1, count, Condition(CLOSED, edges=(int(_streets(net)[0]),)))
    figures = {"load_cpu_s": load_s, "table_cpu_s": float(np.mean(tables)), "worst_table_cpu_s": max(tables), **bridge}
    lines = [
        f"Map: heidelberg.osm.pbf; {len(net.begin) - 1} nodes and {len(net.to)} arcs for a car; seeds {SEEDS}.",
        "",
        "| what | figure |",
        "|---|---|",
        f"| map read and network made | {load_s:.2f} CPU s |",
        f"| first call (compiled code loaded from its cache, or compiled) | {first_s:.2f} CPU s |",
        f"| table {count} × {count}, mean of {len(SEEDS)} seeds | {np.mean(tables):.2f} CPU s |",
        f"| the worst of them | {max(tables):.2f} CPU s |",
        *_lines("the Theodor-Heuss bridge closed", bridge, count),
        *_lines("a residential street closed", street, count),
    ]
    try:
        peer = _beside_valhalla(net, count)
    except Unavailable as why:
        lines += ["", f"Valhalla beside it: not run. {why}"]
    else:
        figures |= peer
        lines += [f"| Valhalla: {name.replace('_', ' ')} | {value:.3f} |" for name, value in peer.items()]
    report("travel", "Travel on roads", figures, lines, "--write" in sys.argv)


if __name__ == "__main__":
    main()
