"""From a resident's way of writing a place to its address."""

import pytest

from gridward.kernel.sheets.places import Places
from gridward.kernel.sheets.problems import CellProblem

ROWS = [
    (5000000000000000000, "重庆市", False),
    (5001000000000000000, "市辖区", False),
    (5001160000000000000, "江津区", False),
    (5001160010000000000, "几江街道", False),
    (5001160010020000000, "南门社区居民委员会", False),
    (5001160010020300000, "桂花苑", False),
    (5001160010020300200, "2栋", False),
    (5001160010020300201, "1单元", False),
    (5001160010021200000, "桂花苑2期", False),
    (5001160010050000000, "小西门社区居民委员会", True),
    (5001160020000000000, "德感街道", False),
    (5001160020010000000, "南门社区居民委员会", False),
    (5001161000000000000, "油溪镇", False),
    (5001161002000000000, "大坡村村民委员会", False),
]


@pytest.fixture
def places() -> Places:
    return Places(ROWS)


@pytest.mark.parametrize(
    "text",
    [
        "几江街道南门社区桂花苑2栋1单元",
        "重庆市江津区几江街道办事处南门社区居委会桂花苑2幢1单元",
        "几江街道 / 南门社区 / 桂花苑 / 2号楼 / 1单元",
        "几江街道南门社区桂花苑２栋１单元",
        "桂花苑2栋1门",
        "5001160010020300201",
    ],
)
def test_a_place_is_found_by_any_usual_way_of_writing_it(places: Places, text: str) -> None:
    assert places.at(text) == 5001160010020300201


def test_a_code_of_twelve_digits_names_a_community(places: Places) -> None:
    assert places.at("500116001002") == 5001160010020000000


def test_a_village_is_found_without_its_committee(places: Places) -> None:
    assert places.at("油溪镇大坡村") == places.at("大坡村村委会") == 5001161002000000000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("南门社区", "ambiguous_place"),
        ("几江街道东门社区", "unknown_place"),
        ("火星", "not_an_address"),
        ("500116001", "not_an_address"),
        ("500116009999", "unknown_code"),
        ("小西门社区", "place_gone"),
    ],
)
def test_a_place_that_is_not_certain_is_refused_with_its_reason(places: Places, text: str, code: str) -> None:
    with pytest.raises(CellProblem) as refused:
        places.at(text)
    assert refused.value.code == code


def test_the_refusal_says_how_far_the_name_was_known(places: Places) -> None:
    with pytest.raises(CellProblem) as refused:
        places.at("几江街道南门社区牡丹苑")
    assert refused.value.params == {"known": "几江街道南门社区", "rest": "牡丹苑"}
