"""Peers of the travel bench: SciPy's and pandana's tables on our graph, Valhalla's times beside ours."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from benches.engine.timing import cpu_s
from benches.engine.valhalla_peer import actor, driven_s, duration_s, durations_s, ways_used
from gridward.engine.travel import RoadMap, ways
from gridward.engine.travel.network import Network
from gridward.engine.travel.search import unpacked

WITHIN = 0.15
HEAD = (
    "| places | seed | pairs | within 15 % | median ratio | p95 off | worst | quicker, slower "
    "| our way within 15 % | p95 off |"
)
SHUT = "Valhalla takes a road that is shut to cars here: signed for farm vehicles, or a track"
PRICES: dict[str, dict[str, float]] = {
    "Valhalla keeps off a gate at a price of 300 s": {"gate_penalty": 0},
    "Valhalla keeps off living streets at a price": {"use_living_streets": 0.5},
    "Valhalla keeps off changes of street name at a price of 5 s": {"maneuver_penalty": 0},
    "Valhalla keeps off tracks or service roads at a price": {"use_tracks": 0.5, "service_penalty": 0},
}
NO_PRICES = {option: value for options in PRICES.values() for option, value in options.items()} | {
    "service_factor": 1, "private_access_penalty": 0, "destination_only_penalty": 0, "alley_factor": 1,
}  # fmt: skip
"""Options by which Valhalla looks for its quickest ways, as far as they go."""
KEPT_OFF = "Valhalla counts our way as the quicker too, within 15 % of our time, and takes another"
SAME_WAY = "the same way or one as long, other times on it"
OTHER = "another way, other causes"
Places = tuple[np.ndarray, np.ndarray]


@dataclass
class Apart:
    """Pairs asked for, those whose own way Valhalla counts otherwise, and why an answer is more than 15 % off.

    `within` — the least share of a seed's answers within 15 %. `itself` — pairs whose time by Valhalla's quickest ways
    is within 15 % of its answer.
    """

    pairs: int = 0
    ways: int = 0
    within: float = 1.0
    itself: int = 0
    causes: Counter[str] = field(default_factory=Counter)


def at_junctions(net: Network, seed: int, count: int) -> Places:
    """Two lots of places [count, 2] where roads begin: the hardest to put on the right road."""
    rng = np.random.default_rng(seed)
    edges, roads = np.unique(net.snapper.edges), net.roads
    one, other = (roads.shape[roads.shape_from[rng.choice(edges, count)]] for _ in range(2))
    return one, other


def along_roads(net: Network, seed: int, count: int) -> Places:
    """Two lots of places [count, 2], every metre of road as likely as any other."""
    rng = np.random.default_rng(seed)
    edges = np.unique(net.snapper.edges)
    share = net.roads.length_m[edges] / net.roads.length_m[edges].sum()
    one, other = (
        np.array([_on_edge(net.roads, edge, rng) for edge in rng.choice(edges, count, p=share)]) for _ in range(2)
    )
    return one, other


def _on_edge(roads: RoadMap, edge: int, rng: np.random.Generator) -> np.ndarray:
    points = roads.shape[roads.shape_from[edge] : roads.shape_from[edge + 1]]
    step = np.sqrt((np.diff(points * [1.0, np.cos(np.radians(points[0, 0]))], axis=0) ** 2).sum(axis=1))
    along = np.concatenate([[0.0], np.cumsum(step)])
    at = rng.uniform(0.0, along[-1])
    return np.array([np.interp(at, along, points[:, axis]) for axis in range(2)])


def scipy_s(net: Network, here: np.ndarray) -> float:
    """CPU seconds of SciPy's dijkstra from one node of each place, on the same graph."""
    nodes = len(net.begin) - 1
    graph = csr_matrix((unpacked(net.key)[0], net.to, net.begin), shape=(nodes, nodes))
    starts = net.seeds(net.snap(here))[0][:, 0]
    return cpu_s(lambda: dijkstra(graph, indices=starts))[0]


def pandana_s(roads: RoadMap, here: np.ndarray, there: np.ndarray) -> tuple[float, float] | str:
    """CPU seconds of pandana to prepare the map's junctions (no rules of turning), and for the table; or why not."""
    try:
        import pandana
        import pandas as pd
    except ImportError as missing:
        return f"not run: {missing}"
    speed = roads.speed_ms["car"].reshape(-1)
    arc = np.flatnonzero(speed > 0)
    tail, head = np.concatenate([roads.edge_from, roads.edge_to]), np.concatenate([roads.edge_to, roads.edge_from])
    place = np.zeros((roads.nodes, 2))
    place[roads.edge_from], place[roads.edge_to] = (
        roads.shape[roads.shape_from[:-1]],
        roads.shape[roads.shape_from[1:] - 1],
    )
    columns = pd.Series(place[:, 1]), pd.Series(place[:, 0]), pd.Series(tail[arc]), pd.Series(head[arc])
    weight = pd.DataFrame({"time_s": roads.length_m[arc % roads.edges] / speed[arc]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built_s, found = cpu_s(lambda: pandana.Network(*columns, weight, twoway=False))
        one, other = (found.get_node_ids(points[:, 1], points[:, 0]).to_numpy() for points in (here, there))
        pairs = np.repeat(one, len(other)), np.tile(other, len(one))
        return built_s, cpu_s(lambda: found.shortest_path_lengths(*pairs))[0]


def beside_valhalla(net: Network, osm: Path, seeds: tuple[int, ...], count: int) -> tuple[list[str], Apart]:
    """Rows of a table, and the pairs more than 15 % off looked into; raises Unavailable.

    Pairs that Valhalla finds no way for, or takes no second for, are left out and counted out.
    """
    rows, apart = [], Apart()
    with tempfile.TemporaryDirectory() as folder:
        asked = actor(osm, Path(folder))
        for name, places in (("at junctions", at_junctions), ("along roads", along_roads)):
            lots = [_ratios(net, asked, places(net, seed, count), apart) for seed in seeds]
            rows += [_row(name, str(seed), lot) for seed, lot in zip(seeds, lots, strict=True)]
            rows.append(_row(name, "all", np.concatenate(lots, axis=1)))
    return rows, apart


def _ratios(net: Network, asked: object, pairs: Places, apart: Apart) -> np.ndarray:
    """[2, n] our time by Valhalla's, on the way it takes and on the way we take."""
    here, there = pairs
    peer = durations_s(asked, here, there)
    ours = unpacked(net.keys(net.snap(here), net.snap(there)).diagonal())[0]
    some = np.flatnonzero(np.isfinite(peer) & (peer > 0))
    drawn = [way.points for way in ways(net, here[some], there[some])]
    told = np.array([driven_s(asked, points) for points in drawn])
    ratio = ours[some] / np.stack([peer[some], told])
    off = np.abs(ratio - 1.0)
    quickest = durations_s(asked, here[some], there[some], **NO_PRICES)
    apart.pairs += len(some)
    apart.itself += int((np.abs(quickest / peer[some] - 1.0) <= WITHIN).sum())
    apart.ways += int((~(off[1] <= WITHIN)).sum())
    apart.within = min(apart.within, float((off[0] <= WITHIN).mean()))
    for at in np.flatnonzero(off[0] > WITHIN):
        pair = here[some[at]], there[some[at]]
        apart.causes[_cause(net, asked, pair, float(ours[some[at]]), float(peer[some[at]]), float(told[at]))] += 1
    return ratio


def _cause(net: Network, asked: object, pair: Places, ours_s: float, peer_s: float, told_s: float) -> str:
    """Why a pair is more than 15 % off: the first cause that brings it back, or that shows in the ways taken."""
    roads = net.roads
    open_ = set(roads.way[(roads.speed_ms[net.profile.name] > 0).any(axis=0)].tolist())
    if ways_used(asked, *pair) - open_:
        return SHUT
    for cause, options in PRICES.items():
        if abs(ours_s / duration_s(asked, *pair, **options) - 1.0) <= WITHIN:
            return cause
    if told_s < peer_s and abs(ours_s / told_s - 1.0) <= WITHIN:
        return KEPT_OFF
    return SAME_WAY if abs(told_s / peer_s - 1.0) <= 0.02 else OTHER


def _row(places: str, seed: str, ratios: np.ndarray) -> str:
    ratio, off = ratios[0], np.abs(ratios - 1.0)
    return (
        f"| {places} | {seed} | {len(ratio)} | {(off[0] <= WITHIN).mean():.1%} | {np.median(ratio):.3f} "
        f"| {np.percentile(off[0], 95):.1%} | {off[0].max():.0%} "
        f"| {(ratio < 1 - WITHIN).sum()}, {(ratio > 1 + WITHIN).sum()} "
        f"| {(off[1] <= WITHIN).mean():.1%} | {np.nanpercentile(off[1], 95):.1%} |"
    )


if __name__ == "__main__":
    sys.exit("These are peers of benches.engine.travel; run that.")
