"""Who was sent to a need, and the proof that it was done."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, FileName
from gridward.kernel.needs.rules import LIVE, AssignmentState
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import Wall

ASSIGNMENT_STATES = [
    (AssignmentState.OFFERED, _("offered")),
    (AssignmentState.ACCEPTED, _("accepted")),
    (AssignmentState.UNDER_WAY, _("on the way")),
    (AssignmentState.ARRIVED, _("there")),
    (AssignmentState.DONE, _("done")),
    (AssignmentState.DECLINED, _("declined")),
    (AssignmentState.RELEASED, _("released")),
]


class Assignment(models.Model):
    """One resource sent to one need. Changed only in actions.py."""

    id = FieldId()
    need = models.ForeignKey("kernel.Need", models.PROTECT, related_name="assignments")
    resource = models.ForeignKey("kernel.Resource", models.PROTECT, related_name="assignments")
    plan = models.ForeignKey("kernel.Plan", models.PROTECT, null=True, db_index=False)
    address = AddressField(_("where"))
    state = models.CharField(_("state"), max_length=12, choices=ASSIGNMENT_STATES, default=AssignmentState.OFFERED)
    booked = DateTimeRangeField(_("booked"))
    exclusive = models.BooleanField(_("alone"), default=True)
    reasons = models.JSONField(_("why this one"), default=dict)
    offered_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    offered_at = models.DateTimeField(_("offered"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    left_at = models.DateTimeField(_("set off"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("how it ended"), max_length=32, blank=True)
    end_words = Secret(_("reason"), blank=True, holder="caller", via="need")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            ExclusionConstraint(
                name="assignment_resource_not_booked_twice",
                expressions=[(F("resource"), RangeOperators.EQUAL), (F("booked"), RangeOperators.OVERLAPS)],
                condition=Q(exclusive=True) & ~Q(state__in=[AssignmentState.DECLINED, AssignmentState.RELEASED]),
            ),
            models.UniqueConstraint(
                fields=["need", "resource"], condition=Q(state__in=LIVE), name="assignment_live_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at=None) | (~Q(state__in=LIVE) & Q(ended_at__isnull=False)),
                name="assignment_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("offered_at")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(left_at=None) | Q(arrived_at__gte=F("left_at")),
                name="assignment_arrives_after_leaving",
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "-offered_at"], name="assignment_resource"),
            models.Index(fields=["address", "-offered_at"], name="assignment_address"),
            models.Index(fields=["offered_at"], name="assignment_offered"),
        ]

    wall = Wall(see=("needs.see",), change=("needs.assign", "needs.log", "needs.refuse"), opened=("id", "need_id"))

    def __str__(self) -> str:
        return f"{self.need_id} ← {self.resource_id}"


class Proof(models.Model):
    """What shows that it was done: a photo, words, a scan."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        WORDS = "words", _("words")
        SCAN = "scan", _("scan")

    id = FieldId()
    need = models.ForeignKey("kernel.Need", models.PROTECT, related_name="proofs")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="proofs")
    address = AddressField(_("where"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    words = Secret(_("words"), blank=True, holder="caller", via="need")
    file = FileName(_("file"))
    sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        constraints = [
            models.CheckConstraint(condition=~Q(words="") | ~Q(file=""), name="proof_shows_something"),
        ]

    wall = Wall(see=("needs.see",), change=("needs.assign", "needs.log"), opened=("id", "need_id"))

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
