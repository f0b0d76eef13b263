"""Files as they come: formats, encodings, headers, and those that must be refused before they do harm."""

import io
import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridward.kernel.errors import AppError
from gridward.kernel.sheets import errors
from gridward.kernel.sheets.cells import Context, Integer, Text
from gridward.kernel.sheets.checking import Check
from gridward.kernel.sheets.columns import Column
from gridward.kernel.sheets.dates import Day
from gridward.kernel.sheets.guarding import MEGABYTE, Limits
from gridward.kernel.sheets.heading import find_heading, with_mapping
from gridward.kernel.sheets.reading import open_grids

COLUMNS = (
    Column("name", "姓名", "Name", Text(), required=True),
    Column("age", "年龄", "Age", Integer(high=150)),
    Column("seen_on", "登记日期", "Registered", Day(), aliases=("登记时间",)),
)
HERE = Context(ZoneInfo("Asia/Shanghai"), date(2026, 6, 1))
TABLE = "姓名,年龄,登记日期\n张三,12,2022-11-03\n李四,abc,3/4/2022\n"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "sheet"
        path.write_bytes(content)
        return path

    return write


def a_workbook(rows: list[list[Any]], *merged: tuple[int, int, int, int, str]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("名单")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    for one in merged:
        sheet.merge_range(*one)
    book.close()
    return file.getvalue()


def checked(path: Path, limits: Limits | None = None) -> tuple[list[Any], list[Any]]:
    grid = open_grids(path, limits or Limits())[0]
    heading = find_heading(grid.head(), COLUMNS, {})
    blocks = list(Check(COLUMNS, HERE).blocks(grid, heading))
    return [row for block in blocks for row in block.good], [one for block in blocks for one in block.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_table_is_read_in_every_usual_encoding(written: Any, encoding: str, delimiter: str) -> None:
    good, problems = checked(written(TABLE.replace(",", delimiter).encode(encoding)))
    assert good == [(2, ["张三", 12, date(2022, 11, 3)])]
    assert [(one.row, one.column, one.code) for one in problems] == [
        (3, "age", "not_integer"),
        (3, "seen_on", "ambiguous_date"),
    ]


def test_bytes_of_no_certain_encoding_are_refused_with_the_place_of_the_first(written: Any) -> None:
    with pytest.raises(errors.UnknownEncoding) as refused:
        checked(written("名,é\n".encode() + b"caf\xe9 cr\xe8me br\xfbl\xe9e\n"))
    assert refused.value.params["byte"] == 11


def test_the_header_is_found_below_merged_titles_and_rows_keep_their_numbers(written: Any) -> None:
    rows = [
        ["某社区人员名单"],
        [],
        ["填表人：王五"],
        ["序号", "姓 名*", "年龄（岁）", "登记时间"],
        [1, "张三", 12, "20221103"],
        [],
        [2, "", 9],
    ]
    good, problems = checked(written(a_workbook(rows)))
    assert good == [(5, ["张三", 12, date(2022, 11, 3)])]
    assert [(one.row, one.column, one.code) for one in problems] == [(7, "name", "missing")]


def test_a_header_repeated_on_every_printed_page_is_no_row(written: Any) -> None:
    good, problems = checked(written((TABLE + "姓名,年龄,登记日期\n王五,1,\n").encode()))
    assert [number for number, _row in good] == [2, 5] and len(problems) == 2


def test_a_merged_cell_counts_for_every_row_it_spans(written: Any) -> None:
    content = a_workbook([["姓名", "年龄"], [None, 1], [None, 2], ["李四", 3]], (1, 0, 2, 0, "张三"))
    assert [row[0] for _number, row in checked(written(content))[0]] == ["张三", "张三", "李四"]


def test_a_title_twice_is_refused_by_the_letters_of_its_columns(written: Any) -> None:
    with pytest.raises(errors.ColumnTwice) as refused:
        checked(written("姓名,年龄,Name\n张三,1,李四\n".encode()))
    assert (refused.value.params["first"], refused.value.params["second"]) == ("A", "C")


def test_a_mapping_is_remembered_by_the_header_whatever_stands_below(written: Any) -> None:
    grid = open_grids(written("谁,几岁\n张三,1\n".encode()), Limits())[0]
    heading = find_heading(grid.head(), COLUMNS, {})
    assert heading.mapped == ("", "")
    chosen = with_mapping(heading, ("name", "age"), COLUMNS)
    later = open_grids(written("名单,\n谁 ,几岁*\n李四,2\n".encode()), Limits())[0]
    found = find_heading(later.head(), COLUMNS, {chosen.fingerprint: chosen.mapped})
    assert (found.row, found.mapped) == (2, ("name", "age"))


def test_a_required_column_left_out_is_named(written: Any) -> None:
    grid = open_grids(written("谁,年龄\n张三,1\n".encode()), Limits())[0]
    heading = find_heading(grid.head(), COLUMNS, {})
    with pytest.raises(errors.HeaderMissing, match="姓名|Name"):
        with_mapping(heading, ("", "age"), COLUMNS)


def test_an_open_quotation_mark_is_named_by_its_line(written: Any) -> None:
    with pytest.raises(errors.BrokenText) as refused:
        checked(written('姓名,年龄\n张三,1\n"李四,2\n王五,3\n'.encode()))
    assert refused.value.params["line"] == 3


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    path.touch()
    os.truncate(path, 200 * MEGABYTE)
    with pytest.raises(errors.FileTooLarge) as refused:
        open_grids(path, Limits())
    assert refused.value.params == {"megabytes": "200", "most": 50}


def test_a_small_file_that_unpacks_into_a_huge_one_is_refused(written: Any) -> None:
    file = io.BytesIO(a_workbook([["姓名"], ["张三"]]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * (8 * MEGABYTE))
    with pytest.raises(errors.FileUnpacksTooLarge):
        open_grids(written(file.getvalue()), Limits(unpacked_bytes=4 * MEGABYTE))


def test_one_stray_cell_in_the_last_corner_does_not_fill_the_memory(written: Any) -> None:
    rows: list[list[Any]] = [["姓名"], ["张三"]]
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(errors.TooManyCells):
        open_grids(written(file.getvalue()), Limits())


_ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S">%s</table:table></office:spreadsheet></office:body></office:document-content>'
)


_ODS_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def an_ods(*rows: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS % "".join(rows))
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return file.getvalue()


def an_ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell {more} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def test_an_opendocument_sheet_is_read_without_its_endless_empty_rows(written: Any) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = [
        f"<table:table-row>{an_ods_cell('姓名')}{an_ods_cell('年龄')}</table:table-row>",
        f"<table:table-row>{an_ods_cell('张三')}{an_ods_cell('3')}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="1048574">{empty}</table:table-row>',
    ]
    assert checked(written(an_ods(*rows)))[0] == [(2, ["张三", 3, None])]


def test_an_opendocument_cell_repeated_without_end_is_refused(written: Any) -> None:
    wide = an_ods_cell("x", 'table:number-columns-repeated="16384"')
    long = '<table:table-row table:number-rows-repeated="900000">' + an_ods_cell("x") + "</table:table-row>"
    for row in (f"<table:table-row>{wide}</table:table-row>", long):
        with pytest.raises(errors.TooManyCells):
            open_grids(written(an_ods(row)), Limits())


@pytest.mark.parametrize("limits", [Limits(rows=2), Limits(columns=2)])
def test_a_text_table_beyond_the_limits_is_refused(written: Any, limits: Limits) -> None:
    with pytest.raises(errors.TooManyCells):
        checked(written(TABLE.encode()), limits)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.EmptySheet),
        (b" \n", errors.EmptySheet),
        (b"%PDF-1.7 x", errors.UnknownFormat),
        (b"\x00\x01\x02binary", errors.UnknownFormat),
        (b"PK\x03\x04junk", errors.BrokenWorkbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, errors.BrokenWorkbook),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_name(written: Any, content: bytes, refusal: type[AppError]) -> None:
    with pytest.raises(refusal):
        checked(written(content))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(5, 5_000), at=st.integers(0, 5_000), byte=st.integers(0, 255))
def test_a_damaged_workbook_is_refused_and_never_crashes(written: Any, cut: int, at: int, byte: int) -> None:
    content = bytearray(a_workbook([["姓名", "年龄"], ["张三", 1]]))
    content[at % len(content)] = byte
    try:
        checked(written(bytes(content[: cut if at % 2 else len(content)])))
    except AppError as refused:
        assert str(refused)
