"""What the phones of samplers and couriers hold about boxes: those of their ground that no laboratory has taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.access.scope import house
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.lines.testing.models import Box, Custody
from gridward.lines.testing.queries.desk import chains_of, last_of, links_of, oldest_in
from gridward.lines.testing.rules import Step
from gridward.lines.testing.rules.custody import handed_over

SAMPLE, CARRY = "testing.sample", "testing.carry"
LATELY = timedelta(days=1)
"""So long a box that a laboratory has is still on the phones of those who packed it."""
Rows = tuple[list[dict[str, Any]], str]


def packed(actor: Actor, after: str, limit: int) -> Rows:
    """The boxes packed on the sampler's ground: where each is now. The newest, as many as fit."""
    if after:
        return [], ""
    now = clock.now()
    with house():
        rows = Box.objects.filter(inside(actor.spans(SAMPLE)), packed_at__gt=now - LATELY)
        boxes = list(rows.order_by("-packed_at")[:limit])
        return [_row(actor, one) for one in _placed(boxes)], ""


def fetching(actor: Actor, after: str, limit: int) -> Rows:
    """The boxes to be fetched on the courier's ground, and those the courier has, the oldest sample first.

    Read as the house, within the ground only. Relies on testing_box_on_the_way.
    """
    if after:
        return [], ""
    with house():
        rows = Box.objects.filter(inside(actor.spans(CARRY)), received_at=None).select_related("bound_for")
        found = _placed(list(rows.order_by("packed_at")[:limit]))
        free = [one for one in found if one.step in (Step.SEALED, Step.GIVEN) or one.with_(actor.user_id)]
        told = [_row(actor, one) | _bound(one.box) for one in free]
        return sorted(told, key=lambda row: row["oldest_ms"]), ""


@dataclass(frozen=True)
class _Placed:
    """A box, how old its oldest sample is, and where it is."""

    box: Box
    oldest_at: datetime
    chain: list[Custody]
    place: str

    @property
    def link(self) -> Custody | None:
        """The link that says where it is."""
        return last_of(self.chain)

    def with_(self, account: int | None) -> bool:
        """Whether an account carries it."""
        return self.link is not None and self.link.step == Step.TAKEN and self.link.holder_id == account

    @property
    def step(self) -> str:
        """Where it is: packed, given to a courier, taken, handed over, received."""
        if self.box.received_at:
            return "received"
        return "handed_over" if handed_over(links_of(self.chain)) else self._last

    @property
    def _last(self) -> str:
        return str(self.link.step) if self.link else str(Step.SEALED)


def _placed(boxes: Sequence[Box]) -> list[_Placed]:
    oldest, chains = oldest_in(boxes), chains_of([one.seal for one in boxes])
    names = full_names(one.address for one in boxes)
    return [
        _Placed(one, oldest.get(one.pk) or one.packed_at, chains.get(one.seal, []), names.get(one.address, ""))
        for one in boxes
    ]


def _row(actor: Actor, one: _Placed) -> dict[str, Any]:
    box, link = one.box, one.link
    return {
        "id": str(box.pk), "box": box.code, "seal": box.seal, "tubes": box.tubes, "address": text(box.address),
        "place": one.place, "packed_ms": _ms(box.packed_at), "oldest_ms": _ms(one.oldest_at), "step": one.step,
        "mine": one.with_(actor.user_id), "step_ms": _ms(box.received_at or (link.at if link else box.packed_at)),
    }  # fmt: skip


def _bound(box: Box) -> dict[str, Any]:
    laboratory = box.bound_for
    if laboratory is None:
        return {"laboratory": "", "laboratory_address": ""}
    return {"laboratory": laboratory.name, "laboratory_address": text(laboratory.address)}


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
