from itertools import islice, pairwise

import pytest
from procrastinate.contrib.django import app

NOON = 1_669_953_600.0


@pytest.mark.parametrize(("name", "every_s"), [("climb", 5), ("send_notices", 10), ("refresh_figures", 15)])
def test_what_the_house_does_by_itself_is_done_every_few_seconds(name, every_s):
    (found,) = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name.endswith(f"jobs.{name}")]
    found.croniter.set_current(NOON, force=True)
    times = list(islice(found.croniter.all_next(float, start_time=NOON), 200))
    assert {later - sooner for sooner, later in pairwise(times)} == {every_s}
