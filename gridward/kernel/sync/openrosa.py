"""A filled-in form as ODK Collect writes it, made the body of a field record. Pure.

Source: OpenRosa 1.0 metadata and form submission; docs/reference/sync.md
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from defusedxml.ElementTree import ParseError, fromstring

from gridward.kernel.sync.errors import NotASubmission, PhotoMissing

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WHOLE = re.compile(r"-?[0-9]{1,15}\Z")
_LONGEST_ID = 200
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True)
class Filled:
    """A filled-in form, its answers by their elements' names and still as text."""

    form: str
    instance: str
    place: str
    answers: Mapping[str, str]
    made_at: datetime | None
    """By the phone's clock; None where it does not say."""


def node_of(key: str) -> str:
    """The name of a field's element: its key where XML allows it, else its letters in hexadecimal."""
    return key if _NAME.match(key) else f"_{key.encode().hex()}"


def read(content: bytes) -> Filled:
    """A submission's XML, without document type or entities.

    Raises: NotASubmission.
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as wrong:
        raise NotASubmission(reason="XML") from wrong
    parts = {_local(part): part for part in root}
    meta = _texts(parts.get("meta", ()))
    instance = meta.get("instanceID", "")
    if not instance or len(instance) > _LONGEST_ID:
        raise NotASubmission(reason="instanceID")
    place = str(parts["place"].text or "").strip() if "place" in parts else ""
    answers = _texts(parts.get("answers", ()))
    return Filled(str(root.get("id", "")), instance, place, answers, _time(meta.get("timeEnd", "")))


def body_of(filled: Filled, fields: Sequence[Mapping[str, Any]], photos: Mapping[str, bytes]) -> dict[str, Any]:
    """The body of the record, as the field app would have written it; whether the answers fit is checked later.

    Parameters: photos — what came along, by file name.
    Raises: PhotoMissing.
    """
    left = {node: said for node, said in filled.answers.items() if said}
    answers: dict[str, Any] = {}
    for field in fields:
        said = left.pop(node_of(field["key"]), "")
        if said:
            answers[field["key"]] = _answer(field["kind"], said, photos)
    # An answer without a field is refused by its name, not dropped.
    return {"form": filled.form, "address": filled.place, "answers": answers | left}


def record_id(account: int, instance: str) -> UUID:
    """The id of an account's submission: the same whenever it comes again. Shaped as the version 7 of the protocol."""
    made = bytearray(sha256(f"openrosa {account} {instance}".encode()).digest()[:16])
    made[6] = 0x70 | made[6] & 0x0F
    made[8] = 0x80 | made[8] & 0x3F
    return UUID(bytes=bytes(made))


def _answer(kind: str, said: str, photos: Mapping[str, bytes]) -> str | int:
    if kind == "number" and _WHOLE.match(said):
        return int(said)
    if kind != "photo":
        return said
    content = photos.get(said, b"")
    if not content.startswith(_JPEG):
        raise PhotoMissing(name=said[:60])
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _texts(elements: Any) -> dict[str, str]:
    return {_local(one): str(one.text or "").strip() for one in elements}


def _time(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else None
