"""A row of everything the command line keeps at a place, and its actions made ready to fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import span
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Scene
from gridward.kernel.plans.models import Plan
from gridward.lines.command.actions import directives, inspections, receipts, standing
from gridward.lines.command.actions.directives import Audience, Order, Wanted
from gridward.lines.command.actions.inspections import Raised
from gridward.lines.command.models import CheckItem, Directive, PostTemplate, Receipt, Task, Visit
from gridward.lines.command.models.directives import ANSWER, SEE, SEND

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
    return {
        "directive_id": str(first.directive_id),
        "receipt_id": str(waiting.pk),
        "attachment_id": str(first.directive.attachments.get().pk),
        "receipt_proof_id": str(first.proofs.get().pk),
        **_inspected(scene),
        **_stood(scene),
    }


def _everywhere(scene: Scene) -> Actor:
    """An inspector, a judge and a keeper of posts at the place, behind the scene's account."""
    held = (span(scene.place),)
    names = ("inspections.see", "inspections.inspect", "inspections.plan", "findings.right", "findings.judge")
    more = ("directives.send", "directives.see", "posts.see", "posts.change", "log.keep", "tasks.change")
    return Actor(scene.user.pk, "", "chaos", dict.fromkeys((*names, *more), held))


def _visit(scene: Scene) -> Visit:
    return Visit.objects.create(
        incident=scene.incident, inspector=scene.user, address=scene.place, day=clock.local_day(scene.now),
        position=Visit.objects.count() + 1, planned_at=scene.now, risk=1.0, days_unseen=3,
    )  # fmt: skip


def _plan(scene: Scene) -> Plan:
    return inspections.propose(_everywhere(scene), span(scene.place), [scene.user.pk],
                               clock.local_day(scene.now) + timedelta(days=1), 1, scene.now)  # fmt: skip


def _finding(scene: Scene, sort: str = "common") -> Any:
    photo = _PHOTO + scene.words.encode()
    return inspections.raise_finding(_everywhere(scene), Raised(scene.place, scene.words, sort, photo), scene.now)


def _inspected(scene: Scene) -> dict[str, str]:
    """A route, a visit, findings of both sorts, a problem with its reply."""
    actor, visit, plan = _everywhere(scene), _visit(scene), _plan(scene)
    individual = _finding(scene, "individual")
    inspections.right(actor, individual.pk, scene.words, _PHOTO + scene.words.encode(), scene.now)
    Grant.objects.get_or_create(user=scene.user, role="headquarters", address=scene.place, incident=None)
    problem = inspections.group(actor, [_finding(scene).pk], "", scene.words, scene.now)
    to_all = Audience(roles=("headquarters",))
    answered = inspections.answer(scene.second, problem.pk, scene.words, to_all, scene.now)
    return {
        "visit_id": str(visit.pk), "finding_id": str(individual.pk), "problem_id": str(problem.pk), "side": "before",
        "answer_id": str(answered.pk), "route_plan_id": str(plan.pk),
    }  # fmt: skip


def _stood(scene: Scene) -> dict[str, str]:
    """A post held, an area of action, a line of the log to hand over, a task."""
    actor = _everywhere(scene)
    _configured(scene)
    holder = standing.fill_post(actor, scene.place, "supply", scene.words, "13700000001", scene.words, scene.now)
    other = scene.place + 10**7
    area = standing.join_areas(scene.second, scene.place, scene.words, [scene.place, other], scene.now)
    entry = standing.write_log(actor, scene.place, scene.words, True, scene.now)
    task = Task.objects.order_by("address", "number").first()
    return {
        "post_holder_id": str(holder.pk), "action_area_id": str(area.pk), "log_entry_id": str(entry.pk),
        "task_id": str(task.pk) if task else str(holder.pk),
    }  # fmt: skip


def _configured(scene: Scene) -> None:
    if not PostTemplate.objects.exists():
        standing.load_posts(scene.second, scene.now)
    if not CheckItem.objects.exists():
        inspections.load_checklist(scene.second, scene.now)


def _mine(scene: Scene) -> Actor:
    return actor_of(User.objects.get(pk=scene.user.pk), "chaos", scene.incident.pk)


Run = Callable[[], Any]


def _deed_send(scene: Scene) -> Run:
    Grant.objects.get_or_create(user=scene.user, role="headquarters", address=scene.place, incident=None)
    _configured(scene)
    order = Order(scene.place, "全面消杀", "今天完成", Audience(roles=("headquarters",), posts=("supply",)))
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


def _deed_approve(scene: Scene) -> Run:
    plan, actor = _plan(scene), _everywhere(scene)
    return lambda: inspections.approve(actor, plan.pk, scene.now)


def _deed_visit(scene: Scene) -> Run:
    _configured(scene)
    visit = _visit(scene)
    return lambda: inspections.finish_visit(_everywhere(scene), visit.pk, {"gate": True}, scene.now)


def _deed_right(scene: Scene) -> Run:
    finding = _finding(scene, "individual")
    return lambda: inspections.right(_everywhere(scene), finding.pk, "已整改", _PHOTO, scene.now)


def _deed_recheck(scene: Scene) -> Run:
    finding = _finding(scene, "individual")
    inspections.right(_everywhere(scene), finding.pk, "已整改", b"", scene.now)
    return lambda: inspections.recheck(_everywhere(scene), finding.pk, True, "", scene.now)


def _deed_group(scene: Scene) -> Run:
    finding = _finding(scene)
    return lambda: inspections.group(_everywhere(scene), [finding.pk], "", "共性", scene.now)


def _problem(scene: Scene) -> Any:
    Grant.objects.get_or_create(user=scene.user, role="headquarters", address=scene.place, incident=None)
    return inspections.group(_everywhere(scene), [_finding(scene).pk], "", "共性", scene.now)


def _deed_answer(scene: Scene) -> Run:
    problem, to_all = _problem(scene), Audience(roles=("headquarters",))
    return lambda: inspections.answer(scene.second, problem.pk, "统一办理", to_all, scene.now)


def _deed_use(scene: Scene) -> Run:
    made = inspections.answer(
        scene.second, _problem(scene).pk, "统一办理", Audience(roles=("headquarters",)), scene.now
    )
    return lambda: inspections.use_answer(_everywhere(scene), made.pk, scene.place, scene.now)


def _deed_checklist(scene: Scene) -> Run:
    CheckItem.objects.all().delete()
    return lambda: inspections.load_checklist(scene.second, scene.now)


def _deed_posts(scene: Scene) -> Run:
    PostTemplate.objects.update(name="别的")
    return lambda: standing.load_posts(scene.second, scene.now)


def _deed_tasks(scene: Scene) -> Run:
    return lambda: standing.load_tasks(scene.second, scene.place, scene.now)


def _deed_fill(scene: Scene) -> Run:
    _configured(scene)
    return lambda: standing.fill_post(_everywhere(scene), scene.place, "care", "王芳", "13700000002", "", scene.now)


def _deed_vacate(scene: Scene) -> Run:
    _configured(scene)
    held = standing.fill_post(_everywhere(scene), scene.place, "care", "王芳", "13700000003", "", scene.now)
    return lambda: standing.vacate_post(_everywhere(scene), held.pk, scene.now)


def _members(scene: Scene) -> list[int]:
    return [scene.place + 2 * 10**7, scene.place + 3 * 10**7]


def _deed_join(scene: Scene) -> Run:
    return lambda: standing.join_areas(scene.second, scene.place, "联防区", _members(scene), scene.now)


def _deed_part(scene: Scene) -> Run:
    made = standing.join_areas(scene.second, scene.place, "联防区", _members(scene), scene.now)
    return lambda: standing.part_areas(scene.second, made.pk, scene.now)


def _deed_log(scene: Scene) -> Run:
    return lambda: standing.write_log(_everywhere(scene), scene.place, "交班", True, scene.now)


def _deed_close(scene: Scene) -> Run:
    entry = standing.write_log(_everywhere(scene), scene.place, "交班", True, scene.now)
    return lambda: standing.close_item(_everywhere(scene), entry.pk, "已办", scene.now)


DEEDS = {
    directives.send: _deed_send,
    directives.amend: _deed_amend,
    directives.withdraw: _deed_withdraw,
    receipts.see: _deed_see,
    receipts.accept: _deed_accept,
    receipts.finish: _deed_finish,
    receipts.remind: _deed_remind,
    inspections.propose: lambda scene: lambda: _plan(scene),
    inspections.approve: _deed_approve,
    inspections.finish_visit: _deed_visit,
    inspections.raise_finding: lambda scene: lambda: _finding(scene),
    inspections.right: _deed_right,
    inspections.recheck: _deed_recheck,
    inspections.group: _deed_group,
    inspections.answer: _deed_answer,
    inspections.use_answer: _deed_use,
    inspections.load_checklist: _deed_checklist,
    standing.load_posts: _deed_posts,
    standing.load_tasks: _deed_tasks,
    standing.fill_post: _deed_fill,
    standing.vacate_post: _deed_vacate,
    standing.join_areas: _deed_join,
    standing.part_areas: _deed_part,
    standing.write_log: _deed_log,
    standing.close_item: _deed_close,
}
EXCUSED = {"link_of": "writes nothing"}
