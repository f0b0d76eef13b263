"""The hotline's addresses, under /hotline/."""

from __future__ import annotations

from django.urls import path

from gridward.lines.hotline.open311 import views as open311
from gridward.lines.hotline.views import crew, desk, dispatch, fleet, public

NEED = "dispatch/<uuid:need_id>"
TASK = "tasks/<uuid:assignment_id>"
V2 = "open311/v2"

urlpatterns = [
    path("desk", desk.desk, name="desk"),
    path("desk/caller", desk.caller, name="desk-caller"),
    path("desk/places", desk.places, name="desk-places"),
    path("desk/nearest", desk.nearest, name="desk-nearest"),
    path("desk/hints", desk.hints, name="desk-hints"),
    path("desk/logged/<uuid:need_id>", desk.logged, name="logged"),
    path("dispatch", dispatch.board, name="dispatch"),
    path("dispatch/queue", dispatch.queue, name="queue"),
    path(NEED, dispatch.panel, name="panel"),
    path(f"{NEED}/assignment", dispatch.assign, name="assignment"),
    path(f"{NEED}/refusal", dispatch.refuse, name="refusal"),
    path(f"{NEED}/answer", dispatch.answer, name="answer"),
    path(f"{NEED}/joining", dispatch.join, name="joining"),
    path(f"{NEED}/assignments/<uuid:assignment_id>/release", dispatch.release, name="release"),
    path("tasks", crew.tasks, name="tasks"),
    path(TASK, crew.task, name="task"),
    path(f"{TASK}/acceptance", crew.accept, name="accept"),
    path(f"{TASK}/departure", crew.leave, name="leave"),
    path(f"{TASK}/arrival", crew.arrive, name="arrive"),
    path(f"{TASK}/completion", crew.finish, name="finish"),
    path(f"{TASK}/declination", crew.decline, name="decline"),
    path("duty/<uuid:resource_id>", crew.duty, name="duty"),
    path("fleet", fleet.fleet, name="fleet"),
    path("fleet/allotment", fleet.allot, name="allotment"),
    path("ask", public.ask, name="ask"),
    path("ask/progress", public.tracking, name="tracking"),
    path("ask/<str:code>", public.page, name="request"),
    path("ask/<str:code>/confirmation", public.confirm, name="confirmation"),
    path("ask/<str:code>/reopening", public.reopen, name="reopening"),
    path("ask/<str:code>/withdrawal", public.withdraw, name="withdrawal"),
    path("ask/<str:code>/proofs/<uuid:proof_id>", public.proof, name="request-proof"),
    path("poster", public.poster, name="poster"),
    path(f"{V2}/services.<str:kind>", open311.services, name="open311-services"),
    path(f"{V2}/services/<str:code>.<str:kind>", open311.service, name="open311-service"),
    path(f"{V2}/requests.<str:kind>", open311.requests, name="open311-requests"),
    path(f"{V2}/requests/<str:request_id>.<str:kind>", open311.one_request, name="open311-request"),
    path(f"{V2}/tokens/<str:code>.<str:kind>", open311.token, name="open311-token"),
]
