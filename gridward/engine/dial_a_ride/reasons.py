"""Why a trip is left out: no vehicle fits, no time, or whose ride it would break."""

import numpy as np

from gridward.engine.dial_a_ride.arrays import Data
from gridward.engine.dial_a_ride.insertion import cheapest_place, remove
from gridward.engine.dial_a_ride.schedule import refresh
from gridward.engine.dial_a_ride.state import State, Work, copy_route, copy_state
from gridward.engine.problems import Unserved, Why


def reasons(data: Data, state: State, work: Work) -> tuple[Unserved, ...]:
    """Every absent trip with its reason, in order of trip; the state is left as it was."""
    absent = sorted(state.absent[: state.count[0]].tolist())
    if not absent:
        return ()
    kept = State(*(part.copy() for part in state))
    found = tuple(_reason(data, state, kept, work, trip) for trip in absent)
    copy_state(kept, state)
    return found


def _reason(data: Data, state: State, kept: State, work: Work, trip: int) -> Unserved:
    n = data.trips
    able = (data.load[trip] <= data.capacity).all(axis=1)
    if not able.any() or (not data.fits[trip].any() and _has_time(data, trip)):
        return Unserved(trip, Why.NO_RESOURCE_FITS)
    if not data.fits[trip].any():
        return Unserved(trip, Why.NO_TIME)
    blockers: list[tuple[int, ...]] = []
    for v in np.flatnonzero(data.fits[trip]).tolist():
        riders = tuple(int(stop) for stop in state.node[v, data.frozen[v] : state.size[v]] if stop < n)
        in_way = _in_the_way(data, state, kept, work, v, trip, riders)
        if in_way is not None:
            blockers.append(in_way)
    if not blockers:
        return Unserved(trip, Why.NO_TIME)
    return Unserved(trip, Why.WOULD_BREAK_ANOTHER, min(blockers, key=len))


def _has_time(data: Data, trip: int) -> bool:
    """Whether the trip's own windows and ride limit leave any time at all."""
    stops = (trip, data.trips + trip)
    open_at_all = all(data.opens[stop] <= data.closes[stop] + 1e-9 for stop in stops)
    return open_at_all and bool(data.direct[trip] <= data.ride_limit[trip] + 1e-9)


def _in_the_way(
    data: Data, state: State, kept: State, work: Work, v: int, trip: int, riders: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Fewest found riders of vehicle v without whom the trip would fit; None if not even an empty vehicle does."""
    for rider in riders:
        remove(data, state, v, rider)
        fits = refresh(data, state, work, v) and np.isfinite(cheapest_place(data, state, work, v, trip)[0])
        _restore(data, state, kept, v, (rider,))
        if fits:
            return (rider,)
    gone: list[int] = []
    for rider in sorted(riders, key=lambda r: abs(data.opens[r] - data.opens[trip])):
        remove(data, state, v, rider)
        gone.append(rider)
        if refresh(data, state, work, v) and np.isfinite(cheapest_place(data, state, work, v, trip)[0]):
            _restore(data, state, kept, v, tuple(gone))
            return tuple(gone)
    _restore(data, state, kept, v, tuple(gone))
    return None


def _restore(data: Data, state: State, kept: State, v: int, trips: tuple[int, ...]) -> None:
    copy_route(kept, state, v)
    state.route_of[list(trips)] = v
    if data.loose:
        copy_state(kept, state)
