"""Devices in the field, and every record they made: the protocol's own memory."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.sync.records import Outcome
from gridward.kernel.walls import CONFIGURATION, Wall

HOLDER = "field"
"""Whose keys bodies of records are under."""
SETTLE = "sync.settle"


class Device(models.Model):
    """One phone in the field: whose it is, which installation speaks for it, and whether it is to forget everything."""

    id = FieldId()
    user = models.ForeignKey("kernel.User", models.CASCADE, related_name="field_devices", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=60)
    address = AddressField(_("patch"))
    epoch = models.PositiveIntegerField(default=0)
    watermark = models.BigIntegerField(default=0)
    token_digest = models.BinaryField(max_length=32, null=True, unique=True)
    code_digest = models.BinaryField(max_length=32, null=True, unique=True)
    code_until = models.DateTimeField(null=True)
    share = models.BinaryField(max_length=64)
    made_at = models.DateTimeField(_("added"))
    enrolled_at = models.DateTimeField(_("enrolled"), null=True)
    seen_at = models.DateTimeField(_("last heard of"), null=True)
    skew_s = models.FloatField(_("clock is off by (seconds)"), default=0.0)
    revoked_at = models.DateTimeField(_("shut out"), null=True)
    wipe = models.BooleanField(_("is to forget everything"), default=False)
    wiped_at = models.DateTimeField(_("has forgotten everything"), null=True)

    class Meta:
        verbose_name = _("field device")
        verbose_name_plural = _("field devices")
        indexes = [models.Index(fields=["address", "-made_at"], name="device_address")]

    wall = Wall(see=(SETTLE, "grants.give"), change=(SETTLE, "grants.give"), own=("user_id",), owner_writes=True)

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    """One record of a device and what became of it; the key is the one the device made."""

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.CASCADE, db_index=False)
    user = models.ForeignKey("kernel.User", models.CASCADE, db_index=False, related_name="+")
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, null=True, db_index=False)
    epoch = models.PositiveIntegerField()
    sequence = models.BigIntegerField(null=True)
    """Null for the tombstone of a record that claimed a number already taken, and for a client that counts none."""
    type = models.CharField(_("kind of record"), max_length=48)
    base_version = models.BigIntegerField(null=True)
    digest = models.BinaryField(max_length=32)
    outcome = models.CharField(_("outcome"), max_length=8, choices=[(one, one) for one in Outcome])
    reason = models.CharField(max_length=48, blank=True)
    words = Secret(_("why"), blank=True, holder=HOLDER)
    body = Secret(_("as the device wrote it"), blank=True, holder=HOLDER)
    """Kept where the protocol's copy is the row, and for whatever was not simply stored."""
    address = AddressField(_("where"))
    at = models.DateTimeField(_("made"))
    received_at = models.DateTimeField(_("received"))
    skew_s = models.FloatField(_("clock was off by (seconds)"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    settlement = Secret(_("what was decided"), blank=True, holder=HOLDER)

    class Meta:
        verbose_name = _("field record")
        verbose_name_plural = _("field records")
        constraints = [models.UniqueConstraint(fields=["device", "epoch", "sequence"], name="record_sequence_once")]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                condition=Q(outcome__in=[Outcome.CONFLICT, Outcome.REJECTED], settled_at=None),
                name="record_unsettled",
            ),
            models.Index(
                fields=["address", "-received_at"], condition=Q(type="field.form"), name="record_form_address"
            ),
        ]

    wall = Wall(see=(SETTLE, "field.see"), change=(SETTLE,), own=("user_id",), owner_writes=True)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class FieldForm(models.Model):
    """Configuration: a simple form of the field app; ODK Collect reads the same ones."""

    key = models.CharField(_("key"), primary_key=True, max_length=32)
    title = models.CharField(_("title"), max_length=40)
    title_en = models.CharField(_("English title"), max_length=60)
    fields = models.JSONField(_("fields"))
    """A list of `{key, label, label_en, kind, required, options, least, most}`; see config/forms.example.toml."""
    version = models.PositiveIntegerField(_("version"), default=1)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("field form")
        verbose_name_plural = _("field forms")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title
