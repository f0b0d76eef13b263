"""Branches and teams: who stands together, where, under whom, from when to when."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall


class Team(models.Model):
    """A branch, a vanguard or a team of volunteers at a place; its members are the volunteers that name it.

    Departments and offices stay `kernel.Organisation`; a team belongs to one, or to none. Changed only in actions.
    """

    class Kind(models.TextChoices):
        BRANCH = "branch", _("permanent branch")
        TEMPORARY_BRANCH = "temporary_branch", _("temporary branch")
        ESTATE_BRANCH = "estate_branch", _("estate branch")
        VANGUARD = "vanguard", _("vanguard team")
        VOLUNTEERS = "volunteers", _("volunteer team")

    id = FieldId()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        "kernel.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("belongs to"),
        related_name="teams",
    )
    address = AddressField(_("place"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    leader = Secret(_("leader"), max_length=80, blank=True, holder="staff")
    phone = Secret(_("phone"), max_length=32, blank=True, holder="staff")
    founded_on = models.DateField(_("founded on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    close_reason = models.CharField(_("why it was closed"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "address"], condition=Q(closed_on=None), name="team_standing_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("founded_on")), name="team_closed_after_founded"
            ),
        ]
        indexes = [
            models.Index(fields=["address", "kind"], name="team_address"),
            models.Index(fields=["founded_on"], name="team_founded"),
            tokens_index("team_tokens"),
        ]

    wall = Wall(see=("teams.see",), change=("teams.change",))

    def __str__(self) -> str:
        return self.name
