"""The sheet of the division of responsibility: one task a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Span, text
from gridward.kernel.sheets.cells import Items, Number, Text
from gridward.kernel.sheets.columns import Address, Column
from gridward.kernel.sheets.spec import Field, Register, SheetSpec
from gridward.lines.command.models import Task


def _rows(actor: Actor, within: Span) -> Iterator[Sequence[Any]]:
    fields = ("address", "number", "name", "lead", "supports", "control", "duty_phone", "due_hours", "words", "serves")
    listed = Task.objects.filter(inside([within])).order_by("address", "number").values_list(*fields)
    for address, *rest in listed.iterator(1000):
        yield text(address), *rest


TASKS = SheetSpec(
    key="tasks",
    title=_("Division of responsibility"),
    columns=(
        Column(
            "address", "所属单位区域", "Desk", Address(), required=True, example="江津区", aliases=("区域", "address")
        ),
        Column("number", "序号", "Number", Number(1, 999), required=True, example="1", aliases=("编号", "任务编号")),
        Column("name", "任务", "Task", Text(80), required=True, example="环境消杀", aliases=("任务名称", "工作任务")),
        Column(
            "lead",
            "牵头单位",
            "Leads",
            Text(120),
            required=True,
            example="区城市管理局",
            aliases=("牵头部门", "责任单位"),
        ),
        Column("supports", "配合单位", "Supports", Items(Text(120)), example="区卫生健康委", aliases=("配合部门",)),
        Column("control", "管控范围", "Area of control", Text(200), example="公共区域", aliases=("范围",)),
        Column("duty_phone", "值班电话", "Duty phone", Text(32), example="023-47521208", aliases=("电话", "联系电话")),
        Column("due_hours", "办理时限（小时）", "Within (hours)", Number(0, 10_000), example="12", aliases=("时限",)),
        Column("words", "关键词", "Words", Items(Text(32)), example="消杀、消毒"),
        Column("serves", "对应诉求类别", "Need categories", Items(Text(48))),
    ),  # fmt: skip
    registers=(
        Register(
            model="command.Task",
            fields=(
                Field("address", blank="NULL"),
                Field("number", "i.number::smallint", blank="NULL"),
                Field("name"),
                Field("lead"),
                Field("supports", "i.supports::varchar[]", blank="'{}'"),
                Field("control"),
                Field("duty_phone"),
                Field("due_hours", blank="NULL"),
                Field("words", "i.words::varchar[]", blank="'{}'"),
                Field("serves", "i.serves::varchar[]", blank="'{}'"),
            ),
            matches=("t.address = i.address AND t.number = i.number::smallint",),
            held_at="address",
        ),
    ),
    capability="tasks.change",
    identities=(("address", "number"),),
    rows=_rows,
    export_capability="areas.see",
)
