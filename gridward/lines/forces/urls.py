"""Addresses of the forces line, under /forces/."""

from __future__ import annotations

from django.urls import URLPattern, path

from gridward.lines.forces.views import (
    attendance,
    certificates,
    joining,
    lacks,
    me,
    posts,
    reinforcement,
    rosters,
    swaps,
    teams,
    volunteers,
)

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
    path(f"{ME}/invitations/<uuid:invitation_id>", me.invitation, name="invitation"),
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
    path("volunteers/invitations", volunteers.invite, name="invitations"),
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
ROSTER = "rosters/<uuid:roster_id>"
REINFORCEMENT = "reinforcements/<uuid:reinforcement_id>"

DUTY: list[URLPattern] = [
    path("posts", posts.board, name="posts"),
    path("posts/points.geojson", posts.points, name="post-points"),
    path("posts/statement", posts.state, name="post-statement"),
    path("posts/days", posts.make_day, name="post-days"),
    path("posts/standing", posts.restate, name="post-standing"),
    path("posts/control", posts.control, name="post-control"),
    path("posts/<uuid:post_id>/heads", posts.change, name="post-heads"),
    path("rosters", rosters.board, name="rosters"),
    path("rosters/planning", rosters.ask, name="roster-planning"),
    path("rosters/requests/<uuid:roster_request_id>", rosters.progress, name="roster-request"),
    path("rosters/day", rosters.day, name="day"),
    path("rosters/absence", rosters.absence, name="absence"),
    path(ROSTER, rosters.roster, name="roster"),
    path(f"{ROSTER}/points.geojson", rosters.points, name="roster-points"),
    path(f"{ROSTER}/approval", rosters.approve, name="roster-approval"),
    path(f"{ROSTER}/withdrawal", rosters.withdraw, name="roster-withdrawal"),
    path(f"{ME}/swaps", swaps.board, name="swaps"),
    path(f"{ME}/swaps/offer", swaps.offer, name="swap-offer"),
    path(f"{ME}/swaps/<uuid:swap_id>/acceptance", swaps.take, name="swap-acceptance"),
    path(f"{ME}/swaps/<uuid:swap_id>/withdrawal", swaps.withdraw, name="swap-withdrawal"),
    path("lacks", lacks.board, name="lacks"),
    path("lacks/points.geojson", lacks.points, name="lack-points"),
    path("lacks/statement", lacks.state, name="lack-statement"),
    path("lacks/matching", lacks.match, name="lack-matching"),
    path("lacks/supplies", lacks.offer, name="supply-offer"),
    path("lacks/deliveries/<uuid:delivery_id>/departure", lacks.send_off, name="delivery-departure"),
    path("lacks/deliveries/<uuid:delivery_id>/receipt", lacks.receive, name="delivery-receipt"),
    path("reinforcements", reinforcement.board, name="reinforcements"),
    path("reinforcements/planning", reinforcement.propose, name="reinforcement-planning"),
    path("reinforcements/end", reinforcement.send_home, name="support-end"),
    path(REINFORCEMENT, reinforcement.page, name="reinforcement"),
    path(f"{REINFORCEMENT}/approval", reinforcement.approve, name="reinforcement-approval"),
    path(f"{REINFORCEMENT}/withdrawal", reinforcement.withdraw, name="reinforcement-withdrawal"),
]

urlpatterns = [*PEOPLE, *DUTY]
