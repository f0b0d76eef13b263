"""Certificates of hours: the PDF, and the page on which anyone checks one, with or without a network."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability, open_to_all
from gridward.kernel.access.origin import network_of
from gridward.kernel.signing import public_key
from gridward.lines.forces.access import CHANGE
from gridward.lines.forces.actions.certificates import Issued, issue, issue_own
from gridward.lines.forces.actions.volunteers import count_visit
from gridward.lines.forces.errors import NoPdf
from gridward.lines.forces.queries.certificates import genuine
from gridward.lines.forces.rules.certificates import PURPOSE
from gridward.lines.forces.views.me import of_code, oneself

CHECKS, STRETCH_S = 60, 600


@require_POST
@open_to_all
def own(request: HttpRequest, personal_code: str) -> HttpResponse:
    """Somebody's own certificate."""
    of_code(request, personal_code)
    return _pdf(request, issue_own(oneself(request), personal_code, clock.now()))


@require_POST
@needs_capability(CHANGE)
def by_desk(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """A volunteer's certificate, made at the desk."""
    return _pdf(request, issue(actor_in(request), volunteer_id, clock.now()))


def _pdf(request: HttpRequest, issued: Issued) -> HttpResponse:
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise NoPdf from missing
    # Behind the # it is never sent to any server by whoever scans it.
    address = request.build_absolute_uri(reverse("forces:certificates")) + "#" + issued.code
    context = {
        "one": issued.certificate,
        "hours": issued.certificate.tenths / 10,
        "drawing": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        "address": request.build_absolute_uri(reverse("forces:certificates")),
        "code": issued.code,
        "key": public_key().hex(),
    }
    page = HTML(string=render_to_string("forces/certificate.html", context)).write_pdf()
    name = f"hours-{issued.certificate.badge}-{issued.certificate.issued_on}.pdf"
    return HttpResponse(
        page, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_GET
@open_to_all
def verifier(request: HttpRequest) -> HttpResponse:
    """Where anyone checks a certificate; after the first visit it works without a network."""
    return render(request, "forces/certificates.html", {"key": public_key().hex(), "purpose": PURPOSE})


@csrf_exempt  # nosemgrep: no-forms-without-a-mark # changes nothing
@require_POST
@open_to_all
def check(request: HttpRequest) -> JsonResponse:
    """The same check by the house, for browsers that cannot do it themselves; keeps nothing."""
    count_visit(f"certificate {network_of(request)}", CHECKS, STRETCH_S, clock.now())
    return JsonResponse({"genuine": genuine(request.POST.get("code", "")) is not None})
