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
