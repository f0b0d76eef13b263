"""Conditions, tables kept true, reach, snapping: properties over random maps, beside brute force."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.problems import BadInput
from gridward.engine.travel import CLOSED, Condition, StraightLine, network, reach, table, ways
from gridward.engine.travel.profiles import CAR
from gridward.engine.travel.search import unpacked
from tests.engine.roads import grid

SOUTH_WEST, NORTH_EAST = [29.0, 106.0], [29.004, 106.004]


def _places(rng, count=7):
    return rng.uniform(SOUTH_WEST, NORTH_EAST, (count, 2))


def _ruled(seed, oneway=0.2):
    """A grid with banned turns, roads for their own places and gates."""
    rng, roads = np.random.default_rng(seed), grid(5, seed, oneway)
    tail, head = np.concatenate([roads.edge_from, roads.edge_to]), np.concatenate([roads.edge_to, roads.edge_from])
    first = rng.integers(0, 2 * roads.edges, 10)
    banned = np.array([(one, rng.choice(np.flatnonzero(tail == head[one]))) for one in first])
    kept = rng.random(roads.edges) < 0.2
    return replace(roads, banned=banned, kept={"car": kept}, gated=rng.random(roads.nodes) < 0.05)


def _zone(rng):
    middle, size = rng.uniform(SOUTH_WEST, NORTH_EAST), rng.uniform(0.0002, 0.002, 5)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 5))
    return middle + size[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _condition(rng):
    """Any condition: on arcs, in a zone or everywhere; slower, quicker or closed; at its hours; for its profiles."""
    kind = rng.integers(3)
    return Condition(
        float(rng.choice([0.5, 1.5, 3.0, CLOSED])),
        edges=tuple(rng.integers(0, 40, 2).tolist()) if kind == 0 else (),
        polygon=_zone(rng) if kind == 1 else None,
        from_s=float(rng.choice([-np.inf, 50.0])),
        until_s=float(rng.choice([np.inf, 60.0])),
        along=bool(rng.random() < 0.8),
        against=bool(rng.random() < 0.8),
        profiles=frozenset({"car"}) if rng.random() < 0.3 else frozenset(),
    )


seeds = st.integers(0, 10_000)


@given(seeds, st.lists(st.floats(0, 100), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_table_kept_true_through_any_conditions_equals_one_made_afresh(seed, moments):
    rng = np.random.default_rng(seed)
    net = network(_ruled(seed))
    here, there = _places(rng), _places(rng)
    kept = table(net, here, there)
    for at_s in moments:
        under = net.under([_condition(rng) for _ in range(rng.integers(0, 4))], at_s)
        before, (kept, differs) = kept, kept.on(under)
        assert np.array_equal(kept.key, table(under, here, there).key)
        assert np.array_equal(differs, before.key != kept.key)


NO_WAY_BACK = (116, 994, 3572, 4098, 4149, 4953, 5092, 5914, 6180, 6970, 7717, 8113, 9370)
"""All of the seeds whose maps leave no road that leads back, of so many one-way streets."""


@pytest.mark.parametrize("seed", NO_WAY_BACK)
def test_a_map_of_which_no_road_leads_back_is_refused(seed):
    with pytest.raises(BadInput, match="leads anywhere and back"):
        network(_ruled(seed, 0.4))


@given(seeds.filter(lambda seed: seed not in NO_WAY_BACK))
@settings(max_examples=25, deadline=None)
def test_every_place_that_a_road_is_found_for_is_left_and_reached(seed):
    net = network(_ruled(seed, 0.4))
    places = _places(np.random.default_rng(seed), 12)
    assert np.isfinite(net.matrix(places, places).time_s).all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_closing_and_reopening_gives_the_first_table_again(seed):
    rng = np.random.default_rng(seed)
    net = network(_ruled(seed))
    first = table(net, _places(rng), _places(rng))
    closed, differs = first.on(net.under([Condition(CLOSED, polygon=_zone(rng))]))
    again, differs_again = closed.on(net.under([]))
    assert np.array_equal(again.key, first.key)
    assert np.array_equal(differs, differs_again)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_road_more_never_lengthens_a_time_and_a_slower_one_never_shortens_it(seed):
    rng = np.random.default_rng(seed)
    net = network(_ruled(seed, 0.0))
    here, there = _places(rng), _places(rng)
    edges = tuple(rng.integers(0, 40, 3).tolist())
    whole = net.matrix(here, there).time_s
    assert (net.under([Condition(CLOSED, edges=edges)]).matrix(here, there).time_s >= whole).all()
    assert (net.under([Condition(2.0, edges=edges)]).matrix(here, there).time_s >= whole).all()
    assert (net.under([Condition(0.5, edges=edges)]).matrix(here, there).time_s <= whole).all()


def test_a_factor_everywhere_multiplies_every_time():
    net, rng = network(grid(5, 3), "foot"), np.random.default_rng(3)
    here, there = _places(rng), _places(rng)
    twice = net.under([Condition(1.6), Condition(1.25)]).matrix(here, there)
    assert twice.time_s == pytest.approx(2 * net.matrix(here, there).time_s, abs=0.2)


def test_a_factor_slows_driving_and_leaves_turns_as_they_are():
    net, rng = network(grid(5, 3)), np.random.default_rng(3)
    here, there = _places(rng), _places(rng)
    usual, snow = net.matrix(here, there).time_s, net.under([Condition(2.0)]).matrix(here, there).time_s
    assert (snow <= 2 * usual + 0.2).all() and (snow < 2 * usual - CAR.right_s).any()
    way = ways(net.under([Condition(2.0)]), here[:1], there[:1])[0]
    assert way.time_s == pytest.approx(snow[0, 0])


def test_a_closure_one_way_leaves_the_other_open():
    roads = grid(2)
    roads.speed_ms["car"][:] = 10.0
    shut = network(roads).under([Condition(CLOSED, edges=(0,), against=False)])
    west, east = [29.0, 106.0002], [29.0, 106.0008]
    length_m = roads.length_m[0]
    assert shut.matrix([east], [west]).distance_m[0, 0] == pytest.approx(0.6 * length_m, abs=0.5)
    assert shut.matrix([west], [east]).distance_m[0, 0] > 2 * length_m


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_permuting_places_permutes_the_table_and_nothing_given_is_changed(seed):
    rng = np.random.default_rng(seed)
    roads = _ruled(seed)
    before = copy.deepcopy(roads)
    net = network(roads)
    here, there = _places(rng), _places(rng)
    given_ = here.copy(), there.copy()
    key = net.key.copy()
    found = net.matrix(here, there)
    order = rng.permutation(7)
    assert np.array_equal(net.matrix(here[order], there).time_s, found.time_s[order])
    assert np.array_equal(net.matrix(here, there[order]).distance_m, found.distance_m[:, order])
    zone = _zone(rng)
    kept_zone = zone.copy()
    table(net, here, there).on(net.under([Condition(CLOSED, polygon=zone)]))
    ways(net, here, there)
    reach(net, here[0], 30.0)
    assert np.array_equal(here, given_[0]) and np.array_equal(there, given_[1])
    assert np.array_equal(zone, kept_zone) and np.array_equal(net.key, key)
    for name in ("edge_from", "edge_to", "length_m", "shape", "signal", "barred", "banned"):
        assert np.array_equal(getattr(roads, name), getattr(before, name)), name
    assert all(np.array_equal(roads.speed_ms[name], before.speed_ms[name]) for name in roads.speed_ms)


@given(seeds, st.floats(5.0, 60.0))
@settings(max_examples=25, deadline=None)
def test_reach_holds_just_the_places_that_the_table_says_are_near_enough(seed, within_s):
    rng = np.random.default_rng(seed)
    net = network(_ruled(seed))
    middle, there = _places(rng, 1)[0], _places(rng, 25)
    found, spots = reach(net, middle, within_s), net.snap(there)
    time_s = net.matrix([middle], there).time_s[0]
    # A place at a junction is reached before anybody has turned into the road that it was put on.
    along = ~net.at_ends(spots).any(axis=1)
    for edge, part, gone_s in zip(spots.edge[along], spots.part[along], time_s[along], strict=True):
        pieces = (found.edge == edge) & (found.part_from <= part) & (part <= found.part_to)
        if abs(gone_s - within_s) > 0.1:
            assert pieces.any() == (gone_s < within_s)
    assert (found.time_s <= within_s + 1e-6).all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_place_is_put_on_the_nearest_road(seed):
    rng = np.random.default_rng(seed)
    roads = grid(4, seed)
    points = _places(rng, 12)
    spots = network(roads).snap(points)
    metres = np.array([111_195.0, 111_195.0 * np.cos(np.radians(29.0015))])
    start, end = roads.shape[roads.shape_from[:-1]] * metres, roads.shape[roads.shape_from[1:] - 1] * metres
    for point, gap_m, edge, part in zip(points * metres, spots.gap_m, spots.edge, spots.part, strict=True):
        along = np.clip(((point - start) * (end - start)).sum(axis=1) / ((end - start) ** 2).sum(axis=1), 0.0, 1.0)
        off_m = np.hypot(*(start + along[:, None] * (end - start) - point).T)
        assert gap_m == pytest.approx(off_m.min(), abs=0.01)
        assert off_m[edge] == pytest.approx(off_m.min(), abs=0.01)
        assert part == pytest.approx(along[edge], abs=1e-4)


BAD_POINTS = (([[29.0, 106.0], [np.nan, 106.0]], 1), ([[29.0, 106.0], [29.0, 181.0]], 1), ([[29.0, 106.0, 1.0]], None))


@pytest.mark.parametrize(("points", "item"), BAD_POINTS)
@pytest.mark.parametrize("model", [StraightLine(), network(grid(3))], ids=["straight line", "roads"])
def test_a_bad_place_is_named(model, points, item):
    for arguments, name in ((([[29.0, 106.0]], points), "to_points"), ((points, [[29.0, 106.0]]), "from_points")):
        with pytest.raises(BadInput) as refused:
            model.matrix(*arguments)
        assert (refused.value.array, refused.value.item) == (name, item)


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda net: network(net.roads, "tram"), "profile"),
        (lambda net: StraightLine.of("tram"), "profile"),
        (lambda net: StraightLine(speed_ms=0.0), "speed_ms"),
        (lambda net: StraightLine(detour=0.9), "detour"),
        (lambda net: reach(net, SOUTH_WEST, 0.0), "within_s"),
        (lambda net: reach(net, [np.nan, 1.0], 5.0), "point"),
        (lambda net: ways(net, [SOUTH_WEST], []), "to_points"),
        (lambda net: StraightLine().pairs([SOUTH_WEST], []), "to_points"),
        (lambda net: net.under([Condition(-1.0)]), "conditions"),
        (lambda net: net.under([Condition(1.0, polygon=[[29.0, 106.0], [29.1, 106.0]])]), "polygon"),
        (lambda net: table(net, [SOUTH_WEST], [SOUTH_WEST]).on(network(grid(3))), "network"),
    ],
)
def test_what_cannot_be_asked_is_named(ask, named):
    with pytest.raises(BadInput) as refused:
        ask(network(grid(3)))
    assert refused.value.array == named


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_straight_line_says_so_and_is_no_shorter_than_the_ground(seed):
    rng = np.random.default_rng(seed)
    here, there = _places(rng), _places(rng)
    found = StraightLine.of("van").matrix(here, there)
    metres = np.linalg.norm((here[:, None] - there) * 111_195 * [1.0, np.cos(np.radians(29.002))], axis=2)
    assert found.source == "straight_line"
    assert found.distance_m == pytest.approx(1.4 * metres, rel=1e-3)
    assert np.array_equal(StraightLine.of("van").pairs(here, there).time_s, found.time_s.diagonal())
    assert network(grid(3)).matrix(here[:1], there[:1]).source == "roads"


def test_no_places_give_an_empty_table():
    net = network(grid(3))
    assert net.matrix([], [SOUTH_WEST]).time_s.shape == (0, 1)
    assert net.matrix([SOUTH_WEST], []).time_s.shape == (1, 0)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_searching_backwards_gives_the_same_table(seed):
    rng = np.random.default_rng(seed)
    net = network(_ruled(seed, 0.3))
    starts, ends = net.snap(_places(rng)), net.snap(_places(rng))
    assert np.array_equal(net.keys(starts, ends), net.keys_back(starts, ends))
    assert (unpacked(net.keys(starts, starts).diagonal())[0] == 0.0).all()
