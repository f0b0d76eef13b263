"""Addresses of the sync protocol, and of the pages about devices and conflicts."""

from __future__ import annotations

from django.urls import path

from gridward.web.field import collect, pages, protocol

urlpatterns = [
    path("upload", protocol.upload, name="sync-upload"),
    path("state", protocol.state, name="sync-state"),
    path("unlock", protocol.unlock, name="sync-unlock"),
    path("patch/<str:part>", protocol.patch, name="sync-patch"),
    path("wiped", protocol.wiped, name="sync-wiped"),
    path("enrolment", protocol.enrolment, name="sync-enrolment"),
    path("odk/formList", collect.form_list, name="collect-list"),
    path("odk/forms/<str:form_key>.xml", collect.form, name="collect-form"),
    path("odk/submission", collect.submission, name="collect-submission"),
    path("devices/", pages.device_list, name="field-devices"),
    path("devices/offer", pages.offer, name="field-device-offer"),
    path("devices/<uuid:device_id>/code", pages.offer_again, name="field-device-code"),
    path("devices/<uuid:device_id>/collect", pages.collect_token, name="field-device-collect"),
    path("devices/<uuid:device_id>/revocation", pages.revocation, name="field-device-revocation"),
    path("devices/<uuid:device_id>/loss", pages.loss, name="field-device-loss"),
    path("reports/", pages.reports, name="field-reports"),
    path("conflicts/", pages.conflicts, name="sync-conflicts"),
    path("conflicts/<uuid:record_id>/settlement", pages.settlement, name="sync-settlement"),
]
