"""Sheets that go back: nothing lost, errors beside the rows, and no cell that becomes a formula."""

import io
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gridward.kernel.sheets.cells import Context, Integer, Text
from gridward.kernel.sheets.checking import Check
from gridward.kernel.sheets.columns import Column
from gridward.kernel.sheets.decoding import guarded, rows_of, unguarded
from gridward.kernel.sheets.guarding import Limits
from gridward.kernel.sheets.heading import RETURNED_TITLES, find_heading
from gridward.kernel.sheets.identifiers import IdNumber, Phone
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.reading import open_grids
from gridward.kernel.sheets.returning import return_sheet, write_template
from gridward.kernel.sheets.writing import csv_stream, write_table

COLUMNS = (
    Column("name", "姓名", "Name", Text(), required=True, example="张三"),
    Column("phone", "电话", "Phone", Phone(), example="13800001234"),
    Column("id_number", "身份证号", "ID number", IdNumber()),
    Column("age", "年龄", "Age", Integer(), example="42"),
)
HERE = Context(ZoneInfo("Asia/Shanghai"), date(2026, 6, 1))
# What a spreadsheet cell can hold: no control characters, no half of a surrogate pair.
CELL_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=30)


@given(
    text=st.one_of(
        CELL_TEXT, st.tuples(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "'=", "＝"]), CELL_TEXT).map("".join)
    )
)
def test_a_guarded_text_starts_no_formula_and_comes_back_the_same(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert unguarded(guarded(text)) == text


@given(table=st.lists(st.lists(CELL_TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_a_table_written_as_csv_is_read_back_cell_by_cell(table: list[list[str]]) -> None:
    content = b"".join(csv_stream([["a", "b"], *table])).decode("utf-8-sig")
    assert list(rows_of(content))[1:] == table


def test_no_cell_of_an_exported_workbook_is_a_formula() -> None:
    file = io.BytesIO()
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://example.org")', "13800001234", -5]
    write_table("xlsx", file, "名单", [["a"], *[[value] for value in evil]])
    file.seek(0)
    rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == evil
    xml = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml and b"hyperlink" not in xml


def returned(path: Path, **how: Any) -> tuple[Any, Any]:
    grid = open_grids(path, Limits())[0]
    heading = find_heading(grid.head(), COLUMNS, {})
    problems: dict[int, list[RowProblem]] = {}
    for block in Check(COLUMNS, HERE, identities=(("phone",),)).blocks(grid, heading):
        for problem in block.problems:
            problems.setdefault(problem.row, []).append(problem)
    target = path.with_name("returned")
    with target.open("wb") as file:
        return_sheet(grid, heading, COLUMNS, problems, file, **how)
    back = open_grids(target, Limits())[0]
    return list(back.rows()), find_heading(back.head(), COLUMNS, {})


SHEET = [
    ["某社区"],
    ["姓名", "电话", "备注"],
    ["张三", "13800001234", "=x"],
    ["", "x1", "y"],
    ["李四", "13800001234", ""],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sheet_comes_back_with_what_to_mend_beside_each_bad_row(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "sheet"
    with path.open("wb") as file:
        write_table(kind, file, "名单", SHEET)
    with override("en"):
        rows, heading = returned(path, every_row=True)
        assert [list(row[:2]) for row in rows[1:]] == [row[:2] for row in SHEET[1:]]
        assert [row[3] if len(row) > 3 else "" for row in rows] == [
            "",
            "What to mend",
            "",
            "Name: Fill in this cell: it is required.\n"
            "Phone: “x1” is not a phone number. Write a mobile of 11 digits, or a landline like 023-47521234.",
            "Phone: Row 3 is about the same. Keep one of the two.",
        ]
        assert heading.mapped == ("name", "phone", "", "")
        bad_only, _heading = returned(path, every_row=False)
        assert len(bad_only) == 4


def test_a_returned_sheet_that_comes_back_again_has_one_column_of_errors(tmp_path: Path) -> None:
    path = tmp_path / "sheet"
    with path.open("wb") as file:
        write_table("csv", file, "", [["姓名", RETURNED_TITLES[0]], ["", "old words"], ["张三", "old"]])
    rows, heading = returned(path, every_row=True)
    assert len(rows[0]) == 2 and heading.mapped == ("name", "")
    assert rows[2][1] == "" and "old" not in rows[1][1]


def test_a_template_can_be_uploaded_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    with path.open("wb") as file:
        write_template("人员", COLUMNS, file)
    grids = open_grids(path, Limits())
    assert [grid.sheet for grid in grids] == ["人员", "说明", "Notes"]
    heading = find_heading(grids[0].head(), COLUMNS, {})
    assert heading.mapped == ("name", "phone", "id_number", "age")
    blocks = list(Check(COLUMNS, HERE).blocks(grids[0], heading))
    assert blocks[0].good == [(2, ["张三", "13800001234", None, 42])] and not blocks[0].problems


def test_a_hundred_thousand_rows_of_eight_columns_are_checked_within_four_seconds_of_processor(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    titles = "姓名,电话,年龄,甲,乙,丙,丁,戊\n"
    path.write_text(
        titles + "".join(f"张{n % 3000},138{n:08d},{n % 90},a,b,c,d,{n}\n" for n in range(100_000)), "utf-8"
    )
    columns = (*COLUMNS[:2], COLUMNS[3], *(Column(key, key, key, Text()) for key in "甲乙丙丁戊"))
    grid = open_grids(path, Limits())[0]
    heading = find_heading(grid.head(), columns, {})
    start = time.process_time()
    good = sum(len(block.good) for block in Check(columns, HERE, identities=(("phone",),)).blocks(grid, heading))
    assert good == 100_000
    assert time.process_time() - start < 4
