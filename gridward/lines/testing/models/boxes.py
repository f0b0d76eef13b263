"""Boxes of tubes, and the chain of custody to the laboratory."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall
from gridward.lines.testing.models.rounds import SEE, Point, Round
from gridward.lines.testing.rules import Step

STEPS = [
    (Step.SEALED, _("packed and sealed")),
    (Step.TAKEN, _("taken by the courier")),
    (Step.GIVEN, _("handed over")),
    (Step.RECEIVED, _("received by the laboratory")),
]


class Box(models.Model):
    """A sealed box of tubes; `address` is that of the point that packed it."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, db_index=False)
    point = models.ForeignKey(Point, models.PROTECT, db_index=False)
    code = models.CharField(_("box"), max_length=32)
    seal = models.CharField(_("seal"), max_length=32)
    address = AddressField(_("where"))
    tubes = models.PositiveSmallIntegerField(_("tubes"))
    packed_at = models.DateTimeField(_("packed"))
    shift_ms = models.BigIntegerField(default=0)
    device_id = models.UUIDField(_("device"))
    packed_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    bound_for = models.ForeignKey("testing.Laboratory", models.SET_NULL, null=True, related_name="+", db_index=False)
    received_at = models.DateTimeField(_("received"), null=True)
    received_by = models.ForeignKey("testing.Laboratory", models.SET_NULL, null=True, related_name="+", db_index=False)
    missing = models.PositiveSmallIntegerField(_("tubes missing"), default=0)
    surplus = models.PositiveSmallIntegerField(_("tubes too many"), default=0)

    class Meta:
        verbose_name = _("box")
        verbose_name_plural = _("boxes")
        constraints = [models.UniqueConstraint(fields=["seal"], name="testing_box_seal")]
        indexes = [
            models.Index(fields=["packed_at"], condition=Q(received_at=None), name="testing_box_on_the_way"),
            models.Index(fields=["round", "address"], name="testing_box_round"),
        ]

    wall = Wall(see=SEE, change=("testing.sample", "testing.bench", "testing.plan"), opened=("id",))

    def __str__(self) -> str:
        return self.code


class Packed(models.Model):
    """One tube in a box, by its code: the tube's own record may still wait on another phone."""

    pk = models.CompositePrimaryKey("box", "code")
    box = models.ForeignKey(Box, models.CASCADE, related_name="packed", db_index=False)
    code = models.CharField(_("tube"), max_length=32)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    address = AddressField(_("where"))
    surplus = models.BooleanField(_("found without being listed"), default=False)
    arrived_at = models.DateTimeField(_("found by the laboratory"), null=True)

    class Meta:
        verbose_name = _("packed tube")
        verbose_name_plural = _("packed tubes")
        indexes = [models.Index(fields=["code"], name="testing_packed_code")]

    wall = Wall(see=SEE, change=("testing.sample", "testing.bench"))

    def __str__(self) -> str:
        return self.code


class Custody(models.Model):
    """One link of the chain: who had a sealed box from when on, and whether the seal was whole."""

    id = FieldId()
    seal = models.CharField(_("seal"), max_length=32)
    step = models.CharField(_("step"), max_length=8, choices=STEPS)
    address = AddressField(_("where"))
    at = models.DateTimeField(_("when"))
    shift_ms = models.BigIntegerField(default=0)
    intact = models.BooleanField(_("seal whole"), default=True)
    device_id = models.UUIDField(_("device"), null=True)
    holder = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("link of custody")
        verbose_name_plural = _("chain of custody")
        indexes = [models.Index(fields=["seal", "at"], name="testing_custody_seal")]

    wall = Wall(see=SEE, change=("testing.sample", "testing.carry", "testing.bench"), own=("holder_id",))

    def __str__(self) -> str:
        return f"{self.seal}: {self.step}"
