"""Activations: what hazard, where, from when to when, under which rules."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall


class Incident(models.Model):
    """One response; everything personal hangs off it."""

    id = FieldId()
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    hazard = models.CharField(_("hazard"), max_length=32)
    address = AddressField(_("where"))
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    rules = models.JSONField(_("rules"), default=dict, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="incident_ends_after_start"
            ),
        ]

    wall = Wall(public=True, change=("configure",))

    def __str__(self) -> str:
        return self.name
