"""Teams and volunteers by spreadsheet: in, again, changed, wrong; then admitted like all others."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import EVERYWHERE, span
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.sheets import actions
from gridward.kernel.sheets.exporting import export
from gridward.kernel.sheets.queries import problems_of
from gridward.kernel.sheets.writing import write_table
from gridward.lines.forces.actions import admission
from gridward.lines.forces.models import Team, Volunteer
from gridward.lines.forces.queries.volunteers import register
from tests.lines.forces.conftest import ID_NUMBER, OTHER_COMMUNITY, SOUTH_GATE, TOWN

NOW = datetime.now(UTC)
HERE, THERE = "几江街道南门社区", "德感街道东方红社区"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def check(key: str, rows: list[list[Any]], actor: Actor = SYSTEM) -> Any:
    file = io.BytesIO()
    write_table("csv", file, "x", rows)
    run = actions.upload(actor, key, "x.csv", [file.getvalue()], NOW)
    return actions.check(actor, run.pk, NOW)


def bring(key: str, rows: list[list[Any]]) -> tuple[int, int, int]:
    run = check(key, rows)
    assert not run.bad_rows, [one.words() for one in problems_of(run, 5)]
    run = actions.apply(SYSTEM, run.pk, NOW)
    return run.created_rows, run.changed_rows, run.unchanged_rows


TEAMS = ["类型", "名称", "所在区域", "所属单位", "负责人", "电话", "成立日期"]
PEOPLE = ["姓名", "电话", "身份证号", "类别", "单位", "住址", "下沉社区", "技能", "出生日期", "培训日期"]


def test_teams_come_in_once_change_and_go_out_again(incident: Any) -> None:
    Organisation.objects.create(kind="department", name="区教委", address=TOWN)
    rows = [TEAMS, ["突击队", "南门社区党员突击队", HERE, "区教委", "周队长", "13900001111", "2022-11-03"],
            ["临时党支部", "东方红临时党支部", THERE, "", "", "", "2022-11-05"]]  # fmt: skip
    assert bring("forces.teams", rows) == (2, 0, 0)
    assert bring("forces.teams", rows) == (0, 0, 2)
    rows[1][4] = "吴队长"
    assert bring("forces.teams", rows) == (0, 1, 1)
    team = Team.objects.get(kind="vanguard")
    assert (team.leader, team.address, team.founded_on) == ("吴队长", SOUTH_GATE, date(2022, 11, 3))
    assert (team.latitude, team.organisation.name) == (29.285, "区教委")
    out = io.BytesIO()
    export(SYSTEM, "forces.teams", "csv", out, EVERYWHERE, NOW)
    assert "吴队长" in out.getvalue().decode("utf-8-sig")


def test_a_team_sheet_with_faults_names_row_and_column_and_changes_nothing(incident: Any) -> None:
    run = check(
        "forces.teams", [TEAMS, ["舰队", "x", HERE, "", "", "", "2022-11-03"], ["突击队", "y", "月球", "", "", "", ""]]
    )
    found = {(one.row, one.column) for one in problems_of(run, 9)}
    assert {(2, "kind"), (3, "address"), (3, "founded_on")} <= found
    assert not Team.objects.exists()


def test_an_organisation_sends_its_people_who_wait_at_the_desk_and_are_admitted(incident: Any) -> None:
    Organisation.objects.create(kind="department", name="区教委", address=TOWN)
    rows = [PEOPLE, ["王老师", "13900002222", ID_NUMBER, "教师", "区教委", HERE, THERE, "驾驶、急救", "", "2022-11-01"],
            ["李干部", "13900003333", "", "干部", "", HERE, "", "", "1985-02-03", ""]]  # fmt: skip
    assert bring("forces.volunteers", rows) == (2, 0, 0)
    assert bring("forces.volunteers", rows) == (0, 0, 2)
    one = Volunteer.objects.get(kind="teacher")
    assert (one.name, one.phone, one.state, one.source) == ("王老师", "13900002222", "applied", "organisation")
    assert (one.born_on, one.serving_at, one.skills) == (date(1990, 3, 7), OTHER_COMMUNITY, ["driving", "first_aid"])
    assert len(one.badge) == 12
    assert list(register(SYSTEM, span(SOUTH_GATE), "王老师")) == [one]
    for two in Volunteer.objects.all():
        admission.check_identity(SYSTEM, two.pk, NOW)
    assert admission.admit_all(SYSTEM, Volunteer.objects.values_list("pk", flat=True), NOW) == (2, 0)
    codes = {two.code for two in Volunteer.objects.all()}
    assert len(codes) == 2
    assert all(len(code) == 20 for code in codes)
    rows[1][1] = "13900009999"
    assert bring("forces.volunteers", rows) == (0, 1, 1)
    one.refresh_from_db()
    assert (one.phone, one.state, one.code in codes) == ("13900009999", "admitted", True)


def test_a_sheet_says_nothing_of_other_areas_and_takes_nobody_there(incident: Any, sign_in: Callable[..., Any]) -> None:
    reach = {"volunteers.change": (span(OTHER_COMMUNITY),), "sheets.import": (span(OTHER_COMMUNITY),)}
    run = check("forces.volunteers", [PEOPLE, ["王", "13900002222", "", "", "", HERE, "", "", "1985-02-03", ""]],
                Actor(user_id=None, reach=reach))  # fmt: skip
    assert [one.code for one in problems_of(run, 5)] == ["outside_reach"]


def test_a_minor_of_a_sheet_gets_no_nights(incident: Any) -> None:
    born = f"{NOW.year - 17}-01-01"
    bring("forces.volunteers", [PEOPLE, ["小王", "13900002222", "", "", "", HERE, "", "", born, ""]])
    assert Volunteer.objects.get().limits == ["no_night"]
