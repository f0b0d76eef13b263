"""Addresses of the command line, under /command/."""

from __future__ import annotations

from django.urls import path

from gridward.lines.command.views import directives, received

DIRECTIVE = "directives/<uuid:directive_id>"
RECEIVED = "received/<uuid:receipt_id>"

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
]
