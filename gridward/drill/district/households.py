"""Made-up estates, buildings, units, households and people, by seed and scale. Arrays in, arrays out.

Household sizes and ages are ours, shaped after what the census of 2020 counted in Chongqing: 2.6 people a
household here, some 22 % aged 60 or more, some 17 % below 15. Rates of special needs are an example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridward.drill.district.places import Place
from gridward.kernel.address import Level, step

Ints = NDArray[np.int64]
RESIDENTS = 1_360_000
DIALYSIS = 800
_WEIGHT = {"111": 10.0, "112": 6.0, "121": 8.0, "122": 3.5, "210": 2.0, "220": 1.6}
# New towns and industrial parks whose communities are larger than their class tells: our estimate.
_CROWDED = {"500116004": 1.5, "500116005": 1.5, "500116006": 3.5, "500116117": 2.0}
_SIZES = np.array([1, 2, 3, 4, 5, 6])
_SIZE_SHARES = np.array([0.235, 0.300, 0.215, 0.140, 0.075, 0.035])
_PEOPLE_A_BUILDING, _PEOPLE_AN_ESTATE = 84, 906


@dataclass(frozen=True)
class Estate:
    """One estate or grid with its buildings; `units` holds the number of units of each building."""

    address: int
    name: str
    latitude: float
    longitude: float
    units: Ints


@dataclass(frozen=True)
class People:
    """Some made-up people as columns of one length; `rank` counts a household's members, its head being 0."""

    address: Ints
    room: Ints
    household: Ints
    size: Ints
    rank: Ints
    male: NDArray[np.bool_]
    age: NDArray[np.float64]


def residents_of(communities: list[Place], scale: float, rng: np.random.Generator) -> Ints:
    """How many people live in each community; sums to `round(RESIDENTS * scale)`, none empty."""
    total = round(RESIDENTS * scale)
    weights = np.array([_WEIGHT.get(place.urban_class, 2.0) for place in communities])
    weights *= np.array([_CROWDED.get(f"{place.address:019d}"[: Level.TOWN], 1.0) for place in communities])
    weights *= rng.lognormal(0, 0.35, len(communities))
    shares = weights / weights.sum() * (total - len(communities))
    counts = np.floor(shares).astype(np.int64) + 1
    short = total - int(counts.sum())
    counts[np.argsort(-(shares % 1))[:short]] += 1
    return counts


def estates_of(place: Place, residents: int, rng: np.random.Generator) -> list[Estate]:
    """The estates of one community, near it; as many buildings and units as its people need."""
    count = int(np.clip(round(residents / _PEOPLE_AN_ESTATE), 1, 60))
    urban = place.urban_class in ("111", "112", "121")
    found = []
    for number in range(1, count + 1):
        buildings = max(1, round(residents / count / _PEOPLE_A_BUILDING))
        units = rng.integers(1, 4, min(buildings, 999)) if urban else np.ones(min(buildings, 999), np.int64)
        found.append(
            Estate(
                place.address + number * step(Level.ESTATE),
                _estate_name(place.name, number, urban=urban, rng=rng),
                round(place.latitude + float(rng.normal(0, 0.004)), 5),
                round(place.longitude + float(rng.normal(0, 0.0045)), 5),
                units.astype(np.int64),
            )
        )
    return found


_FIRST = (
    "锦绣", "滨江", "阳光", "翠竹", "桂花", "长河", "鼎峰", "金桥", "祥瑞", "和平", "碧水", "书香", "橘乡", "天和",
    "民生",
)  # fmt: skip
_LAST = ("花园", "家园", "苑", "小区", "名都", "雅居", "里", "新村", "佳苑", "公寓")


def _estate_name(community: str, number: int, *, urban: bool, rng: np.random.Generator) -> str:
    if urban:
        return f"{_FIRST[int(rng.integers(len(_FIRST)))]}{_LAST[int(rng.integers(len(_LAST)))]}{number}区"
    return f"{community.removesuffix('村民委员会').removesuffix('社区居民委员会')}{number}网格"


def unit_addresses(estates: list[Estate]) -> Ints:
    """Addresses of all units of some estates, in ascending order."""
    found = []
    for estate in estates:
        for building, units in enumerate(estate.units, start=1):
            base = estate.address + building * step(Level.BUILDING)
            found.append(base + np.arange(1, int(units) + 1, dtype=np.int64))
    return np.concatenate(found)


def people_of(units: Ints, residents: int, first_household: int, rng: np.random.Generator) -> People:
    """The people of some units: households dealt out evenly, rooms numbered by floor and door."""
    sizes = rng.choice(_SIZES, size=residents, p=_SIZE_SHARES)
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, residents)) + 1
    sizes = sizes[:count].copy()
    sizes[-1] -= int(ends[count - 1]) - residents
    order = np.arange(count, dtype=np.int64)
    unit = units[order * len(units) // count]
    door = order - np.searchsorted(unit, unit, side="left")
    household = np.repeat(order, sizes)
    rank = np.arange(residents, dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    male, age = _sex_and_age(sizes, household, rank, rng)
    return People(
        address=unit[household],
        room=((door // 2 + 1) * 100 + door % 2 + 1)[household],
        household=household + first_household,
        size=sizes[household],
        rank=rank,
        male=male,
        age=age,
    )


def _sex_and_age(sizes: Ints, household: Ints, rank: Ints, rng: np.random.Generator) -> tuple[Any, Any]:
    """A head and a spouse of an age; a third is mostly their child, else a parent of the young or grown child."""
    homes = len(sizes)
    old = rng.random(homes) < np.where(sizes == 1, 0.46, 0.21)
    head_age = np.where(old, rng.triangular(60, 65, 94, homes), rng.triangular(21, 47, 63, homes))
    age = head_age[household].copy()
    male = (rng.random(homes) < 0.56)[household].copy()
    spouse = rank == 1
    age[spouse] = np.clip(age[spouse] + rng.normal(-1, 3.5, int(spouse.sum())), 20, 96)
    male[spouse] = ~male[spouse]
    third = np.flatnonzero(rank >= 2)
    of_head, count = age[third], len(third)
    young = of_head < 58
    child = rng.random(count) < np.where(young, 0.80, 0.30)
    childhood = rng.random(count) * np.where(young, np.clip(of_head - 22, 1, 26), 16)
    elder = np.clip(of_head + rng.uniform(22, 30, count), 52, 96)
    grown = np.clip(of_head - rng.uniform(22, 34, count), 18, 60)
    age[third] = np.where(child, childhood, np.where(young, elder, grown))
    male[third] = rng.random(count) < 0.52
    return male, age + rng.random(len(household)) * 0.999


TRAIT_KEYS = (
    "elder_alone",
    "pregnant",
    "seriously_ill",
    "disabled",
    "infant",
    "chronic_medicine",
    "mental_illness",
    "child_unattended",
    "low_income",
    "after_surgery",
)


def traits_of(people: People, rng: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    """Who has which special need, apart from dialysis, at sensible rates that are an example."""
    chance = rng.random((len(TRAIT_KEYS), len(people.age)))
    age, adult = people.age, people.age >= 18
    return {
        "elder_alone": (people.size == 1) & (age >= 65),
        "pregnant": ~people.male & (age >= 20) & (age < 42) & (chance[1] < 0.030),
        "seriously_ill": chance[2] < np.where(age >= 65, 0.012, 0.002),
        "disabled": chance[3] < np.where(age >= 60, 0.05, 0.012),
        "infant": age < 1,
        "chronic_medicine": chance[5] < np.where(age >= 65, 0.30, np.where(age >= 45, 0.08, 0.006)),
        "mental_illness": adult & (chance[6] < 0.004),
        "child_unattended": (age >= 6) & (age < 14) & (chance[7] < 0.01),
        "low_income": chance[8] < 0.015,
        "after_surgery": adult & (chance[9] < 0.0015),
    }
