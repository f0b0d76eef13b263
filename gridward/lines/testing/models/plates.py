"""Plates, what was read of each tube, and the people a positive tube calls back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall
from gridward.lines.testing.models.laboratories import Instrument, Laboratory
from gridward.lines.testing.models.tubes import VERDICTS, Tube

SOURCES = [("file", _("instrument file")), ("hand", _("read by hand")), ("fhir", _("another laboratory"))]


class Plate(models.Model):
    """A plate of tubes on an instrument; `layout` maps a well to the code of its tube."""

    id = FieldId()
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="plates")
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="+", db_index=False)
    address = AddressField(_("where"))
    code = models.CharField(_("plate"), max_length=32)
    layout = models.JSONField(_("layout"), default=dict)
    set_at = models.DateTimeField(_("set out"))
    read_at = models.DateTimeField(_("read"), null=True)
    set_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("plate")
        verbose_name_plural = _("plates")
        constraints = [models.UniqueConstraint(fields=["laboratory", "code"], name="testing_plate_code")]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.bench",))

    def __str__(self) -> str:
        return self.code


class Reading(models.Model):
    """What one reader or machine read of a tube; by hand it counts once a second person read the same."""

    id = FieldId()
    tube = models.ForeignKey(Tube, models.CASCADE, related_name="readings")
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="+", db_index=False)
    plate = models.ForeignKey(Plate, models.SET_NULL, null=True, related_name="readings", db_index=False)
    address = AddressField(_("where"))
    well = models.CharField(_("well"), max_length=8, blank=True)
    ct = models.JSONField(_("Ct values"), default=dict)
    verdict = models.CharField(_("result"), max_length=8, choices=VERDICTS)
    source = models.CharField(_("read from"), max_length=8, choices=SOURCES)
    read_at = models.DateTimeField(_("read"))
    read_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    second_at = models.DateTimeField(_("read again"), null=True)
    second_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.CheckConstraint(
                condition=Q(second_by=None) | Q(read_by=None) | ~Q(second_by=F("read_by")),
                name="testing_reading_second_is_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["read_at"], condition=Q(source="hand", second_at=None), name="testing_reading_to_be_seconded"
            ),
        ]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.bench",))

    def __str__(self) -> str:
        return self.verdict


class Recall(models.Model):
    """One person of a positive tube, called back: the task to isolate them, and what their own sample said."""

    id = FieldId()
    tube = models.ForeignKey(Tube, models.CASCADE, related_name="recalls", db_index=False)
    seat = models.PositiveSmallIntegerField(_("seat"))
    person = models.ForeignKey("kernel.Person", models.SET_NULL, null=True, related_name="+", db_index=False)
    need = models.ForeignKey("kernel.Need", models.SET_NULL, null=True, related_name="+", db_index=False)
    address = AddressField(_("really lives at"))
    opened_at = models.DateTimeField(_("called back"))
    answered_at = models.DateTimeField(_("sampled again"), null=True)
    again = models.ForeignKey(Tube, models.SET_NULL, null=True, related_name="+", db_index=False)
    verdict = models.CharField(_("result"), max_length=8, choices=VERDICTS, blank=True)
    verdict_at = models.DateTimeField(_("result of"), null=True)

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        constraints = [models.UniqueConstraint(fields=["tube", "seat"], name="testing_recall_once")]
        indexes = [
            models.Index(fields=["opened_at"], name="testing_recall_opened"),
            models.Index(
                fields=["person"], condition=Q(answered_at=None, person__isnull=False), name="testing_recall_waiting"
            ),
        ]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.bench", "testing.plan"))

    def __str__(self) -> str:
        return f"{self.tube_id}/{self.seat}"
