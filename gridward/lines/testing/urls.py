"""Addresses of the testing line, under /testing/."""

from __future__ import annotations

from django.urls import path

from gridward.lines.testing.views import bench, courier, desk, public

ROUND = "rounds/<uuid:testing_round_id>"
LABORATORY = "laboratories/<uuid:laboratory_id>"

urlpatterns = [
    path("rounds", desk.rounds, name="rounds"),
    path("rounds/opening", desk.opening, name="opening"),
    path(ROUND, desk.round_page, name="round"),
    path(f"{ROUND}/closure", desk.closing, name="closure"),
    path(f"{ROUND}/home", desk.home, name="home-list"),
    path("points/<uuid:sampling_point_id>", desk.point, name="point"),
    path("boxes", desk.boxes, name="boxes"),
    path("boxes/allocation", desk.binding, name="allocation"),
    path("boxes/<uuid:tube_box_id>", desk.box, name="box"),
    path("recalls", desk.recalls, name="recalls"),
    path("recalls/<uuid:recall_id>", desk.recall, name="recall"),
    path("newcomers", desk.newcomers, name="newcomers"),
    path("newcomers/<uuid:newcomer_id>/completion", desk.completion, name="completion"),
    path("courier", courier.rounds, name="courier"),
    path("courier/<uuid:tube_box_id>/custody", courier.taking, name="taking"),
    path("bench", bench.page, name="bench"),
    path(LABORATORY, bench.laboratory, name="laboratory"),
    path(f"{LABORATORY}/boxes", bench.receive, name="receiving"),
    path(f"{LABORATORY}/plates", bench.set_plate, name="plates"),
    path(f"{LABORATORY}/readings", bench.read_by_hand, name="readings"),
    path(f"{LABORATORY}/readings/<uuid:reading_id>/second", bench.read_again, name="second-reading"),
    path(f"{LABORATORY}/lists", bench.take_list, name="lists"),
    path(f"{LABORATORY}/fhir", bench.take_bundle, name="bundles"),
    path(f"{LABORATORY}/gifts", bench.gift, name="gifts"),
    path(f"{LABORATORY}/staff", bench.lend, name="staff"),
    path(f"{LABORATORY}/shifts", bench.set_shift, name="shifts"),
    path("shifts/<uuid:lab_shift_id>", bench.shift, name="shift"),
    path("plates/<uuid:plate_id>", bench.plate, name="plate"),
    path("plates/<uuid:plate_id>/results", bench.plate_results, name="plate-results"),
    path("tubes/<uuid:tube_id>", bench.tube, name="tube"),
    path("tubes/<uuid:tube_id>/fhir", bench.tube_fhir, name="tube-fhir"),
    path("result", public.result, name="result"),
]
