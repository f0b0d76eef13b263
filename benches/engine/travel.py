"""Roads: loading a map, a table of 1,000 × 1,000, closing a bridge, and times beside Valhalla's.

python -m benches.engine.travel [--quick] [--json] [--write]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from benches.engine.timing import RESULTS, cpu_s, report
from benches.engine.travel_peers import HEAD, Apart, at_junctions, beside_valhalla, pandana_s, scipy_s
from benches.engine.valhalla_peer import Unavailable
from gridward.engine.travel import CLOSED, Condition, network, read_osm, table
from gridward.engine.travel.network import Network

MAP = Path(__file__).parents[3] / "shared" / "data" / "roads" / "heidelberg.osm.pbf"
THEODOR_HEUSS_BRIDGE = [[49.4133, 8.690], [49.4133, 8.695], [49.4137, 8.695], [49.4137, 8.690]]
SEEDS = (1, 2, 3, 4, 5)
LOAD_BAR_S, TABLE_BAR_S = 5.0, 3.0
RESIDENTIAL = 6
VALHALLA = "## Beside Valhalla"


def _closed(net: Network, seed: int, count: int, what: Condition) -> dict[str, float]:
    kept = table(net, *at_junctions(net, seed, count))
    closed = net.under([what])
    took_s, (after, differs) = cpu_s(lambda: kept.on(closed))
    again_s, again = cpu_s(lambda: table(closed, *at_junctions(net, seed, count)))
    wrong = int((after.key != again.key).sum() + (differs != (kept.key != again.key)).sum())
    return {
        "update_cpu_s": took_s,
        "rebuild_cpu_s": again_s,
        "pairs_changed": int(differs.sum()),
        "starts_searched": after.searched,
        "wrong": wrong,
    }


def _street(net: Network) -> int:
    edges = np.unique(net.snapper.edges)
    return int(np.random.default_rng(1).permutation(edges[net.roads.road_class[edges] == RESIDENTIAL])[0])


def _lines(what: str, found: dict[str, float], count: int) -> list[str]:
    return [
        f"| {what}: the table kept true | {found['update_cpu_s']:.2f} CPU s |",
        f"| — pairs that changed | {found['pairs_changed']} of {count * count} |",
        f"| — places searched from again | {found['starts_searched']} |",
        f"| — the same table made afresh | {found['rebuild_cpu_s']:.2f} CPU s |",
        f"| — pairs that differ from it, or are said to have changed and have not | {found['wrong']} |",
    ]


def _peers(net: Network, count: int) -> list[str]:
    here, there = at_junctions(net, SEEDS[0], count)
    lines = [f"| SciPy's dijkstra from as many starts over the same graph | {scipy_s(net, here):.2f} CPU s |"]
    found = pandana_s(net.roads, here, there)
    if isinstance(found, str):
        return [*lines, f"| pandana | {found} |"]
    return [
        *lines,
        f"| pandana, junctions without rules of turning: prepared | {found[0]:.2f} CPU s |",
        f"| — the same table of times, no distances | {found[1]:.2f} CPU s |",
    ]


def _valhalla(net: Network, quick: bool) -> tuple[list[str], Apart | None]:
    """The section on Valhalla, kept from the last results where it cannot be run, and what is apart."""
    try:
        rows, apart = beside_valhalla(net, MAP, SEEDS[: 1 if quick else 5], 200 if quick else 1_000)
    except Unavailable as why:
        last = (RESULTS / "travel.md").read_text() if (RESULTS / "travel.md").exists() else ""
        before = [f"Not run now: {why}. What an earlier run found:", *last.partition(VALHALLA)[2].strip().splitlines()]
        return ["", VALHALLA, "", *(before if VALHALLA in last else [f"Not run: {why}."])], None
    said = "met" if apart.within == 1.0 else "MISSED"
    return [
        "",
        VALHALLA,
        "",
        "A ratio is our time by Valhalla's (`auto` costing, default options, told that the map is in Germany, or it",
        "would drive on the left). Pairs that it finds no way for, or that are one place, are left out.",
        f"Bar: all pairs within 15 %: {said}, {apart.within:.1%} with the worst seed.",
        "",
        HEAD,
        "|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        "Why the others are not within 15 %: the first cause that brings a pair back, or that shows in the ways taken.",
        "",
        "| cause | pairs |",
        "|---|---|",
        *(f"| {cause} | {pairs} |" for cause, pairs in apart.causes.most_common()),
        "",
        "Ours is the quickest way, Valhalla's the cheapest by a price that is not time alone. What it counts for",
        f"the way that we take (last two columns) is within 15 % of our time for all but {apart.ways} of the",
        f"{apart.pairs} pairs. Asked for its own quickest ways (no prices on gates, service roads, living streets,",
        f"tracks and changes of name), Valhalla is within 15 % of its own answers for {apart.itself} of them.",
    ], apart


def _ours(net: Network, load_s: float, count: int) -> tuple[dict[str, Any], list[str]]:
    """Figures without peers, and their lines."""
    first_s, _ = cpu_s(lambda: net.matrix(*at_junctions(net, 0, 2)))
    tables = [cpu_s(lambda seed=seed: net.matrix(*at_junctions(net, seed, count)))[0] for seed in SEEDS]
    bridge = _closed(net, 1, count, Condition(CLOSED, polygon=THEODOR_HEUSS_BRIDGE))
    street = _closed(net, 1, count, Condition(CLOSED, edges=(_street(net),)))
    figures = {"load_cpu_s": load_s, "table_cpu_s": float(np.mean(tables)), "worst_table_cpu_s": max(tables), **bridge}
    figures["wrong"] = bridge["wrong"] + street["wrong"]
    return figures, [
        f"| map read and network made (bar {LOAD_BAR_S:.0f}) | {load_s:.2f} CPU s |",
        f"| first call (compiled code loaded from its cache, or compiled) | {first_s:.2f} CPU s |",
        f"| table {count} × {count}, mean of {len(SEEDS)} seeds | {np.mean(tables):.2f} CPU s |",
        f"| the worst of them (bar {TABLE_BAR_S:.0f}) | {max(tables):.2f} CPU s |",
        *_peers(net, count),
        *_lines("the Theodor-Heuss bridge closed", bridge, count),
        *_lines("a residential street closed", street, count),
    ]


def main() -> int:
    """Measure, print, and write results/travel.md with --write; 1 if a bar is missed."""
    quick = "--quick" in sys.argv
    load_s, net = cpu_s(lambda: network(read_osm(MAP)))
    figures, ours = _ours(net, load_s, 300 if quick else 1_000)
    beside, apart = _valhalla(net, quick)
    met = load_s <= LOAD_BAR_S and figures["worst_table_cpu_s"] <= TABLE_BAR_S and not figures["wrong"]
    lines = [
        f"Map: heidelberg.osm.pbf; {net.roads.nodes} junctions, {len(np.unique(net.arc))} arcs for a car, which the "
        f"rules of turning make {len(net.begin) - 1} nodes and {len(net.to)} arcs; seeds {SEEDS}.",
        f"Loading, tables and closures: bars {'met' if met else 'MISSED'}.",
        "",
        "| what | figure |",
        "|---|---|",
        *ours,
        *beside,
    ]
    if apart:
        figures |= {"valhalla_within": apart.within, "valhalla_ways_off": apart.ways, "valhalla_itself": apart.itself}
    report("travel", "Travel on roads", figures, lines, "--write" in sys.argv)
    return int(not met or (apart is not None and apart.within < 1.0))


if __name__ == "__main__":
    sys.exit(main())
