"""A crew's phone: my tasks, and one thumb from accepted to done with proof."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.kernel.assignments.proofs import MAX_PHOTO_BYTES, Evidence
from gridward.kernel.errors import AppError
from gridward.kernel.needs.rules import LIVE, AssignmentState
from gridward.kernel.resources.actions import set_duty
from gridward.kernel.resources.models import Resource
from gridward.kernel.resources.queries import open_crewed
from gridward.lines.hotline import actions, plan, queries
from gridward.lines.hotline.access import one_task

ACT = "crew.act"
NEXT = {
    AssignmentState.OFFERED: "accept",
    AssignmentState.ACCEPTED: "leave",
    AssignmentState.UNDER_WAY: "arrive",
    AssignmentState.ARRIVED: "finish",
}


@require_GET
@needs_capability(ACT)
def tasks(request: HttpRequest) -> HttpResponse:
    """My tasks: the live ones first, then what was finished today; and my vehicles' duty."""
    actor = actor_in(request)
    open_crewed(actor)
    live, done = queries.tasks(actor, clock.now())
    names = full_names(task.need.address for task in [*live, *done])
    context = {
        "live": [{"task": task, "place_name": names[task.need.address]} for task in live],
        "done": [{"task": task, "place_name": names[task.need.address]} for task in done],
        "resources": list(Resource.objects.filter(crew__user_id=actor.user_id).order_by("name")),
        "now": clock.now(),
    }
    return render(request, "hotline/tasks.html", context)


@require_GET
@needs_capability(ACT)
def task(request: HttpRequest, assignment_id: str) -> HttpResponse:
    """One task, with the one next step as a button."""
    return _task(request, assignment_id)


def _task(request: HttpRequest, assignment_id: str, refusal: AppError | None = None) -> HttpResponse:
    found = one_task(actor_in(request), assignment_id)
    context = {
        "task": found,
        "need": found.need,
        "place_name": full_names([found.need.address])[found.need.address],
        "point": plan.position(found.need),
        "next": NEXT.get(AssignmentState(found.state), ""),
        "live": found.state in LIVE,
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "hotline/task.html", context, status=refusal.status if refusal else 200)


def _step(wanted: AssignmentState) -> Callable[..., HttpResponse]:
    @require_POST
    @needs_capability(ACT)
    def step(request: HttpRequest, assignment_id: str) -> HttpResponse:
        """Take a task one step on."""
        try:
            actions.go_on(
                actor_in(request),
                assignment_id,
                wanted,
                clock.now(),
                evidence=_evidence(request) if wanted is AssignmentState.DONE else None,
                reason=request.POST.get("words", ""),
            )
        except AppError as refusal:
            if refusal.status not in (409, 422):
                raise
            return _task(request, assignment_id, refusal)
        return redirect("hotline:tasks" if wanted not in LIVE else "hotline:task", *_key(wanted, assignment_id))

    return step


def _key(wanted: AssignmentState, assignment_id: str) -> list[str]:
    return [assignment_id] if wanted in LIVE else []


def _evidence(request: HttpRequest) -> Evidence:
    photo = request.FILES.get("photo")
    # One byte over the limit is enough for the kernel to refuse it.
    content = photo.read(MAX_PHOTO_BYTES + 1) if isinstance(photo, UploadedFile) else b""
    return Evidence(request.POST.get("words", ""), content)


accept = _step(AssignmentState.ACCEPTED)
leave = _step(AssignmentState.UNDER_WAY)
arrive = _step(AssignmentState.ARRIVED)
finish = _step(AssignmentState.DONE)
decline = _step(AssignmentState.DECLINED)


@require_POST
@needs_capability(ACT)
def duty(request: HttpRequest, resource_id: str) -> HttpResponse:
    """Put my own vehicle on or off duty."""
    wanted = Resource.Duty.ON if request.POST.get("duty") == "on" else Resource.Duty.OFF
    set_duty(actor_in(request), resource_id, wanted, clock.now())
    return redirect("hotline:tasks")
