"""Times on the road beside Valhalla's on the same map; a peer for tests only, never needed to run."""

import numpy as np
import pytest

from benches.engine.valhalla_peer import Unavailable, durations_s
from gridward.engine.travel import network, read_osm
from tests.engine.roads import extract

PAIRS = 1_000


def test_times_are_within_15_percent_of_valhallas(tmp_path):
    path = extract("heidelberg.osm.pbf")
    net = network(read_osm(path), "car")
    rng = np.random.default_rng(7)
    edges, roads = np.unique(net.snapper.edges), net.roads
    here, there = (roads.shape[roads.shape_from[rng.choice(edges, PAIRS)]] for _ in range(2))
    try:
        peer = durations_s(path, tmp_path, here, there)
    except Unavailable as why:
        pytest.skip(str(why))
    starts, ends = net.snap(here), net.snap(there)
    ours = net.keys(starts, ends).diagonal()
    ratio = (ours >> 24) / 100.0 / peer
    assert 0.95 <= np.median(ratio) <= 1.05
    assert np.mean(np.abs(ratio - 1.0) <= 0.15) >= 0.95
