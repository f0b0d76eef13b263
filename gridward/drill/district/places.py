"""The district's divisions, near their true positions, and the schematic cells we draw around them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from math import cos, radians, sin, sqrt
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon, mapping

from gridward.drill.district.english_names import english_name
from gridward.kernel.address import Level, at_level, from_code, level_of

DISTRICT_NAME, DISTRICT_NAME_EN = "江津区", "Jiangjin"
_ABOVE = (
    ("50", "重庆市", "Chongqing"),
    ("5001", "市辖区", "Urban districts"),
    ("500116", DISTRICT_NAME, DISTRICT_NAME_EN),
)
_GOLDEN_ANGLE_DEG = 137.508
_SPREAD_DEG = 0.011
_MARGIN_DEG = 0.045


@dataclass(frozen=True)
class Place:
    """One division: `position` says whether it lies near its true place, was placed by hand, or by scheme."""

    address: int
    name: str
    name_en: str
    latitude: float
    longitude: float
    position: str
    urban_class: str
    outline: dict[str, Any] | None = None


def divisions() -> list[Place]:
    """Province to communities: 3 places above, 30 towns and 301 communities, by address.

    Source: National Bureau of Statistics, division codes of 2023; positions rounded to about a kilometre.
    """
    text = (files(__package__) / "data" / "divisions.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    towns = {from_code(row["code"]): row for row in rows if len(row["code"]) == Level.TOWN}
    places = [_place(row, float(row["latitude"]), float(row["longitude"])) for row in towns.values()]
    seen: dict[int, int] = {}
    taken: set[tuple[float, float]] = set()
    for row in rows:
        if len(row["code"]) == Level.COMMUNITY:
            town = at_level(from_code(row["code"]), Level.TOWN)
            seen[town] = seen.get(town, 0) + 1
            latitude, longitude = _position(row, towns[town], seen[town], taken)
            taken.add((latitude, longitude))
            places.append(_place(row, latitude, longitude))
    return sorted([*_above(places), *_with_cells(places)], key=lambda place: (place.address, level_of(place.address)))


def _place(row: dict[str, str], latitude: float, longitude: float) -> Place:
    return Place(
        from_code(row["code"]),
        row["name"],
        english_name(row["name"]),
        latitude,
        longitude,
        row["position"],
        row["urban_class"] or "220",
    )


def _position(
    row: dict[str, str], town: dict[str, str], rank: int, taken: set[tuple[float, float]]
) -> tuple[float, float]:
    if row["latitude"]:
        centre, rank = (float(row["latitude"]), float(row["longitude"])), 0
    else:
        centre = (float(town["latitude"]), float(town["longitude"]))
    while True:
        angle, reach = radians(_GOLDEN_ANGLE_DEG * rank), _SPREAD_DEG * sqrt(rank)
        spot = (round(centre[0] + reach * sin(angle), 5), round(centre[1] + reach * cos(angle) * 1.14, 5))
        if spot not in taken:
            return spot
        rank += 1


def _above(places: list[Place]) -> list[Place]:
    latitude = float(np.mean([place.latitude for place in places]))
    longitude = float(np.mean([place.longitude for place in places]))
    return [
        Place(from_code(code), name, english, latitude, longitude, "schematic", "") for code, name, english in _ABOVE
    ]


def _with_cells(places: list[Place]) -> list[Place]:
    """Places with outlines: each community the ground nearest to it, each town its communities together."""
    communities = [place for place in places if level_of(place.address) is Level.COMMUNITY]
    points = MultiPoint([(place.longitude, place.latitude) for place in communities])
    ground = shapely.simplify(shapely.buffer(shapely.concave_hull(points, ratio=0.35), _MARGIN_DEG), 0.01)
    cells = shapely.voronoi_polygons(points, extend_to=ground).geoms
    tree = shapely.STRtree(list(cells))
    found: dict[int, Polygon] = {}
    for place, point in zip(communities, points.geoms, strict=True):
        found[place.address] = shapely.intersection(cells[int(tree.query(point, predicate="intersects")[0])], ground)
    for town in {at_level(address, Level.TOWN) for address in found}:
        members = [cell for address, cell in found.items() if at_level(address, Level.TOWN) == town]
        found[town] = shapely.union_all(members)
    return [_outlined(place, found[place.address]) for place in places]


def _outlined(place: Place, cell: Polygon) -> Place:
    rounded = mapping(shapely.set_precision(cell, 0.0001))
    shape = {"type": rounded["type"], "coordinates": rounded["coordinates"]}
    return Place(**{**place.__dict__, "outline": shape})
