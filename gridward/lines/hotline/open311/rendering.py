"""GeoReport answers in JSON and XML, and its errors. The XML names each list's items as the standard does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from gridward.kernel.access.guards import open_to_all
from gridward.kernel.errors import AppError

_ITEM = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
}
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Problem(Exception):
    """A GeoReport error: HTTP status, and a description for the user."""

    def __init__(self, status: int, description: Any) -> None:
        super().__init__(str(description))
        self.status = status


def answer(kind: str, root: str, content: Any, status: int = 200) -> HttpResponse:
    """Content as the format asked for: `json` plain, `xml` under its root element."""
    if kind == "json":
        body = json.dumps(content, ensure_ascii=False)
        return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    tree = _element(root, content)
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(tree, encoding="utf-8")
    return HttpResponse(body, status=status, content_type="text/xml; charset=utf-8")


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, dict):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, list):
        element.extend(_element(_ITEM[name], value) for value in content)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None:
        element.text = _NOT_XML.sub("", str(content))
    return element


def speaks_georeport(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view answer refusals in GeoReport's own error format; wrong formats and keys included."""

    @csrf_exempt
    @open_to_all
    @wraps(view)
    def speaking(request: HttpRequest, kind: str, **named: str) -> HttpResponse:
        if kind not in ("json", "xml"):
            return _problem("xml", 400, "format: json, xml")
        try:
            return view(request, kind, **named)
        except Problem as problem:
            return _problem(kind, problem.status, problem)
        except AppError as refusal:
            response = _problem(kind, refusal.status if refusal.status in (403, 404, 429) else 400, refusal)
            if "seconds" in refusal.params:
                response.headers["Retry-After"] = str(refusal.params["seconds"])
            return response

    return speaking


def _problem(kind: str, status: int, description: Any) -> HttpResponse:
    return answer(kind, "errors", [{"code": str(status), "description": str(description)}], status)
