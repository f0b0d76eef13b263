"""Stories that Hypothesis makes up, and shortens when one goes wrong."""

from __future__ import annotations

import json
from typing import Any

from gridward.web.chaos.sync.simulator import Simulator, is_bad
from gridward.web.trouble import Trouble

_FAULTS = ("ok", "drop", "lost", "twice", "late", "before", "after", "busy", "broken", "garbled", "stale", "cut")
_SKEWS_MS = (-86_400_000, -3_600_000, 90_000, 3_600_000, 31_536_000_000)


def told(simulator: Simulator, count: int, seed: int) -> dict[str, Any]:
    """Have Hypothesis make up some stories, and have them told.

    Returns: how many were told, and the shortest that went wrong, if any.
    Raises: Trouble where Hypothesis is not installed.
    """
    try:
        import hypothesis
        from hypothesis import HealthCheck, Phase
    except ImportError as missing:
        raise Trouble("Hypothesis is needed: install requirements-dev.txt.") from missing
    told_count = 0
    worst: list[Any] = []

    def tell(story_seed: int, ops: list[dict[str, Any]]) -> None:
        nonlocal told_count
        told_count += 1
        found = simulator.ask({"seed": story_seed, "ops": ops})
        if is_bad(found):
            worst[:] = [{"seed": story_seed, "ops": ops, "found": found}]
            raise AssertionError(json.dumps(found))

    quiet = hypothesis.settings(
        max_examples=count, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
    )  # fmt: skip
    test = hypothesis.seed(seed)(quiet(hypothesis.given(*_strategies())(tell)))
    try:
        test()
    except AssertionError:
        if not worst:
            raise
    return {"told": told_count, "worst": worst[0] if worst else None}


def _strategies() -> tuple[Any, Any]:
    from hypothesis import strategies as some

    faults = some.lists(some.sampled_from(_FAULTS), max_size=4)
    few = some.integers(1, 4)
    ops = some.one_of(
        some.fixed_dictionaries(
            {"op": some.just("save"), "count": few, "kind": some.sampled_from(["good", "bad", "clash"])}
        ),
        some.fixed_dictionaries({"op": some.just("push"), "faults": faults}),
        some.fixed_dictionaries({"op": some.just("both"), "count": few, "faults": faults}),
        some.fixed_dictionaries({"op": some.just("die"), "after": some.integers(0, 5), "written": some.booleans()}),
        some.fixed_dictionaries({"op": some.just("full"), "times": few}),
        some.fixed_dictionaries({"op": some.just("skew"), "ms": some.sampled_from(_SKEWS_MS)}),
        some.fixed_dictionaries({"op": some.sampled_from(["enrol", "reinstall"])}),
    )
    return some.integers(0, 2**31 - 1), some.lists(ops, min_size=1, max_size=20)
