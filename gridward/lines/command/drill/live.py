"""A day of the drill in the command line: directives answered, inspections made, common problems judged once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, actor_of
from gridward.kernel.access.models import Grant
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Community, Day, Ground, Login
from gridward.lines.command.actions import directives, inspections, receipts, standing
from gridward.lines.command.actions.directives import Audience, Order
from gridward.lines.command.models import Finding, Problem, Receipt, Visit
from gridward.lines.command.models.directives import ANSWER, SEE

SMALL = 0.02
"""Below this scale a day's directives reach the first towns only."""
STAFFED_LEAST = 60
"""Communities with an office in the smallest drill; in the whole district every one has its own."""
REMIND_EVERY = timedelta(minutes=5)
JUDGED_AFTER = (timedelta(hours=8, minutes=30), timedelta(hours=11))
"""How long after planning the routes the headquarters judges what inspectors found: the second time after the last."""
# When (hour and minute), to whom, how urgent, within how many hours, title, words, proof.
ORDERS = (
    (8, 10, "community", 2, 8, "今日社区消杀安排", "公共区域、电梯按键和垃圾收集点今天完成消杀，附照片或文字。"),
    (9, 30, "community", 3, 10, "独居老人逐户走访", "逐户走访独居老人，确认药品和生活物资，名单有变化的当天更新台账。"),
    (11, 0, "town", 1, 2, "重点区域应急车辆到位", "各镇街立即核实应急车辆和值守人员到岗情况，缺岗的先补后报。"),
    (10, 30, "posts", 2, 6, "采样点物资清点", "各核酸检测组清点防护服、采样管和手消，缺的当天报数。"),
    (15, 20, "first_town", 2, 4, "封控小区物资转运点检查", "检查转运点交接记录和无接触配送情况，问题当场整改。"),
    (19, 0, "community", 3, 14, "夜间值守名单核对", "核对今晚值守名单和联系电话，岗位空缺的在22时前补齐。"),
)  # fmt: skip
POSTS = (
    "office_head",
    "office_duty",
    "stationed_leader",
    "sampling",
    "tracing",
    "control",
    "cleaning",
    "supply",
    "care",
)
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴", ("芳", "伟", "敏", "静", "强", "洋", "勇", "军", "丽", "涛")
# Common troubles as inspectors write them, and the one reply to each.
COMMON = (
    ("采样人员手套与手消", ("采样人员没有一人一换手套", "采样员采完不消手，手套没换", "核酸采样手部消毒不规范"),
     "采样一人一手消，每采十人更换手套，手消凝胶由卫健组当天补齐。"),
    ("蔬菜包送达不及时", ("蔬菜包三天没有送到", "保供菜包积压没人送", "菜包迟迟不到户"),
     "菜包当天18时前送到单元门口，缺人的由社区调配志愿者，仍送不了的当天报商务组。"),
)  # fmt: skip
INDIVIDUAL = ("楼道堆放杂物，通道不畅", "卡口测温登记有空页", "公告栏内容没有更新", "电梯消杀记录漏签")
DONE = ("已完成，现场照片另存备查", "已全部走访，无异常", "已核实到位", "已整改，负责人已签字", "已按要求完成")


def logins(ground: Ground) -> list[Login]:
    """Two inspectors of the district."""
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    return [
        Login("inspector", "inspector", district, "区督查员甲"),
        Login("inspector2", "inspector", district, "区督查员乙"),
    ]


def furnish(ground: Ground, now: datetime) -> None:
    """The examples of checklist, posts and tasks, and holders for most posts of communities."""
    standing.install(now)
    rng = np.random.default_rng([ground.seed, 32])
    began = now - timedelta(days=3)
    every = reached(ground)
    staffed = round(len(every) * min(1.0, ground.scale**0.5))
    for at, community in enumerate(every[: max(STAFFED_LEAST, staffed)]):
        held = (span(community.address),)
        desk = Actor(None, "", "drill", {"posts.see": held, "posts.change": held})
        for number, key in enumerate(POSTS):
            if rng.random() < 0.85:
                name = SURNAMES[int(rng.integers(len(SURNAMES)))] + GIVEN[int(rng.integers(len(GIVEN)))]
                phone = f"1990{at % 1000:03d}{number:04d}"
                standing.fill_post(desk, community.address, key, name, phone, "", began)


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Put a day's directives on the day: sent by the headquarters, answered by each recipient in its own time."""
    rng = np.random.default_rng([ground.seed, 31])
    headquarters = _account("headquarters")
    for moment in _mornings(start, end):
        for hour, minute, *order in ORDERS:
            at = moment + timedelta(hours=hour, minutes=minute)
            if start <= at < end:
                day.at(at, lambda now, order=order: _order(ground, day, headquarters, order, rng, now))
    for moment in _mornings(start, end):
        at = moment + timedelta(hours=7, minutes=40)
        if start <= at < end:
            day.at(at, lambda now: _inspect(ground, day, headquarters, rng, now))
    at = start
    while at < end:
        day.at(at, receipts.remind)
        at += REMIND_EVERY


def _account(role: str) -> Actor:
    grant = Grant.objects.filter(role=role).select_related("user").order_by("pk").first()
    assert grant is not None
    return actor_of(grant.user, "drill")


def _mornings(start: datetime, end: datetime) -> list[datetime]:
    first, last = clock.local_day(start), clock.local_day(end)
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [clock.day_bounds(one)[0] for one in days]


def reached(ground: Ground) -> tuple[Community, ...]:
    """The communities a drill's directives and inspections go to: all, or those of the first towns in a small one."""
    if ground.scale >= SMALL:
        return ground.communities
    towns = sorted({at_level(one.address, Level.TOWN) for one in ground.communities})[:2]
    return tuple(one for one in ground.communities if at_level(one.address, Level.TOWN) in towns)


def _order(ground: Ground, day: Day, sender: Actor, order: Any, rng: np.random.Generator, now: datetime) -> None:
    whom, urgency, hours, title, words = order
    communities = reached(ground)
    towns = sorted({at_level(one.address, Level.TOWN) for one in communities})
    audience = {
        "community": Audience(areas=tuple(one.address for one in communities)),
        "town": Audience(areas=tuple(towns)),
        "first_town": Audience(
            areas=tuple(one.address for one in communities if at_level(one.address, Level.TOWN) == towns[0])
        ),
        "posts": Audience(posts=("sampling",), posts_in=towns[0] if ground.scale < SMALL else None),
    }[whom]
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    due = now + timedelta(hours=hours)
    sent = directives.send(sender, Order(district, title, words, audience, urgency, due_at=due), now)
    for receipt in Receipt.objects.filter(directive=sent).order_by("address"):
        _answer(day, receipt, rng, now, (due - now).total_seconds())


def _answer(day: Day, receipt: Receipt, rng: np.random.Generator, now: datetime, time_s: float) -> None:
    """One recipient: most see it within minutes, nearly all do it in time, a few never do."""
    held = (span(receipt.address),)
    desk = Actor(None, "", "drill", {SEE: held, ANSWER: held})
    seen_s = float(rng.lognormal(np.log(240), 1.0))
    done_s = seen_s + float(rng.uniform(0.15, 0.9)) * time_s
    day.at(now + timedelta(seconds=seen_s), lambda at: receipts.see(desk, receipt.pk, 1, at))
    if rng.random() < 0.8:
        day.at(now + timedelta(seconds=seen_s + 120), lambda at: receipts.accept(desk, receipt.pk, 1, at))
    if rng.random() < 0.94:
        words = DONE[int(rng.integers(len(DONE)))]
        done = now + timedelta(seconds=done_s)
        day.at(done, lambda at: receipts.finish(desk, receipt.pk, 1, Evidence(words), at))


def _inspect(ground: Ground, day: Day, headquarters: Actor, rng: np.random.Generator, now: datetime) -> None:
    """The morning's routes, planned and approved; then each visit in its time."""
    people = list(Grant.objects.filter(role="inspector").order_by("pk").values_list("user_id", flat=True))
    if not people:
        return
    district = span(at_level(ground.communities[0].address, Level.DISTRICT))
    plan = inspections.propose(headquarters, district, people, clock.local_day(now), ground.seed, now)
    inspections.approve(headquarters, plan.pk, now)
    for visit in Visit.objects.filter(plan=plan).order_by("planned_at", "pk"):
        began = max(visit.planned_at, now)
        day.at(began + timedelta(minutes=35), lambda at, visit=visit: _visit(day, visit, rng, at))
    for after in JUDGED_AFTER:
        day.at(now + after, lambda at: _judge(headquarters, at))


def _visit(day: Day, visit: Visit, rng: np.random.Generator, now: datetime) -> None:
    held = (span(visit.address),)
    reach = dict.fromkeys(("inspections.see", "inspections.inspect", "findings.right"), held)
    inspector = Actor(visit.inspector_id, "", "drill", reach)
    results = {key: bool(rng.random() < 0.9) for key in ("gate", "sampling", "cleaning", "supply", "phones")}
    inspections.finish_visit(inspector, visit.pk, results, now)
    if rng.random() < 0.45:
        _title, wordings, _reply = COMMON[int(rng.integers(len(COMMON)))]
        words = wordings[int(rng.integers(len(wordings)))]
        inspections.raise_finding(inspector, inspections.Raised(visit.address, words, "common", visit_id=visit.pk), now)
    if rng.random() < 0.6:
        words = INDIVIDUAL[int(rng.integers(len(INDIVIDUAL)))]
        raised = inspections.Raised(visit.address, words, "individual", visit_id=visit.pk)
        found = inspections.raise_finding(inspector, raised, now)
        righted = now + timedelta(minutes=float(rng.uniform(20, 240)))
        day.at(righted, lambda at: inspections.right(inspector, found.pk, "已现场整改", b"", at))
        later = righted + timedelta(hours=1)
        day.at(later, lambda at: inspections.recheck(inspector, found.pk, True, "", at))


def _judge(headquarters: Actor, now: datetime) -> None:
    """Twice a day: common findings are put under their problems, and each has its one reply."""
    for title, wordings, reply in COMMON:
        waiting = [one for one in Finding.objects.filter(state="sent", problem=None) if one.words in wordings]
        known = next((one for one in Problem.objects.order_by("made_at") if one.title == title), None)
        if waiting:
            keys = [one.pk for one in waiting]
            problem = inspections.group(headquarters, keys, known.pk if known else "", title, now)
            if problem.answered_at is None:
                town = at_level(waiting[0].address, Level.TOWN)
                inspections.answer(headquarters, problem.pk, reply, Audience(areas=(town,)), now)
