"""What the command line decides. Pure: no Django, no clock, no chance without a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from gridward.kernel.address import Level, Span, at_level, span, step

DESKS = (Level.DISTRICT, Level.TOWN, Level.COMMUNITY)
SEE_WITHIN_S = {1: 300, 2: 900, 3: 3600}
"""By urgency: how long a directive may stay unseen before it is called to mind, and again before it climbs."""
CALL_TO_MIND = 0.8
"""The share of the time to do it after which what is not done is called to mind."""
LEAST_S = 60.0


def desk_of(address: int, level: int) -> int:
    """The desk that answers for a place: estates, buildings and units answer through their community."""
    return at_level(address, Level(min(level, Level.COMMUNITY)))


def desk_above(desk: int, level: int, top: int) -> tuple[int, int] | None:
    """The next desk up and its level; None at the desk that issued the directive, of level `top`, and above."""
    higher = [one for one in DESKS if top <= one < level]
    return (at_level(desk, higher[-1]), int(higher[-1])) if higher else None


def levels_of(held: Span) -> tuple[int, int] | None:
    """The levels of recipients that somebody who holds a range answers for, least and most.

    A range that lies in one town is a community's (or several neighbours'), one in a district a town's. What a desk
    oversees it does not answer for: the headquarters does not see a community's directive in its place.
    """
    width = held.high - held.low
    if width < step(Level.TOWN):
        return Level.COMMUNITY, Level.UNIT
    if width < step(Level.DISTRICT):
        return Level.TOWN, Level.TOWN
    return Level.COUNTRY, Level.DISTRICT


class Stage(StrEnum):
    """How far a recipient has come; the values of `Receipt.state`."""

    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


STEPS = {
    Stage.SENT: (Stage.SEEN, Stage.ACCEPTED, Stage.DONE),
    Stage.SEEN: (Stage.ACCEPTED, Stage.DONE),
    Stage.ACCEPTED: (Stage.DONE,),
    Stage.DONE: (),
    Stage.WITHDRAWN: (),
}
"""What may follow each stage; whoever accepts or does something has seen it."""


@dataclass(frozen=True)
class Watched:
    """A recipient as the clock looks at it; moments are aware, `see_within_s` above 0."""

    stage: Stage
    sent_at: datetime
    due_at: datetime | None
    see_within_s: int
    reminders: int
    desk: int
    desk_level: int
    top_level: int
    next_at: datetime | None = None


def first_look(sent_at: datetime, see_within_s: int) -> datetime:
    """When an unseen directive is first called to mind."""
    return sent_at + timedelta(seconds=see_within_s)


def after_seen(now: datetime, sent_at: datetime, due_at: datetime | None) -> datetime | None:
    """When one that is seen is next looked at: late in its time, else at its end; None where it has no end."""
    if due_at is None:
        return None
    reminder = sent_at + CALL_TO_MIND * (due_at - sent_at)
    return max(reminder, now + timedelta(seconds=LEAST_S)) if reminder < due_at else due_at


@dataclass(frozen=True)
class Looked:
    """What the clock does to a recipient: `reminded` and `climbed` are exclusive; `watched` is how it stands after."""

    watched: Watched
    reminded: bool = False
    climbed: bool = False


def look(one: Watched, now: datetime) -> Looked:
    """What is due for a recipient that is not done: one reminder, then one desk up at each further moment.

    Unseen: reminded after `see_within_s`, then climbing once for each `see_within_s`. Seen but not done: reminded at
    four fifths of its time, then climbing at its end and for each `see_within_s` after it. At the desk that issued it
    nothing is left to do.
    """
    pause = timedelta(seconds=one.see_within_s)
    unseen = one.stage is Stage.SENT
    late = one.due_at is not None and now >= one.due_at
    if not one.reminders and not late:
        again = now + pause if unseen or one.due_at is None else max(one.due_at, now + timedelta(seconds=LEAST_S))
        return Looked(replace(one, reminders=1, next_at=again), reminded=True)
    if not unseen and not late:
        return Looked(replace(one, next_at=one.due_at))
    above = desk_above(one.desk, one.desk_level, one.top_level)
    if above is None:
        return Looked(replace(one, next_at=None))
    more = desk_above(*above, one.top_level)
    return Looked(replace(one, desk=above[0], desk_level=above[1], next_at=now + pause if more else None), climbed=True)


@dataclass(frozen=True)
class Bit:
    """A stretch of a text: `kept`, `added` or `removed`."""

    change: str
    words: str


def difference(before: str, after: str) -> list[Bit]:
    """What changed between two wordings, in the order of reading; removed words stand before those in their place."""
    found: list[Bit] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Bit("kept", before[a:b]))
        else:
            found += [Bit("removed", before[a:b])] * (b > a) + [Bit("added", after[c:d])] * (d > c)
    return found


def reaches_below(spans: tuple[Span, ...], addresses: list[int]) -> list[int]:
    """Those of some addresses that do not lie in any range whole, in their order."""
    return [one for one in addresses if not any(held.low <= one and span(one).high <= held.high for held in spans)]


WORTH_BY_DAYS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0, 1.1, 1.2)
"""What a visit is worth by whole days since the last one; seven days and more count the same."""


def risk(residents: int, open_needs: int, open_findings: int) -> float:
    """How much a community's state calls for an inspector: 1 for a quiet one, more with people and what is open.

    Parameters: residents, open_needs, open_findings — counts, 0 or more.
    """
    return 1.0 + min(residents / 5000, 2.0) + min(open_needs / 20, 2.0) + min(open_findings / 3, 3.0)


def results_apply(known: Mapping[str, bool], before: Mapping[str, bool], results: Mapping[str, bool]) -> bool:
    """Whether what a phone noted of a visit may take the place of what the house knows.

    Parameters: known — as the house has it; before — as the phone had it when it began; results — as it noted it.
    Returns: true where nothing changed meanwhile, or to the same.
    """
    return dict(known) in (dict(before), dict(results))


_STOP = """
    检查发现 检查中发现 督查发现 现场发现 现场查看 居民反映 群众反映 社区反映 有居民说 走访时
    目前 存在 的情况 的问题 的现象 情况 问题 请尽快 请 尽快 及时 处理 解决 建议 希望 发现
    我们 部分 有的 个别 仍然 依然 还是 已经 今天 昨天 上午 下午 晚上 几天 一直 本社区
    该社区 我社区 小区内 小区里 这里 现在
"""
STOP = tuple(_STOP.split())
"""What inspectors write around a trouble; it says nothing of the trouble."""
_SAME = """
    做核酸=核酸采样 核酸检测=核酸采样 采核酸=核酸采样 检测点=采样点 采样台=采样点 未=没
    没有=没 无人=没人 缺少=没 缺乏=没 不足=不够 短缺=不够 紧缺=不够 不到位=没做
    未落实=没做 消毒=消杀 垃圾桶=垃圾 生活垃圾=垃圾 堆放=堆 堆积=堆 清运=清 清理=清
    运走=清 看守=值守 值班=值守 守门=值守 大门=卡口 出入口=卡口 门口=卡口 门岗=卡口
    药品=药 药物=药 吃的药=药 配药=买药 购药=买药 代购药=买药 就医=看病 就诊=看病
    去医院=看病 老人=老年人 独居老年人=独居老人 蔬菜包=菜包 保供包=菜包 物资包=菜包 蔬菜=菜
    送达=送到 配送=送到 派送=送到 打不通=没人接 无法接通=没人接 占线=没人接 电话没接=没人接
    防护服=防护用品 隔离衣=防护用品 手套=防护用品 面屏=防护用品 志愿人员=志愿者 工作人员=人员
"""
SAME = tuple((written, read) for written, read in (pair.split("=") for pair in _SAME.split()))
"""Words that inspectors use for one another; as written, as read."""
LIKE_ENOUGH = 0.34
"""The least likeness that is offered; set on the first half of tests/lines/command/data/findings.csv."""


def terms_of(listed: str) -> tuple[tuple[str, ...], ...]:
    """The words of the trade as a file lists them: one thing a line, its name first; `#` begins a remark."""
    lines = (line.split() for line in listed.splitlines() if not line.startswith("#"))
    return tuple(tuple(dict.fromkeys(words)) for words in lines if words)
