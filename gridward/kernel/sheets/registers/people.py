"""The sheet of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Level, Span, text
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import register
from gridward.kernel.people.traits import TRAITS
from gridward.kernel.search import name_tokens, number_tokens
from gridward.kernel.sheets.cells import Choice, Context, Items, Text
from gridward.kernel.sheets.checking import Values
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.dates import Day
from gridward.kernel.sheets.identifiers import IdNumber, Phone, birthday, sex
from gridward.kernel.sheets.problems import CellProblem
from gridward.kernel.sheets.spec import Field, Register, SheetSpec, Trace

_ID_CHARS = 18
_SEX = Choice(
    tuple((key, title) for key, title in Person.Sex.choices if key),
    also={"男": "m", "女": "f", "男性": "m", "女性": "f", "male": "m", "female": "f"},
)
# An ID number is the person. Without one, the name at the door is, unless the birthdays differ.
_BY_ID = "t.id_number = i.id_number AND t.id_number <> ''"
_BY_DOOR = (
    "t.address = i.address AND t.room = COALESCE(i.room, '') AND t.name = i.name "
    "AND (i.id_number IS NULL OR t.id_number = '') "
    "AND (i.born_on IS NULL OR t.born_on IS NULL OR t.born_on = i.born_on)"
)


def _complete(values: Values, context: Context) -> None:
    """Birthday and sex as the ID number has them; refused where the sheet says otherwise."""
    number = values["id_number"]
    if number is None or len(number) != _ID_CHARS:
        return
    if values["born_on"] is None:
        values["born_on"] = birthday(number)
    elif values["born_on"] != birthday(number):
        raise CellProblem("id_birthday", "born_on", said=birthday(number))
    if values["sex"] is None:
        values["sex"] = sex(number)
    elif values["sex"] != sex(number):
        raise CellProblem("id_sex", "sex")


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    listed = register(actor).filter(inside([within]))
    sexes, traits = dict(Person.Sex.choices), {key: str(title) for key, title in TRAITS.items()}
    for one in listed.defer("tokens").iterator(5000):
        sex_words = str(sexes[one.sex]) if one.sex else ""
        shown = [traits.get(key, key) for key in one.traits]
        place = text(one.address), one.room
        yield one.name, one.phone, one.id_number, sex_words, one.born_on, *place, shown, one.note


def _tokens(name: str, phone: str, id_number: str, key: bytes) -> list[int]:
    return sorted({*name_tokens(name, key), *number_tokens(phone, key), *number_tokens(id_number, key)})


PEOPLE = SheetSpec(
    key="people",
    title=_("People"),
    columns=(
        Column(
            "name", "姓名", "Name", Text(80), required=True, example="张小明", aliases=("名字", "居民姓名", "人员姓名")
        ),
        Column(
            "phone",
            "电话",
            "Phone",
            Phone(),
            example="13800001234",
            aliases=("手机", "手机号", "手机号码", "联系电话", "电话号码", "联系方式", "mobile", "telephone"),
        ),
        Column(
            "id_number",
            "身份证号",
            "ID number",
            IdNumber(),
            aliases=("身份证", "身份证号码", "证件号码", "证件号", "公民身份号码", "id", "id card"),
        ),
        Column("sex", "性别", "Sex", _SEX, example="男", aliases=("gender",)),
        Column(
            "born_on",
            "出生日期",
            "Born on",
            Day(past=True),
            example="1958-03-12",
            aliases=("出生年月日", "生日", "birthday", "date of birth"),
        ),
        Column(
            "address",
            "住址",
            "Lives at",
            Address(Level.COMMUNITY),
            required=True,
            example="几江街道南门社区",
            aliases=("地址", "现住址", "居住地址", "家庭住址", "地址码", "address"),
        ),
        Column("room", "房号", "Room", Text(16), example="301", aliases=("门牌号", "室号", "房间号")),
        Column(
            "traits",
            "特殊需求",
            "Special needs",
            Items(Choice(tuple(TRAITS.items()), others=True)),
            aliases=("特殊人群", "重点人群", "人群类别"),
        ),
        Column("note", "备注", "Note", Text(2000), aliases=("说明", "remark", "remarks")),
    ),  # fmt: skip
    registers=(
        Register(
            model="kernel.Person",
            fields=(
                Field("address", blank="NULL"),
                Field("room"),
                Field("name"),
                Field("sex"),
                Field("born_on", blank="NULL"),
                Field("phone"),
                Field("id_number"),
                Field("traits", "i.traits::varchar[]", blank="'{}'"),
                Field("note"),
            ),
            matches=(_BY_ID, _BY_DOOR),
            candidates=("t.address = i.address AND t.room = COALESCE(i.room, '')",),
            tokens=_tokens,
            token_fields=("name", "phone", "id_number"),
            trace=Trace("person.changed", "person"),
            held_at="address",
        ),
    ),
    capability="sheets.import",
    identities=(
        ("id_number",),
        ("address", "room", "name", "born_on"),
        ("address", "room", "name"),
        ("address", "name"),
    ),
    rule=_complete,
    rows=_rows,
    export_capability="people.reveal",
    personal=True,
)
