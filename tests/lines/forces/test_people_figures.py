"""What is counted of people, teams and stays: from rows, by hand-made cases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import span
from gridward.kernel.figures.queries import day_params, figure, read, rows_behind
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.actions import leaving, volunteers
from gridward.lines.forces.figures.people import FIGURES
from gridward.lines.forces.models import Team, Volunteer
from gridward.lines.forces.queries.attendance import post_code
from tests.lines.forces.conftest import DISTRICT, ESTATE, OTHER_COMMUNITY, SOUTH_GATE, Duty
from tests.lines.forces.test_attendance import mark, send


def count(key: str, place: int, day: date, now: object) -> float:
    """A figure of a small place, computed at once from its rows."""
    rows = rows_behind(figure(key), [span(place)], day, now)  # type: ignore[arg-type]
    return sum(float(row["amount"]) for row in rows)


def test_person_times_hours_and_presence_follow_from_stays(on_duty: Duty) -> None:
    day, code = clock.local_day(on_duty.starts), post_code(on_duty.post.pk)
    send(on_duty, mark("in", on_duty.starts, post=code), now=on_duty.starts)
    midway = on_duty.starts + timedelta(hours=2)
    assert count("forces.present", SOUTH_GATE, day, midway) == 1
    assert count("forces.hours", SOUTH_GATE, day, midway) == pytest.approx(2)
    send(on_duty, mark("out", on_duty.ends, post=code), now=on_duty.ends)
    after = on_duty.ends + timedelta(hours=1)
    assert count("forces.present", SOUTH_GATE, day, after) == 0
    assert count("forces.hours", SOUTH_GATE, day, after) == pytest.approx(8)
    assert count("forces.came", SOUTH_GATE, day, after) == 1
    assert count("forces.came", OTHER_COMMUNITY, day, after) == 0


def test_who_is_on_the_list_and_sent_down_is_counted_until_they_leave(on_duty: Duty) -> None:
    now = clock.now()
    today = clock.local_day(now)
    office = Organisation.objects.create(kind="department", name="区教委", address=DISTRICT)
    changes = {"kind": "cadre", "serving_at": OTHER_COMMUNITY, "organisation": office}
    volunteers.change(SYSTEM, on_duty.one.pk, changes, now)
    later = clock.now() + timedelta(minutes=1)
    assert count("forces.volunteers", SOUTH_GATE, today, later) == 1
    assert count("forces.signed_up", SOUTH_GATE, today, later) == 1
    assert count("forces.sent_down", OTHER_COMMUNITY, today, later) == 1
    assert count("forces.organisations", DISTRICT, today, later) == 1
    leaving.dismiss(SYSTEM, on_duty.one.pk, now, forget=False)
    assert Volunteer.objects.get().state == "left"
    assert count("forces.volunteers", SOUTH_GATE, today, later) == 0
    assert count("forces.sent_down", OTHER_COMMUNITY, today, later) == 0


def test_teams_count_from_the_day_they_are_founded_to_the_day_before_they_close(incident: object) -> None:
    founded, closed = date(2022, 11, 3), date(2022, 11, 20)
    kinds = Team.Kind
    made = ((kinds.TEMPORARY_BRANCH, SOUTH_GATE), (kinds.ESTATE_BRANCH, ESTATE), (kinds.VANGUARD, SOUTH_GATE))
    for kind, place in made:
        Team.objects.create(kind=kind, name="队", address=place, founded_on=founded, closed_on=closed)
    now = clock.now()
    for key in ("forces.temporary_branches", "forces.estate_branches", "forces.teams"):
        stood = [count(key, SOUTH_GATE, date(2022, 11, day), now) for day in (2, 3, 19, 20)]
        assert stood == [0, 1, 1, 0], key


def test_every_figure_can_be_read(on_duty: Duty) -> None:
    now = clock.now()
    found = read([one.key for one in FIGURES], ESTATE, clock.local_day(now), now)
    assert set(found) == {one.key for one in FIGURES}
    assert day_params(clock.local_day(now), now)["start"] < now
