"""What can be wrong with one cell or row, each with a stable code and a sentence that says what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

_SHOWN_CHARS = 40

PROBLEMS = {
    "missing": _("Fill in this cell: it is required."),
    "too_long": _("Shorten this text to %(most)s characters."),
    "not_text": _("Write this as text. The cell holds “%(value)s”, which is a yes or no."),
    "became_a_date": _("Excel has turned this into a date. Format the column as text and type it again."),
    "control_characters": _("Type this again: it holds characters that cannot be shown."),
    "error_cell": _("The formula in this cell has failed (%(value)s). Write the value itself."),
    "not_integer": _("“%(value)s” is not a whole number. Write it like 12."),
    "not_number": _("“%(value)s” is not a number. Write it like 12.5."),
    "out_of_range": _("Write a number from %(low)s to %(high)s."),
    "not_yes_no": _("“%(value)s” is neither yes nor no. Write 是 or 否, yes or no."),
    "unknown_choice": _("“%(value)s” is not in the list. Write one of: %(choices)s."),
    "not_a_date": _("“%(value)s” is not a date. Write it like 2022-11-03."),
    "ambiguous_date": _("“%(value)s” can be two different days. Write it like 2022-11-03."),
    "short_year": _("“%(value)s” has a year of two digits. Write it like 2022-11-03."),
    "no_such_day": _("There is no day “%(value)s”. Check it and write it like 2022-11-03."),
    "date_out_of_range": _("Write a date from %(low)s to %(high)s."),
    "not_a_time": _("“%(value)s” is not a date with a time. Write it like 2022-11-03 08:30."),
    "not_a_phone": _(
        "“%(value)s” is not a phone number. Write a mobile of 11 digits, or a landline like 023-47521234."
    ),
    "area_code_missing": _("Write “%(value)s” with its area code, like 023-47521234."),
    "digits_lost": _("Excel has rounded this long number. Format the column as text and type it again."),
    "not_an_id": _("“%(value)s” is not an ID number. Write its 18 characters, or the number of the travel document."),
    "old_id": _("“%(value)s” is an ID number of the old 15 digits. Write the 18 characters of the present card."),
    "wrong_check_digit": _("The last character of ID number “%(value)s” does not fit. Compare it with the card."),
    "not_an_address": _("“%(value)s” is neither a code of 12 or 19 digits nor the full name of a place."),
    "unknown_code": _("No place has the code %(value)s. Check it, or import the areas first."),
    "unknown_place": _("There is no “%(rest)s” in “%(known)s”. Check the name, or import the areas first."),
    "ambiguous_place": _("“%(value)s” can be %(count)s different places. Write the town and community before it."),
    "place_gone": _("“%(value)s” is no longer in use. Write the place that took over from it."),
    "place_too_wide": _("“%(value)s” is too wide. Name at least the community."),
    "outside_reach": _("This place lies outside your area. Ask the officer of that area to import it."),
    "unknown_name": _("“%(value)s” is not known here. Check the name, or import it first."),
    "ambiguous_name": _("“%(value)s” is the name of several. Change one of the names first."),
    "duplicate": _("Row %(first)s is about the same. Keep one of the two."),
    "same_record": _("Row %(first)s leads to the same record. Keep one of the two."),
    "ambiguous_record": _("Several records answer to this row. Fill in what tells them apart, such as the ID number."),
    "registered_elsewhere": _("This is registered in an area that is not yours. Ask the headquarters to move it."),
    "id_birthday": _("The ID number says %(said)s. Correct the one that is wrong."),
    "id_sex": _("The ID number says the other sex. Correct the one that is wrong."),
    "wrong_parent": _("The code of the place above does not begin “%(value)s”. Correct the one that is wrong."),
    "coordinates_apart": _("Write latitude and longitude together, or neither."),
    "unknown_level": _("A code has 2, 4, 6, 9, 12 or 19 digits; “%(value)s” has another number of them."),
}


class CellProblem(Exception):
    """One thing wrong with one cell; `code` is a key of PROBLEMS, `column` the key of its column once known."""

    def __init__(self, code: str, column: str = "", **params: Any) -> None:
        self.code, self.column = code, column
        self.params = {name: _short(value) for name, value in params.items()}
        super().__init__(code)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def words_of(code: str, params: dict[str, str]) -> str:
    """A problem in the reader's language."""
    return str(PROBLEMS[code]) % params


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row; `row` is counted as in the sheet, from 1; `column` is '' for the whole row."""

    row: int
    column: str
    code: str
    params: dict[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """What to do about it, in the reader's language."""
        return words_of(self.code, self.params)
