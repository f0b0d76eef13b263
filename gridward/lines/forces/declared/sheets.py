"""The sheets of teams and of volunteers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.address import Level, Span, text
from gridward.kernel.manifest import Words
from gridward.kernel.people.rules import age
from gridward.kernel.search import name_tokens, number_tokens
from gridward.kernel.sheets.cells import Choice, Context, Integer, Items, Named, Text
from gridward.kernel.sheets.checking import Values
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.dates import Day
from gridward.kernel.sheets.identifiers import IdNumber, Phone, birthday
from gridward.kernel.sheets.problems import CellProblem
from gridward.kernel.sheets.registers.organisations import by_name
from gridward.kernel.sheets.spec import Field, Register, SheetSpec, Trace
from gridward.lines.forces.models import Team, Volunteer
from gridward.lines.forces.models.joining import named
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules.volunteers import settled_limits

_ID_CHARS = 18
_POINT = "(SELECT {} FROM kernel_area WHERE address = m.address)"
_ALSO = {"党支部": "branch", "临时支部": "temporary_branch", "小区支部": "estate_branch", "志愿队": "volunteers"}
_PEOPLE = {"干部": "cadre", "老师": "teacher", "医生": "medical", "居民": "resident_helper"}
_RUNNING = (
    "t.state NOT IN ('left', 'refused') "
    "AND EXISTS (SELECT FROM kernel_incident r WHERE r.id = t.incident_id AND r.closed_at IS NULL)"
)


def _team_rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    kinds = {key: str(title) for key, title in Team.Kind.choices}
    listed = visible(Team.objects.filter(inside([within])), actor, "teams.see").select_related("organisation")
    for one in listed.order_by("address", "name", "id").iterator(2000):
        body = one.organisation.name if one.organisation else ""
        yield kinds[one.kind], one.name, text(one.address), body, one.leader, one.phone, one.founded_on, one.closed_on


TEAMS = SheetSpec(
    key="forces.teams",
    title=_("Branches and teams"),
    columns=(
        Column("kind", "类型", "Kind", Choice(tuple(Team.Kind.choices), also=_ALSO), required=True, example="突击队"),
        Column("name", "名称", "Name", Text(120), required=True, example="南门社区党员突击队", aliases=("队伍名称",)),
        Column("address", "所在区域", "Place", Address(), required=True, example="几江街道南门社区",
               aliases=("地址", "所在社区")),
        Column("organisation", "所属单位", "Belongs to", Named("organisations"), aliases=("单位",)),
        Column("leader", "负责人", "Leader", Text(80), aliases=("书记", "队长")),
        Column("phone", "电话", "Phone", Phone(), example="13800001234", aliases=("联系电话",)),
        Column("founded_on", "成立日期", "Founded on", Day(), required=True, example="2022-11-03"),
        Column("closed_on", "撤销日期", "Closed on", Day()),
    ),
    registers=(
        Register(
            model="forces.Team",
            fields=(
                Field("kind"),
                Field("name"),
                Field("organisation_id", "i.organisation::uuid", blank="NULL"),
                Field("address", blank="NULL"),
                Field("leader"),
                Field("phone"),
                Field("founded_on", blank="NULL"),
                Field("closed_on", blank="NULL"),
            ),
            matches=("t.kind = i.kind AND t.name = i.name AND t.address = i.address AND t.closed_on IS NULL",),
            constants={
                "close_reason": "''",
                "version": "1",
                "latitude": _POINT.format("latitude"),
                "longitude": _POINT.format("longitude"),
            },
            tokens=lambda name: list(name_tokens(name)),
            token_fields=("name",),
            trace=Trace("forces.team_changed", "team", created=True),
            held_at="address",
        ),
    ),
    capability="teams.change",
    identities=(("kind", "name", "address"),),
    names={"organisations": by_name},
    rows=_team_rows,
    export_capability="teams.see",
)  # fmt: skip


def _complete(values: Values, context: Context) -> None:
    """Birthday as the ID number has it; no nights for minors; refused where the sheet says otherwise."""
    number = values["id_number"]
    if number is not None and len(number) == _ID_CHARS:
        if values["born_on"] is None:
            values["born_on"] = birthday(number)
        elif values["born_on"] != birthday(number):
            raise CellProblem("id_birthday", "born_on", said=birthday(number))
    if values["born_on"] is None and values["limits"] is None:
        return
    years = age(values["born_on"], context.today)
    values["limits"] = settled_limits(values["limits"] or (), years, joining().frozen)


def _skills() -> tuple[tuple[str, Words], ...]:
    return tuple(named(joining().skills).items())


def _limits() -> tuple[tuple[str, Words], ...]:
    return tuple(named(joining().limits).items())


def _volunteer_rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    kinds = {key: str(title) for key, title in Volunteer.Kind.choices}
    ways = {key: str(title) for key, title in Volunteer.Transport.choices}
    skills, limits = dict(_skills()), dict(_limits())
    listed = visible(Volunteer.objects.filter(inside([within])), actor, "volunteers.change")
    for one in listed.exclude(state=Volunteer.State.LEFT).select_related("organisation").order_by("id").iterator(2000):
        body = one.organisation.name if one.organisation else ""
        served = text(one.serving_at) if one.serving_at else ""
        can = [str(skills.get(key, key)) for key in one.skills], [str(limits.get(key, key)) for key in one.limits]
        days = one.born_on, one.trained_on, one.insured_until
        yield (one.name, one.phone, one.id_number, kinds[one.kind], body, text(one.address), served, *can,
               ways[one.transport], one.max_shifts_week, *days)  # fmt: skip


VOLUNTEERS = SheetSpec(
    key="forces.volunteers",
    title=_("Volunteers"),
    columns=(
        Column("name", "姓名", "Name", Text(80), required=True, example="张小明", aliases=("名字", "志愿者姓名")),
        Column("phone", "电话", "Phone", Phone(), required=True, example="13800001234",
               aliases=("手机", "手机号", "联系电话", "联系方式")),
        Column("id_number", "身份证号", "ID number", IdNumber(), aliases=("身份证", "身份证号码", "证件号码")),
        Column("kind", "类别", "Kind", Choice(tuple(Volunteer.Kind.choices), also=_PEOPLE), example="志愿者",
               aliases=("人员类别",)),
        Column("organisation", "所属单位", "Belongs to", Named("organisations"), aliases=("单位", "工作单位")),
        Column("address", "住址", "Lives at", Address(Level.COMMUNITY), required=True, example="几江街道南门社区",
               aliases=("地址", "居住社区", "所在社区")),
        Column("serving_at", "下沉社区", "Sent down to", Address(Level.COMMUNITY), aliases=("服务社区",)),
        Column("skills", "技能", "Skills", Items(Choice(_skills, others=True)), aliases=("特长", "专长")),
        Column("limits", "限制", "Limits", Items(Choice(_limits, others=True))),
        Column("transport", "到岗方式", "Comes", Choice(tuple(Volunteer.Transport.choices)), aliases=("交通方式",)),
        Column("max_shifts_week", "每周最多班次", "Most shifts in a week", Integer(1, 21)),
        Column("born_on", "出生日期", "Born on", Day(past=True), example="1990-03-07", aliases=("生日",)),
        Column("trained_on", "培训日期", "Trained on", Day(past=True)),
        Column("insured_until", "保险有效期至", "Insured until", Day()),
    ),
    registers=(
        Register(
            model="forces.Volunteer",
            fields=(
                Field("name"),
                Field("phone"),
                Field("id_number"),
                Field("kind", blank="'volunteer'"),
                Field("organisation_id", "i.organisation::uuid", blank="NULL"),
                Field("address", blank="NULL"),
                Field("serving_at", blank="NULL"),
                Field("skills", "i.skills::varchar[]", blank="'{}'"),
                Field("limits", "i.limits::varchar[]", blank="'{}'"),
                Field("transport", blank="'foot'"),
                Field("max_shifts_week", blank="5"),
                Field("born_on", blank="NULL"),
                Field("trained_on", blank="NULL"),
                Field("insured_until", blank="NULL"),
                # Sealed, and no matter of the sheet: they stay as they are.
                Field("code", "NULL::text", compared=False),
                Field("guardian", "NULL::text", compared=False),
                Field("reason", "NULL::text", compared=False),
            ),
            matches=(
                f"t.id_number = i.id_number AND t.id_number <> '' AND {_RUNNING}",
                f"t.address = i.address AND t.name = i.name AND t.phone = i.phone AND {_RUNNING}",
            ),
            candidates=("t.address = i.address",),
            constants={
                "source": "'organisation'",
                "state": "'applied'",
                "badge": "upper(substr(translate(md5(gen_random_uuid()::text), '01', 'GH'), 1, 12))",
                "hours": "'{}'::jsonb",
                "applied_at": "statement_timestamp()",
                "version": "1",
                "latitude": _POINT.format("latitude"),
                "longitude": _POINT.format("longitude"),
            },
            tokens=lambda name, phone, key: sorted({*name_tokens(name, key), *number_tokens(phone, key)}),
            token_fields=("name", "phone"),
            trace=Trace("forces.volunteer_changed", "volunteer", created=True),
            held_at="address",
        ),
    ),
    capability="volunteers.change",
    identities=(("id_number",), ("address", "name", "phone")),
    names={"organisations": by_name},
    rule=_complete,
    rows=_volunteer_rows,
    export_capability="volunteers.change",
    personal=True,
)  # fmt: skip
