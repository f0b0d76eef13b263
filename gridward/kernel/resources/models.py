"""Who and what can help: teams, vehicles, phone lines, laboratories, stocks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall


class Resource(models.Model):
    """Something or somebody that can be sent."""

    class Duty(models.TextChoices):
        ON = "on", _("on duty")
        OFF = "off", _("off duty")

    id = FieldId()
    kind = models.CharField(_("kind"), max_length=48)
    name = models.CharField(_("name"), max_length=80)
    address = AddressField(_("serves"), help_text=_("The area this resource is allotted to."))
    organisation = models.ForeignKey(
        "kernel.Organisation", models.PROTECT, null=True, blank=True, verbose_name=_("belongs to")
    )
    phone = Secret(_("phone"), max_length=32, blank=True, holder="staff")
    skills = ArrayField(models.CharField(max_length=32), verbose_name=_("skills"), default=list, blank=True)
    capacity = models.JSONField(_("capacity"), default=dict, blank=True)
    exclusive = models.BooleanField(_("one task at a time"), default=True)
    duty = models.CharField(_("duty"), max_length=8, choices=Duty, default=Duty.ON)
    duty_until = models.DateTimeField(_("on duty until"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    seen_at = models.DateTimeField(_("position of"), null=True, blank=True)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "organisation"], name="resource_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(duty__in=["on", "off"]), name="resource_duty_known"),
        ]
        indexes = [
            models.Index(fields=["address"], name="resource_address"),
            models.Index(fields=["kind", "duty", "address"], name="resource_on_duty"),
            tokens_index("resource_tokens"),
        ]

    wall = Wall(
        see=("resources.see", "resources.change"),
        change=("resources.change", "needs.assign", "configure"),
        opened=("id",),
    )

    def __str__(self) -> str:
        return self.name


class CrewMember(models.Model):
    """An account that acts for a resource on its phone."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="crew", verbose_name=_("resource"))
    user = models.ForeignKey("kernel.User", models.CASCADE, related_name="crew_of", verbose_name=_("account"))

    class Meta:
        verbose_name = _("crew member")
        verbose_name_plural = _("crew members")
        constraints = [models.UniqueConstraint(fields=["resource", "user"], name="crew_member_once")]

    wall = Wall(address="", staff=True, change=("resources.change", "configure"))

    def __str__(self) -> str:
        return f"{self.user} · {self.resource}"
