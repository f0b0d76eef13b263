"""Rules of turning: banned turns, no turning about in mid-road, roads for their own places, gates; beside a search
from road to road that knows nothing of how junctions are taken apart."""

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.problems import BadInput
from gridward.engine.travel import network, read_osm, ways
from gridward.engine.travel.profiles import CAR
from gridward.engine.travel.search import unpacked
from gridward.engine.travel.snapping import Spots
from gridward.engine.travel.turns import sign
from tests.engine.roads import grid


def osm(tmp_path, roads, relations="", nodes=""):
    """A map of nodes 1..6 in a row of two by three, 0.01° apart: 1 2 3 in the south, 4 5 6 in the north."""
    places = {number: (29.0 + 0.01 * (number > 3), 106.0 + 0.01 * ((number - 1) % 3)) for number in range(1, 7)}
    text = "".join(
        f'<node id="{n}" lat="{lat}" lon="{lon}">{nodes if n == 2 else ""}</node>' for n, (lat, lon) in places.items()
    )
    for number, (refs, tags) in enumerate(roads, start=10):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inside += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in {"highway": "residential", **tags}.items())
        text += f'<way id="{number}">{inside}</way>'
    path = tmp_path / "map.osm"
    path.write_text(f'<osm version="0.6">{text}{relations}</osm>')
    return read_osm(path)


RING = [((1, 2), {}), ((2, 3), {}), ((2, 5), {}), ((4, 5), {}), ((5, 6), {}), ((1, 4), {}), ((3, 6), {})]
BLOCK_M = 972.0
SOUTH_WEST, NORTH = [29.0, 106.005], [29.005, 106.010]


def _banned(word, onto=12, tag="", member=""):
    return (
        f'<relation id="1">{member}<member type="way" ref="10" role="from"/><member type="node" ref="2" role="via"/>'
        f'<member type="way" ref="{onto}" role="to"/><tag k="type" v="restriction"/>'
        f'<tag k="restriction" v="{word}"/>{tag}</relation>'
    )


def _metres(roads, profile="car", start=SOUTH_WEST, end=NORTH):
    return network(roads, profile).matrix([start], [end]).distance_m[0, 0]


def test_a_banned_turn_is_gone_round_by_car_and_walked(tmp_path):
    free, banned = osm(tmp_path, RING), osm(tmp_path, RING, _banned("no_left_turn"))
    assert _metres(free) == pytest.approx(BLOCK_M / 2 + 1112 / 2, abs=2)
    assert _metres(banned) > 2 * BLOCK_M
    assert _metres(banned, "foot") == pytest.approx(_metres(free, "foot"))


def test_a_mandatory_turn_bans_all_others(tmp_path):
    assert _metres(osm(tmp_path, RING, _banned("only_straight_on", onto=11))) > 2 * BLOCK_M
    assert _metres(osm(tmp_path, RING, _banned("only_left_turn"))) == pytest.approx(_metres(osm(tmp_path, RING)))


@pytest.mark.parametrize(
    "extra",
    [
        {"tag": '<tag k="except" v="psv;motorcar"/>'},
        {"tag": '<tag k="hour_on" v="07:00"/>'},
        {"member": '<member type="way" ref="11" role="via"/>'},
    ],
)
def test_a_sign_for_others_or_for_hours_or_over_ways_is_passed_over(tmp_path, extra):
    signed = osm(tmp_path, RING, _banned("no_left_turn", **extra))
    assert _metres(signed) == pytest.approx(_metres(osm(tmp_path, RING)))


def test_a_sign_from_a_way_that_runs_through_its_node_is_passed_over(tmp_path):
    through = [((1, 2, 3), {}), ((1, 4), {}), *RING[2:]]
    assert len(osm(tmp_path, through, _banned("no_left_turn")).banned) == 0
    assert len(osm(tmp_path, RING, _banned("no_left_turn")).banned) == 1


def test_a_sign_without_all_its_parts_is_none():
    assert sign({"restriction": "no_left_turn"}, [("from", "w", 1), ("via", "n", 2)]) is None
    assert sign({"restriction": "give_way"}, [("from", "w", 1), ("via", "n", 2), ("to", "w", 3)]) is None


def test_nobody_turns_about_in_mid_road_but_at_a_dead_end(tmp_path):
    one_way_home = [((1, 2), {}), ((2, 3), {}), ((2, 5), {}), ((5, 6), {})]
    roads = osm(tmp_path, one_way_home, _banned("no_left_turn"))
    # On to the dead end 3, about, back to 2, and right.
    assert _metres(roads) == pytest.approx(BLOCK_M / 2 + 2 * BLOCK_M + 1112 / 2, abs=5)


@pytest.mark.parametrize(
    "tags",
    [{"access": "destination"}, {"highway": "living_street"}, {"highway": "service", "service": "parking_aisle"}],
)
def test_a_road_for_its_own_places_is_no_way_through(tmp_path, tags):
    kept = [RING[0], RING[1], (RING[2][0], tags), *RING[3:]]
    roads, free = osm(tmp_path, kept), osm(tmp_path, RING)
    two, five = [29.0, 106.009], [29.010, 106.009]
    assert _metres(free, start=two, end=five) == pytest.approx(1112 + 2 * 97, abs=2)
    assert _metres(roads, start=two, end=five) > 2 * BLOCK_M
    assert _metres(roads) == pytest.approx(_metres(free))
    assert _metres(roads, start=NORTH, end=SOUTH_WEST) == pytest.approx(_metres(free, start=NORTH, end=SOUTH_WEST))
    assert _metres(roads, "foot", two, five) == pytest.approx(1112 + 2 * 97, abs=2)


def test_a_junction_on_a_public_road_is_no_place_of_the_kept_road_beside_it(tmp_path):
    roads = osm(tmp_path, [RING[0], RING[1], *RING[3:], (RING[2][0], {"access": "destination"})])
    two, five, before = [29.0, 106.010], [29.010, 106.010], [29.0, 106.009]
    assert _metres(roads, start=before, end=five) > 2 * BLOCK_M
    assert _metres(roads, start=two, end=[29.010, 106.009]) > 2 * BLOCK_M
    assert _metres(roads, start=two, end=NORTH) == pytest.approx(556, abs=2)


def test_who_is_not_going_there_turns_about_before_a_road_for_its_own_places(tmp_path):
    roads = osm(tmp_path, [*RING[:6], ((3, 6), {"access": "destination"})], _banned("no_left_turn"))
    near = [29.002, 106.010]
    assert _metres(roads, end=near) == pytest.approx(BLOCK_M / 2 + 2 * BLOCK_M + 222, abs=5)


def test_junctions_signals_yielding_and_gates_take_their_time(tmp_path):
    def seconds(roads, nodes=""):
        west, east = [29.0, 106.005], [29.0, 106.015]
        return network(osm(tmp_path, roads, nodes=nodes)).matrix([west], [east]).time_s[0, 0]

    row, side = [((1, 2), {}), ((2, 3), {})], ((2, 5), {})
    bare = seconds(row)
    assert bare == pytest.approx(BLOCK_M / (35 / 3.6), abs=0.1)
    assert seconds([*row, side]) == pytest.approx(bare + CAR.junction_s, abs=0.02)
    assert seconds([*row, (side[0], {"highway": "primary"})]) == pytest.approx(bare + CAR.yield_s, abs=0.02)
    assert seconds(row, '<tag k="highway" v="traffic_signals"/>') == pytest.approx(bare + CAR.signal_s, abs=0.02)
    assert seconds([((1, 2, 3), {})], '<tag k="barrier" v="lift_gate"/>') == pytest.approx(bare + 30.0, abs=0.02)


def test_a_place_short_of_a_junction_does_not_wait_at_it(tmp_path):
    gated = network(osm(tmp_path, [((1, 2), {}), ((2, 3), {})], nodes='<tag k="barrier" v="gate"/>'))
    west, near, east = [29.0, 106.001], [29.0, 106.009], [29.0, 106.011]
    drive_s = 0.8 * BLOCK_M / (35 / 3.6)
    assert gated.matrix([west], [near]).time_s[0, 0] == pytest.approx(drive_s, abs=0.1)
    assert gated.matrix([near], [east]).time_s[0, 0] == pytest.approx(drive_s / 4 + 30.0, abs=0.1)


def test_a_way_from_a_junction_names_only_roads_that_are_driven(tmp_path):
    net = network(osm(tmp_path, RING))
    way = ways(net, [[29.0, 106.010]], [NORTH])[0]
    assert net.roads.way[way.arcs % net.roads.edges].tolist() == [12]
    back = ways(net, [NORTH], [[29.0, 106.010]])[0]
    assert net.roads.way[back.arcs % net.roads.edges].tolist() == [12]


def test_public_roads_behind_one_for_its_own_places_are_still_reached(tmp_path):
    roads = [((1, 2), {}), ((2, 5), {"access": "destination"}), ((4, 5), {}), ((5, 6), {})]
    found = network(osm(tmp_path, roads)).matrix([SOUTH_WEST], [[29.010, 106.015], [29.010, 106.005]])
    assert np.isfinite(found.time_s).all()


def test_a_gate_is_opened_to_get_behind_it_and_not_to_pass_through(tmp_path):
    gate = '<tag k="barrier" v="gate"/>'
    kept = osm(tmp_path, RING, nodes=gate)
    west, east = [29.002, 106.0], [29.002, 106.020]
    assert _metres(kept, start=west, end=east) == pytest.approx(2 * 890 + 2 * BLOCK_M, abs=5)
    assert _metres(osm(tmp_path, RING), start=west, end=east) == pytest.approx(2 * 222 + 2 * BLOCK_M, abs=5)
    assert _metres(kept, start=west, end=SOUTH_WEST) == pytest.approx(222 + BLOCK_M / 2, abs=5)
    open_ = osm(tmp_path, RING, nodes=gate + '<tag k="motor_vehicle" v="yes"/>')
    assert _metres(open_, start=west, end=east) == pytest.approx(2 * 222 + 2 * BLOCK_M, abs=5)


def test_a_bus_road_is_none_for_others(tmp_path):
    roads = osm(tmp_path, [*RING, ((1, 5), {"access": "psv"}), ((2, 6), {"highway": "busway"})])
    assert not roads.speed_ms["car"][:, roads.way >= 17].any()


def test_a_place_at_a_junction_leaves_by_any_of_its_roads(tmp_path):
    roads = [((2, 1), {"oneway": "yes"}), ((2, 3), {"oneway": "yes"}), ((1, 4), {}), ((4, 5), {}), ((5, 2), {})]
    roads += [((3, 6), {}), ((6, 5), {})]
    net = network(osm(tmp_path, roads))
    two = [29.0, 106.010]
    out = net.matrix([two], [[29.0, 106.002], [29.0, 106.018]]).distance_m[0]
    back = net.matrix([[29.005, 106.010]], [two]).distance_m[0, 0]
    assert out == pytest.approx([778, 778], abs=3)
    assert back == pytest.approx(556, abs=3)
    assert net.matrix([two], [two]).time_s[0, 0] == 0.0


def _turn_s(first, second, edges, head, places):
    """What a turn takes on the grid, where roads lead north, east, south and west: from compass steps alone."""
    if first % edges == second % edges:
        return CAR.about_s
    (here, start), (_, end) = places[first], places[second]
    came, leaves = np.rint((start - here) * 1000), np.rint((end - start) * 1000)
    across = came[0] * leaves[1] - came[1] * leaves[0]
    ways = np.count_nonzero(head == head[first])
    return 0.0 if across == 0 or ways < 3 else CAR.right_s if across > 0 else CAR.left_s


def _by_whole_ways(net, banned, starts):
    """Quickest seconds from each start to having driven each arc of the map, by a search from arc to arc."""
    roads, edges = net.roads, net.roads.edges
    tail, head = np.concatenate([roads.edge_from, roads.edge_to]), np.concatenate([roads.edge_to, roads.edge_from])
    speed, length = roads.speed_ms["car"].reshape(-1), np.tile(roads.length_m, 2)
    drive = unpacked(net.arc_key(np.arange(2 * edges)))[0]
    assert (np.isfinite(drive) == (speed > 0)).all() and (drive >= length / np.maximum(speed, 1e-9) - 0.01).all()
    first, last = roads.shape[roads.shape_from[:-1]], roads.shape[roads.shape_from[1:] - 1]
    places = np.concatenate([np.stack([first, last], axis=1), np.stack([last, first], axis=1)])
    onward = {}
    for arc in range(2 * edges):
        after = [one for one in np.flatnonzero(tail == head[arc]) if speed[one] > 0 and (arc, one) not in banned]
        others = [one for one in after if one % edges != arc % edges]
        onward[arc] = others or after
    best = {}
    heap = [(drive[arc] - 0.5 * length[arc] / speed[arc], arc) for arc in (starts, starts + edges) if speed[arc] > 0]
    while heap:
        gone, arc = heapq.heappop(heap)
        if arc not in best:
            best[arc] = gone
            for one in onward[arc]:
                heapq.heappush(heap, (gone + _turn_s(arc, one, edges, head, places) + drive[one], one))
    return best


@given(st.integers(0, 10_000), st.integers(0, 12))
@settings(max_examples=25, deadline=None)
def test_the_rules_of_turning_are_those_of_a_search_over_whole_ways(seed, signs):
    rng = np.random.default_rng(seed)
    roads = grid(4, seed, 0.2)
    tail, head = np.concatenate([roads.edge_from, roads.edge_to]), np.concatenate([roads.edge_to, roads.edge_from])
    first = rng.integers(0, 2 * roads.edges, signs)
    banned = [(int(one), int(rng.choice(np.flatnonzero(tail == head[one])))) for one in first]
    object.__setattr__(roads, "banned", np.array(banned, np.int64).reshape(-1, 2))
    net = network(roads)
    start = int(rng.choice(net.snapper.edges))
    best = _by_whole_ways(net, set(banned), start)
    label = unpacked(net.labels_from(Spots(np.array([start]), np.array([0.5]), roads.shape[:1], np.zeros(1))))[0][0]
    turn_s = unpacked(net.turn)[0]
    for arc, entries in enumerate(net.entries):
        reached = [label[net.tail[entry]] + turn_s[entry] for entry in entries if entry >= 0]
        own = unpacked(net.arc_key(np.array([arc])))[0][0]
        through = best.get(arc, np.inf)
        if arc % roads.edges != start and np.isfinite(own):
            assert min(reached) + own == pytest.approx(through, abs=0.1)


def test_more_ways_than_meet_anywhere_are_refused():
    roads = grid(9)
    star = np.zeros(roads.edges, np.int64)
    object.__setattr__(roads, "edge_from", star)
    with pytest.raises(BadInput, match="ways lead from one junction"):
        network(roads)


@pytest.mark.parametrize(("side", "lost_s"), [((2, 5), CAR.left_s), ((2, 3), 0.0)])
def test_a_turn_takes_its_time_and_going_straight_on_takes_none(tmp_path, side, lost_s):
    roads = osm(tmp_path, [((1, 2), {}), ((2, 3), {}), ((2, 5), {})])
    end = {(2, 5): [29.005, 106.010], (2, 3): [29.0, 106.015]}[side]
    found = network(roads).matrix([SOUTH_WEST], [end])
    drive_s = found.distance_m[0, 0] / (35 / 3.6)
    assert found.time_s[0, 0] == pytest.approx(drive_s + CAR.junction_s + lost_s, abs=0.05)
    back = network(roads).matrix([end], [[29.0, 106.015]] if side == (2, 5) else [SOUTH_WEST])
    assert back.time_s[0, 0] == pytest.approx(back.distance_m[0, 0] / (35 / 3.6) + CAR.junction_s + lost_s, abs=0.05)
    walked = network(roads, "foot").matrix([SOUTH_WEST], [end])
    assert walked.time_s[0, 0] == pytest.approx(walked.distance_m[0, 0] / (5 / 3.6), abs=0.2)


def test_turning_right_is_quicker_than_left_and_about_is_slowest(tmp_path):
    net = network(osm(tmp_path, [((1, 2), {}), ((2, 3), {}), ((2, 5), {})]))
    east, north = [29.0, 106.015], [29.005, 106.010]
    left, right = net.matrix([SOUTH_WEST], [north]).time_s[0, 0], net.matrix([east], [north]).time_s[0, 0]
    assert left - right == pytest.approx(CAR.left_s - CAR.right_s, abs=0.05)
    assert CAR.right_s < CAR.left_s < CAR.sharp_s < CAR.about_s
    signed = network(osm(tmp_path, [((1, 2), {}), ((2, 3), {}), ((2, 5), {})], _banned("no_left_turn")))
    found = signed.matrix([SOUTH_WEST], [north])
    driven_s = found.distance_m[0, 0] / (35 / 3.6)
    assert found.time_s[0, 0] == pytest.approx(driven_s + 2 * CAR.junction_s + CAR.about_s + CAR.right_s, abs=0.05)


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"vehicle:backward": "agricultural"}, [True, False]),
        ({"motor_vehicle:forward": "no", "access": "yes"}, [False, True]),
        ({"access": "no", "motorcar:backward": "yes"}, [False, True]),
        ({"vehicle:backward": "destination"}, [True, True]),
    ],
)
def test_a_sign_for_one_direction_holds_in_that_direction_only(tmp_path, tags, open_):
    roads = osm(tmp_path, [*RING[1:], ((1, 2), tags)])
    edge = int(np.flatnonzero(roads.way == 16)[0])
    assert (roads.speed_ms["car"][:, edge] > 0).tolist() == open_


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "tertiary", "maxspeed:forward": "100"}, [100, 100]),
        ({"highway": "tertiary", "maxspeed:backward": "70", "maxspeed": "50"}, [50, 70]),
        ({"highway": "tertiary", "maxspeed:forward": "100", "zone:maxspeed": "DE:urban"}, [100, 50]),
        ({"highway": "service", "maxspeed": "10"}, [10, 10]),
        ({"highway": "service", "maxspeed": "50"}, [20, 20]),
        ({"highway": "track", "motor_vehicle": "yes"}, [10, 10]),
        ({"highway": "track", "motor_vehicle": "yes", "tracktype": "grade1"}, [20, 20]),
        ({"highway": "residential", "tracktype": "grade1"}, [35, 35]),
    ],
)
def test_how_fast_a_way_is_driven_is_read_from_its_tags(tmp_path, tags, kmh):
    roads = osm(tmp_path, [*RING[1:], ((1, 2), tags)])
    edge = int(np.flatnonzero(roads.way == 16)[0])
    assert (roads.speed_ms["car"][:, edge] * 3.6).tolist() == pytest.approx(kmh)


@pytest.mark.parametrize(("access", "waits"), [("permissive", 0.0), ("customers", 30.0)])
def test_a_gate_that_anybody_may_pass_takes_no_time(tmp_path, access, waits):
    gate = f'<tag k="barrier" v="lift_gate"/><tag k="access" v="{access}"/>'
    west, east = [29.0, 106.005], [29.0, 106.015]
    times = [
        network(osm(tmp_path, [((1, 2, 3), {})], nodes=nodes)).matrix([west], [east]).time_s[0, 0]
        for nodes in ("", gate)
    ]
    assert times[1] - times[0] == pytest.approx(waits, abs=0.02)


def test_walking_where_a_sign_lets_walkers_in_is_no_fault(tmp_path):
    roads = osm(tmp_path, [*RING, ((1, 5), {"highway": "trunk", "foot": "yes"})])
    assert roads.speed_ms["foot"][:, roads.way == 17].ravel().tolist() == pytest.approx([5 / 3.6] * 2)
