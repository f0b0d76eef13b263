"""Rosters asked for, and how far planning has come; the proposal itself is a kernel plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall


class RosterRequest(models.Model):
    """The desk pressed plan: for which area and days, how far it is, and the plan it led to."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for the planner")
        PLANNING = "planning", _("planning")
        PROPOSED = "proposed", _("proposed")
        FAILED = "failed", _("failed")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.CASCADE, db_index=False)
    address = AddressField(_("area"))
    first_day = models.DateField(_("first day"))
    days = models.PositiveSmallIntegerField(_("days"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ASKED)
    done_percent = models.PositiveSmallIntegerField(_("done (per cent)"), default=0)
    refusal = models.CharField(_("why it failed"), max_length=200, blank=True)
    plan_id = models.UUIDField(_("plan"), null=True)
    """A plan dies with its incident without looking here, so this is no foreign key."""
    asked_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("roster asked for")
        verbose_name_plural = _("rosters asked for")
        indexes = [models.Index(fields=["address", "-asked_at"], name="roster_request_address")]

    wall = Wall(see=("rosters.plan",), change=("rosters.plan",), opened=("id",))

    def __str__(self) -> str:
        return f"{self.address} {self.first_day} +{self.days}"
