"""Phone and ID numbers: the usual ways of writing them, checked and brought into one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Words
from gridward.kernel.sheets.cells import Cell, Context, plain
from gridward.kernel.sheets.problems import CellProblem

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_TRAVEL_DOCUMENT = re.compile(r"[A-Z]{1,2}[0-9]{6,10}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA_CODE = r"10|2[0-57-9]|[3-9]\d\d"
_LANDLINE = re.compile(rf"0({_AREA_CODE})-?([2-8]\d{{6,7}})(?:-?(?:转|ext\.?|x)?-?(\d{{1,6}}))?", re.IGNORECASE)
_SERVICE = re.compile(r"1\d{2,4}|9\d{4}|[48]00-?\d{3}-?\d{4}")


@dataclass(frozen=True)
class Phone:
    """A mainland mobile (13800001234), landline (023-47521234, extension behind), service number, or +49… abroad."""

    sql: ClassVar[str] = "text"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("A mobile of 11 digits, or a landline with its area code: 023-47521234.")

    def __call__(self, cell: Cell, context: Context) -> str:
        """The number in its one form."""
        text = plain(cell)
        bare = re.sub(r"[\s()\[\]·]", "", text.replace("—", "-").replace("–", "-"))
        bare = re.sub(r"^(\+|00)86-?", "", bare)
        digits = bare.replace("-", "")
        if _MOBILE.fullmatch(digits):
            return digits
        # Behind +86 a landline goes without its zero.
        with_zero = "0" + bare if text.startswith(("+86", "0086")) and not bare.startswith("0") else bare
        if found := _LANDLINE.fullmatch(with_zero):
            return f"0{found[1]}-{found[2]}" + (f"-{found[3]}" if found[3] else "")
        if _SERVICE.fullmatch(bare):
            return digits
        if re.fullmatch(r"(\+|00)[1-9]\d{6,14}", digits):
            return "+" + digits.removeprefix("+").removeprefix("00")
        raise CellProblem("area_code_missing" if re.fullmatch(r"[2-8]\d{6,7}", digits) else "not_a_phone", value=text)


@dataclass(frozen=True)
class IdNumber:
    """A resident ID number of 18 characters with its check digit, or the number of a travel document.

    Source: GB 11643-1999.
    """

    sql: ClassVar[str] = "text"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("The 18 characters of the ID card, or the number of a travel document.")

    def __call__(self, cell: Cell, context: Context) -> str:
        """The number in capitals."""
        text = re.sub(r"[\s-]", "", plain(cell)).upper()
        if re.fullmatch(r"\d{15}", text, re.ASCII):
            raise CellProblem("old_id", value=text)
        if re.fullmatch(r"\d{17}[\dX]", text, re.ASCII):
            if check_digit(text) != text[17]:
                raise CellProblem("wrong_check_digit", value=text)
            if birthday(text) is None:
                raise CellProblem("not_an_id", value=text)
            return text
        if _TRAVEL_DOCUMENT.fullmatch(text):
            return text
        raise CellProblem("not_an_id", value=text)


def check_digit(number: str) -> str:
    """The last character of an ID number, from its first seventeen digits."""
    return _CHECK[sum(map(mul, map(int, number[:17]), _WEIGHTS)) % 11]


def birthday(number: str) -> date | None:
    """The day of birth in an ID number of 18 characters; None where it holds no day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """The sex in an ID number of 18 characters: 'm' or 'f'."""
    return "m" if int(number[16]) % 2 else "f"
