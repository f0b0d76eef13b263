"""GCJ-02 and WGS-84."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.kernel.coordinates import to_gcj02, to_wgs84

CHONGQING = (29.56, 106.55)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[0] - other[0]) * 111_320
    return hypot(north, (one[1] - other[1]) * 111_320 * cos(radians(one[0])))


def test_the_two_systems_lie_some_hundred_metres_apart_in_chongqing() -> None:
    assert 300 < metres(CHONGQING, to_gcj02(*CHONGQING)) < 700


def test_gcj02_lies_south_east_of_wgs84_at_chongqing() -> None:
    latitude, longitude = to_gcj02(*CHONGQING)
    assert latitude < CHONGQING[0] and longitude > CHONGQING[1]


@given(latitude=st.floats(20, 50), longitude=st.floats(75, 130))
def test_there_and_back_ends_within_a_metre(latitude: float, longitude: float) -> None:
    assert metres((latitude, longitude), to_wgs84(*to_gcj02(latitude, longitude))) < 1


@pytest.mark.parametrize(("wgs84", "gcj02"), [((39.907500, 116.391229), (39.908904, 116.397472))])
def test_a_well_known_point(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert metres(to_gcj02(*wgs84), gcj02) < 60
