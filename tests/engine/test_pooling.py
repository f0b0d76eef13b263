"""Pooling: closed forms, simulated people, advice with its reasons, and boxes sent to laboratories."""

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches.engine.pooling import CT, linear_programme, round_of_boxes, simulated
from gridward.engine.pooling import (
    Kind,
    Laboratory,
    Limits,
    Positivity,
    Reason,
    advise,
    allocate,
    answered,
    array,
    boxes,
    by_ct,
    by_measured_ct,
    by_power,
    candidates,
    entropy,
    expected,
    individual,
    laboratories,
    measured,
    splits,
)
from gridward.engine.problems import BadInput, Why

PERFECT = by_power()
POOLED = Path(__file__).parents[3] / "shared" / "data" / "covid" / "pooled_pcr"


def plan(a_round, **changed):
    sent, tested_by, transport_h = a_round
    return allocate(changed.get("sent", sent), changed.get("tested_by", tested_by), changed.get("to", transport_h))


def exactly(prevalence):
    return Positivity(prevalence, prevalence, prevalence)


@pytest.mark.parametrize(("size", "prevalence"), list(product((2, 5, 10, 20), (0.0, 0.001, 0.01, 0.2, 1.0))))
def test_dorfman_with_a_perfect_test_is_the_formula_of_1943(size, prevalence):
    outcome = expected(splits(size), prevalence, PERFECT)
    assert outcome.tests == pytest.approx(1 / size + 1 - (1 - prevalence) ** size)
    assert outcome.missed == pytest.approx(0.0, abs=1e-12)
    assert outcome.false_alarms == pytest.approx(0.0, abs=1e-12)


def test_splits_and_squares_with_a_perfect_test_are_their_formulas():
    p, q = 0.03, 0.97
    assert expected(splits(20, 5), p, PERFECT).tests == pytest.approx(1 / 20 + (1 - q**20) / 5 + 1 - q**5)
    crossing = p + q * (1 - q**9) ** 2
    assert expected(array(10), p, PERFECT).tests == pytest.approx(2 / 10 + crossing)
    master = 1 / 100 + (1 - q**100) * 2 / 10 + crossing
    assert expected(array(10, master=True), p, PERFECT).tests == pytest.approx(master)


def test_dorfman_with_errors_is_the_known_formula():
    sensitivity, specificity, p, q10 = 0.9, 0.95, 0.02, 0.98**10
    outcome = expected(splits(10), p, by_power(0.0, sensitivity, specificity))
    alarm = 1 - specificity * (1 - sensitivity)
    assert outcome.tests == pytest.approx(0.1 + alarm * (1 - q10) + (1 - specificity) * q10)
    assert outcome.missed == pytest.approx(1 - alarm**2)
    q9 = 0.98**9
    assert outcome.false_alarms == pytest.approx((1 - specificity) * (alarm * (1 - q9) + (1 - specificity) * q9))


def test_one_carrier_in_a_pool_is_seen_as_much_less_as_log2_of_the_pool():
    assay = by_measured_ct([35.0] * 5, limit_ct=38.0, spread_ct=1.0, specificity=1.0)
    missed = [expected(splits(size), 1e-9, assay).missed for size in (2, 4, 8, 16)]
    from scipy.stats import norm

    seen = norm.cdf(38 - 35 - np.arange(1, 5)) * norm.cdf(3)
    assert missed == pytest.approx(1 - seen, rel=1e-6)


@pytest.mark.parametrize(
    "scheme", [splits(10), splits(20, 5), splits(20, 10, 5), array(5), array(10), array(5, True), array(10, True)]
)
@pytest.mark.parametrize("prevalence", [0.003, 0.03])
def test_expected_tests_and_misses_are_what_simulated_people_need(scheme, prevalence):
    outcome = expected(scheme, prevalence, by_ct(**CT))
    runs = np.array([simulated(scheme, prevalence, 300_000, seed) for seed in range(1, 5)])
    error = runs.std(axis=0, ddof=1) / 2
    assert abs(outcome.tests - runs[:, 0].mean()) < 5 * error[0] + 0.003 * outcome.tests
    assert abs(outcome.missed - runs[:, 1].mean()) < 5 * error[1] + 0.003


def test_entropy_bounds_every_scheme_that_misses_nobody():
    for prevalence, scheme in product((0.0001, 0.01, 0.1, 0.3), candidates(Limits(sizes=(2, 4, 8, 16)))):
        outcome = expected(scheme, prevalence, PERFECT)
        assert outcome.tests >= outcome.bound_tests == pytest.approx(entropy(prevalence))
    assert entropy(0.5) == 1.0
    assert entropy(0.0) == entropy(1.0) == 0.0


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([individual(), splits(4), splits(12, 4), splits(16, 8, 2), array(4), array(4, master=True)]),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.5),
    st.floats(0.5, 1.0),
    st.floats(0.8, 1.0),
)
def test_shares_are_shares_and_more_carriers_never_mean_fewer_tests(
    scheme, prevalence, power, sensitivity, specificity
):
    assay = by_power(power, sensitivity, specificity)
    outcome = expected(scheme, prevalence, assay)
    assert -1e-9 <= outcome.missed <= 1 + 1e-9
    assert -1e-9 <= outcome.false_alarms <= 1 + 1e-9
    assert all(later <= earlier + 1e-9 for earlier, later in zip(outcome.reached, outcome.reached[1:], strict=False))
    if scheme.kind is not Kind.MASTER_ARRAY and scheme.kind is not Kind.ARRAY and specificity + sensitivity > 1:
        assert expected(scheme, min(1.0, prevalence + 0.05), assay).tests >= outcome.tests - 1e-9


def test_a_laboratory_answers_stage_by_stage():
    laboratory = Laboratory(wells=100, run_h=2.0, instruments=2, handover_h=3.0)
    timing = answered(expected(splits(10), 0.01, PERFECT), 10_000, laboratory)
    assert (timing.first_h, timing.last_h) == (2.0, 5 * 2.0 + 3.0 + 5 * 2.0)
    assert 6.0 < timing.mean_h < 9.0
    assert laboratory.tests_per_h == 100.0
    assert answered(expected(splits(10), 0.0, PERFECT), 10_000, laboratory).last_h == 10.0
    assert answered(expected(individual(), 0.0, PERFECT), 0, laboratory).last_h == 0.0


def test_positivity_of_pools_is_turned_into_people_with_its_interval():
    found = measured(100, 1000, pool_size=10)
    assert found.likely == pytest.approx(1 - 0.9**0.1)
    assert found.low < found.likely < found.high
    assert measured(0, 100).low == measured(0, 100).likely == 0.0
    assert measured(0, 100).high == pytest.approx(1 - 0.025 ** (1 / 100))
    assert measured(100, 100).high == 1.0
    diluted = measured(100, 1000, pool_size=10, assay=by_ct(specificity=1.0))
    assert diluted.likely > found.likely
    assay = by_ct()
    again = expected(splits(10), diluted.likely, by_ct(specificity=1.0)).reached[1]
    assert again == pytest.approx(0.1, abs=1e-5)
    assert measured(1, 100_000, pool_size=10, assay=assay).likely == 0.0


LABORATORY = Laboratory(wells=94, run_h=2.0, instruments=20)


def test_rare_positives_are_pooled_by_twenty_and_common_ones_tested_alone():
    door = Limits(own_samples=False, most_missed=1.0)
    sizes = {
        p: advise(exactly(p), PERFECT, 1e5, LABORATORY, door).chosen.scheme.sizes for p in (0.0005, 0.01, 0.05, 0.4)
    }
    assert sizes == {0.0005: (20, 1), 0.01: (10, 1), 0.05: (5, 1), 0.4: (1,)}
    code, scheme, numbers = advise(exactly(0.4), PERFECT, 1e5, LABORATORY, door).reasons[0]
    assert (code, scheme) == (Reason.POOLING_DOES_NOT_PAY, individual())
    assert numbers["tests"] == pytest.approx(1.0)


def test_a_pool_that_misses_too_many_is_named_with_the_limit():
    advice = advise(exactly(0.0005), by_ct(), 1e5, LABORATORY, Limits(own_samples=False, most_missed=0.07))
    assert advice.chosen.scheme.sizes == (10, 1)
    told = {code: (scheme.sizes, numbers) for code, scheme, numbers in advice.reasons}
    sizes, numbers = told[Reason.CHEAPER_MISSES_TOO_MANY]
    assert sizes == (20, 1)
    assert numbers["missed"] > numbers["limit"] == 0.07


def test_a_scheme_of_many_stages_gives_way_to_the_deadline():
    slow = Laboratory(wells=94, run_h=2.0, instruments=100, handover_h=4.0)
    free = advise(exactly(0.01), PERFECT, 1e5, slow, Limits()).chosen
    hurried = advise(exactly(0.01), PERFECT, 1e5, slow, Limits(deadline_h=free.timing.last_h - 0.5))
    assert len(free.scheme.sizes) > len(hurried.chosen.scheme.sizes)
    assert Reason.CHEAPER_IS_TOO_SLOW in [code for code, _, _ in hurried.reasons]


def test_where_nothing_fits_the_nearest_is_named():
    advice = advise(exactly(0.01), by_ct(), 1e5, LABORATORY, Limits(deadline_h=1.0))
    assert advice.chosen is None
    assert advice.reasons[0][0] is Reason.NOTHING_FITS
    assert advise(exactly(0.01), by_ct(), 1e5, LABORATORY, Limits(most_missed=0.0)).reasons[0][1] == individual()


def test_an_uncertain_positivity_gets_the_choice_least_regretted():
    door = Limits(own_samples=False, most_missed=1.0, not_worth=0.0)
    unsure = Positivity(0.001, 0.003, 0.08)
    advice = advise(unsure, PERFECT, 1e5, LABORATORY, door)
    assert advise(exactly(0.003), PERFECT, 1e5, LABORATORY, door).chosen.scheme == splits(20)
    assert advice.chosen.scheme == splits(10)
    told = {code: scheme for code, scheme, _ in advice.reasons}
    assert told[Reason.SAFEST_CHOICE] == splits(20)
    by_scheme = {option.scheme: option.regret for option in advice.options}
    assert by_scheme[splits(10)] < by_scheme[splits(20)]


def test_a_stage_that_saves_next_to_nothing_is_spared():
    advice = advise(exactly(0.001), by_ct(), 1e5, LABORATORY, Limits(most_missed=1.0))
    assert advice.chosen.scheme == splits(20, 5)
    assert {code: scheme for code, scheme, _ in advice.reasons}[Reason.FEWER_STAGES] == splits(20, 10, 5)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.0001, 0.2), st.floats(1.0, 5.0), st.floats(10.0, 200.0), st.integers(1, 40))
def test_advice_keeps_to_its_limits_and_is_not_beaten_by_what_does(likely, spread, deadline_h, instruments):
    positivity = Positivity(likely / spread, likely, min(1.0, likely * spread))
    limits = Limits(deadline_h=deadline_h, not_worth=0.0)
    advice = advise(positivity, by_ct(), 50_000, Laboratory(94, 2.0, instruments), limits)
    more = advise(positivity, by_ct(), 50_000, Laboratory(94, 2.0, instruments + 5), limits)
    if advice.chosen is None:
        assert advice.reasons[0][0] is Reason.NOTHING_FITS
        return
    assert advice.chosen.timing.last_h <= deadline_h
    assert advice.chosen.most_missed <= limits.most_missed
    kept = [option for option in advice.options if option.barred is None]
    assert advice.chosen.regret <= min(option.regret for option in kept) + 1e-9
    assert more.chosen is not None
    assert more.chosen.timing.last_h <= deadline_h


@pytest.mark.parametrize(
    ("call", "array_name", "item"),
    [
        (lambda: splits(20, 6), "sizes", 1),
        (lambda: splits(5, 10), "sizes", 1),
        (lambda: splits(0), "sizes", 0),
        (lambda: array(1), "side", None),
        (lambda: array(40, master=True), "side", None),
        (lambda: expected(splits(5), float("nan"), PERFECT), "prevalence", None),
        (lambda: by_measured_ct([30.0, np.nan]), "ct", 1),
        (lambda: by_measured_ct([]), "ct", None),
        (lambda: by_ct(sd_ct=0.0), "sd_ct", None),
        (lambda: by_ct(specificity=1.5), "specificity", None),
        (lambda: by_power(2.0), "exponent", None),
        (lambda: measured(5, 4), "positive", None),
        (lambda: measured(0, 0), "tested", None),
        (lambda: Positivity(0.2, 0.1, 0.3), "positivity", None),
        (lambda: Limits(sizes=(5, 1)), "sizes", 1),
        (lambda: Limits(most_missed=2.0), "most_missed", None),
        (lambda: Laboratory(0, 2.0, 1), "wells", None),
        (lambda: Laboratory(94, -1.0, 1), "run_h", None),
        (lambda: answered(expected(individual(), 0.1, PERFECT), -1, LABORATORY), "people", None),
    ],
)
def test_a_bad_figure_is_named(call, array_name, item):
    with pytest.raises(BadInput) as refused:
        call()
    assert (refused.value.array, refused.value.item) == (array_name, item)


def rows(name):
    with (POOLED / name).open() as file:
        return [(row["Sample"].lower(), row["Target"], row["Cq"]) for row in csv.DictReader(file)]


@pytest.mark.skipif(not POOLED.exists(), reason="no shared data: real pooled RT-PCR rows")
def test_real_pools_show_no_loss_beyond_dilution():
    """All real pools are negative: their only Cq is of MS2, put in after mixing, which the model leaves undiluted."""
    shift = {}
    for name in ("krisp_pooled_results01.csv", "krisp_pooled_results02.csv"):
        cq = {(sample, target): float(value) for sample, target, value in rows(name) if value != "Undetermined"}
        shift |= {sample: cq[sample, "MS2"] - cq["negative control", "MS2"] for sample, _ in cq if "pool" in sample}
        controls = [value for (sample, _), value in cq.items() if "control" in sample and value > 31]
        assert len(controls) == 3
        assert max(controls) < 33.0
    assert len(shift) == 4
    assert all(abs(value) < 1.0 < np.log2(27) for value in shift.values())
    control = by_measured_ct([33.0], limit_ct=39.0)
    assert expected(splits(27), 1e-6, control).missed == pytest.approx(0.106, abs=0.01)


def test_a_box_goes_where_it_is_answered_soonest_not_where_it_is_nearest():
    here = plan((boxes([10], [0.0]), laboratories([[20] * 6, [20] * 6], [8.0, 3.0]), [[0.5, 1.5]]))
    assert here.laboratory.tolist() == [1]
    assert here.answered_h.tolist() == [6.0]
    assert here.mean_wait_h == 6.0
    assert here.gap == 0.0


def test_an_urgent_box_goes_before_one_sealed_earlier():
    made = plan((boxes([10, 10], [0.0, 0.0], [1.0, 5.0]), laboratories([[10] * 3], [2.0]), np.zeros((2, 1))))
    assert made.answered_h.tolist() == [4.0, 3.0]
    assert made.tubes.tolist() == [[0, 0, 1, 10], [1, 0, 0, 10]]


def test_what_is_left_says_why():
    never, late = np.inf, 9.0
    tested_by = laboratories([[5, 5, 0]], [1.0])
    left = plan((boxes([4, 4, 20], [0.0, late, 0.0]), tested_by, [[never], [0.0], [0.0]]))
    assert {one.item: one.why for one in left.left} == {0: Why.NO_WAY, 1: Why.NO_TIME, 2: Why.TAKEN}
    assert left.tubes_left.tolist() == [4, 4, 10]
    assert left.laboratory.tolist() == [-1, -1, 0]
    assert np.isnan(left.answered_h[:2]).all()


def test_no_boxes_and_no_laboratories_are_an_answer_too():
    assert plan((boxes([], []), laboratories([[5]], [1.0]), np.zeros((0, 1)))).laboratory.tolist() == []
    nowhere = plan((boxes([3], [0.0]), laboratories(np.zeros((0, 4)), []), np.zeros((1, 0))))
    assert nowhere.left[0].why is Why.NO_WAY


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bound_is_the_optimum_of_the_linear_programme_and_whole_boxes_are_near(seed):
    a_round = round_of_boxes(60, 4, 20, seed)
    made = plan(a_round)
    assert made.bound == pytest.approx(linear_programme(*a_round), rel=1e-8)
    assert made.bound <= made.cost * (1 + 1e-12)
    assert made.gap < 0.05


@st.composite
def rounds(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, labs, hours = draw(st.integers(1, 8)), draw(st.integers(1, 4)), draw(st.integers(1, 8))
    sent = boxes(rng.integers(0, 30, count), rng.uniform(0, 6, count), rng.choice([1.0, 3.0], count))
    tested_by = laboratories(rng.integers(0, 15, (labs, hours)), rng.uniform(1, 5, labs))
    transport_h = np.where(rng.random((count, labs)) < 0.2, np.inf, rng.uniform(0, 3, (count, labs)))
    return sent, tested_by, transport_h


def check(a_round, made):
    sent, tested_by, transport_h = a_round
    used = np.zeros(tested_by.tubes_in_h.shape, np.int64)
    tested = np.zeros(len(sent.tubes), np.int64)
    for box, laboratory, hour, tubes in made.tubes.tolist():
        assert tubes > 0
        assert laboratory == made.laboratory[box]
        assert hour >= sent.sealed_h[box] + transport_h[box, laboratory]
        used[laboratory, hour] += tubes
        tested[box] += tubes
    assert (used <= tested_by.tubes_in_h).all()
    assert (tested + made.tubes_left == sent.tubes).all()
    assert {one.item for one in made.left} == set(np.flatnonzero(made.tubes_left).tolist())


@settings(max_examples=60, deadline=None)
@given(rounds(), st.integers(0, 100))
def test_allocations_hold_repeat_and_gain_by_capacity(a_round, seed):
    sent, tested_by, transport_h = a_round
    before = [sent.tubes.copy(), sent.sealed_h.copy(), tested_by.tubes_in_h.copy(), transport_h.copy()]
    made, again = plan(a_round), plan(a_round)
    check(a_round, made)
    assert (made.tubes.tolist(), made.cost, made.bound) == (again.tubes.tolist(), again.cost, again.bound)
    for old, new in zip(before, (sent.tubes, sent.sealed_h, tested_by.tubes_in_h, transport_h), strict=True):
        assert np.array_equal(old, new)
    order = np.random.default_rng(seed).permutation(len(sent.tubes))
    shuffled = boxes(sent.tubes[order], sent.sealed_h[order], sent.weight[order])
    assert plan((shuffled, tested_by, transport_h[order])).bound == pytest.approx(made.bound)
    more = laboratories(tested_by.tubes_in_h + 1, tested_by.answer_h)
    assert plan((sent, more, transport_h)).bound <= made.bound + 1e-6


@pytest.mark.parametrize(
    ("call", "array_name", "item"),
    [
        (lambda: boxes([1, -2], [0, 0]), "boxes.tubes", 1),
        (lambda: boxes([1, 1.5], [0, 0]), "boxes.tubes", 1),
        (lambda: boxes([1, 2], [0, np.nan]), "boxes.sealed_h", 1),
        (lambda: boxes([1, 2], [0, 0], [1, 0]), "boxes.weight", 1),
        (lambda: boxes([1, 2], [0, 0, 0]), "boxes.sealed_h", None),
        (lambda: laboratories([[1], [-1]], [1, 1]), "laboratories.tubes_in_h", 1),
        (lambda: laboratories([1, 2], [1, 1]), "laboratories.tubes_in_h", None),
        (lambda: laboratories([[1], [1]], [1, np.inf]), "laboratories.answer_h", 1),
        (lambda: allocate(boxes([1], [0]), laboratories([[1]], [1]), [[np.nan]]), "transport_h", 0),
        (lambda: allocate(boxes([1], [0]), laboratories([[1]], [1]), [[1.0, 2.0]]), "transport_h", None),
    ],
)
def test_a_bad_array_is_named_with_its_item(call, array_name, item):
    with pytest.raises(BadInput) as refused:
        call()
    assert (refused.value.array, refused.value.item) == (array_name, item)
