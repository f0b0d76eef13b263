"""The sheet of resources: vehicles, teams, staff, phone lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Span, text
from gridward.kernel.manifest import Words
from gridward.kernel.people.traits import SKILLS
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import Resource
from gridward.kernel.resources.queries import register
from gridward.kernel.search import name_tokens
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.sheets.cells import Choice, Items, Named, Number, Text, YesNo
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.identifiers import Phone
from gridward.kernel.sheets.registers.organisations import by_name
from gridward.kernel.sheets.spec import Field, Register, SheetSpec, Trace


def _kinds() -> tuple[tuple[str, Words], ...]:
    return tuple((kind.key, kind.title) for kind in registry().resource_kinds.values())


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    listed = register(actor).filter(inside([within]))
    fields = (
        "pk",
        "kind",
        "name",
        "address",
        "organisation__name",
        "phone",
        "skills",
        "exclusive",
        "duty",
        "latitude",
        "longitude",
    )
    phones = Secret.of(Resource, "phone")
    kinds, skills = dict(_kinds()), {key: str(title) for key, title in SKILLS.items()}
    for key, kind, name, address, organisation, *more in listed.values_list(*fields).iterator(5000):
        phone, held, exclusive, *rest = more
        shown = [skills.get(key, key) for key in held]
        one_task = "是" if exclusive else "否"
        yield (
            str(kinds.get(kind, kind)),
            name,
            text(address),
            organisation,
            phones.opened(phone, key),
            shown,
            one_task,
            *rest,
        )


RESOURCES = SheetSpec(
    key="resources",
    title=_("Resources"),
    columns=(
        Column("kind", "类型", "Kind", Choice(_kinds), required=True),
        Column(
            "name",
            "名称",
            "Name",
            Text(80),
            required=True,
            example="应急1号",
            aliases=("车牌号", "车牌", "队伍名称", "姓名"),
        ),
        Column(
            "address",
            "服务区域",
            "Serves",
            Address(),
            required=True,
            example="几江街道",
            aliases=("区域", "所在区域", "配属", "address"),
        ),
        Column("organisation", "所属单位", "Belongs to", Named("organisations"), aliases=("单位",)),
        Column("phone", "电话", "Phone", Phone(), example="13800001234", aliases=("联系电话", "手机", "手机号")),
        Column("skills", "技能", "Skills", Items(Choice(tuple(SKILLS.items()), others=True)), aliases=("能力", "专长")),
        Column("exclusive", "一次一单", "One task at a time", YesNo(), example="是"),
        Column("duty", "在岗", "Duty", Choice(tuple(Resource.Duty.choices), also={"是": "on", "否": "off"})),
        Column("latitude", "纬度", "Latitude", Number(-90, 90), aliases=("lat",)),
        Column("longitude", "经度", "Longitude", Number(-180, 180), aliases=("lon", "lng")),
    ),  # fmt: skip
    registers=(
        Register(
            model="kernel.Resource",
            fields=(
                Field("kind"),
                Field("name"),
                Field("address", blank="NULL"),
                Field("organisation_id", "i.organisation::uuid", blank="NULL"),
                Field("phone"),
                Field("skills", "i.skills::varchar[]", blank="'{}'"),
                Field("exclusive", blank="true"),
                Field("duty", blank="'on'"),
                Field("latitude", blank="NULL"),
                Field("longitude", blank="NULL"),
            ),
            matches=(
                "t.kind = i.kind AND t.name = i.name AND t.organisation_id IS NOT DISTINCT FROM i.organisation::uuid",
                "t.kind = i.kind AND t.name = i.name AND (i.organisation IS NULL OR t.organisation_id IS NULL)",
            ),
            constants={"capacity": "'{}'"},
            tokens=lambda name: list(name_tokens(name)),
            token_fields=("name",),
            trace=Trace("resource.changed", "resource"),
            held_at="address",
        ),
    ),
    capability="resources.change",
    identities=(("kind", "name", "organisation"), ("kind", "name")),
    names={"organisations": by_name},
    rows=_rows,
    export_capability="resources.see",
)
