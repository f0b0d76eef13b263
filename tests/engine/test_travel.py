"""Travel: the straight line, roads read from OpenStreetMap, shortest ways, conditions, and what a change touches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from gridward.engine.problems import BadInput
from gridward.engine.travel import (
    CLOSED,
    Condition,
    StraightLine,
    edges_touching,
    network,
    reach,
    read_osm,
    table,
    ways,
)
from gridward.engine.travel.search import NEVER, packed, unpacked
from gridward.engine.travel.snapping import Spots
from tests.engine.roads import extract, grid

TOWN = """<osm version="0.6">
 <node id="1" lat="29.000" lon="106.000"/><node id="2" lat="29.000" lon="106.010"/>
 <node id="3" lat="29.000" lon="106.020"/><node id="4" lat="29.010" lon="106.010"/>
 <node id="5" lat="29.010" lon="106.020"><tag k="barrier" v="bollard"/></node>
 <node id="6" lat="29.010" lon="106.030"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="maxspeed" v="36"/></way>
 <way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
 <way id="12"><nd ref="4"/><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way>
 <way id="13"><nd ref="6"/><nd ref="3"/><tag k="highway" v="footway"/></way>
 <way id="14"><nd ref="4"/><nd ref="1"/><tag k="highway" v="service"/><tag k="access" v="private"/></way>
 <way id="15"><nd ref="4"/><nd ref="1"/><tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
</osm>"""


@pytest.fixture
def town(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text(TOWN)
    return read_osm(path)


def test_without_a_map_the_answer_says_it_is_a_straight_line():
    found = StraightLine.of("car").matrix([[29.0, 106.0]], [[29.1, 106.0], [29.0, 106.0]])
    assert found.source == "straight_line"
    assert found.distance_m[0] == pytest.approx([1.4 * 11_119.5, 0.0], rel=1e-4)
    assert found.time_s[0, 0] == pytest.approx(found.distance_m[0, 0] / 9.0)


@pytest.mark.parametrize(("points", "item"), [([[29.0, 106.0], [np.nan, 106.0]], 1), ([[91.0, 0.0]], 0)])
def test_a_place_that_is_none_is_named(points, item):
    with pytest.raises(BadInput) as refused:
        StraightLine().matrix([[0.0, 0.0]], points)
    assert (refused.value.array, refused.value.item) == ("to_points", item)


def test_ways_are_cut_at_junctions_and_read_with_their_limits(town):
    assert sorted(town.way.tolist()) == [10, 10, 11, 12, 12, 13, 15]
    assert town.speed_ms["car"][0][town.way == 10] == pytest.approx(10.0)
    assert town.speed_ms["car"][:, town.way == 11].ravel().tolist() == pytest.approx([35 / 3.6, 0.0])
    assert (town.speed_ms["foot"][:, town.way == 11] > 0).all()
    assert not town.speed_ms["car"][:, town.way == 13].any()


def test_a_car_goes_round_a_one_way_street_and_a_walker_does_not(town):
    four, two = [[29.010, 106.010]], [[29.000, 106.010]]
    driven = network(town, "car").matrix(four, two).distance_m[0, 0]
    walked = network(town, "foot").matrix(four, two).distance_m[0, 0]
    assert walked == pytest.approx(1112.0, abs=1.0)
    assert driven > 2 * walked * 0.9


def test_a_bollard_stops_cars_and_lets_walkers_through(town):
    six = [29.010, 106.030]
    assert network(town, "foot").matrix([[29.010, 106.010]], [six]).distance_m[0, 0] < 2000
    assert network(town, "car").snap([six]).gap_m[0] > 500


def test_a_place_far_from_any_road_is_named(town):
    with pytest.raises(BadInput) as refused:
        network(town, "car").matrix([[29.0, 106.0]], [[29.0, 106.01], [30.0, 106.0]])
    assert (refused.value.array, refused.value.item) == ("to_points", 1)


def test_a_file_that_is_no_map_is_refused(tmp_path):
    path = tmp_path / "empty.osm"
    path.write_text("<osm version='0.6'></osm>")
    with pytest.raises(BadInput, match="no road"):
        read_osm(path)
    with pytest.raises(BadInput, match=r"missing\.osm"):
        read_osm(tmp_path / "missing.osm")


def _by_scipy(net):
    """[n, n] quickest seconds between nodes by another implementation."""
    tail = np.repeat(np.arange(len(net.begin) - 1), np.diff(net.begin))
    open_ = net.key < NEVER
    graph = csr_matrix((unpacked(net.key)[0][open_], (tail[open_], net.to[open_])), shape=(len(net.begin) - 1,) * 2)
    return dijkstra(graph)


@given(st.integers(0, 10_000), st.floats(0, 0.5))
@settings(max_examples=30, deadline=None)
def test_times_between_nodes_are_those_of_another_implementation(seed, oneway):
    net = network(grid(5, seed, oneway))
    edge = net.arc[net.arc < net.roads.edges][:4]
    starts = Spots(edge, np.full(4, 0.5), net.roads.shape[:4], np.zeros(4))
    node, key = net.seeds(starts)
    expected = (unpacked(key)[0][:, :, None] + _by_scipy(net)[node]).min(axis=1)
    assert np.allclose(unpacked(net.labels_from(starts))[0], expected, atol=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_way_drawn_takes_as_long_as_the_table_says(seed):
    rng = np.random.default_rng(seed)
    net = network(grid(5, seed, 0.3))
    here, there = (rng.uniform([29.0, 106.0], [29.004, 106.004], (6, 2)) for _ in range(2))
    found = net.matrix(here, there)
    for at, way in enumerate(ways(net, here, there)):
        assert way.time_s == pytest.approx(found.time_s[at, at])
        assert way.distance_m == pytest.approx(found.distance_m[at, at])
        flat = way.points * [1.0, np.cos(np.radians(29.0))]
        drawn_m = np.sqrt((np.diff(flat, axis=0) ** 2).sum(axis=1)).sum() * 111_195
        assert drawn_m == pytest.approx(way.distance_m, rel=0.01, abs=1.0)
        ends = net.snap(np.stack([here[at], there[at]])).point
        assert way.points[[0, -1]] == pytest.approx(ends, abs=1e-6)


@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 39), st.sampled_from([0.5, 2.0, CLOSED])), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_table_kept_true_equals_one_made_afresh(seed, changes):
    rng = np.random.default_rng(seed)
    net = network(grid(5, seed, 0.2))
    here, there = (rng.uniform([29.0, 106.0], [29.004, 106.004], (9, 2)) for _ in range(2))
    kept = table(net, here, there)
    for edge, factor in changes:
        changed = net.under([Condition(factor, edges=(edge,))])
        before = kept.key
        kept, differs = kept.on(changed)
        assert np.array_equal(kept.key, table(changed, here, there).key)
        assert np.array_equal(differs, before != kept.key)


def test_a_condition_holds_in_its_time_its_place_and_for_its_profile():
    roads = grid(4)
    snow = Condition(2.0, from_s=100.0, until_s=200.0, profiles=frozenset({"car"}))
    car, van = network(roads, "car"), network(roads, "van")
    assert np.array_equal(car.under([snow], 99.0).key, car.key)
    assert (car.under([snow], 100.0).key > car.key).all()
    assert np.array_equal(car.under([snow], 200.0).key, car.key)
    assert np.array_equal(van.under([snow], 150.0).key, van.key)
    zone = [[28.9995, 105.9995], [29.0005, 105.9995], [29.0005, 106.0015], [28.9995, 106.0015]]
    shut = car.under([Condition(CLOSED, polygon=zone)])
    assert set(shut.arc[shut.key == NEVER] % roads.edges) == set(edges_touching(roads, zone).tolist())
    assert np.isinf(shut.matrix([[29.0, 106.0]], [[29.003, 106.003]]).time_s).all()


def test_a_polygon_touches_what_crosses_it_and_nothing_else():
    thin = [[29.0004, 105.9], [29.0006, 105.9], [29.0006, 106.9], [29.0004, 106.9]]
    roads = grid(4)
    crossing = np.flatnonzero((roads.edge_from < 4) & (roads.edge_to >= 4))
    assert edges_touching(roads, thin).tolist() == crossing.tolist()


@pytest.mark.parametrize("condition", [Condition(0.0), Condition(np.nan), Condition(1.0, edges=(999,))])
def test_a_condition_that_cannot_be_is_named(condition):
    with pytest.raises(BadInput) as refused:
        network(grid(3)).under([Condition(2.0), condition])
    assert (refused.value.array, refused.value.item) == ("conditions", 1)


def test_reach_grows_with_time_and_stays_within_it():
    net = network(grid(6))
    near, far = (reach(net, [29.0025, 106.0025], within) for within in (10.0, 30.0))
    length = [float(((one.part_to - one.part_from) * net.roads.length_m[one.edge]).sum()) for one in (near, far)]
    assert 0 < length[0] < length[1]
    assert (far.time_s <= 30.0 + 1e-6).all()
    assert all(len(line) >= 2 for line in far.lines(net))


def test_closing_a_bridge_in_heidelberg_changes_only_the_pairs_that_used_it():
    net = network(read_osm(extract("heidelberg.osm.pbf")))
    rng = np.random.default_rng(3)
    roads = net.roads
    edges = np.unique(net.snapper.edges)
    here, there = (roads.shape[roads.shape_from[rng.choice(edges, 24)]] for _ in range(2))
    bridge = [[49.4127, 8.6915], [49.4127, 8.6935], [49.4139, 8.6935], [49.4139, 8.6915]]
    kept = table(net, here, there)
    shut = net.under([Condition(CLOSED, polygon=bridge)])
    after, differs = kept.on(shut)
    assert np.array_equal(after.key, table(shut, here, there).key)
    closed = set(edges_touching(roads, bridge).tolist())
    for s, t in np.ndindex(differs.shape):
        if differs[s, t] or (s + t) % 12 == 0:
            arcs = ways(net, here[s : s + 1], there[t : t + 1])[0].arcs % roads.edges
            assert bool(closed & set(arcs.tolist())) == bool(differs[s, t])


def test_keys_keep_time_and_distance():
    time_s, distance_m = unpacked(packed(np.array([12.34, np.inf]), np.array([567.8, 1.0])))
    assert time_s.tolist() == [12.34, np.inf]
    assert distance_m.tolist() == [567.8, np.inf]
