"""Rosters through HTTP: planned, looked at, approved whole or in part, mended; and the plan as it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import span
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.needs.models import Need
from gridward.kernel.plans.models import Plan
from gridward.kernel.resources.models import Resource
from gridward.lines.forces.actions import mending, posts, rosters
from gridward.lines.forces.models import RosterRequest, Support, Volunteer
from gridward.lines.forces.models.volunteers import RESOURCE_KINDS
from gridward.lines.forces.plan import reinforcement
from gridward.lines.forces.plan.rosters import replayed
from tests.lines.forces.conftest import DISTRICT, OTHER_COMMUNITY, OTHER_TOWN, SOUTH_GATE, verbs_of

NOW = datetime.now(UTC)
TODAY = clock.local_day(NOW)
TOMORROW = TODAY + timedelta(days=1)
Serving = Callable[..., Volunteer]


@pytest.fixture
def serving(incident: Any) -> Serving:
    """Makes people who are admitted and may serve."""

    def make(number: int = 0, **given: Any) -> Volunteer:
        place = given.pop("address", SOUTH_GATE)
        kind = given.pop("kind", "volunteer")
        who = {"latitude": 29.285 + number * 0.001, "longitude": 106.252}
        resource = Resource.objects.create(kind=RESOURCE_KINDS[kind], name=f"B{kind}{number}", address=place, **who)
        said = {
            "born_on": date(1990, 3, 7), "trained_on": TODAY, "insured_until": TODAY + timedelta(days=90),
            "checked_at": NOW, "applied_at": NOW, "skills": ["sampling"], **who, **given,
        }  # fmt: skip
        return Volunteer.objects.create(
            incident=incident, kind=kind, state="admitted", badge=f"{kind[:6]}{number}", name=f"张小明{number}",
            address=place, resource=resource, **said,
        )  # fmt: skip

    return make


@pytest.fixture
def gate(incident: Any) -> Any:
    """A gate that wants two people in the morning, and its shift of tomorrow."""
    post = posts.state_post(SYSTEM, SOUTH_GATE, "forces.gate", "北门", {"early": 2}, NOW)
    posts.make_day(SYSTEM, span(DISTRICT), TOMORROW, NOW)
    return post


def planned(client: Any, **given: Any) -> Any:
    body = {"area": f"{DISTRICT:019d}", "day": TOMORROW.isoformat(), "length": "1"}
    return client.post("/forces/rosters/planning", {**body, **given})


@pytest.mark.django_db
def test_the_desk_plans_looks_and_approves_and_nothing_counts_before(gate: Any, serving: Serving, sign_in: Any) -> None:
    near, far, _spare = serving(0), serving(1), serving(9)
    desk = sign_in("forces.officer")
    answer = planned(desk)
    plan = Plan.objects.get()
    assert answer.url == f"/forces/rosters/{plan.pk}"
    assert not Assignment.objects.exists()
    shown = desk.get(answer.url).content.decode()
    assert "南门社区" in shown and "100" in shown
    assert desk.post(f"{answer.url}/approval").status_code == 302
    assert {one.resource_id for one in Assignment.objects.all()} == {near.resource_id, far.resource_id}
    assert Need.objects.get(kind="forces.shift").state == "assigned"
    assert desk.post(f"{answer.url}/approval").status_code == 302
    assert Assignment.objects.count() == 2
    assert verbs_of(plan.pk) == ["forces.plan_proposed", "forces.roster_approved"]
    day = desk.get("/forces/rosters/day", {"area": f"{SOUTH_GATE:019d}", "day": TOMORROW.isoformat()})
    assert near.badge in day.content.decode() and "张小明" not in day.content.decode()


@pytest.mark.django_db
def test_a_plan_can_be_replayed_from_what_it_keeps(gate: Any, serving: Serving) -> None:
    for number in range(5):
        serving(number)
    plan = rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW)
    again = replayed(Plan.objects.get(pk=plan.pk).inputs)
    assert again.cost_m == plan.cost == plan.lower_bound
    sent = sorted(int(one) for one in np.flatnonzero(again.post[:, 0] >= 0))
    assert sent == sorted(row[0] for row in plan.outcome["sent"])


@pytest.mark.django_db
def test_who_lacks_the_skill_the_hours_the_insurance_or_the_age_is_not_sent(incident: Any, serving: Serving) -> None:
    posts.state_post(SYSTEM, SOUTH_GATE, "forces.sampling", "采样点", {"night": 5}, NOW)
    posts.make_day(SYSTEM, span(DISTRICT), TOMORROW, NOW)
    serving(0, skills=[])
    serving(1, hours={str(TOMORROW.weekday()): ["early"]})
    serving(2, insured_until=TODAY)
    serving(3, born_on=date(TODAY.year - 17, 1, 1), guardian_agreed_on=TODAY)
    serving(4, limits=["no_night"])
    fit = serving(5)
    plan = rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW)
    people = plan.inputs["people"]["volunteer"]
    assert [people[row[0]] for row in plan.outcome["sent"]] == [str(fit.pk)]
    assert sum(one["heads"] for one in plan.unserved) == 4


@pytest.mark.django_db
def test_who_stands_somewhere_already_keeps_it_and_is_not_planned_twice(gate: Any, serving: Serving) -> None:
    serving(0)
    rosters.approve(SYSTEM, rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW).pk, NOW)
    serving(1)
    again = rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW)
    assert len(again.outcome["sent"]) == 1
    assert rosters.approve(SYSTEM, again.pk, NOW).made == 1
    assert Assignment.objects.filter(state="offered").count() == 2


@pytest.mark.django_db
def test_one_community_is_approved_and_the_rest_waits(gate: Any, serving: Serving, sign_in: Any) -> None:
    posts.state_post(SYSTEM, OTHER_COMMUNITY, "forces.gate", "东门", {"early": 1}, NOW)
    posts.make_day(SYSTEM, span(DISTRICT), TOMORROW, NOW)
    for number in range(4):
        serving(number)
    desk = sign_in("forces.officer")
    path = planned(desk).url
    desk.post(f"{path}/approval", {"community": [f"{OTHER_COMMUNITY:019d}"]})
    assert {one.address for one in Assignment.objects.all()} == {OTHER_COMMUNITY}
    assert Plan.objects.get().state == "proposed"
    desk.post(f"{path}/approval")
    assert Assignment.objects.count() == 3
    assert Plan.objects.get().state == "approved"


@pytest.mark.django_db
def test_who_went_off_duty_meanwhile_is_passed_over_and_the_desk_is_told(
    gate: Any, serving: Serving, sign_in: Any
) -> None:
    gone, _other = serving(0), serving(1)
    desk = sign_in("forces.officer")
    path = planned(desk).url
    Resource.objects.filter(pk=gone.resource_id).update(duty="off")
    shown = desk.post(f"{path}/approval", follow=True).content.decode()
    assert Assignment.objects.count() == 1
    assert "1" in shown and Assignment.objects.get().resource_id != gone.resource_id


@pytest.mark.django_db
def test_a_plan_put_away_is_not_approved_and_putting_it_away_twice_is_once(
    gate: Any, serving: Serving, sign_in: Any
) -> None:
    serving(0)
    desk = sign_in("forces.officer")
    path = planned(desk).url
    assert desk.post(f"{path}/withdrawal").status_code == 302
    assert desk.post(f"{path}/withdrawal").status_code == 302
    answer = desk.post(f"{path}/approval")
    assert answer.status_code == 409 and 'role="alert"' in answer.content.decode()
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_other_roles_and_other_towns_neither_plan_nor_see_plans(gate: Any, serving: Serving, sign_in: Any) -> None:
    serving(0)
    desk = sign_in("forces.officer")
    path = planned(desk).url
    assert planned(sign_in("forces.community", SOUTH_GATE)).status_code == 403
    stranger = sign_in("forces.officer", OTHER_TOWN)
    assert planned(stranger).status_code == 403
    for page in (path, f"{path}/points.geojson"):
        assert stranger.get(page).status_code == 404
    assert stranger.post(f"{path}/approval").status_code == 404
    assert stranger.post(f"{path}/withdrawal").status_code == 404
    assert not Assignment.objects.exists()


@pytest.mark.django_db
def test_nothing_open_is_said_in_words(incident: Any, sign_in: Any) -> None:
    answer = planned(sign_in("forces.officer"))
    assert answer.status_code == 409 and 'role="alert"' in answer.content.decode()


@pytest.mark.django_db
def test_a_large_roster_is_the_workers_and_its_progress_leads_to_the_plan(
    gate: Any, serving: Serving, sign_in: Any, monkeypatch: Any
) -> None:
    serving(0)
    monkeypatch.setattr("gridward.lines.forces.views.rosters.AT_ONCE_SHIFTS", 0)
    desk = sign_in("forces.officer")
    answer = planned(desk)
    assert planned(desk).url == answer.url
    request = RosterRequest.objects.get()
    assert 'value="0"' in desk.get(answer.url).content.decode()
    rosters.work_off(SYSTEM, request.pk, NOW)
    assert rosters.work_off(SYSTEM, request.pk, NOW).state == "proposed"
    plan = Plan.objects.get()
    assert desk.get(answer.url).url == f"/forces/rosters/{plan.pk}"
    assert desk.get(answer.url, headers={"HX-Request": "true"}).headers["HX-Redirect"] == f"/forces/rosters/{plan.pk}"


@pytest.mark.django_db
def test_a_large_roster_that_cannot_be_planned_says_why(incident: Any, sign_in: Any) -> None:
    request = rosters.ask(SYSTEM, DISTRICT, TOMORROW, 1, NOW)
    rosters.work_off(SYSTEM, request.pk, NOW)
    shown = sign_in("forces.officer").get(f"/forces/rosters/requests/{request.pk}").content.decode()
    assert 'role="alert"' in shown


@pytest.mark.django_db
def test_who_does_not_come_is_replaced_from_the_nearest_spare_and_nobody_else_moves(
    gate: Any, serving: Serving, sign_in: Any
) -> None:
    people = [serving(number) for number in range(4)]
    desk = sign_in("forces.officer")
    desk.post(f"{planned(desk).url}/approval")
    gone = Assignment.objects.get(resource_id=people[0].resource_id)
    form = {"area": f"{SOUTH_GATE:019d}", "day": TOMORROW.isoformat(), "absent": [str(gone.pk)], "replace": "1"}
    assert desk.post("/forces/rosters/absence", form).status_code == 302
    gone.refresh_from_db()
    assert (gone.state, gone.end_reason) == ("released", "absent")
    live = Assignment.objects.exclude(state="released")
    assert {one.resource_id for one in live} == {people[1].resource_id, people[2].resource_id}
    assert desk.post("/forces/rosters/absence", form).status_code == 302
    assert Assignment.objects.count() == 3
    assert Plan.objects.filter(kind="forces.mending").count() == 1


@pytest.mark.django_db
def test_a_community_reports_who_did_not_come_and_strangers_do_not(gate: Any, serving: Serving, sign_in: Any) -> None:
    serving(0)
    rosters.approve(SYSTEM, rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW).pk, NOW)
    one = Assignment.objects.get()
    form = {"area": f"{SOUTH_GATE:019d}", "day": TOMORROW.isoformat(), "absent": [str(one.pk)]}
    assert sign_in("forces.community", OTHER_TOWN).post("/forces/rosters/absence", form).status_code == 404
    assert sign_in("forces.volunteers").post("/forces/rosters/absence", form).status_code == 403
    assert sign_in("forces.community", SOUTH_GATE).post("/forces/rosters/absence", form).status_code == 302
    assert Need.objects.get(kind="forces.shift").state == "waiting"
    assert mending.report_absent(SYSTEM, [one.pk], NOW) == 0


@pytest.mark.django_db
def test_key_areas_are_reinforced_from_where_people_can_be_spared(gate: Any, serving: Serving, sign_in: Any) -> None:
    teacher = serving(0, kind="teacher", address=OTHER_COMMUNITY)
    serving(1, address=OTHER_COMMUNITY)
    desk = sign_in("forces.officer")
    form = {"area": f"{DISTRICT:019d}", "day": TOMORROW.isoformat()}
    assert "南门社区" in desk.get("/forces/reinforcements", form).content.decode()
    path = desk.post("/forces/reinforcements/planning", form).url
    assert "东方红社区" in desk.get(path).content.decode()
    assert desk.post(f"{path}/approval").status_code == 302
    assert desk.post(f"{path}/approval").status_code == 302
    support = Support.objects.get()
    assert (support.volunteer_id, support.address, support.came_from) == (teacher.pk, SOUTH_GATE, OTHER_COMMUNITY)
    assert Assignment.objects.get().resource_id == teacher.resource_id
    kept = Plan.objects.get(kind="forces.reinforcement")
    assert [one.people for one in reinforcement.replayed(kept.inputs)] == [(str(teacher.pk),)]
    home = {"area": f"{SOUTH_GATE:019d}"}
    assert desk.post("/forces/reinforcements/end", home).status_code == 302
    teacher.refresh_from_db()
    assert teacher.serving_at is None
    assert desk.post("/forces/reinforcements/planning", {**form, "day": "2020-01-01"}).status_code == 409
    stranger = sign_in("forces.officer", OTHER_TOWN)
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/approval").status_code == 404
    assert stranger.post("/forces/reinforcements/end", home).status_code == 403
