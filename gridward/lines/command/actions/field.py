"""What inspectors did on phones without network: visits made, findings raised; brought in afterwards."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import parse
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.command.actions.inspections import Raised, finish_visit, raise_finding
from gridward.lines.command.models import Finding

_PHOTO = "data:image/jpeg;base64,"
_WORDS = 400
_TRY_AGAIN = (429, 503)


def store_visits(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep what inspectors saw of the checklist; one answer for each item, in order.

    A body: `visit`, `results` (item → in order), `before` (the results the phone knew when it began). Where the house
    knows others meanwhile, it is a conflict, and nothing is overwritten.
    """
    return [_answered(_visit, _keep_visit, actor, item) for item in items]


def store_findings(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep findings, each under the id its phone gave it; one answer for each item, in order.

    A body: `address`, `sort` (`individual`, `common`), `words`; `visit`, `item`, `photo` (a JPEG as a data address) may
    be left out.
    """
    return [_answered(_finding, _keep_finding, actor, item) for item in items]


def _answered(read: Callable[[Item], Any], keep: Callable[..., Answer], actor: Actor, item: Item) -> Answer:
    try:
        said = read(item)
    except (KeyError, ValueError, TypeError, AttributeError, binascii.Error):
        return Answer(Outcome.REJECTED, "malformed", _("This record cannot be read. Update the app."))
    try:
        with transaction.atomic():
            return keep(actor, item, said)
    except NotFound:
        return Answer(Outcome.CONFLICT, "visit_gone", _("This visit is not on your route any more."))
    except AppError as refusal:
        if refusal.status in _TRY_AGAIN:
            raise
        outcome = Outcome.CONFLICT if refusal.status == 409 else Outcome.REJECTED
        return Answer(outcome, refusal.code, str(refusal))


@dataclass(frozen=True)
class _Visited:
    """What a phone says of a visit."""

    visit_id: UUID
    before: dict[str, bool]
    results: dict[str, bool]


def _visit(item: Item) -> _Visited:
    body = item.body
    return _Visited(UUID(body["visit"]), _results(body.get("before", {})), _results(body["results"]))


def _results(said: Mapping[str, Any]) -> dict[str, bool]:
    found = dict(said)
    if not all(isinstance(value, bool) for value in found.values()):
        raise ValueError("results")
    return found


def _keep_visit(actor: Actor, item: Item, said: _Visited) -> Answer:
    finish_visit(actor, said.visit_id, said.results, item.at, said.before)
    return Answer(Outcome.STORED)


def _finding(item: Item) -> Raised:
    body = item.body
    photo, words = body.get("photo", ""), body["words"]
    if not isinstance(words, str) or len(words) > _WORDS or (photo and not photo.startswith(_PHOTO)):
        raise ValueError("words or photo")
    return Raised(
        address=parse(body["address"]),
        words=words,
        sort=Finding.Sort(body["sort"]),
        photo=base64.b64decode(photo[len(_PHOTO) :], validate=True),
        item=str(body.get("item", ""))[:48],
        visit_id=UUID(body["visit"]) if body.get("visit") else None,
        id=item.id,
    )


def _keep_finding(actor: Actor, item: Item, said: Raised) -> Answer:
    raise_finding(actor, said, item.at)
    return Answer(Outcome.STORED)
