"""Branches and teams through HTTP: founding, correcting, closing, finding."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gridward.kernel import clock
from gridward.kernel.journal.models import Entry
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.models import Team
from tests.lines.forces.conftest import OTHER_COMMUNITY, SOUTH_GATE, TOWN, verbs_of

DESK = "forces.volunteers"


def found(desk: Any, **given: Any) -> Any:
    body = {
        "kind": "temporary_branch",
        "name": "南门社区临时党支部",
        "address": str(SOUTH_GATE),
        "founded_on": "2022-11-03",
        "leader": "周书记",
        "phone": "13900001111",
        **given,
    }
    return desk.post("/forces/teams/founding", body)


@pytest.fixture
def team(sign_in: Any) -> Team:
    found(sign_in(DESK))
    return Team.objects.get()


def test_a_team_is_founded_shown_and_journalled(team: Team, sign_in: Any) -> None:
    assert sign_in("forces.community", OTHER_COMMUNITY).get(f"/forces/teams/{team.pk}").status_code == 404
    page = sign_in("forces.community", SOUTH_GATE).get(f"/forces/teams/{team.pk}").content.decode()
    assert "周书记" in page
    assert "2022-11-03" in page
    assert verbs_of(team.pk) == ["forces.team_founded"]
    assert (team.latitude, team.longitude) == (29.285, 106.252)


def test_the_same_team_stands_once_and_sent_twice_is_once(team: Team, sign_in: Any) -> None:
    assert found(sign_in(DESK)).status_code == 409
    key = "0190b0c0-0000-7000-8000-000000000002"
    answers = [found(sign_in(DESK), id=key, name="先锋突击队", kind="vanguard") for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert Team.objects.count() == 2


def test_only_the_desk_of_the_place_may_found_or_close(team: Team, sign_in: Any) -> None:
    assert found(sign_in(DESK, OTHER_COMMUNITY), name="别处").status_code == 403
    assert found(sign_in("forces.officer"), name="别处").status_code == 403
    far = sign_in(DESK, OTHER_COMMUNITY)
    assert far.post(f"/forces/teams/{team.pk}/closure", {"reason": "任务完成"}).status_code == 404
    assert sign_in("auditor").get("/forces/teams").status_code == 403
    assert Team.objects.filter(closed_on=None).count() == 1


def test_what_is_wrong_is_said_and_nothing_is_kept(sign_in: Any) -> None:
    desk = sign_in(DESK)
    assert found(desk, address="1").status_code == 422
    assert found(desk, founded_on="someday").status_code == 422
    assert "没有" in found(desk, organisation="没有的单位").content.decode()
    assert not Team.objects.exists()


def test_a_closed_team_keeps_its_history_lets_its_members_go_and_may_be_founded_anew(
    team: Team, sign_in: Any, applied: Any
) -> None:
    desk, member = sign_in(DESK), applied()
    member.team = team
    member.save()
    path = f"/forces/teams/{team.pk}/closure"
    assert desk.post(path, {"reason": ""}).status_code == 422
    assert desk.post(path, {"reason": "太早", "on": "2022-11-01"}).status_code == 422
    for _ in range(2):
        assert desk.post(path, {"reason": "任务完成"}).status_code == 302
    team.refresh_from_db()
    member.refresh_from_db()
    assert (team.close_reason, member.team) == ("任务完成", None)
    told = Entry.objects.get(subject_id=str(team.pk), verb="forces.team_closed")
    assert told.data["members"] == 1
    assert "任务完成" in desk.get(f"/forces/teams/{team.pk}").content.decode()
    assert team.name in desk.get("/forces/teams?state=closed").content.decode()
    assert desk.post(f"/forces/teams/{team.pk}/record", {"name": "新名", "founded_on": "2022-11-03"}).status_code == 409
    assert found(desk).status_code == 302


def test_a_team_belongs_to_an_organisation_and_is_corrected(team: Team, sign_in: Any) -> None:
    office = Organisation.objects.create(kind="department", name="区教委", address=TOWN)
    body = {"name": team.name, "leader": "王书记", "organisation": "区教委", "founded_on": "2022-11-04"}
    assert sign_in(DESK).post(f"/forces/teams/{team.pk}/record", body).status_code == 302
    team.refresh_from_db()
    assert (team.leader, team.organisation, team.founded_on) == ("王书记", office, date(2022, 11, 4))
    entry = Entry.objects.get(verb="forces.team_changed")
    assert "王书记" not in str(entry.data)


def test_the_register_searches_by_pinyin_counts_by_kind_and_stays_in_its_area(team: Team, sign_in: Any) -> None:
    desk = sign_in(DESK)
    assert team.name in desk.get("/forces/teams?q=nmsq").content.decode()
    assert team.name not in desk.get(f"/forces/teams?area={OTHER_COMMUNITY}").content.decode()
    tomorrow = clock.local_day(clock.now()) + timedelta(days=1)
    Team.objects.filter(pk=team.pk).update(founded_on=tomorrow)
    assert team.name not in desk.get("/forces/teams").content.decode()


def test_the_map_gets_the_teams_of_the_area(team: Team, sign_in: Any) -> None:
    points = sign_in(DESK).get("/forces/teams/points.geojson").json()["features"]
    assert [one["geometry"]["coordinates"] for one in points] == [[106.252, 29.285]]
    assert points[0]["properties"]["url"] == f"/forces/teams/{team.pk}"
