"""A filled-in form in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.kernel.sync.models import FieldForm


def answers_of(body: str, forms: Mapping[str, FieldForm]) -> dict[str, Any]:
    """A form's title and its answers, each with the field's own words; photos apart."""
    try:
        found = json.loads(body or "{}")
    except ValueError:
        return {"title": "", "answers": [], "photos": []}
    form = forms.get(found.get("form", ""))
    given = found.get("answers", {})
    fields = form.fields if form else [{"key": key, "label": key, "kind": "text"} for key in given]
    said = [field for field in fields if given.get(field["key"]) not in (None, "")]
    return {
        "title": str(form) if form else found.get("form", ""),
        "answers": [(_label(field), _words(field, given[field["key"]])) for field in said if field["kind"] != "photo"],
        "photos": [given[field["key"]] for field in said if field["kind"] == "photo"],
    }


def _label(field: Mapping[str, Any]) -> str:
    return str(field.get("label_en") or field["label"]) if _english() else str(field["label"])


def _words(field: Mapping[str, Any], value: Any) -> str:
    if field["kind"] == "yes_no":
        return _("yes") if value == "yes" else _("no")
    if field["kind"] == "choice":
        return next((option[2 if _english() else 1] for option in field["options"] if option[0] == value), str(value))
    return str(value)


def _english() -> bool:
    return (get_language() or "").startswith("en")
