"""Every register of the kernel: in, changed, again, out; and the official tables as they are published."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import EVERYWHERE, from_code
from gridward.kernel.areas.models import Area
from gridward.kernel.journal.models import Entry
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import query_tokens
from gridward.kernel.secrecy.keyring import search_key
from gridward.kernel.sheets import actions
from gridward.kernel.sheets.editions import between, read_edition
from gridward.kernel.sheets.errors import BadRowsLeft, ChangedSincePreview, HeaderMissing, ImportOver, UnknownSheet
from gridward.kernel.sheets.exporting import export
from gridward.kernel.sheets.models import ImportRun
from gridward.kernel.sheets.queries import problems_of, sheet
from gridward.kernel.sheets.returning import write_template
from gridward.kernel.sheets.writing import write_table
from tests.kernel.conftest import NORTH, SOUTH, TOWN

NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)
ADMIN = Path(__file__).resolve().parents[4] / "shared" / "data" / "admin"
real_tables = pytest.mark.skipif(not ADMIN.exists(), reason="the official tables (../shared/data/admin) are not here")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


Importer = Callable[..., ImportRun]


def preview(key: str, rows: list[list[Any]], kind: str = "csv") -> ImportRun:
    file = io.BytesIO()
    write_table(kind, file, "x", rows)
    run = actions.upload(SYSTEM, key, f"x.{kind}", [file.getvalue()], NOW)
    return actions.check(SYSTEM, run.pk, NOW)


def bring(key: str, rows: list[list[Any]], **how: Any) -> tuple[int, int, int]:
    run = preview(key, rows)
    assert how or not run.bad_rows, [one.words() for one in problems_of(run, 5)]
    run = actions.apply(SYSTEM, run.pk, NOW, **how)
    return run.created_rows, run.changed_rows, run.unchanged_rows


def bring_file(key: str, path: Path) -> ImportRun:
    with path.open("rb") as file:
        run = actions.upload(SYSTEM, key, path.name, iter(lambda: file.read(65536), b""), NOW)
    run = actions.check(SYSTEM, run.pk, NOW)
    assert not run.bad_rows, [one.words() for one in problems_of(run, 5)]
    return actions.apply(SYSTEM, run.pk, NOW)


PEOPLE = ["姓名", "身份证号", "电话", "住址", "房号", "特殊需求"]
SOUTH_NAME, NORTH_NAME = "几江街道南门社区", "几江街道北门社区"


def test_a_blank_cell_leaves_what_is_there(incident: Any) -> None:
    assert bring("people", [PEOPLE, ["张三", "110101199003070038", "13800001234", SOUTH_NAME, "301", "dialysis"]]) == (
        1,
        0,
        0,
    )
    assert bring("people", [PEOPLE, ["张三", "110101199003070038", "", SOUTH_NAME, "", ""]]) == (0, 0, 1)
    assert bring("people", [PEOPLE, ["张三", "110101199003070038", "13900001234", NORTH_NAME, "", ""]]) == (0, 1, 0)
    person = Person.objects.get()
    assert (person.phone, person.address, person.room, person.traits) == ("13900001234", NORTH, "301", ["dialysis"])
    assert (person.born_on, person.sex) == (date(1990, 3, 7), "m")
    assert set(query_tokens("13900001234", search_key(person.incident_id, "person"))) <= set(person.tokens)
    assert Entry.objects.filter(verb="person.changed", subject_id=str(person.pk)).count() == 1


def test_without_an_id_number_the_name_at_the_door_is_the_person(incident: Any) -> None:
    Person.objects.create(name="张三", address=SOUTH, room="301")
    rows = [PEOPLE, ["张三", "", "13800001234", SOUTH_NAME, "301", ""], ["张三", "", "", SOUTH_NAME, "302", ""]]
    assert bring("people", rows) == (1, 1, 0)
    assert bring("people", [PEOPLE, ["张三", "110101199003070038", "", SOUTH_NAME, "301", ""]]) == (0, 1, 0)
    assert Person.objects.count() == 2


def test_two_rows_that_lead_to_one_record_are_refused(incident: Any) -> None:
    Person.objects.create(name="张三", address=SOUTH, room="301", id_number="110101199003070038")
    run = preview(
        "people",
        [PEOPLE, ["张三", "110101199003070038", "", SOUTH_NAME, "301", ""], ["张三", "", "", SOUTH_NAME, "301", ""]],
    )
    assert [(one.row, one.code, one.params["first"]) for one in problems_of(run, 5)] == [(3, "same_record", "2")]


def test_a_row_that_several_records_answer_is_refused(incident: Any) -> None:
    for phone in ("13800001234", "13900001234"):
        Person.objects.create(name="张三", address=SOUTH, room="301", phone=phone)
    run = preview("people", [PEOPLE, ["张三", "", "", SOUTH_NAME, "301", ""]])
    assert [one.code for one in problems_of(run, 5)] == ["ambiguous_record"]


def test_an_id_number_that_contradicts_birthday_or_sex_is_refused(incident: Any) -> None:
    head = ["姓名", "身份证号", "住址", "出生日期", "性别"]
    rows = [
        ["张三", "110101199003070038", SOUTH_NAME, "1990-03-08", ""],
        ["李四", "110101199003070038", SOUTH_NAME, "", "女"],
    ]
    run = preview("people", [head, *rows])
    assert [one.code for one in problems_of(run, 5)] == ["id_birthday", "id_sex"]


def test_the_preview_changes_nothing_and_says_which_fields_would(incident: Any) -> None:
    Person.objects.create(name="张三", address=SOUTH, room="301", phone="13800001234")
    run = preview(
        "people", [PEOPLE, ["张三", "", "13900001234", SOUTH_NAME, "301", ""], ["李四", "", "", SOUTH_NAME, "9", ""]]
    )
    assert (run.created_rows, run.changed_rows, run.changes) == (1, 1, {"phone": 1})
    assert Person.objects.get().phone == "13800001234"
    assert not Entry.objects.filter(verb="sheet.applied").exists()


def test_all_or_nothing_leaves_nothing_when_a_row_is_bad(incident: Any) -> None:
    run = preview("people", [PEOPLE, ["张三", "", "", SOUTH_NAME, "", ""], ["", "", "", SOUTH_NAME, "", ""]])
    with pytest.raises(BadRowsLeft):
        actions.apply(SYSTEM, run.pk, NOW)
    assert not Person.objects.exists()
    actions.apply(SYSTEM, run.pk, NOW, good_rows_only=True)
    assert Person.objects.count() == 1


def test_a_register_that_changed_since_the_preview_stops_the_import(incident: Any) -> None:
    run = preview("people", [PEOPLE, ["张三", "", "", SOUTH_NAME, "301", ""]])
    for phone in ("1", "2"):
        Person.objects.create(name="张三", address=SOUTH, room="301", phone=phone)
    with pytest.raises(ChangedSincePreview):
        actions.apply(SYSTEM, run.pk, NOW)
    assert Person.objects.count() == 2


def test_applying_twice_changes_nothing_and_turning_down_afterwards_is_refused(incident: Any) -> None:
    run = preview("people", [PEOPLE, ["张三", "", "", SOUTH_NAME, "301", ""]])
    actions.apply(SYSTEM, run.pk, NOW)
    actions.apply(SYSTEM, run.pk, NOW)
    assert Entry.objects.filter(verb="sheet.applied").count() == 1
    with pytest.raises(ImportOver):
        actions.turn_down(SYSTEM, run.pk, NOW)


def test_text_with_tabs_quotes_and_backslashes_arrives_as_it_is(incident: Any) -> None:
    note = 'a\tb\\c "d"\n{e,f} \\N'
    bring("people", [["姓名", "住址", "备注"], ["张三", SOUTH_NAME, note]])
    assert Person.objects.get().note == note


def test_organisations_resources_and_accounts_are_made_and_made_only_once(incident: Any) -> None:
    kind = next(iter(registry().resource_kinds.values()))
    bodies = [["类型", "名称", "所在区域", "电话"], ["医院", "中心医院", "几江街道", "023-47521234"]]
    teams = [
        ["类型", "名称", "服务区域", "所属单位", "技能"],
        [kind.key, "应急9号", "几江街道", "中心医院", "wheelchair"],
    ]
    staff = [["账号", "姓名", "角色", "管辖区域", "单位"], ["zhang", "张小明", "community", SOUTH_NAME, "中心医院"]]
    for counts in ((1, 0, 0), (0, 0, 1)):
        assert [
            bring(key, rows) for key, rows in (("organisations", bodies), ("resources", teams), ("accounts", staff))
        ] == [counts] * 3
    hospital, car, user = Organisation.objects.get(), Resource.objects.get(), User.objects.get(username="zhang")
    assert (hospital.kind, car.organisation, car.skills, car.exclusive, car.address) == (
        "hospital",
        hospital,
        ["wheelchair"],
        True,
        TOWN,
    )
    assert not user.has_usable_password() and user.organisation == hospital
    assert list(Grant.objects.values_list("user", "role", "address")) == [(user.pk, "community", SOUTH)]
    assert Entry.objects.get(verb="grant.given").subject_id == str(user.pk)


def test_an_unknown_organisation_or_role_is_refused(incident: Any) -> None:
    run = preview("accounts", [["账号", "姓名", "角色", "管辖区域", "单位"], ["a", "A", "king", SOUTH_NAME, "nobody"]])
    assert sorted(one.code for one in problems_of(run, 5)) == ["unknown_choice", "unknown_name"]


@pytest.mark.parametrize("key", ["areas", "people", "organisations", "resources", "accounts"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_register_gives_out_it_takes_back_unchanged(incident: Any, car: Resource, key: str, kind: str) -> None:
    user = User.objects.create_user("a", display_name="甲")
    Grant.objects.create(user=user, role="town", address=TOWN)
    Organisation.objects.create(kind="team", name="-队", address=TOWN)
    Person.objects.create(name="=张", address=SOUTH, room="3-01", born_on=date(1990, 3, 7), traits=["night_feeding"])
    Resource.objects.filter(pk=car.pk).update(kind=next(iter(registry().resource_kinds)))
    file = io.BytesIO()
    count = export(SYSTEM, key, kind, file, EVERYWHERE, NOW)
    run = actions.upload(SYSTEM, key, f"x.{kind}", [file.getvalue()], NOW)
    run = actions.check(SYSTEM, run.pk, NOW)
    assert not run.bad_rows, [one.words() for one in problems_of(run, 5)]
    assert (run.unchanged_rows, run.created_rows, run.changed_rows) == (count, 0, 0), run.changes
    assert count


@pytest.mark.parametrize("key", ["areas", "people", "organisations", "resources", "accounts"])
def test_every_template_opens_with_all_its_columns(incident: Any, key: str) -> None:
    file = io.BytesIO()
    write_template(key, sheet(key).columns, file)
    run = actions.upload(SYSTEM, key, "t.xlsx", [file.getvalue()], NOW)
    assert [one for one in run.mapping if one] == [column.key for column in sheet(key).shown_columns]


def test_a_required_column_that_is_missing_is_named_and_an_unknown_register_refused(incident: Any) -> None:
    run = actions.upload(SYSTEM, "people", "x.csv", ["姓名,电话\n张三,\n".encode()], NOW)
    with pytest.raises(HeaderMissing, match="住址|Lives at"):
        actions.ask_for_check(SYSTEM, run.pk, NOW)
    with pytest.raises(UnknownSheet):
        actions.upload(SYSTEM, "dragons", "x.csv", [b"a,b\n1,2\n"], NOW)


def test_files_are_forgotten_after_their_time_and_their_counts_kept(incident: Any, tmp_path: Path) -> None:
    run = preview("people", [PEOPLE, ["张三", "", "", SOUTH_NAME, "301", ""]])
    assert actions.forget(NOW) == 0
    assert actions.forget(datetime(2022, 12, 10, tzinfo=UTC)) == 1
    run.refresh_from_db()
    assert run.forgotten and run.good_rows == 1 and not list((tmp_path / "imports").iterdir())


def test_a_place_that_gets_another_name_keeps_the_former_one(incident: Any) -> None:
    assert bring("areas", [["code", "name"], ["500116001002", "南门新社区"]]) == (0, 1, 0)
    area = Area.objects.get(pk=SOUTH)
    assert (area.name, area.former_names) == ("南门新社区", ["南门社区"])
    assert set(query_tokens("南门社区")) <= set(area.tokens)


def test_codes_that_do_not_fit_together_are_refused(incident: Any) -> None:
    rows = [
        ["code", "name", "streetCode"],
        ["500116001009", "甲", "500116002"],
        ["5001", "乙", ""],
        ["12345", "丙", ""],
    ]
    run = preview("areas", rows)
    assert [(one.row, one.code) for one in problems_of(run, 5)] == [(2, "wrong_parent"), (4, "unknown_level")]


def test_positions_in_gcj02_are_stored_as_wgs84(incident: Any) -> None:
    bring(
        "areas",
        [["code", "name", "latitude", "longitude", "坐标系"], ["500116001002", "南门社区", 29.29, 106.26, "GCJ-02"]],
    )
    area = Area.objects.get(pk=SOUTH)
    assert abs(area.latitude - 29.29) > 0.001 and abs(area.longitude - 106.26) > 0.001


@real_tables
def test_the_official_tables_go_in_whole_and_the_second_time_change_nothing(db: Any) -> None:
    tables = [("areas", 38), ("streets", 1031), ("villages", 11_270)]
    for name, count in tables:
        assert bring_file("areas", ADMIN / f"nbs2023_chongqing_{name}.csv").created_rows == count
    for name, count in tables:
        again = bring_file("areas", ADMIN / f"nbs2023_chongqing_{name}.csv")
        assert (again.created_rows, again.changed_rows, again.unchanged_rows) == (0, 0, count)
    jiangjin = bring_file("areas", ADMIN / "nbs2023_jiangjin_villages.csv")
    assert (jiangjin.created_rows, jiangjin.unchanged_rows) == (0, 301)


@real_tables
def test_the_editions_of_2016_and_2023_share_258_of_301_communities_of_jiangjin(db: Any) -> None:
    spec = sheet("areas")
    newer, bad = read_edition(spec, [ADMIN / "nbs2023_jiangjin_villages.csv"])
    older, worse = read_edition(spec, [ADMIN / "nbs2016_jiangjin_urcode_coords.csv"])
    assert not bad and not worse
    found = between(older, newer)
    assert (found.after, found.kept, len(found.came)) == (301, 258, 43)
    assert found.before == found.kept + len(found.went)
    assert ("500116002004", "磷肥厂社区居委会", "桥北社区居民委员会") in found.renamed


def test_an_ending_that_only_became_longer_is_no_new_name() -> None:
    code = from_code("500116001")
    found = between({code: "几江街道办事处"}, {code: "几江街道"})
    assert (found.renamed, found.respelled) == ([], [("500116001", "几江街道办事处", "几江街道")])
