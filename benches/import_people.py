"""A large .xlsx of people, one row in a hundred bad: uploaded, checked, previewed, imported, the bad rows given back.

It runs on a scratch database beside the configured one, with the reference district's places in it. The clock covers
everything a person waits for, from the upload to the returned sheet; making the file up is left out.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from benches.web_load import database_cpu_s, prepare, scratch_database

PLACES_SCALE = 0.1
SEED = 7
BAD_EVERY = 100
TITLES = ("姓名", "手机号", "身份证号码", "性别", "出生日期", "现住址", "房号", "特殊需求", "备注")
_FIRST_DAY = date(1935, 1, 1)
_DAYS = 30_000


def run(rows: int) -> dict[str, Any]:
    """The figures of one import of `rows` rows; raises AssertionError where a row went astray."""
    with scratch_database() as url:
        return prepare(url, "benches.import_people:measure", str(rows))


def measure(rows: int) -> dict[str, Any]:
    """Import a made-up sheet twice into the bound database and time each step; called in a process of its own."""
    from django.conf import settings
    from django.core.files.temp import gettempdir

    with tempfile.TemporaryDirectory(dir=gettempdir()) as folder:
        settings.MEDIA_ROOT = folder
        sheet = Path(folder) / "people.xlsx"
        bad = _write_sheet(sheet, rows, _doors())
        figures = _timed_import(sheet)
        again = _timed_import(sheet)
        assert (figures["bad_rows"], figures["created"]) == (bad, rows - bad), figures
        assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, rows - bad), again
        figures["again_s"] = again["preview_s"] + again["apply_s"]
        figures["again_changed"] = again["created"] + again["changed"]
        waited_s = figures["preview_s"] + figures["apply_s"] + figures["returned_s"]
        return {"rows": rows, **figures, "rows_per_s": round(rows / waited_s), "file_mb": sheet.stat().st_size / 1e6}


def _doors() -> list[tuple[str, str]]:
    """Every unit of the reference district, written now by name and now by code."""
    from gridward.drill.district.load import load_areas, settle
    from gridward.kernel.address import Level, text
    from gridward.kernel.areas.models import Area
    from gridward.kernel.areas.queries import full_names

    load_areas(*settle(PLACES_SCALE, SEED))
    units = list(Area.objects.filter(level=Level.UNIT).order_by("address").values_list("address", flat=True))
    names = full_names(units)
    return [(names[unit], text(unit)) for unit in units]


def _write_sheet(path: Path, rows: int, doors: list[tuple[str, str]]) -> int:
    """A sheet as a community sends it: a title row above the header. Returns how many rows are bad."""
    from xlsxwriter import Workbook

    book = Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("人员")
    sheet.write_string(0, 0, "人员登记表")
    sheet.write_row(1, 0, TITLES)
    bad = 0
    for number, row in enumerate(_rows(rows, doors)):
        if number % BAD_EVERY == BAD_EVERY - 1:
            row = _SPOILERS[bad % len(_SPOILERS)](row)
            bad += 1
        sheet.write_row(number + 2, 0, row)
    book.close()
    return bad


def _rows(rows: int, doors: list[tuple[str, str]]) -> Iterator[list[str]]:
    from gridward.drill.district.identities import phone
    from gridward.kernel.sheets.identifiers import check_digit

    surnames, given = "王李张刘陈杨黄赵周吴徐孙", "伟芳敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
    for number in range(rows):
        born, serial = _FIRST_DAY + timedelta(days=number * 7919 % _DAYS), number // _DAYS * 2 + number % 2
        body = f"999999{born:%Y%m%d}{serial:03d}"
        name = surnames[number % 12] + given[number // 12 % 22] + given[number // 264 % 22]
        door = doors[number * 31 % len(doors)][number % 2]
        style = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d")[number % 4]
        trait = "独居老人" if number % 50 == 0 else ""
        room = str(number % 30 * 100 + number % 4 + 101)
        yield [
            name,
            phone(number),
            body + check_digit(body),
            "女男"[number % 2],
            f"{born:{style}}",
            door,
            room,
            trait,
            "",
        ]


def _with(column: int, change: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    return lambda row: [*row[:column], change(row[column]), *row[column + 1 :]]


_SPOILERS = (
    _with(0, lambda name: ""),
    _with(1, lambda phone: phone[:-1]),
    _with(2, lambda number: number[:-1] + ("1" if number[-1] != "1" else "2")),
    _with(3, lambda sex: "?"),
    _with(4, lambda day: "3/4/2022"),
    _with(5, lambda door: "无此小区1栋"),
)


def _timed_import(path: Path) -> dict[str, Any]:
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.sheets import actions
    from gridward.kernel.sheets.queries import give_back

    url = os.environ["DATABASE_URL"]
    start, cpu_s = time.perf_counter(), time.process_time() + database_cpu_s(url)
    with path.open("rb") as file:
        run = actions.upload(SYSTEM, "people", path.name, iter(lambda: file.read(1 << 20), b""), clock.now())
    run = actions.check(SYSTEM, run.pk, clock.now())
    previewed = time.perf_counter()
    run = actions.apply(SYSTEM, run.pk, clock.now(), good_rows_only=True)
    applied = time.perf_counter()
    returned = BytesIO()
    give_back(run, returned, every_row=False)
    return {
        "preview_s": round(previewed - start, 2),
        "apply_s": round(applied - previewed, 2),
        "returned_s": round(time.perf_counter() - applied, 2),
        "cpu_s": round(time.process_time() + database_cpu_s(url) - cpu_s, 2),
        "bad_rows": run.bad_rows,
        "created": run.created_rows,
        "changed": run.changed_rows,
        "unchanged": run.unchanged_rows,
        "returned_kb": round(len(returned.getvalue()) / 1e3),
    }
