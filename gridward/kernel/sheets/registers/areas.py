"""The sheet of areas; reads the official tables of division codes as they are published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import CODE_DIGITS, DIGITS, Span, level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.coordinates import to_wgs84
from gridward.kernel.sheets.cells import Choice, Context, Number, Text
from gridward.kernel.sheets.checking import Values
from gridward.kernel.sheets.columns import AreaCode, Column
from gridward.kernel.sheets.dates import Day
from gridward.kernel.sheets.problems import CellProblem
from gridward.kernel.sheets.spec import Field, Register, SheetSpec, Trace

_ABOVE = ("parent", "above_town", "above_district", "above_city", "above_province")
_COORDINATES = Choice(
    (("wgs84", "WGS-84"), ("gcj02", "GCJ-02")), also={"高德": "gcj02", "GCJ02": "gcj02", "WGS84": "wgs84"}
)
_FORMER_NAMES = (
    "CASE WHEN t.name <> COALESCE(i.name, t.name) THEN array_append(t.former_names, t.name) "
    "ELSE COALESCE(t.former_names, '{}') END"
)


def _complete(values: Values, context: Context) -> None:
    """What follows from a code: where its range ends, its level, its parent; and positions as WGS-84."""
    address = values["code"]
    for key in _ABOVE:
        above = values[key]
        if above is not None and not span(above).holds(address):
            raise CellProblem("wrong_parent", key, value=str(address)[: level_of(address)])
    values["address_end"], values["level"] = span(address).high, int(level_of(address))
    values["above"] = parent(address)
    if (values["latitude"] is None) != (values["longitude"] is None):
        raise CellProblem("coordinates_apart", "latitude")
    if values["coordinates"] == "gcj02" and values["latitude"] is not None:
        position = to_wgs84(values["latitude"], values["longitude"])
        values["latitude"], values["longitude"] = (round(degrees, 6) for degrees in position)


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    listed = Area.objects.filter(inside([within])).order_by("address")
    fields = ("address", "name", "name_en", "latitude", "longitude", "gone_on")
    for address, name, name_en, latitude, longitude, gone_on in listed.values_list(*fields).iterator(5000):
        yield _code(address), name, name_en, latitude, longitude, "wgs84" if latitude else "", gone_on


def _code(address: int) -> str:
    """The official code of a division, nineteen digits below it."""
    level = level_of(address)
    return f"{address:019d}"[: level if level <= CODE_DIGITS else DIGITS]


AREAS = SheetSpec(
    key="areas",
    title=_("Areas"),
    columns=(
        Column(
            "code",
            "编码",
            "Code",
            AreaCode(),
            required=True,
            example="500116001002",
            aliases=("代码", "区划代码", "行政区划代码", "统计用区划代码", "地址码", "编号"),
        ),
        Column(
            "name",
            "名称",
            "Name",
            Text(80),
            required=True,
            example="南门社区居民委员会",
            aliases=("区域名称", "单位名称", "社区名称", "小区名称", "地名"),
        ),
        Column("name_en", "英文名称", "English name", Text(120), example="Nanmen Community"),
        Column("latitude", "纬度", "Latitude", Number(-90, 90), aliases=("lat",)),
        Column("longitude", "经度", "Longitude", Number(-180, 180), aliases=("lon", "lng")),
        Column("coordinates", "坐标系", "Coordinates", _COORDINATES),
        Column("gone_on", "停用日期", "No longer in use since", Day()),
        Column("parent", "上级编码", "Code above", AreaCode(above=True), aliases=("上级代码", "父级编码"), shown=False),
        Column("above_town", "镇街编码", "Town code", AreaCode(above=True), aliases=("streetCode",), shown=False),
        Column("above_district", "区县编码", "District code", AreaCode(above=True), aliases=("areaCode",), shown=False),
        Column("above_city", "市编码", "City code", AreaCode(above=True), aliases=("cityCode",), shown=False),
        Column(
            "above_province", "省编码", "Province code", AreaCode(above=True), aliases=("provinceCode",), shown=False
        ),
    ),  # fmt: skip
    registers=(
        Register(
            model="kernel.Area",
            fields=(
                Field("address", "i.code"),
                Field("address_end", blank="NULL"),
                Field("level", blank="NULL"),
                Field("parent", "i.above", blank="NULL"),
                Field("name"),
                Field("name_en"),
                Field("latitude", blank="NULL"),
                Field("longitude", blank="NULL"),
                Field("gone_on", blank="NULL"),
                Field("former_names", merged=_FORMER_NAMES, compared=False),
            ),
            matches=("t.address = i.code",),
            constants={"residents": "0"},
            tokens=tokens_of,
            token_fields=("name", "former_names"),
            trace=Trace("area.changed", "area", data=("name",)),
        ),
    ),
    capability="configure",
    identities=(("code",),),
    place="code",
    rule=_complete,
    extra={"address_end": "bigint", "level": "smallint", "above": "bigint"},
    rows=_rows,
    export_capability="areas.see",
)
