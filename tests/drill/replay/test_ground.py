"""Laying places of elsewhere onto a district."""

import pytest

from gridward.drill.replay.ground import Ground

COMMUNITIES = [5001160010020000000, 5001160010050000000, 5001160020010000000]


def test_the_same_place_always_falls_on_the_same_community_whatever_the_order() -> None:
    one, other = Ground(COMMUNITIES), Ground(COMMUNITIES[::-1])
    places = [(f"quarter {n % 7}", f"{n} {n * 3}") for n in range(200)]
    assert [one.community(*place) for place in places] == [other.community(*place) for place in places]


def test_a_neighbourhood_stays_in_one_town() -> None:
    ground = Ground(COMMUNITIES)
    towns = {ground.community("Dorchester", str(spot)) // 10**10 for spot in range(50)}
    assert len(towns) == 1


def test_every_community_is_reached() -> None:
    ground = Ground(COMMUNITIES)
    assert {ground.community(str(n), str(m)) for n in range(20) for m in range(20)} == set(COMMUNITIES)


def test_no_ground_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one community"):
        Ground([])
