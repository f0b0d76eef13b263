from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs import actions
from gridward.kernel.needs.climbing import climb_overdue
from gridward.kernel.needs.models import Need
from gridward.kernel.notices.models import Notice
from gridward.kernel.notices.queries import inbox
from tests.kernel.conftest import DISTRICT, NOW, SOUTH, TOWN, wanted


def test_an_overdue_need_climbs_one_level_and_tells_the_desk_it_comes_to(need, sign_up):
    town = sign_up("town", "town", TOWN)
    community = sign_up("community", "community", SOUTH)
    assert climb_overdue(NOW + timedelta(seconds=599)) == []
    assert climb_overdue(NOW + timedelta(seconds=600)) == [need.pk]
    need.refresh_from_db()
    assert (need.holder, need.holder_level, need.climbs) == (TOWN, 9, 1)
    assert inbox(town).count() == 1
    assert inbox(community).count() == 0


def test_each_missed_deadline_is_one_step_and_the_district_is_the_last(need):
    moment = NOW + timedelta(seconds=600)
    assert len(climb_overdue(moment)) == 1
    assert climb_overdue(moment) == []
    assert len(climb_overdue(moment + timedelta(seconds=300))) == 1
    assert climb_overdue(moment + timedelta(days=3)) == []
    need.refresh_from_db()
    assert (need.holder, need.climbs) == (DISTRICT, 2)


def test_a_need_taken_up_or_ended_does_not_climb(need):
    actions.withdraw(SYSTEM, need.pk, "", NOW)
    assert climb_overdue(NOW + timedelta(days=1)) == []


@pytest.mark.django_db(transaction=True)
def test_however_many_workers_run_a_need_climbs_once(incident):
    for _ in range(60):
        actions.log(SYSTEM, wanted(incident), NOW)

    def work(_worker):
        climbed = [climb_overdue(NOW + timedelta(seconds=700), at_most=7) for _ in range(12)]
        connection.close()
        return [one for batch in climbed for one in batch]

    with ThreadPoolExecutor(6) as workers:
        climbed = [one for found in workers.map(work, range(6)) for one in found]
    assert len(climbed) == len(set(climbed)) == 60
    assert set(Need.objects.values_list("climbs", flat=True)) == {1}
    assert Entry.objects.filter(verb="need.climbed").count() == 60
    assert Notice.objects.filter(template="need.climbed").count() == 60
