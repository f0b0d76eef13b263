"""The sheet of organisations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Span, text
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.search import name_tokens
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.sheets.cells import Choice, Named, Text
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.dates import Day
from gridward.kernel.sheets.identifiers import Phone
from gridward.kernel.sheets.spec import Field, Register, SheetSpec

_ALSO = {
    "指挥部": "headquarters",
    "部门": "department",
    "镇街": "town_office",
    "街道": "town_office",
    "社区": "community_committee",
    "居委会": "community_committee",
    "村委会": "community_committee",
    "医院": "hospital",
    "公司": "company",
    "企业": "company",
    "队伍": "team",
    "其他": "other",
}


def by_name() -> Mapping[str, Sequence[Any]]:
    """The keys of all organisations by name."""
    found: dict[str, list[Any]] = defaultdict(list)
    for key, name in Organisation.objects.filter(closed_on=None).values_list("pk", "name"):
        found[name].append(key)
    return found


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    listed = Organisation.objects.filter(inside([within])).order_by("address", "name", "id")
    fields = ("pk", "kind", "name", "parent__name", "address", "phone", "leader", "founded_on", "closed_on")
    phones, leaders = Secret.of(Organisation, "phone"), Secret.of(Organisation, "leader")
    kinds = {key: str(title) for key, title in Organisation.Kind.choices}
    for key, kind, name, above, address, phone, leader, *days in listed.values_list(*fields).iterator(5000):
        reached = phones.opened(phone, key), leaders.opened(leader, key)
        yield kinds.get(kind, kind), name, above, text(address), *reached, *days


ORGANISATIONS = SheetSpec(
    key="organisations",
    title=_("Organisations"),
    columns=(
        Column(
            "kind", "类型", "Kind", Choice(tuple(Organisation.Kind.choices), also=_ALSO), required=True, example="医院"
        ),
        Column(
            "name",
            "名称",
            "Name",
            Text(120),
            required=True,
            example="江津区中心医院",
            aliases=("单位名称", "单位", "机构名称", "组织名称"),
        ),
        Column("parent", "上级单位", "Part of", Named("organisations"), aliases=("隶属", "所属单位")),
        Column(
            "address",
            "所在区域",
            "Place",
            Address(),
            required=True,
            example="几江街道",
            aliases=("地址", "所在地", "address"),
        ),
        Column("phone", "电话", "Phone", Phone(), example="023-47521234", aliases=("联系电话", "值班电话")),
        Column("leader", "负责人", "Leader", Text(80), aliases=("联系人",)),
        Column("founded_on", "成立日期", "Founded on", Day()),
        Column("closed_on", "撤销日期", "Closed on", Day()),
    ),  # fmt: skip
    registers=(
        Register(
            model="kernel.Organisation",
            fields=(
                Field("kind"),
                Field("name"),
                Field("parent_id", "i.parent::uuid", blank="NULL"),
                Field("address", blank="NULL"),
                Field("phone"),
                Field("leader"),
                Field("founded_on", blank="NULL"),
                Field("closed_on", blank="NULL"),
            ),
            matches=("t.kind = i.kind AND t.name = i.name AND t.address = i.address",),
            tokens=lambda name: list(name_tokens(name)),
            token_fields=("name",),
            held_at="address",
        ),
    ),
    capability="sheets.import",
    identities=(("kind", "name", "address"),),
    names={"organisations": by_name},
    rows=_rows,
    export_capability="areas.see",
)
