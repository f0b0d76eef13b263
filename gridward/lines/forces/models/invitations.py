"""Asking single volunteers to serve at a place that needs them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall


class Invitation(models.Model):
    """One volunteer asked to serve at one place; a yes sends them there. Changed only in actions."""

    class Answer(models.TextChoices):
        NONE = "", _("not answered yet")
        YES = "yes", _("will come")
        NO = "no", _("cannot come")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    volunteer = models.ForeignKey("forces.Volunteer", models.CASCADE, related_name="invitations")
    address = AddressField(_("place"))
    words = Secret(_("why they are asked"), max_length=200, blank=True, holder="volunteer")
    asked_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked"))
    answer = models.CharField(_("answer"), max_length=4, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "address"], condition=Q(answer=""), name="invitation_open_once"
            ),
        ]

    wall = Wall(see=("volunteers.see",), change=("volunteers.change",), opened=("volunteer_id",))

    def __str__(self) -> str:
        return f"{self.volunteer_id} → {self.address}"
