"""The field app's sync core under everything, and the proof that the stories would notice a mistake."""

from __future__ import annotations

import shutil

import pytest

from gridward.web.chaos.sync.mutants import MUTANTS
from gridward.web.chaos.sync.simulator import FIELD, is_bad, simulator
from gridward.web.chaos.sync.stories import told

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (FIELD / "node_modules").exists(), reason="Node is not installed"
)


def test_nothing_is_lost_double_stuck_or_silent():
    with simulator() as core:
        found = core.ask({"from": 0, "count": 2000})
        assert found["saved"] > 10_000
        assert not is_bad(found), found
        assert told(core, 100, 1) == {"told": 100, "worst": None}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_planted_mistake_is_noticed(mutant):
    with simulator(mutant) as core:
        assert is_bad(core.ask({"from": 0, "count": 3000, "stop_at": 1}))


def test_a_story_that_goes_wrong_is_shortened():
    with simulator(next(one for one in MUTANTS if "counts as stored" in one.name)) as core:
        worst = told(core, 500, 1)["worst"]
    assert worst is not None
    assert len(worst["ops"]) <= 3, worst


def test_a_full_phone_calls_nothing_saved_and_loses_no_answer_it_had_no_room_for():
    save, push = {"op": "save", "count": 3, "kind": "good"}, {"op": "push", "faults": []}
    with simulator() as core:
        # No room for the first two of three.
        found = core.ask({"seed": 1, "ops": [{"op": "full", "times": 2}, save, push]})
        assert (found["saved"], found["stored"], is_bad(found)) == (1, 1, False)
        # No room to note that something is on its way, nor what was answered.
        for times in (1, 2, 3):
            found = core.ask({"seed": 1, "ops": [save, {"op": "full", "times": times}, push, push, save, push]})
            assert (found["stored"] >= 3, is_bad(found)) == (True, False), found
        # Nor for being enrolled anew.
        found = core.ask({"seed": 1, "ops": [save, {"op": "full", "times": 1}, {"op": "enrol"}, push]})
        assert (found["saved"], found["stored"], is_bad(found)) == (3, 3, False)
