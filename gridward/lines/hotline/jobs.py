"""What the hotline does by itself, on the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.lines.hotline.actions import sweep_visits


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="hotline-sweep")
def sweep(timestamp: int) -> int:
    """Every hour: forget old counts of visits. Returns how many."""
    return sweep_visits(clock.now())
