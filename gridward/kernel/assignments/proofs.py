"""Keeping proof: words and photos, written once under the digest of their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.assignments.models import Assignment, Proof
from gridward.kernel.errors import AppError
from gridward.kernel.ids import new_id
from gridward.kernel.needs.errors import ProofMissing
from gridward.kernel.needs.models import HOLDER, Need
from gridward.kernel.secrecy.files import read_sealed, write_sealed

_KINDS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png", b"RIFF": ".webp"}
MAX_PHOTO_BYTES = 8 * 1024 * 1024


class NotAPhoto(AppError):
    """The file is not a picture the house can show."""

    code = "not_a_photo"
    status = 422
    message = _("This file is not a JPEG, PNG or WebP picture of at most 8 MB. Take the photo again.")


@dataclass(frozen=True)
class Evidence:
    """What the field brings: words, a photo's bytes, where it was taken."""

    words: str = ""
    photo: bytes = b""
    latitude: float | None = None
    longitude: float | None = None


def keep(actor: Actor, need: Need, assignment: Assignment | None, evidence: Evidence, now: datetime) -> Proof:
    """Store one proof; a photo is on disk before its row is written.

    Raises: ProofMissing if there is neither photo nor words, NotAPhoto.
    """
    if not evidence.photo and not evidence.words.strip():
        raise ProofMissing
    digest = hashlib.sha256(evidence.photo).hexdigest() if evidence.photo else ""
    return Proof.objects.create(
        need=need,
        assignment=assignment,
        address=need.address,
        kind=Proof.Kind.PHOTO if evidence.photo else Proof.Kind.WORDS,
        words=evidence.words,
        file=keep_photo(need.incident_id, evidence.photo) if evidence.photo else "",
        sha256=digest,
        at=now,
        by_id=actor.user_id,
        latitude=evidence.latitude,
        longitude=evidence.longitude,
    )


def opened_file(file: str) -> BytesIO:
    """A kept file, with a name that says what it is.

    Raises: KeyGone once its incident is forgotten.
    """
    path = Path(settings.MEDIA_ROOT) / file
    content = BytesIO(b"".join(read_sealed(path, path.name)))
    content.name = path.name
    return content


def keep_photo(incident_id: UUID, photo: bytes, holder: str = HOLDER) -> str:
    """Write a photo, sealed under the incident's key of a holder, before a row names it; the same one only once.

    Returns: its name for a `FileName` column.
    Raises: NotAPhoto.
    """
    suffix = next((suffix for magic, suffix in _KINDS.items() if photo.startswith(magic)), None)
    if suffix is None or len(photo) > MAX_PHOTO_BYTES:
        raise NotAPhoto
    return keep_file(incident_id, photo, suffix, holder)


def keep_file(incident_id: UUID, content: bytes, suffix: str, holder: str = HOLDER) -> str:
    """Write any file so; see `keep_photo`."""
    digest = hashlib.sha256(content).hexdigest()
    # A folder for each incident and holder: what two have in common is sealed for each.
    folder, called = (digest[:2], digest) if holder == HOLDER else (f"{holder}-{digest[:2]}", digest[:40])
    name = f"proofs/{incident_id}/{folder}/{called}{suffix}"
    target = Path(settings.MEDIA_ROOT) / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{new_id().hex}")
        write_sealed(part, [content], incident_id, holder, target.name)
        part.replace(target)
    return name
