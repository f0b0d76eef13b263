"""The district's divisions and the cells drawn around them."""

from __future__ import annotations

import csv
from math import hypot
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point, shape

from gridward.drill.district.english_names import english_name
from gridward.drill.district.places import Place, divisions
from gridward.kernel.address import Level, at_level, from_code, level_of
from gridward.kernel.coordinates import to_wgs84

ADMIN = Path(__file__).parents[4] / "shared" / "data" / "admin"


@pytest.fixture(scope="module")
def places() -> list[Place]:
    """All divisions."""
    return divisions()


def of_level(places: list[Place], level: Level) -> list[Place]:
    return [place for place in places if level_of(place.address) is level]


def test_there_are_30_towns_and_301_communities_below_one_district(places: list[Place]) -> None:
    assert [len(of_level(places, level)) for level in (Level.DISTRICT, Level.TOWN, Level.COMMUNITY)] == [1, 30, 301]
    assert len({place.address for place in places}) == len(places) == 334


def test_the_same_places_come_out_every_time(places: list[Place]) -> None:
    assert divisions() == places


def test_no_two_communities_lie_on_one_spot(places: list[Place]) -> None:
    spots = {(place.latitude, place.longitude) for place in of_level(places, Level.COMMUNITY)}
    assert len(spots) == 301


def test_every_cell_holds_its_own_community_and_no_two_overlap(places: list[Place]) -> None:
    cells = [(shape(place.outline), place) for place in of_level(places, Level.COMMUNITY)]
    for cell, place in cells:
        assert cell.is_valid and cell.covers(Point(place.longitude, place.latitude))
    together = shapely.union_all([cell for cell, _place in cells])
    assert sum(cell.area for cell, _place in cells) == pytest.approx(together.area, rel=1e-3)


def test_a_towns_cell_is_its_communities_together(places: list[Place]) -> None:
    for town in of_level(places, Level.TOWN):
        members = [
            shape(place.outline)
            for place in of_level(places, Level.COMMUNITY)
            if at_level(place.address, Level.TOWN) == town.address
        ]
        assert shape(town.outline).area == pytest.approx(sum(cell.area for cell in members), rel=1e-2)


@pytest.mark.parametrize(("name", "english"), [
    ("珞璜镇", "Luohuang Town"),
    ("几江街道", "Jijiang Subdistrict"),
    ("南门社区居民委员会", "Nanmen Community"),
    ("红旗村村民委员会", "Hongqi Village"),
    ("津", "Jin"),
])  # fmt: skip
def test_divisions_have_english_names(name: str, english: str) -> None:
    assert english_name(name) == english


def rows(name: str) -> list[dict[str, str]]:
    if not ADMIN.exists():
        pytest.skip("the shared data is not here")
    return list(csv.DictReader((ADMIN / name).read_text(encoding="utf-8-sig").splitlines()))


def test_names_and_codes_are_the_official_ones(places: list[Place]) -> None:
    official = [*rows("nbs2023_jiangjin_streets.csv"), *rows("nbs2023_jiangjin_villages.csv")]
    ours = {place.address: place.name for place in places if level_of(place.address) >= Level.TOWN}
    assert ours == {from_code(row["code"]): row["name"] for row in official}


def test_what_is_marked_near_lies_near_its_true_place(places: list[Place]) -> None:
    true = {
        from_code(row["code"][: 9 if row["code"].endswith("000") else 12]): to_wgs84(
            float(row["latitude"]), float(row["longitude"])
        )
        for row in rows("nbs2016_jiangjin_urcode_coords.csv")
        if row["longitude"]
    }
    near = [place for place in places if place.position == "near" and place.address in true]
    assert len(near) > 90
    for place in near:
        latitude, longitude = true[place.address]
        assert hypot(place.latitude - latitude, place.longitude - longitude) < 0.12


def test_english_names_agree_with_another_source_whose_codes_differ(places: list[Place]) -> None:
    told = [row for row in rows("areacity_chongqing_pinyin_level4.csv") if row["pid"] == "500116"]
    spoken = {row["ext_name"]: row["pinyin"].replace(" ", "") for row in told}
    known = [place for place in of_level(places, Level.TOWN) if place.name in spoken]
    assert {place.name for place in of_level(places, Level.TOWN)} - {place.name for place in known} == {"四屏镇"}
    for place in known:
        assert place.name_en.split()[0].lower() == spoken[place.name]
