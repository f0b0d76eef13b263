"""Times on the road beside Valhalla's on the same map; a peer for tests only, never needed to run."""

import numpy as np
import pytest

from benches.engine.travel_peers import along_roads, at_junctions
from benches.engine.valhalla_peer import Unavailable, actor, durations_s
from gridward.engine.travel import network, read_osm
from gridward.engine.travel.search import unpacked
from tests.engine.roads import extract

PAIRS = 500


def test_times_are_within_15_percent_of_valhallas(tmp_path):
    path = extract("heidelberg.osm.pbf")
    net = network(read_osm(path), "car")
    try:
        asked = actor(path, tmp_path)
    except Unavailable as why:
        pytest.skip(str(why))
    for places in (at_junctions, along_roads):
        here, there = places(net, 7, PAIRS)
        peer = durations_s(asked, here, there)
        ratio = unpacked(net.keys(net.snap(here), net.snap(there)).diagonal())[0] / peer
        assert 0.95 <= np.nanmedian(ratio) <= 1.05
        assert np.mean(np.abs(ratio - 1.0) <= 0.15) >= 0.975
