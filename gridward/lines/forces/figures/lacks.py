"""What communities lack, and what of it was met. Relies on need_opened, lack_address and the key of deliveries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

_STATED = """
    SELECT need.id AS row_id, need.address, {amount} AS amount, lack.field AS part
    FROM kernel_need AS need JOIN forces_lack AS lack ON lack.need_id = need.id
    WHERE need.kind = 'forces.lack' AND need.opened_at >= %(start)s AND need.opened_at < %(end)s
"""
_RECEIVED = """
    SELECT delivery.need_id AS row_id, delivery.address, 1 AS amount, lack.field AS part
    FROM forces_delivery AS delivery JOIN forces_lack AS lack ON lack.need_id = delivery.need_id
    WHERE delivery.received_at >= %(start)s AND delivery.received_at < %(end)s
"""

FIGURES = (
    Figure(
        "forces.lacks",
        _("Lacks stated"),
        _("Lacks that communities stated that day, by field: area control, health monitoring, testing, delivery."),
        _("cases"),
        _STATED.format(amount="1"),
        parts=True,
    ),
    Figure(
        "forces.lacks_promised",
        _("Lacks matched with a supply"),
        _("Of the lacks stated that day, the share that departments promised in full."),
        "%",
        _STATED.format(amount="(lack.promised >= lack.wanted)::int"),
        Aggregate.SHARE,
        good="up",
    ),
    Figure(
        "forces.deliveries",
        _("Deliveries received"),
        _("Deliveries of departments' supplies that communities received that day, by field."),
        _("cases"),
        _RECEIVED,
        parts=True,
        good="up",
    ),
)

BULLETIN = ("forces.lacks", "forces.lacks_promised", "forces.deliveries")
