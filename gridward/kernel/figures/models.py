"""Figures as last computed: a cache over their definitions, never typed in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField
from gridward.kernel.walls import Wall


class FigureValue(models.Model):
    """One figure of one area on one day."""

    pk = models.CompositePrimaryKey("key", "address", "day", "part")
    key = models.CharField(_("figure"), max_length=64)
    address = AddressField(_("area"))
    day = models.DateField(_("day"))
    part = models.CharField(_("part"), max_length=64, blank=True)
    value = models.FloatField(_("value"), null=True)
    weight = models.BigIntegerField(_("rows behind it"))
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        indexes = [models.Index(fields=["address", "day", "key"], name="figure_area_day")]

    wall = Wall(see=("figures.see", "areas.see"))

    def __str__(self) -> str:
        return f"{self.key} {self.address} {self.day}: {self.value}"


class FigureMark(models.Model):
    """How far the journal has been turned into figures: a single row."""

    cursor = models.TextField()

    class Meta:
        verbose_name = _("mark of the figures")
        verbose_name_plural = _("marks of the figures")

    wall = Wall(address="")

    def __str__(self) -> str:
        return self.cursor
