"""Exports of personal data: asked for by one person, approved by another, taken once."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall

_CAPABILITIES = ("people.reveal", "grants.give")
"""What sheets with personal data ask of whoever takes them out."""


class ExportRequest(models.Model):
    """One sheet of one range that somebody wants to take out of the house. Changed only in actions.py."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        TAKEN = "taken", _("downloaded")

    id = FieldId()
    sheet = models.CharField(_("register"), max_length=48)
    format = models.CharField(_("format"), max_length=8)
    address = AddressField(_("area"))
    address_end = AddressField(_("end of the range"))
    purpose = Secret(_("what for"), max_length=200, holder="staff")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey("kernel.User", models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("export request")
        verbose_name_plural = _("export requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="export_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "taken"]) | Q(decided_by__isnull=False), name="export_approved_by"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="export_asked_by"),
            models.Index(fields=["address", "-asked_at"], name="export_address"),
        ]

    wall = Wall(see=_CAPABILITIES, change=_CAPABILITIES, own=("asked_by_id",), owner_writes=True)

    def __str__(self) -> str:
        return f"{self.sheet} {self.address}"
