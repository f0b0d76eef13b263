"""What the planner refuses names the array and the item."""

import numpy as np
import pytest

from gridward.engine.dial_a_ride import Break, problem, trips, vehicles
from gridward.engine.problems import BadInput
from tests.engine.dial_a_ride.days import line


def day(time_s=None, fleet=None, **columns):
    return problem(trips([1, 2], [3, 4], **columns), fleet or vehicles([0], [0]), line() if time_s is None else time_s)


def spoilt(row, value):
    time_s = line()
    time_s[row, 4] = value
    return time_s


@pytest.mark.parametrize(
    ("make", "array", "item"),
    [
        (lambda: day(spoilt(3, np.nan)), "time_s", 3),
        (lambda: day(spoilt(5, -1)), "time_s", 5),
        (lambda: day(spoilt(2, np.inf)), "trips.from_place", 1),
        (lambda: day(pickup_from_s=[0, 500], pickup_to_s=[900, 400]), "trips.pickup_to_s", 1),
        (lambda: day(pickup_from_s=[np.nan, 0]), "trips.pickup_from_s", 0),
        (lambda: day(drop_service_s=[5, -5]), "trips.drop_service_s", 1),
        (lambda: day(group=[0, 4]), "trips.group", 1),
        (lambda: day(return_of=[-1, 7]), "trips.return_of", 1),
        (lambda: day(load=[[1], [-2]]), "trips.load", 1),
        (lambda: day(ride_limit_s=[1, 2, 3]), "trips.ride_limit_s", None),
        (lambda: day(colour=1), "trips.colour", None),
        (lambda: day(fleet=vehicles([0], [9])), "vehicles.end_place", 0),
        (lambda: day(fleet=vehicles([0], [0], shift_from_s=9, shift_to_s=3)), "vehicles.shift_to_s", 0),
        (lambda: day(fleet=vehicles([0], [0], (Break(1, 0, 1, 1),))), "vehicles.breaks", 0),
        (lambda: day(fleet=vehicles([0], [0], capacity=[[1, 1]])), "vehicles.capacity", None),
    ],
)
def test_a_bad_array_is_refused_by_name_and_item(make, array, item):
    with pytest.raises(BadInput) as refused:
        make()
    assert (refused.value.array, refused.value.item) == (array, item)
