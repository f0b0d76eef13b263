"""Laboratories, their instruments, the staff that institutions lend, their shifts, and gifts to them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall
from gridward.lines.testing.models.rounds import HOLDER, SEE


class Laboratory(models.Model):
    """A laboratory, fixed or mobile; `address` is where it stands."""

    id = FieldId()
    name = models.CharField(_("name"), max_length=80, unique=True)
    address = AddressField(_("where"))
    mobile = models.BooleanField(_("mobile laboratory"), default=False)
    setup_h = models.FloatField(_("hours to unpack and set out"), default=1.0)
    run_h = models.FloatField(_("hours of a run"), default=2.0)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("laboratory")
        verbose_name_plural = _("laboratories")

    wall = Wall(see=SEE, change=("testing.plan", "configure"))

    def __str__(self) -> str:
        return self.name


class Instrument(models.Model):
    """A machine of a laboratory and how many tubes an hour it answers."""

    id = FieldId()
    laboratory = models.ForeignKey(Laboratory, models.CASCADE, related_name="instruments")
    address = AddressField(_("where"))
    name = models.CharField(_("name"), max_length=80)
    wells = models.PositiveSmallIntegerField(_("wells to a plate"), default=96)
    tubes_per_h = models.PositiveSmallIntegerField(_("tubes an hour"))
    cutoff_ct = models.FloatField(_("positive up to Ct"), default=40.0)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = [models.UniqueConstraint(fields=["laboratory", "name"], name="testing_instrument_once")]

    wall = Wall(see=SEE, change=("testing.plan", "configure"))

    def __str__(self) -> str:
        return self.name


class LentStaff(models.Model):
    """Somebody an institution lends to a laboratory."""

    id = FieldId()
    laboratory = models.ForeignKey(Laboratory, models.CASCADE, related_name="lent")
    institution = models.ForeignKey("kernel.Organisation", models.PROTECT, related_name="+", db_index=False)
    address = AddressField(_("where"))
    name = Secret(_("name"), max_length=80, holder="staff")
    phone = Secret(_("phone"), max_length=32, blank=True, holder="staff")
    task = models.CharField(_("task"), max_length=32)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("lent staff")
        verbose_name_plural = _("lent staff")

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.plan",))

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """When one of the lent staff works."""

    id = FieldId()
    staff = models.ForeignKey(LentStaff, models.CASCADE, related_name="shifts", db_index=False)
    address = AddressField(_("where"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="testing_shift_ends_after_start"),
            models.UniqueConstraint(fields=["staff", "starts_at"], name="testing_shift_once"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="testing_shift_ends")]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.plan",))

    def __str__(self) -> str:
        return f"{self.starts_at:%m-%d %H:%M}"


class Gift(models.Model):
    """Something given to those who test: by whom, what, worth how much, and who has it."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="gifts", db_index=False)
    address = AddressField(_("where"))
    giver = Secret(_("given by"), max_length=120, holder=HOLDER)
    what = Secret(_("what"), max_length=200, holder=HOLDER)
    worth_fen = models.PositiveBigIntegerField(_("worth (fen)"))
    at = models.DateTimeField(_("when"))
    noted_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        indexes = [models.Index(fields=["at"], name="testing_gift_at")]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.plan", "testing.bench"))

    def __str__(self) -> str:
        return self.what
