"""What the command line brings to a drill, and to the tools that break a house on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Community, Day, Ground, Scene
from gridward.lines.command.actions import directives, receipts
from gridward.lines.command.actions.directives import Audience, Order, Wanted
from gridward.lines.command.models import Directive, Receipt
from gridward.lines.command.models.directives import ANSWER, SEE, SEND

SMALL = 0.02
"""Below this scale a day's directives reach the first towns only."""
REMIND_EVERY = timedelta(minutes=5)
# When (hour and minute), to whom, how urgent, within how many hours, title, words, proof.
ORDERS = (
    (8, 10, "community", 2, 8, "今日社区消杀安排", "公共区域、电梯按键和垃圾收集点今天完成消杀，附照片或文字。"),
    (9, 30, "community", 3, 10, "独居老人逐户走访", "逐户走访独居老人，确认药品和生活物资，名单有变化的当天更新台账。"),
    (11, 0, "town", 1, 2, "重点区域应急车辆到位", "各镇街立即核实应急车辆和值守人员到岗情况，缺岗的先补后报。"),
    (15, 20, "first_town", 2, 4, "封控小区物资转运点检查", "检查转运点交接记录和无接触配送情况，问题当场整改。"),
    (19, 0, "community", 3, 14, "夜间值守名单核对", "核对今晚值守名单和联系电话，岗位空缺的在22时前补齐。"),
)  # fmt: skip
DONE = ("已完成，现场照片另存备查", "已全部走访，无异常", "已核实到位", "已整改，负责人已签字", "已按要求完成")


def furnish(ground: Ground, now: datetime) -> None:
    """Nothing yet: what a district configures is loaded by the line's `install`."""


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Put a day's directives on the day: sent by the headquarters, answered by each recipient in its own time."""
    rng = np.random.default_rng([ground.seed, 31])
    headquarters = _account("headquarters")
    for moment in _mornings(start, end):
        for hour, minute, *order in ORDERS:
            at = moment + timedelta(hours=hour, minutes=minute)
            if start <= at < end:
                day.at(at, lambda now, order=order: _order(ground, day, headquarters, order, rng, now))
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
    places = {
        "community": [one.address for one in communities],
        "town": towns,
        "first_town": [one.address for one in communities if at_level(one.address, Level.TOWN) == towns[0]],
    }[whom]
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    audience = Audience(areas=tuple(places))
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


_PHOTO = b"\xff\xd8\xff\xe0"


def _sent(scene: Scene) -> Receipt:
    """A directive that reached the account of the scene, with an attachment."""
    Grant.objects.get_or_create(user=scene.user, role="headquarters", address=scene.place, incident=None)
    order = Order(
        scene.place, scene.words, scene.words, Audience(roles=("headquarters",)),
        attachments=((f"{scene.words}.pdf", b"%PDF " + scene.words.encode()),),
    )  # fmt: skip
    made = directives.send(scene.second, order, scene.now)
    return Receipt.objects.select_related("directive").get(directive=made, user=scene.user)


def settle(scene: Scene) -> dict[str, str]:
    """Something of everything at a place; the parameters of the line's routes."""
    held = (span(scene.place),)
    mine = Actor(scene.user.pk, "", "chaos", {SEE: held, ANSWER: held, SEND: held})
    first = _sent(scene)
    receipts.finish(mine, first.pk, 1, Evidence(scene.words, _PHOTO + scene.words.encode()), scene.now)
    directives.amend(
        scene.second,
        first.directive_id,
        Wanted(scene.words, f"{scene.words}{scene.words}", None, "words"),
        1,
        scene.now,
    )
    waiting = _sent(scene)
    attachment, proof = first.directive.attachments.get(), first.proofs.get()
    return {
        "directive_id": str(first.directive_id),
        "receipt_id": str(waiting.pk),
        "attachment_id": str(attachment.pk),
        "receipt_proof_id": str(proof.pk),
    }


def _mine(scene: Scene) -> Actor:
    return actor_of(User.objects.get(pk=scene.user.pk), "chaos", scene.incident.pk)


Run = Callable[[], Any]


def _deed_send(scene: Scene) -> Run:
    Grant.objects.get_or_create(user=scene.user, role="headquarters", address=scene.place, incident=None)
    order = Order(scene.place, "全面消杀", "今天完成", Audience(roles=("headquarters",)))
    return lambda: directives.send(scene.second, order, scene.now)


def _deed_amend(scene: Scene) -> Run:
    made, wanted = _sent(scene).directive, Wanted("全面消杀", "明天完成", None, "photo")
    return lambda: directives.amend(scene.officer, made.pk, wanted, 1, scene.now)


def _deed_withdraw(scene: Scene) -> Run:
    made: Directive = _sent(scene).directive
    return lambda: directives.withdraw(scene.officer, made.pk, "不再需要", scene.now)


def _deed_see(scene: Scene) -> Run:
    receipt, actor = _sent(scene), _mine(scene)
    return lambda: receipts.see(actor, receipt.pk, 1, scene.now)


def _deed_accept(scene: Scene) -> Run:
    receipt, actor = _sent(scene), _mine(scene)
    return lambda: receipts.accept(actor, receipt.pk, 1, scene.now)


def _deed_finish(scene: Scene) -> Run:
    receipt, actor = _sent(scene), _mine(scene)
    return lambda: receipts.finish(actor, receipt.pk, 1, Evidence("做完了", _PHOTO), scene.now)


def _deed_remind(scene: Scene) -> Run:
    _sent(scene)
    return lambda: receipts.remind(scene.now + timedelta(days=1))


DEEDS = {
    directives.send: _deed_send,
    directives.amend: _deed_amend,
    directives.withdraw: _deed_withdraw,
    receipts.see: _deed_see,
    receipts.accept: _deed_accept,
    receipts.finish: _deed_finish,
    receipts.remind: _deed_remind,
}
EXCUSED = {"link_of": "writes nothing"}
