"""Who came when: what devices said, and the stays that follow from it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall
from gridward.lines.forces.models.volunteers import Volunteer


class Mark(models.Model):
    """One check-in or check-out as a device said it; never changed. Its id was made on the device."""

    class Direction(models.TextChoices):
        IN = "in", _("in")
        OUT = "out", _("out")

    class Method(models.TextChoices):
        CODE = "code", _("by the code at the post")
        PLACE = "place", _("by being there")
        DESK = "desk", _("by the desk")
        NONE = "none", _("without either")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    volunteer = models.ForeignKey("forces.Volunteer", models.SET_NULL, null=True, related_name="marks")
    address = AddressField(_("place"))
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    method = models.CharField(_("method"), max_length=8, choices=Method)
    at = models.DateTimeField(_("when"))
    """By the device's clock, corrected by its measured offset; never after `received_at`."""
    received_at = models.DateTimeField(_("received"))
    skew_s = models.FloatField(_("the device's clock was off by, in seconds"), default=0)
    post = models.ForeignKey("forces.Post", models.SET_NULL, null=True, related_name="+", db_index=False)
    assignment = models.ForeignKey("kernel.Assignment", models.SET_NULL, null=True, related_name="+")
    distance_m = models.FloatField(_("distance to the post, in metres"), null=True)
    device_id = models.UUIDField(null=True)
    sequence = models.PositiveBigIntegerField(null=True)
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("check-in or check-out")
        verbose_name_plural = _("check-ins and check-outs")
        constraints = [
            models.CheckConstraint(condition=Q(at__lte=F("received_at")), name="mark_not_after_received"),
        ]
        indexes = [models.Index(fields=["volunteer", "at"], name="mark_volunteer_at")]

    wall = Wall(see=("volunteers.see", "rosters.see"), change=("attendance.keep",), opened=("volunteer_id",))

    def __str__(self) -> str:
        return f"{self.direction} {self.at:%Y-%m-%d %H:%M}"


class Attendance(models.Model):
    """One stay at a post, from check-in to check-out; its id is that of the check-in.

    Tells of nobody once its volunteer is forgotten: kind, place and hours stay for the figures.
    """

    class End(models.TextChoices):
        OPEN = "", _("still there")
        OUT = "out", _("checked out")
        NEXT = "next", _("checked in elsewhere")
        CUT = "cut", _("did not check out")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    volunteer = models.ForeignKey("forces.Volunteer", models.SET_NULL, null=True, related_name="stays")
    kind = models.CharField(_("kind"), max_length=16, choices=Volunteer.Kind)
    address = AddressField(_("place"))
    post = models.ForeignKey("forces.Post", models.SET_NULL, null=True, related_name="+", db_index=False)
    assignment = models.ForeignKey("kernel.Assignment", models.SET_NULL, null=True, related_name="+")
    began_at = models.DateTimeField(_("came"))
    ended_at = models.DateTimeField(_("went"), null=True)
    end = models.CharField(_("how it ended"), max_length=4, choices=End, blank=True)

    class Meta:
        verbose_name = _("stay at a post")
        verbose_name_plural = _("stays at posts")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__gte=F("began_at")) & ~Q(end="")),
                name="attendance_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["began_at", "address"], name="attendance_began"),
            models.Index(fields=["address", "-began_at"], name="attendance_address"),
            models.Index(fields=["began_at"], condition=Q(ended_at=None), name="attendance_open"),
            models.Index(fields=["volunteer", "began_at"], name="attendance_volunteer"),
        ]

    wall = Wall(see=("volunteers.see", "rosters.see"), change=("attendance.keep",), opened=("volunteer_id",))

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%Y-%m-%d %H:%M}"
