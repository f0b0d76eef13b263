"""Every address of the house; each line's own are found through its package."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from gridward.kernel.registry import line_packages
from gridward.web.api import api
from gridward.web.field import shell
from gridward.web.views import areas, figures, home, needs, people, resources, session

ADDRESS = "<str:address>"
handler500 = "gridward.web.middleware.broken_off"


def _line_urls() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for package in line_packages():
        if find_spec(f"{package}.urls"):
            key = package.rsplit(".", 1)[-1]
            urls = import_module(f"{package}.urls")
            found.append(path(f"{key}/", include((urls.urlpatterns, key), namespace=key)))
    return found


urlpatterns = [
    path("", home.home, name="home"),
    path("", include("gridward.web.signin.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("health", session.health, name="health"),
    path("feed", session.feed, name="feed"),
    path("strip", session.strip, name="strip"),
    path("inbox/", session.notices, name="inbox"),
    path("inbox/seen", session.see_notices, name="inbox-seen"),
    path("areas/", areas.tree, name="areas"),
    path("areas/search", areas.search, name="area-search"),
    path(f"areas/{ADDRESS}", areas.page, name="area"),
    path(f"areas/{ADDRESS}/children", areas.children, name="area-children"),
    path("map/", areas.map_page, name="map"),
    path(f"map/{ADDRESS}/areas.geojson", areas.cells, name="map-areas"),
    path(f"map/{ADDRESS}/needs.geojson", needs.points, name="map-needs"),
    path(f"map/{ADDRESS}/resources.geojson", resources.points, name="map-resources"),
    path("needs/", needs.register, name="needs"),
    path("needs/<uuid:need_id>", needs.page, name="need"),
    path("needs/<uuid:need_id>/closure", needs.close, name="need-closure"),
    path("needs/<uuid:need_id>/reopening", needs.reopen, name="need-reopening"),
    path("proofs/<uuid:proof_id>", needs.proof, name="proof"),
    path("people/", people.register, name="people"),
    path("people/<uuid:person_id>", people.page, name="person"),
    path("people/<uuid:person_id>/reveal", people.reveal, name="person-reveal"),
    path("resources/", resources.register, name="resources"),
    path("resources/<uuid:resource_id>", resources.page, name="resource"),
    path("resources/<uuid:resource_id>/allotment", resources.allot, name="resource-allotment"),
    path("resources/<uuid:resource_id>/duty", resources.duty, name="resource-duty"),
    path("organisations/", resources.organisations, name="organisations"),
    path("organisations/<uuid:organisation_id>", resources.organisation, name="organisation"),
    path("bulletin/", figures.bulletin, name="bulletin"),
    path("bulletin/pdf", figures.bulletin_pdf, name="bulletin-pdf"),
    path("bulletin/text", figures.bulletin_plain, name="bulletin-text"),
    path("figures/", figures.catalogue, name="figures"),
    path("figures/<str:key>", figures.figure, name="figure"),
    path("journal/", home.journal, name="journal"),
    path("sheets/", include("gridward.web.sheet_urls")),
    path("sync/", include("gridward.web.field.urls")),
    path("field/", shell.file, name="field-app"),
    path("field/worker.js", shell.file, {"name": "worker.js"}, name="field-worker"),
    path("field/app.webmanifest", shell.file, {"name": "app.webmanifest"}, name="field-manifest"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    *_line_urls(),
]
