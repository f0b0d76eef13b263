import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.kernel import address
from gridward.kernel.address import Level, Span

codes = st.builds(
    lambda town, community, estate, building, unit: int(
        f"500116{town:03d}{community:03d}{estate:02d}{building:03d}{unit:02d}"
    ),
    st.integers(1, 999),
    st.integers(1, 999),
    st.integers(1, 99),
    st.integers(1, 999),
    st.integers(1, 99),
)


def test_the_level_is_read_from_the_number():
    assert address.level_of(5001160010020300201) is Level.UNIT
    assert address.level_of(address.from_code("500116001002")) is Level.COMMUNITY
    assert address.level_of(address.from_code("500116")) is Level.DISTRICT
    assert address.level_of(0) is Level.COUNTRY


@given(codes)
def test_every_place_lies_in_each_place_of_its_trail(unit):
    for place in address.trail(unit):
        assert address.span(place).holds(unit)
        assert address.parent(place) == 0 or address.span(address.parent(place)).holds(place)


@given(codes, codes)
def test_two_places_share_a_range_only_when_one_lies_in_the_other(one, other):
    for level in (Level.TOWN, Level.COMMUNITY, Level.ESTATE, Level.BUILDING):
        here, there = address.span(address.at_level(one, level)), address.span(address.at_level(other, level))
        assert here == there or here.high <= there.low or there.high <= here.low


@given(codes)
def test_text_and_number_are_the_same_address(unit):
    assert address.parse(address.text(unit)) == unit


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=12))
def test_merged_ranges_hold_the_same_addresses_and_never_touch(pairs):
    spans = [Span(low, low + width) for low, width in pairs]
    merged = address.merge(spans)
    assert {at for one in spans for at in range(*one)} == {at for one in merged for at in range(*one)}
    assert all(first.high < second.low for first, second in zip(merged, merged[1:], strict=False))


@pytest.mark.parametrize("value", ["", "5001160010020300", "x" * 19, "９" * 19, "9" * 19])
def test_malformed_addresses_are_refused(value):
    with pytest.raises(ValueError, match=f"^{value}$"):
        address.parse(value)
