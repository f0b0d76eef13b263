"""Single cells: every usual way of writing a value, and no guess where it could be another."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.kernel.sheets.cells import Choice, Context, Integer, Items, Number, Text, YesNo
from gridward.kernel.sheets.dates import Day, Moment
from gridward.kernel.sheets.identifiers import IdNumber, Phone, check_digit
from gridward.kernel.sheets.problems import PROBLEMS, CellProblem, words_of

HERE = Context(ZoneInfo("Asia/Shanghai"), date(2026, 6, 1))
SEX = Choice((("f", "female"), ("m", "male")), also={"女": "f", "男": "m"})


def problem_of(parse: Any, cell: Any) -> str:
    with pytest.raises(CellProblem) as refused:
        parse(cell, HERE)
    assert words_of(refused.value.code, refused.value.params)
    return refused.value.code


MONTHS = ["Jan", "February", "mar", "APR", "May", "June", "Jul", "August", "Sept", "oct", "Nov", "December"]
STYLES = {
    "dashes": lambda day: f"{day:%Y-%m-%d}",
    "slashes without zeros": lambda day: f"{day.year}/{day.month}/{day.day}",
    "dots, year first": lambda day: f"{day.year}.{day.month}.{day.day}",
    "Chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "Chinese 号 with spaces": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 号".replace(" ", ""),
    "compact": lambda day: f"{day:%Y%m%d}",
    "compact as a number": lambda day: float(f"{day:%Y%m%d}"),
    "month in words": lambda day: f"{day.day}-{MONTHS[day.month - 1]}-{day.year}",
    "American words": lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    "dots, day first": lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
    "full width": lambda day: f"{day:%Y-%m-%d}".translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-"}),
    "a day of Excel": lambda day: day,
    "midnight of Excel": lambda day: datetime(day.year, day.month, day.day),  # noqa: DTZ001
    "midnight as text": lambda day: f"{day:%Y/%m/%d} 0:00:00",
    "serial": lambda day: float((day - date(1899, 12, 30)).days),
    "serial as text": lambda day: str((day - date(1899, 12, 30)).days),
}


@pytest.mark.parametrize("style", STYLES)
@given(day=st.dates(date(1930, 1, 1), date(2150, 12, 31)))
def test_a_day_is_read_back_from_every_style(style: str, day: date) -> None:
    assert Day()(STYLES[style](day), HERE) == day


@given(first=st.integers(1, 12), second=st.integers(1, 12), sign=st.sampled_from("/-"))
def test_a_day_with_the_year_last_is_refused_where_it_could_be_two(first: int, second: int, sign: str) -> None:
    text = f"{first}{sign}{second}{sign}2022"
    if first == second:
        assert Day()(text, HERE) == date(2022, first, second)
    else:
        assert problem_of(Day(), text) == "ambiguous_date"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2022-02-30", "no_such_day"),
        ("31.11.2022", "no_such_day"),
        ("22-11-03", "short_year"),
        ("3-Nov-22", "short_year"),
        ("3-Nix-2022", "not_a_date"),
        ("明天", "not_a_date"),
        ("2022", "not_a_date"),
        (1970, "not_a_date"),
        (True, "not_a_date"),
        ("1066-10-14", "date_out_of_range"),
    ],
)
def test_what_is_no_day_is_refused_with_its_own_reason(cell: Any, code: str) -> None:
    assert problem_of(Day(), cell) == code


def test_a_slash_date_is_taken_where_a_day_above_twelve_settles_it() -> None:
    assert Day()("13/11/2022", HERE) == Day()("11/13/2022", HERE) == date(2022, 11, 13)


def test_a_birthday_cannot_lie_in_the_future() -> None:
    assert problem_of(Day(past=True), "2026-06-02") == "date_out_of_range"
    assert Day(past=True)("2026-06-01", HERE) == HERE.today


@pytest.mark.parametrize(
    "cell",
    [
        "2022-11-03 08:30", "2022/11/3 8:30:00", "2022年11月3日8时30分", "2022年11月3日 8点30分0秒", "20221103 08:30",
        "2022-11-03T08:30:00+08:00", "2022-11-03T00:30:00Z", "3-Nov-2022 08:30", "03.11.2022 08:30", 44868.354166666664,
        datetime(2022, 11, 3, 8, 30),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_moment_without_a_zone_is_in_the_districts(cell: Any) -> None:
    assert Moment()(cell, HERE) == datetime(2022, 11, 3, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", ["2022-11-03", "08:30", "2022-11-03 25:00", "2022-11-03 08:30+99:00", 7, date(2022, 11, 3)]
)
def test_a_moment_needs_its_time(cell: Any) -> None:
    assert problem_of(Moment(), cell) == "not_a_time"


def test_a_moment_that_the_clocks_skip_is_refused() -> None:
    berlin = Context(ZoneInfo("Europe/Berlin"), HERE.today)
    with pytest.raises(CellProblem):
        Moment()("2022-03-27 02:30", berlin)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("13800001234", "13800001234"),
        (13800001234.0, "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("023-47521234", "023-47521234"),
        ("02347521234", "023-47521234"),
        ("(023) 4752 1234", "023-47521234"),
        ("+86 23 4752 1234", "023-47521234"),
        ("023-47521234转801", "023-47521234-801"),
        ("0830-2345678", "0830-2345678"),
        ("010-62345678", "010-62345678"),
        ("12345", "12345"),
        ("120", "120"),
        ("400-123-4567", "4001234567"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_phone_number_is_brought_into_one_form(cell: Any, number: str) -> None:
    assert Phone()(cell, HERE) == number
    assert Phone()(number, HERE) == number


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("47521234", "area_code_missing"),
        ("1380000123", "not_a_phone"),
        ("138000012345", "not_a_phone"),
        ("12800001234", "not_a_phone"),
        ("13800001234/13800001235", "not_a_phone"),
        ("无", "not_a_phone"),
        (1.38e10 + 0.5, "not_a_phone"),
    ],
)
def test_what_is_no_phone_number_is_refused(cell: Any, code: str) -> None:
    assert problem_of(Phone(), cell) == code


@given(
    day=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    serial=st.integers(0, 999),
    at=st.integers(0, 16),
    by=st.integers(1, 9),
)
def test_one_wrong_digit_in_an_id_number_is_always_found(day: date, serial: int, at: int, by: int) -> None:
    body = f"500116{day:%Y%m%d}{serial:03d}"
    number = body + check_digit(body)
    assert IdNumber()(number, HERE) == IdNumber()(number.lower(), HERE) == number
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert problem_of(IdNumber(), wrong) == "wrong_check_digit"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("500116700101123", "old_id"),
        (5.0011619700101e17, "digits_lost"),
        ("50011619701301123X", "wrong_check_digit"),
        ("无", "not_an_id"),
        ("12345", "not_an_id"),
    ],
)
def test_what_is_no_id_number_is_refused(cell: Any, code: str) -> None:
    assert problem_of(IdNumber(), cell) == code


def test_travel_documents_are_taken_as_they_are() -> None:
    assert IdNumber()("e12345678", HERE) == "E12345678"
    assert IdNumber()("H0123456789", HERE) == "H0123456789"


def test_text_loses_outer_and_full_width_spaces_and_keeps_its_punctuation() -> None:
    assert Text()("\u3000张三，１２号 \u200b", HERE) == "张三，12号"
    assert Text()(301.0, HERE) == "301"


def test_a_room_that_excel_made_a_date_is_refused() -> None:
    assert problem_of(Text(), date(2022, 3, 2)) == "became_a_date"
    assert problem_of(Text(), "#N/A") == "error_cell"
    assert problem_of(Text(), "a\x00b") == "control_characters"
    assert problem_of(Text(3), "abcd") == "too_long"
    assert problem_of(Text(), True) == "not_text"


def test_numbers_are_read_with_thousands_and_refused_out_of_range() -> None:
    assert Number()("1,234.5", HERE) == 1234.5
    assert Integer()("１２", HERE) == Integer()(12.0, HERE) == Integer()("12.0", HERE) == 12
    assert problem_of(Integer(), 12.5) == "not_integer"
    assert problem_of(Integer(high=5), 6) == "out_of_range"
    assert problem_of(Number(), "1,23") == "not_number"
    assert problem_of(Number(), "NaN") == "not_number"


@pytest.mark.parametrize(
    ("cell", "value"), [("是", True), ("否", False), ("Y", True), ("×", False), (True, True), (0, False)]
)
def test_yes_and_no_are_known_in_both_languages(cell: Any, value: bool) -> None:
    assert YesNo()(cell, HERE) is value


def test_perhaps_is_neither_yes_nor_no() -> None:
    assert problem_of(YesNo(), "可能") == "not_yes_no"


def test_a_choice_is_known_by_key_and_by_name() -> None:
    assert [SEX(word, HERE) for word in ("女", "Female", " F ")] == ["f", "f", "f"]
    assert problem_of(SEX, "x") == "unknown_choice"


def test_a_district_may_use_keys_of_its_own_but_not_unknown_words() -> None:
    own = Choice((("a", "A"),), others=True)
    assert own("night_feeding", HERE) == "night_feeding"
    assert problem_of(own, "夜间喂养") == "unknown_choice"


def test_a_list_takes_any_usual_separator_and_keeps_each_once() -> None:
    assert Items(SEX)("女、男，女; f", HERE) == ["f", "m"]


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_says_what_to_write(code: str) -> None:
    assert str(PROBLEMS[code]).endswith((".", "。"))
