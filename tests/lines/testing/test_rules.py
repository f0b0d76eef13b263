"""What the line decides: points and turns from population, wells of instrument files, bodies of devices."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.lines.testing.rules import Verdict, again
from gridward.lines.testing.rules.bodies import Unreadable, read_tube
from gridward.lines.testing.rules.instrument import BadFile, control_of, judge, read_wells, wells_of
from gridward.lines.testing.rules.planning import Building, Shares, layout

OPENS = datetime(2022, 11, 24, 7, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=14)
SHARES = Shares(2500, 700, 360)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "covid" / "pooled_pcr"
HEAD = ["Well Position", "Sample", "Target", "Cq"]


def test_two_points_share_a_community_and_neighbours_stay_together() -> None:
    points = layout([Building(1, 1200), Building(2, 1300), Building(3, 1000, 100)], SHARES, OPENS, CLOSES)
    first, second = points
    assert (first.people, first.at_home, first.tables, first.samplers) == (1200, 0, 2, 4)
    assert (second.people, second.at_home, second.tables, second.samplers) == (2300, 100, 4, 7)
    first, second = second.turns
    assert (first.building.address, first.starts_at) == (2, OPENS)
    assert first.ends_at == second.starts_at
    # 15 % of the hours stay free at the end.
    assert second.ends_at == OPENS + timedelta(hours=14) * 0.85


@given(st.lists(st.integers(0, 4000), max_size=60), st.integers(0, 50))
def test_everybody_due_is_at_one_point_and_is_called_once_in_the_hours(sizes: list[int], home: int) -> None:
    buildings = [Building(at, size, home) for at, size in enumerate(sizes)]
    points = layout(buildings, SHARES, OPENS, CLOSES)
    assert sum(one.people + one.at_home for one in points) == sum(size + home for size in sizes)
    called = [turn.building.address for point in points for turn in point.turns]
    assert sorted(called) == [at for at, size in enumerate(sizes) if size]
    for point in points:
        assert point.samplers * 360 >= point.people + point.at_home
        for turn, following in zip(point.turns, point.turns[1:], strict=False):
            assert turn.ends_at <= following.starts_at
        assert all(OPENS <= turn.starts_at <= turn.ends_at <= CLOSES for turn in point.turns)


@pytest.mark.parametrize(
    ("ct", "verdict"),
    [
        ({"N gene": 24.1, "ORF1ab": 25.0, "MS2": 26.0}, Verdict.POSITIVE),
        ({"N gene": 24.1, "ORF1ab": 25.0, "MS2": None}, Verdict.POSITIVE),
        ({"N gene": 24.1, "ORF1ab": None, "MS2": 26.0}, Verdict.INVALID),
        ({"N gene": None, "ORF1ab": None, "MS2": 26.0}, Verdict.NEGATIVE),
        ({"N gene": None, "ORF1ab": None, "MS2": None}, Verdict.INVALID),
        ({"N gene": 41.0, "ORF1ab": 40.5, "MS2": 26.0}, Verdict.NEGATIVE),
        ({"ORF1ab": 33.0, "内标": 26.0}, Verdict.POSITIVE),
        ({"MS2": 26.0}, Verdict.INVALID),
    ],
)
def test_a_well_is_judged_by_its_targets_and_its_control(ct: dict[str, float | None], verdict: Verdict) -> None:
    assert judge(ct, 40.0) == verdict


@pytest.mark.parametrize(
    ("rows", "row", "reason"),
    [
        ([["Well", "Notes"]], 1, "no_head"),
        ([HEAD], 1, "no_rows"),
        ([HEAD, ["Z1", "T1", "N", "20"]], 2, "well"),
        ([HEAD, ["A1", "T1", "", "20"]], 2, "target"),
        ([HEAD, ["A1", "T1", "N", "high"]], 2, "ct"),
        ([HEAD, ["A1", "T1", "N", "99"]], 2, "ct"),
        ([["run 1"], HEAD, ["A1", "T1", "N", "20"], ["A01", "T1", "N", "21"]], 4, "target_twice"),
        ([HEAD, ["A1", "T1", "N", "20"], ["A1", "T2", "ORF1ab", ""]], 3, "two_samples"),
    ],
)
def test_a_file_that_cannot_be_read_names_its_row(rows: list[list[Any]], row: int, reason: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_wells(rows)
    assert (refused.value.row, refused.value.reason) == (row, reason)


def test_real_pooled_results_are_read_as_their_laboratory_called_them() -> None:
    if not SHARED.exists():
        pytest.skip("the recorded files are not here")
    with (SHARED / "krisp_pooled_results02.csv").open(encoding="utf-8") as file:
        wells = read_wells(csv.reader(file))
    assert len(wells) == 5
    assert all(set(well.ct) == {"S gene", "N gene", "MS2", "ORF1ab"} for well in wells)
    found = [judge(well.ct, 40.0) for well in wells]
    assert found == [Verdict.NEGATIVE] * 3 + [Verdict.POSITIVE, Verdict.NEGATIVE]
    assert [control_of(well.sample) for well in wells] == [None, None, None, Verdict.POSITIVE, Verdict.NEGATIVE]


def test_tubes_go_down_the_columns_of_a_plate() -> None:
    assert wells_of(10, 96) == ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2", "B2"]
    assert wells_of(384, 384)[-1] == "P24"
    with pytest.raises(ValueError):
        wells_of(97, 96)


_CODES = st.from_regex(r"[0-9A-Z][0-9A-Z-]{2,39}", fullmatch=True)
_UUIDS = st.uuids().map(str)
_TIMES = st.integers(0, 3_000_000).map(lambda at: f"{OPENS + timedelta(minutes=at):%Y-%m-%dT%H:%M:%S}.007Z")
_ADDRESSES = st.integers(0, 9_200_000_000_000_000_000).map(lambda one: f"{one:019d}")
_KNOWN = st.fixed_dictionaries(
    {"person": _UUIDS, "address": _ADDRESSES, "at": _TIMES}, optional={"receipt": st.just("7K3M")}
)
_NAMED = st.fixed_dictionaries(
    {"name": st.text("张王李赵 ", min_size=1).filter(str.strip), "address": _ADDRESSES, "at": _TIMES},
    optional={"phone": st.just("13900001111"), "id_number": st.just("51010119900101001X")},
)
_TUBES = st.fixed_dictionaries(
    {
        "tube": _CODES,
        "round": _UUIDS,
        "point": _UUIDS,
        "opened_at": st.just("2022-11-24T01:00:00.000Z"),
        "closed_at": st.just("2022-11-24T01:05:00.000Z"),
        "samples": st.lists(_KNOWN | _NAMED, min_size=1, max_size=20),
    },
    optional={"kind": st.sampled_from(["nose", "throat"]), "again": st.just(True)},
)


@given(_TUBES)
def test_a_tubes_body_is_written_again_as_it_was(body: dict[str, Any]) -> None:
    assert again.tube(read_tube(body)) == body


@given(_TUBES, st.data())
def test_a_body_with_a_field_broken_is_refused_by_that_field(body: dict[str, Any], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(["tube", "round", "point", "opened_at", "closed_at", "samples", "more"]))
    with pytest.raises(Unreadable) as refused:
        read_tube({**body, field: data.draw(st.sampled_from([None, 1, "", "x", {"a": 1}]))})
    assert refused.value.field == field
