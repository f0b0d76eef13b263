"""The tree of places, from the province to the unit door."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, tokens_field, tokens_index
from gridward.kernel.walls import Wall


class Area(models.Model):
    """One place; what lies below it is the address range from `address` to `address_end`."""

    address = AddressField(_("address"), primary_key=True)
    address_end = AddressField(_("end of the range"))
    level = models.PositiveSmallIntegerField(_("level"))
    parent = AddressField(_("lies in"))
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    outline = models.JSONField(_("outline"), null=True, blank=True)
    residents = models.PositiveIntegerField(_("residents"), default=0, editable=False)
    former_names = ArrayField(models.CharField(max_length=80), default=list, blank=True, editable=False)
    gone_on = models.DateField(_("no longer in use since"), null=True, blank=True)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(condition=Q(address_end__gt=F("address")), name="area_range_not_empty"),
        ]
        indexes = [
            models.Index(fields=["parent", "address"], name="area_parent"),
            models.Index(fields=["level", "address"], name="area_level"),
            tokens_index("area_tokens"),
        ]

    wall = Wall(public=True, change=("configure",))

    def __str__(self) -> str:
        return self.name_en or self.name if (get_language() or "").startswith("en") else self.name
