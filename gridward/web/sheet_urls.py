"""Addresses of the import pages."""

from django.urls import path

from gridward.web.views import exports, sheets

urlpatterns = [
    path("", sheets.registers, name="sheets"),
    path("imports/<uuid:run_id>", sheets.page, name="import"),
    path("imports/<uuid:run_id>/progress", sheets.progress, name="import-progress"),
    path("imports/<uuid:run_id>/mapping", sheets.mapping, name="import-mapping"),
    path("imports/<uuid:run_id>/check", sheets.check, name="import-check"),
    path("imports/<uuid:run_id>/application", sheets.application, name="import-application"),
    path("imports/<uuid:run_id>/refusal", sheets.refusal, name="import-refusal"),
    path("imports/<uuid:run_id>/returned", sheets.returned, name="import-returned"),
    path("uploads", sheets.upload, name="sheet-uploads"),
    path("exports/", exports.requests, name="exports"),
    path("exports/asking", exports.ask, name="export-asking"),
    path("exports/<uuid:request_id>/approval", exports.approval, name="export-approval"),
    path("exports/<uuid:request_id>/refusal", exports.refusal, name="export-refusal"),
    path("exports/<uuid:request_id>/file", exports.file, name="export-file"),
    path("<str:key>/template.xlsx", sheets.template, name="sheet-template"),
    path("<str:key>/export.<str:kind>", sheets.export, name="sheet-export"),
]
