from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridward.kernel.address import Level, at_level
from gridward.kernel.needs import rules
from gridward.kernel.needs.rules import ENDED, LIVE, OPEN, AssignmentState, NeedState, Promise, Step

steps = st.lists(st.sampled_from(list(Step)), max_size=30)


@given(steps)
def test_whatever_happens_a_need_is_open_or_ended_and_only_a_reopening_leaves_an_end(path):
    state = NeedState.WAITING
    for step in path:
        after = rules.after(state, step)
        if after is None:
            continue
        if state in ENDED:
            assert step in (Step.REOPEN, Step.CONFIRM)
        state = after
        assert (state in OPEN) != (state in ENDED)


def test_every_open_state_can_still_reach_an_end():
    for state in OPEN:
        assert any(rules.after(state, step) in ENDED for step in Step)


def test_a_withdrawn_need_stays_withdrawn():
    assert rules.steps_from(NeedState.WITHDRAWN) == []


@given(st.lists(st.sampled_from(list(AssignmentState)), max_size=20))
def test_an_assignment_only_goes_forward_and_an_end_is_final(path):
    state, order = AssignmentState.OFFERED, list(AssignmentState)
    for wanted in path:
        if rules.may_become(state, wanted):
            assert order.index(wanted) > order.index(state)
            state = wanted
    if state not in LIVE:
        assert not any(rules.may_become(state, wanted) for wanted in AssignmentState)


def test_a_need_is_served_only_when_the_last_resource_has_finished():
    assert rules.need_step_of(AssignmentState.DONE, [AssignmentState.UNDER_WAY]) is None
    assert rules.need_step_of(AssignmentState.DONE, []) is Step.SERVE


@given(st.integers(1, 10**5), st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_next_deadline_is_never_in_the_past_when_a_state_begins(assign_s, close_s, later_s):
    opened = datetime(2022, 12, 2, tzinfo=UTC)
    since = opened + timedelta(seconds=later_s)
    promise = Promise(assign_s, close_s, 60, Level.COMMUNITY)
    for state in OPEN:
        assert rules.due_at(promise, state, since, rules.promised_at(promise, opened)) >= since


def test_the_desk_above_a_community_is_its_town_and_above_that_the_district():
    unit = 5001160010020300201
    level = rules.level_above(Level.COMMUNITY)
    assert rules.holder(unit, level) == at_level(unit, Level.TOWN)
    assert rules.level_above(level) is Level.DISTRICT
    assert rules.level_above(Level.DISTRICT) is Level.DISTRICT
