"""Offices, departments, committees, hospitals, companies and teams."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall


class Organisation(models.Model):
    """A body with people or things of its own, and a place it answers for."""

    class Kind(models.TextChoices):
        HEADQUARTERS = "headquarters", _("headquarters")
        DEPARTMENT = "department", _("department")
        TOWN_OFFICE = "town_office", _("town or street office")
        COMMUNITY_COMMITTEE = "community_committee", _("community committee")
        HOSPITAL = "hospital", _("hospital")
        COMPANY = "company", _("company")
        TEAM = "team", _("team")
        OTHER = "other", _("other")

    id = FieldId()
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"), related_name="parts"
    )
    address = AddressField(_("place"))
    phone = Secret(_("phone"), max_length=32, blank=True, holder="staff")
    leader = Secret(_("leader"), max_length=80, blank=True, holder="staff")
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["kind", "name", "address"], name="organisation_once"),
        ]
        indexes = [models.Index(fields=["address"], name="organisation_address"), tokens_index("organisation_tokens")]

    wall = Wall(staff=True, change=("configure",))

    def __str__(self) -> str:
        return self.name
