"""Exchanges of shifts between volunteers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall


class Swap(models.Model):
    """Somebody offers their shift, to one or to whoever can; who accepts takes it, and may give theirs of the day."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = FieldId()
    need = models.ForeignKey("kernel.Need", models.CASCADE, related_name="+", verbose_name=_("shift"))
    address = AddressField(_("place"))
    offered_by = models.ForeignKey(
        "forces.Volunteer", models.CASCADE, related_name="swaps_offered", verbose_name=_("offered by")
    )
    wanted = models.ForeignKey(
        "forces.Volunteer", models.CASCADE, null=True, related_name="swaps_wanted", verbose_name=_("offered to")
    )
    taken_by = models.ForeignKey(
        "forces.Volunteer", models.CASCADE, null=True, related_name="swaps_taken", verbose_name=_("taken by")
    )
    in_return = models.ForeignKey(
        "kernel.Need", models.CASCADE, null=True, related_name="+", verbose_name=_("shift given in return")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField(_("offered"))
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("exchange of shifts")
        verbose_name_plural = _("exchanges of shifts")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "offered_by"], condition=Q(state="offered"), name="swap_offered_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(taken_by__isnull=False), name="swap_accepted_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["address", "offered_at"], name="swap_address")]

    wall = Wall(see=("rosters.see",), change=("rosters.plan",), opened=("id", "offered_by_id", "wanted_id"))

    def __str__(self) -> str:
        return f"{self.need_id} {self.state}"
