"""The made-up people of the district."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from gridward.drill.district import identities
from gridward.drill.district.households import RESIDENTS, people_of, residents_of, traits_of, unit_addresses
from gridward.drill.district.load import Settlement, settle
from gridward.kernel.address import Level, at_level, level_of
from gridward.kernel.sheets import identifiers


@pytest.fixture(scope="module")
def whole() -> list[Settlement]:
    """Every community at full scale."""
    return settle(1.0, 1)[1]


@pytest.mark.parametrize("scale", [0.001, 0.05, 1.0])
def test_residents_add_up_exactly_and_no_community_is_empty(scale: float) -> None:
    _places, settlements = settle(scale, 7)
    assert sum(one.residents for one in settlements) == round(RESIDENTS * scale)
    assert min(one.residents for one in settlements) >= 1
    assert len(settlements) == 301


def test_the_same_seed_makes_the_same_district_and_another_seed_another(whole: list[Settlement]) -> None:
    again, other = settle(1.0, 1)[1], settle(1.0, 2)[1]
    assert [one.residents for one in whole] == [one.residents for one in again]
    assert [one.residents for one in whole] != [one.residents for one in other]


def test_there_are_some_1500_estates_and_the_urban_streets_are_the_largest(whole: list[Settlement]) -> None:
    assert 1300 <= sum(len(one.estates) for one in whole) <= 1700
    towns: dict[str, int] = {}
    for one in whole:
        code = f"{one.place.address:019d}"[:9]
        towns[code] = towns.get(code, 0) + one.residents
    largest = sorted(towns, key=lambda code: -towns[code])[:8]
    assert {"500116001", "500116002", "500116004", "500116005", "500116117", "500116108"} <= {*largest}


def test_every_unit_lies_in_its_community(whole: list[Settlement]) -> None:
    for one in whole[:40]:
        for address in unit_addresses(one.estates).tolist():
            assert level_of(address) is Level.UNIT
            assert at_level(address, Level.COMMUNITY) == one.place.address


def some_people(whole: list[Settlement]):
    one = max(whole, key=lambda settlement: settlement.residents)
    rng = np.random.default_rng(5)
    return people_of(unit_addresses(one.estates), one.residents, 0, rng), rng


def test_households_and_ages_are_those_of_a_county(whole: list[Settlement]) -> None:
    people, _rng = some_people(whole)
    assert 2.4 < (people.size[people.rank == 0]).mean() < 2.8
    assert 0.14 < (people.age < 15).mean() < 0.20
    assert 0.19 < (people.age >= 60).mean() < 0.25
    assert 0.005 < (people.age < 1).mean() < 0.012
    assert 0.48 < people.male.mean() < 0.54
    assert people.age.min() >= 0 and people.age.max() < 100


def test_nobody_holds_a_trait_that_cannot_be_theirs(whole: list[Settlement]) -> None:
    people, rng = some_people(whole)
    traits = traits_of(people, rng)
    assert not (traits["pregnant"] & people.male).any()
    assert (people.age[traits["infant"]] < 1).all()
    assert (people.size[traits["elder_alone"]] == 1).all()


def test_an_id_number_passes_its_check_and_belongs_to_no_division() -> None:
    numbers = {identities.id_number(date(1956, 2, 29), serial, male=male) for serial in range(1200) for male in (0, 1)}
    assert len(numbers) == 2400
    for number in numbers:
        assert len(number) == 18 and number[:4] == "9999"
        assert number[17] == identifiers.check_digit(number)
        assert identifiers.birthday(number) == date(1956, 2, 29)
    assert identifiers.sex(identities.id_number(date(2000, 1, 1), 3, male=True)) == "m"
    assert identifiers.sex(identities.id_number(date(2000, 1, 1), 3, male=False)) == "f"


def test_birthdays_fit_the_ages_on_the_day() -> None:
    (born,) = identities.birthdays(np.array([30.5]), datetime(2022, 12, 2, tzinfo=UTC).date())
    assert born.year == 1992


def test_children_carry_the_surname_of_their_household(whole: list[Settlement]) -> None:
    people, _rng = some_people(whole)
    names = identities.names(people.household, people.rank, people.male, 1)
    heads = {
        int(home): name[0] for home, name, rank in zip(people.household, names, people.rank, strict=True) if rank == 0
    }
    others = [
        (int(home), name) for home, name, rank in zip(people.household, names, people.rank, strict=True) if rank > 1
    ]
    assert all(name[0] == heads[home] for home, name in others)
    assert {len(name) for name in names} == {2, 3}


def test_residents_are_dealt_by_the_weight_of_their_class(whole: list[Settlement]) -> None:
    communities = [one.place for one in whole]
    counts = residents_of(communities, 1.0, np.random.default_rng(1))
    urban = [count for count, place in zip(counts, communities, strict=True) if place.urban_class == "111"]
    rural = [count for count, place in zip(counts, communities, strict=True) if place.urban_class == "220"]
    assert np.median(urban) > 3 * np.median(rural)
