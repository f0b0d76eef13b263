"""Compile what the engine compiles, so that nobody waits for it later: `python -m gridward.engine.warm_up`.

Part of the installation. What is compiled is cached beside the modules; from there it loads in a second.
"""

import sys
import time
from collections.abc import Callable

from gridward.engine import delivery, dial_a_ride, matching


def warm_up() -> dict[str, float]:
    """Compile every kernel, or load it from the cache; CPU seconds by planner."""
    planners: dict[str, Callable[[], object]] = {
        "dial_a_ride": dial_a_ride.warm_up,
        "delivery": delivery.warm_up,
        "matching": lambda: matching.assign(matching.needs([1], preference=[[0]]), matching.resources([0]), [[60.0]]),
    }
    took_s = {}
    for name, planner in planners.items():
        began_s = time.process_time()
        planner()
        took_s[name] = time.process_time() - began_s
    return took_s


if __name__ == "__main__":
    for planner, seconds in warm_up().items():
        sys.stdout.write(f"{planner}: ready in {seconds:.1f} CPU s\n")
