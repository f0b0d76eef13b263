"""Whether the answers of a simple form fit its fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

KINDS = frozenset({"choice", "number", "text", "yes_no", "photo"})
MOST_TEXT = 2000
MOST_PHOTO = 1_200_000
"""Characters of a photo as a data address: about 900 kB of JPEG."""
_PHOTO = "data:image/jpeg;base64,"


def wrong_answer(fields: Sequence[Mapping[str, Any]], answers: Any) -> str:
    """The key of the first field whose answer does not fit, or of an answer without a field; "" where all fit."""
    if not isinstance(answers, dict):
        return "answers"
    known = {field["key"] for field in fields}
    strange = sorted(set(answers) - known)
    if strange:
        return strange[0][:48]
    for field in fields:
        value = answers.get(field["key"])
        if value is None or value == "":
            if field.get("required"):
                return str(field["key"])
        elif not _fits(field, value):
            return str(field["key"])
    return ""


def _fits(field: Mapping[str, Any], value: Any) -> bool:
    kind = field["kind"]
    if kind == "yes_no":
        return value in ("yes", "no")
    if kind == "number":
        return type(value) is int and field.get("least", 0) <= value <= field.get("most", 1_000_000)
    if kind == "choice":
        return value in [option[0] for option in field["options"]]
    if kind == "photo":
        return isinstance(value, str) and value.startswith(_PHOTO) and len(value) <= MOST_PHOTO
    return isinstance(value, str) and len(value) <= MOST_TEXT
