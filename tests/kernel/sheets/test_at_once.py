"""The same sheet imported by several at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import from_code, level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.people.models import Person
from gridward.kernel.sheets import actions

NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)
COMMUNITY = from_code("500116001002")


@pytest.mark.django_db(transaction=True)
def test_a_sheet_imported_four_times_at_once_makes_each_person_once(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    at = COMMUNITY
    Area.objects.create(address=at, address_end=span(at).high, level=level_of(at), parent=parent(at), name="南门社区")
    content = "姓名,住址,房号\n" + "".join(f"张{number},南门社区,{number}\n" for number in range(500))
    runs = [actions.upload(SYSTEM, "people", "x.csv", [content.encode()], NOW) for _copy in range(4)]
    for run in runs:
        assert actions.check(SYSTEM, run.pk, NOW).created_rows == 500

    def apply(run_id: Any) -> int:
        try:
            return actions.apply(SYSTEM, run_id, NOW).created_rows
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        created = list(pool.map(apply, [run.pk for run in runs]))
    assert sorted(created) == [0, 0, 0, 500]
    assert Person.objects.count() == 500
