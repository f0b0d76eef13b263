"""What the command line does by itself, on the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.lines.command.actions.receipts import BATCH, remind

# The sixth field is seconds and stands last.


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="command-remind")
def remind_and_climb(timestamp: int) -> int:
    """Every ten seconds: directives not seen or not done in time are called to mind, then climb. Returns how many."""
    looked = 0
    while batch := remind(clock.now()):
        looked += batch
        if batch < BATCH:
            break
    return looked
