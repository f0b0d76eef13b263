"""What an engine proposed, from what, and what a person made of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import Wall


class Plan(models.Model):
    """One proposal: inputs frozen, engine version and seed kept, so that it can be replayed."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = FieldId()
    kind = models.CharField(_("kind"), max_length=48)
    incident = models.ForeignKey("kernel.Incident", models.PROTECT)
    address = AddressField(_("area"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PROPOSED)
    engine_version = models.CharField(_("engine version"), max_length=32)
    seed = models.BigIntegerField(_("seed"))
    inputs = models.JSONField(_("inputs"))
    outcome = models.JSONField(_("outcome"))
    unserved = models.JSONField(_("unserved and why"), default=list)
    cost = models.FloatField(_("cost"))
    lower_bound = models.FloatField(_("lower bound"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        indexes = [models.Index(fields=["kind", "address", "-made_at"], name="plan_kind_address")]

    wall = Wall(see=("needs.see", "needs.assign"), change=("needs.assign",))

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d %H:%M}"
