"""Large delivery days: what the search takes a change to cost is what PyVRP reckons, packs ready when they are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import pyvrp
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from pyvrp import Activity, ActivityType

from gridward.engine import delivery
from gridward.engine.delivery.anneal import begin as begin_search
from gridward.engine.delivery.anneal import cool, work_of
from gridward.engine.delivery.arrays import flat, state_of
from gridward.engine.delivery.insertion import repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.recreate import best_in_trips, best_new_trip
from gridward.engine.delivery.search import paid
from gridward.engine.delivery.segments import NEVER
from gridward.engine.delivery.shares import begun
from gridward.engine.delivery.tails import more_for
from tests.engine.delivery_days import SLOW, days

MANY = settings(SLOW, max_examples=120)


@st.composite
def loading_days(draw) -> delivery.Problem:
    """Days of two vans that load three times, packs that are ready all day long, and a price on every second."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(6, 10))
    xy = rng.uniform(0, 1000, (1 + n, 2))
    opens, wide_s = rng.uniform(0, 5000, n), rng.uniform(500, 9000, n)
    stops = delivery.stops(
        1 + np.arange(n),
        packs=1,
        ready_s=rng.integers(0, 6000, n),
        from_s=opens,
        to_s=opens + wide_s,
    )
    vans = delivery.vans([0, 0], 1, capacity=[[2], [3]], shift_to_s=9000, trips=3, cost_per_s=1, max_duty_s=8000)
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return delivery.problem(stops, vans, delivery.yards([0], loading_s=60), time_s, None, xy)


@njit
def trip_price(data, state, work, v, c):
    """What a stop costs more at the best position of a van's trips; twice, as a position in a hundred is overlooked."""
    first, _ = best_in_trips(data, state, work, v, c, NEVER)
    again, _ = best_in_trips(data, state, work, v, c, NEVER)
    return min(first, again)


@njit
def new_trip_price(data, state, v, c):
    """What a stop costs more on a new trip of a van, at its begin or its end."""
    best, _ = best_new_trip(data, state, v, c, NEVER)
    return best


@njit
def tails_price(data, state, v, k, w, cut):
    """What two vans cost more once they have exchanged what follows k and cut nodes."""
    return more_for(data, state, v, k, w, cut, NEVER)


def driven_cost(data: pyvrp.ProblemData, nodes: list[int], kind: int) -> float:
    """What a van costs by PyVRP; NEVER if it breaks a limit."""
    client, depot, clients = ActivityType.CLIENT, ActivityType.DEPOT, data.num_clients
    inner = [Activity(client, node) if node < clients else Activity(depot, node - clients) for node in nodes]
    if sum(node >= clients for node in nodes) > data.vehicle_type(kind).max_reloads:
        return NEVER
    if not nodes:
        return 0.0
    route = pyvrp.Route(data, inner, kind)
    return float(paid(pyvrp.Solution(data, [route]))) if route.is_feasible() else NEVER


def reckoned(day: delivery.Problem, seed: int):
    """A day as the search sees it: PyVRP's data, arrays, what each vehicle visits, the state and the room for work."""
    data = model(day, np.arange(len(day.stops.place))).data
    arrays, visits = flat(data, repaired(data, begun(data, np.random.default_rng(seed))))
    return data, arrays, visits


def searched(arrays, visits):
    """State and room for work of vehicles that visit these nodes."""
    state, work = state_of(arrays, visits), work_of(len(arrays.place), len(visits), 40, 1)
    begin_search(arrays, state, work)
    return state, work


@MANY
@given(days() | loading_days(), st.integers(0, 100))
def test_a_stop_is_priced_in_a_van_as_pyvrp_prices_it(day: delivery.Problem, seed: int) -> None:
    data, arrays, visits = reckoned(day, seed)
    for c in [node for nodes in visits for node in nodes if node < data.num_clients]:
        without = [trips_without(data, nodes, c) for nodes in visits]
        state, work = searched(arrays, without)
        for v, nodes in enumerate(without):
            kind = int(arrays.kind[v])
            before = driven_cost(data, nodes, kind)
            if before >= NEVER:
                continue
            within = [[*nodes[:k], c, *nodes[k:]] for k in range(len(nodes) + 1)]
            assert trip_price(arrays, state, work, v, c) == pytest.approx(
                cheapest(data, within, kind) - before, rel=1e-9
            )
            if nodes and state.driven[v] < arrays.trips[v]:
                yards = data.num_clients + np.flatnonzero(arrays.reload[v])
                apart = [way for yard in yards.tolist() for way in ([c, yard, *nodes], [*nodes, yard, c])]
                more = cheapest(data, apart, kind) - before
                assert new_trip_price(arrays, state, v, c) == pytest.approx(more, rel=1e-9)
                assert more >= arrays.alone[c] - 3 * arrays.per_m[v], "less than it is passed over for"


@MANY
@given(days() | loading_days(), st.integers(0, 100))
def test_what_is_kept_of_a_van_is_what_reckoning_it_anew_gives(day: delivery.Problem, seed: int) -> None:
    _, arrays, visits = reckoned(day, seed)
    state, work = searched(arrays, visits)
    cool(arrays, state, state_of(arrays, visits), work, 50.0)
    anew, _ = searched(arrays, [state.stop[v, : state.size[v]].tolist() for v in range(len(visits))])
    for v, size in enumerate(state.size):
        trips = state.driven[v]
        assert (state.cost[v], trips) == (anew.cost[v], anew.driven[v])
        for kept, fresh, until in (
            (state.leg, anew.leg, size + 1), (state.part, anew.part, size + 1), (state.begins, anew.begins, trips + 1),
            (state.ready, anew.ready, trips), (state.load, anew.load, trips),
        ):  # fmt: skip
            np.testing.assert_array_equal(kept[v, :until], fresh[v, :until])
    clients = np.arange(arrays.clients)
    np.testing.assert_array_equal(state.route[clients], anew.route[clients])
    np.testing.assert_array_equal(
        state.at[clients[state.route[clients] >= 0]], anew.at[clients[anew.route[clients] >= 0]]
    )


def cheapest(data: pyvrp.ProblemData, ways: list[list[int]], kind: int) -> float:
    """The least of what the ways cost; beyond any if none holds all limits."""
    return min(driven_cost(data, nodes, kind) for nodes in ways)


def trips_without(data: pyvrp.ProblemData, nodes: list[int], gone: int) -> list[int]:
    """The nodes of a van but one client, and no yard with nothing to load for."""
    trips: list[list[int]] = [[]]
    for node in nodes:
        if node >= data.num_clients:
            trips.append([node])
        elif node != gone:
            trips[-1].append(node)
    kept = [trip for k, trip in enumerate(trips) if len(trip) > (k > 0)]
    if kept and kept[0][0] >= data.num_clients:
        kept[0] = kept[0][1:]
    return [node for trip in kept for node in trip]


@MANY
@given(days() | loading_days(), st.integers(0, 100))
def test_tails_are_priced_as_pyvrp_prices_them(day: delivery.Problem, seed: int) -> None:
    data, arrays, visits = reckoned(day, seed)
    state, _ = searched(arrays, visits)
    cost = [driven_cost(data, nodes, int(kind)) for nodes, kind in zip(visits, arrays.kind, strict=True)]
    ends = [
        (*map(int, (e, opens, closes)), *yards)
        for e, opens, closes, yards in zip(
            arrays.end, arrays.end_opens, arrays.end_closes, arrays.reload.tolist(), strict=True
        )
    ]
    for v, w in itertools.permutations(range(len(visits)), 2):
        if ends[v] != ends[w]:
            continue
        for k, at in itertools.product(range(len(visits[v]) + 1), range(len(visits[w]) + 1)):
            ours, theirs = visits[v][:k] + visits[w][at:], visits[w][:at] + visits[v][k:]
            if any(nodes != trips_without(data, nodes, -1) for nodes in (ours, theirs)):
                continue
            after = driven_cost(data, ours, int(arrays.kind[v])) + driven_cost(data, theirs, int(arrays.kind[w]))
            asked = after - cost[v] - cost[w] if after < NEVER else NEVER
            assert tails_price(arrays, state, v, k, w, at) == pytest.approx(asked)
