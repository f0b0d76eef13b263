"""ODK Collect as a client of the simple forms: list, form and submission. Source: OpenRosa 1.0; ODK XForms 1.0"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.kernel import clock
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.sync.access import Door
from gridward.kernel.sync.actions.collecting import submit
from gridward.kernel.sync.actions.forms import REPORT
from gridward.kernel.sync.errors import NotASubmission, SubmissionTooLarge
from gridward.kernel.sync.form_rules import MOST_TEXT
from gridward.kernel.sync.models import FieldForm
from gridward.kernel.sync.openrosa import node_of
from gridward.kernel.sync.patches import places
from gridward.kernel.sync.records import Outcome
from gridward.kernel.sync.rules import MOST_BYTES
from gridward.web.field.door import by_collect

MOST_PLACES = 500
"""Up to here the places of the patch are listed in the form; a larger patch has the nineteen digits typed."""
_FILE = "xml_submission_file"
_TYPES = {"number": "int", "photo": "binary"}
_LANGUAGES = (("中文 (zh)", "zh-hans"), ("English (en)", "en"))


def _xml(content: str | bytes, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "private, no-store", "X-OpenRosa-Version": "1.0"}
    return HttpResponse(content, "text/xml; charset=utf-8", status, headers=headers)


def _told(words: str, nature: str, status: int) -> HttpResponse:
    return _xml(render_to_string("field/collect/answer.xml", {"words": words, "nature": nature}), status)


def refused(error: AppError) -> HttpResponse:
    """A refusal as ODK Collect shows it; without a token that holds, it is asked for one."""
    response = _told(str(error), "submit_error", error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Gridward", charset="UTF-8"'
    return response


@require_GET
@by_collect(refused)
def form_list(request: HttpRequest, door: Door) -> HttpResponse:
    """The forms in use, each with the hash of what this device would get."""
    door.actor.require(REPORT)
    listed = _places(door)
    rows = [
        {"form": form, "hash": md5(_written(form, door, listed), usedforsecurity=False).hexdigest(),
         "url": request.build_absolute_uri(reverse("collect-form", args=[form.key]))}
        for form in FieldForm.objects.filter(in_use=True).order_by("key")
    ]  # fmt: skip
    return _xml(render_to_string("field/collect/list.xml", {"rows": rows}))


@require_GET
@by_collect(refused)
def form(request: HttpRequest, door: Door, form_key: str) -> HttpResponse:
    """One form as an XForm."""
    door.actor.require(REPORT)
    found = FieldForm.objects.filter(pk=form_key, in_use=True).first()
    if found is None:
        raise NotFound
    return _xml(_written(found, door, _places(door)))


@require_http_methods(["HEAD", "POST"])
@by_collect(refused)
def submission(request: HttpRequest, door: Door) -> HttpResponse:
    """Take one filled-in form with its photos; asked with HEAD, say where to and how much at once."""
    if request.method == "HEAD":
        response = _xml("", 204)
        response.headers["Location"] = request.build_absolute_uri(reverse("collect-submission"))
        response.headers["X-OpenRosa-Accept-Content-Length"] = str(MOST_BYTES)
        return response
    content, photos = _sent(request)
    kept = submit(door, content, photos, clock.now())
    words = _("Kept, but somebody has to look at it.") if kept.outcome is Outcome.CONFLICT else _("Kept.")
    return _told(words, "submit_success", 201)


def settings_of(server: str, name: str, token: str) -> str:
    """What ODK Collect reads from a QR code to set itself up: zlib-compressed JSON in base64."""
    general = {"server_url": server, "username": name, "password": token}
    said = {"general": general, "admin": {}, "project": {"name": "Gridward"}}
    return base64.b64encode(zlib.compress(json.dumps(said).encode(), 9)).decode()


def _sent(request: HttpRequest) -> tuple[bytes, dict[str, bytes]]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise SubmissionTooLarge(bytes=MOST_BYTES)
    try:
        given = {name: file for name, file in request.FILES.items() if not isinstance(file, list)}
        partial = "*isIncomplete*" in request.POST
    except (MultiPartParserError, SuspiciousOperation) as wrong:
        raise NotASubmission(reason="multipart") from wrong
    if partial:
        # ODK Collect sends photos in parts only where they are too large for one request.
        raise SubmissionTooLarge(bytes=MOST_BYTES)
    if _FILE not in given:
        raise NotASubmission(reason=_FILE)
    content = given.pop(_FILE).read()
    return content, {str(file.name): file.read() for file in given.values()}


def _places(door: Door) -> list[tuple[str, str]]:
    rows, after = places(door.actor, "", MOST_PLACES)
    if after:
        return []
    names = full_names(int(row["address"]) for row in rows)
    return [(row["address"], names.get(int(row["address"])) or row["name"]) for row in rows]


def _written(form: FieldForm, door: Door, listed: list[tuple[str, str]]) -> bytes:
    words = {language: _words(language) for _name, language in _LANGUAGES}
    here = text(door.address)
    fields = [_field(field, words) for field in form.fields]
    context = {
        "form": form, "fields": fields, "listed": listed,
        "here": here if not listed or here in dict(listed) else "",
        "languages": [{"name": name, "place": words[language]["place"], "english": language == "en"}
                      for name, language in _LANGUAGES],
    }  # fmt: skip
    return render_to_string("field/collect/form.xml", context).encode()


def _words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {"place": _("Place"), "yes": _("yes"), "no": _("no")}


def _field(field: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    kind = field["kind"]
    options = field.get("options", []) if kind == "choice" else []
    if kind == "yes_no":
        options = [(value, words["zh-hans"][value], words["en"][value]) for value in ("yes", "no")]
    return {
        "node": node_of(field["key"]), "kind": kind, "type": _TYPES.get(kind, "string"),
        "required": bool(field.get("required")), "constraint": _constraint(field),
        "label": field["label"], "label_en": field.get("label_en") or field["label"],
        "options": [{"value": one[0], "label": one[1], "label_en": one[-1]} for one in options],
    }  # fmt: skip


def _constraint(field: Mapping[str, Any]) -> str:
    if field["kind"] == "number":
        return f". >= {field.get('least', 0)} and . <= {field.get('most', 1_000_000)}"
    return f"string-length(.) <= {MOST_TEXT}" if field["kind"] == "text" else ""
