"""Addresses of the forces line, under /forces/."""

from __future__ import annotations

from django.urls import URLPattern, path

from gridward.lines.forces.views import attendance, certificates, joining, me, teams, volunteers

TEAM = "teams/<uuid:team_id>"
VOLUNTEER = "volunteers/<uuid:volunteer_id>"
ME = "me/<str:personal_code>"

PEOPLE: list[URLPattern] = [
    path("join", joining.join, name="join"),
    path("join/poster", joining.poster, name="join-poster"),
    path(ME, me.me, name="me"),
    path(f"{ME}/profile", me.profile, name="profile"),
    path(f"{ME}/shifts.ics", me.calendar, name="calendar"),
    path(f"{ME}/marks", attendance.marks, name="marks"),
    path(f"{ME}/certificate", certificates.own, name="certificate"),
    path("mine", attendance.mine, name="mine"),
    path("at/<str:post_code>", attendance.at, name="at"),
    path("worker.js", attendance.worker, name="worker"),
    path("posts/<uuid:post_id>/poster", attendance.poster, name="post-poster"),
    path("attendance", attendance.register, name="attendance"),
    path("attendance/<uuid:stay_id>", attendance.stay, name="stay"),
    path("certificates", certificates.verifier, name="certificates"),
    path("certificates/check", certificates.check, name="certificate-check"),
    path(f"{ME}/departure", me.departure, name="departure"),
    path("teams", teams.register, name="teams"),
    path("teams/points.geojson", teams.points, name="team-points"),
    path("teams/founding", teams.found, name="team-founding"),
    path(TEAM, teams.page, name="team"),
    path(f"{TEAM}/record", teams.change, name="team-record"),
    path(f"{TEAM}/closure", teams.close, name="team-closure"),
    path("volunteers", volunteers.desk, name="volunteers"),
    path("volunteers/admissions", volunteers.admit_all, name="admissions"),
    path("volunteers/training", volunteers.training, name="training"),
    path(VOLUNTEER, volunteers.page, name="volunteer"),
    path(f"{VOLUNTEER}/admission", volunteers.admit, name="admission"),
    path(f"{VOLUNTEER}/refusal", volunteers.refuse, name="refusal"),
    path(f"{VOLUNTEER}/identity", volunteers.identity, name="identity"),
    path(f"{VOLUNTEER}/pause", volunteers.pause, name="pause"),
    path(f"{VOLUNTEER}/record", volunteers.record, name="record"),
    path(f"{VOLUNTEER}/marks", attendance.by_desk, name="volunteer-marks"),
    path(f"{VOLUNTEER}/certificate", certificates.by_desk, name="volunteer-certificate"),
    path(f"{VOLUNTEER}/dismissal", volunteers.dismissal, name="dismissal"),
]
DUTY: list[URLPattern] = []

urlpatterns = [*PEOPLE, *DUTY]
