"""Who was sent to serve where they are needed more."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall


class Support(models.Model):
    """One person's stretch of support: from a community that could spare them to one that was short."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.CASCADE, db_index=False)
    volunteer = models.ForeignKey("forces.Volunteer", models.CASCADE, related_name="support")
    plan_id = models.UUIDField(_("plan"), null=True)
    """A plan dies with its incident without looking here, so this is no foreign key."""
    address = AddressField(_("serves at"))
    came_from = AddressField(_("came from"))
    back_to = AddressField(_("served before at"), null=True)
    """Where they had been sent down to before; empty for who served at home."""
    way_m = models.PositiveIntegerField(_("way (metres)"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True)
    sent_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("support")
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer"], condition=Q(ends_on=None), name="support_at_one_place_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="support_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["address", "starts_on"], name="support_address"),
            models.Index(fields=["volunteer", "starts_on"], name="support_volunteer"),
        ]

    wall = Wall(see=("rosters.see",), change=("rosters.plan",))

    def __str__(self) -> str:
        return f"{self.volunteer_id} → {self.address}"
