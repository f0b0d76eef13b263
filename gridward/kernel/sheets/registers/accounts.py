"""The sheet of accounts and their grants. Passwords never travel in spreadsheets: a new account has none yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.access.models import Grant
from gridward.kernel.address import Span, text
from gridward.kernel.manifest import Words
from gridward.kernel.registry import registry
from gridward.kernel.sheets.cells import Choice, Named, Text
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.identifiers import Phone
from gridward.kernel.sheets.registers.organisations import by_name
from gridward.kernel.sheets.spec import Field, Register, SheetSpec, Trace

_LOCKED = "'!' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')"
_USER = "(SELECT u.id FROM kernel_user u WHERE u.username = i.username)"


def _roles() -> tuple[tuple[str, Words], ...]:
    return tuple((role.key, role.title) for role in registry().roles.values())


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    listed = Grant.objects.filter(inside([within]), incident=None).order_by("user__username", "role", "address")
    roles = dict(_roles())
    for grant in listed.select_related("user__organisation").iterator(5000):
        user = grant.user
        organisation = user.organisation.name if user.organisation else None
        who = user.username, user.display_name, user.phone, organisation
        yield *who, str(roles.get(grant.role, grant.role)), text(grant.address)


ACCOUNTS = SheetSpec(
    key="accounts",
    title=_("Accounts and grants"),
    columns=(
        Column(
            "username", "账号", "Account", Text(150), required=True, example="zhangxm", aliases=("用户名", "登录名")
        ),
        Column("display_name", "姓名", "Name", Text(80), required=True, example="张小明"),
        Column("phone", "电话", "Phone", Phone(), example="13800001234", aliases=("手机", "手机号", "联系电话")),
        Column("organisation", "单位", "Organisation", Named("organisations"), aliases=("所属单位",)),
        Column("role", "角色", "Role", Choice(_roles), required=True, aliases=("岗位",)),
        Column(
            "address",
            "管辖区域",
            "Area",
            Address(),
            required=True,
            example="几江街道",
            aliases=("区域", "所在区域", "address"),
        ),
    ),  # fmt: skip
    registers=(
        Register(
            model="kernel.User",
            fields=(
                Field("username"),
                Field("display_name"),
                Field("phone"),
                Field("organisation_id", "i.organisation::uuid", blank="NULL"),
            ),
            matches=("t.username = i.username",),
            constants={
                "password": _LOCKED,
                "is_superuser": "false",
                "is_staff": "false",
                "is_active": "true",
                "first_name": "''",
                "last_name": "''",
                "email": "''",
                "date_joined": "now()",
            },
        ),
        Register(
            model="kernel.Grant",
            fields=(Field("user_id", _USER, blank="NULL"), Field("role"), Field("address", blank="NULL")),
            matches=(f"t.user_id = {_USER} AND t.role = i.role AND t.address = i.address AND t.incident_id IS NULL",),
            constants={"given_at": "now()"},
            trace=Trace("grant.given", "user", subject="user_id", created=True, data=("role", "address")),
        ),
    ),
    capability="grants.give",
    identities=(("username",),),
    names={"organisations": by_name},
    rows=_rows,
    export_capability="grants.give",
)
