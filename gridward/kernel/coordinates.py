"""GCJ-02, in which Chinese maps are published, to WGS-84, in which the house stores every position. Pure.

Source: the transformation as commonly published for the Krasovsky 1940 ellipsoid; its error is below a metre
after three rounds, against some five hundred metres when the two systems are mixed up.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

_AXIS_M = 6378245.0
_ECCENTRICITY = 0.00669342162296594323


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (
        160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)
    ) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (
        150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)
    ) * 2 / 3
    slant = latitude / 180 * pi
    magic = 1 - _ECCENTRICITY * sin(slant) ** 2
    north_deg = north * 180 / ((_AXIS_M * (1 - _ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    return north_deg, east * 180 / (_AXIS_M / sqrt(magic) * cos(slant) * pi)


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """WGS-84 degrees as GCJ-02 degrees, for places in mainland China."""
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """GCJ-02 degrees as WGS-84 degrees, for places in mainland China; good to about a metre."""
    found_latitude, found_longitude = latitude, longitude
    for _round in range(4):
        north, east = _shift(found_latitude, found_longitude)
        found_latitude, found_longitude = latitude - north, longitude - east
    return found_latitude, found_longitude
