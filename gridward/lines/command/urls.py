"""Addresses of the command line, under /command/."""

from __future__ import annotations

from django.urls import path

from gridward.lines.command.views import directives, inspections, judging, received, standing

DIRECTIVE = "directives/<uuid:directive_id>"
RECEIVED = "received/<uuid:receipt_id>"
FINDING = "findings/<uuid:finding_id>"
PROBLEM = "problems/<uuid:problem_id>"

urlpatterns = [
    path("directives", directives.mine, name="mine"),
    path("directives/issued", directives.sent, name="sent"),
    path("directives/new", directives.new, name="new"),
    path("directives/reach", directives.reach, name="reach"),
    path(DIRECTIVE, directives.page, name="directive"),
    path(f"{DIRECTIVE}/mine", received.mine, name="directive-mine"),
    path(f"{DIRECTIVE}/recipients.geojson", directives.points, name="points"),
    path(f"{DIRECTIVE}/amendment", directives.amend, name="amendment"),
    path(f"{DIRECTIVE}/withdrawal", directives.withdraw, name="withdrawal"),
    path("attachments/<uuid:attachment_id>", directives.attachment, name="attachment"),
    path("receipts/<uuid:receipt_id>", received.receipt, name="receipt"),
    path(RECEIVED, received.page, name="received"),
    path(f"{RECEIVED}/sight", received.see, name="see"),
    path(f"{RECEIVED}/acceptance", received.accept, name="accept"),
    path(f"{RECEIVED}/completion", received.finish, name="finish"),
    path("proofs/<uuid:receipt_proof_id>", received.photo, name="receipt-photo"),
    path("route", inspections.route, name="route"),
    path("route/<uuid:visit_id>", inspections.visit, name="visit"),
    path("visits/<uuid:visit_id>", inspections.seen, name="visit-seen"),
    path("findings", inspections.register, name="findings"),
    path("findings/new", inspections.new, name="finding-new"),
    path("findings/hints", inspections.hints, name="hints"),
    path(FINDING, inspections.page, name="finding"),
    path(f"{FINDING}/photos/<str:side>", inspections.photo, name="finding-photo"),
    path(f"{FINDING}/righting", inspections.right, name="finding-right"),
    path(f"{FINDING}/recheck", inspections.recheck, name="finding-recheck"),
    path("answers", inspections.answers, name="answers"),
    path("answers/<uuid:answer_id>", inspections.answer, name="answer"),
    path("answers/<uuid:answer_id>/use", inspections.use_answer, name="answer-use"),
    path("inspections", judging.planning, name="planning"),
    path("inspections/plans/<uuid:route_plan_id>/approval", judging.approve, name="plan-approval"),
    path("problems", judging.problems, name="problems"),
    path("problems/grouping", judging.group, name="grouping"),
    path(PROBLEM, judging.problem, name="problem"),
    path(f"{PROBLEM}/reply", judging.reply, name="reply"),
    path("tasks", standing.tasks, name="tasks"),
    path("tasks/<uuid:task_id>", standing.task, name="task"),
    path("posts", standing.posts, name="posts"),
    path("posts/joining", standing.join, name="join"),
    path("posts/areas/<uuid:action_area_id>/parting", standing.part, name="part"),
    path("posts/holders/<uuid:post_holder_id>", standing.holder, name="post-holder"),
    path("posts/holders/<uuid:post_holder_id>/vacancy", standing.vacate, name="vacate"),
    path("posts/<str:address>", standing.community, name="community"),
    path("posts/<str:address>/holders", standing.fill, name="fill"),
    path("posts/<str:address>/card", standing.card, name="card"),
    path("posts/<str:address>/card.pdf", standing.card_pdf, name="card-pdf"),
    path("log", standing.log, name="log"),
    path("log/<uuid:log_entry_id>/closure", standing.close, name="log-close"),
    path("handover", standing.handover, name="handover"),
]
