"""What the console does by itself, on the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.web.signin.actions import sweep


@app.periodic(cron="*/20 * * * *")
@app.task(queueing_lock="sessions", pass_context=False)
def sweep_sessions(timestamp: int) -> int:
    """Every twenty minutes: sessions that have run out are removed. Returns how many."""
    return sweep(clock.now())
