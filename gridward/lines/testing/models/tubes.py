"""Tubes, the samples in them, people the register does not know, and who did not want to be sampled.

Written in batches by `actions/tubes.py`; keys come from the devices and sort by time. References to what was checked
while writing carry no constraint in the database: at 725 people a second each would cost a look-up and a lock.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import KeyedHash, Secret
from gridward.kernel.walls import Wall
from gridward.lines.testing.models.rounds import HOLDER, SEE, Point, Round
from gridward.lines.testing.rules import Verdict

VERDICTS = [
    (Verdict.NONE, _("no result yet")),
    (Verdict.NEGATIVE, _("negative")),
    (Verdict.POSITIVE, _("positive")),
    (Verdict.INVALID, _("to be repeated")),
]


class Tube(models.Model):
    """A closed tube with the samples of one to twenty people; `address` is the sampling point's."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False, db_constraint=False)
    round = models.ForeignKey(Round, models.PROTECT, db_index=False, db_constraint=False)
    point = models.ForeignKey(Point, models.PROTECT, db_index=False, db_constraint=False)
    code = models.CharField(_("tube"), max_length=32)
    address = AddressField(_("where"))
    people = models.PositiveSmallIntegerField(_("people"))
    kind = models.CharField(_("sampled from"), max_length=8, blank=True)
    again = models.BooleanField(_("re-sampling"), default=False)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"))
    shift_ms = models.BigIntegerField(default=0)
    """What was added to the device's times, so that they are the server's."""
    device_id = models.UUIDField(_("device"))
    collector = models.ForeignKey(
        "kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    stored_at = models.DateTimeField(_("arrived"))
    laboratory = models.ForeignKey(
        "testing.Laboratory", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    received_at = models.DateTimeField(_("received by the laboratory"), null=True)
    verdict = models.CharField(_("result"), max_length=8, choices=VERDICTS, default=Verdict.NONE, blank=True)
    verdict_at = models.DateTimeField(_("result of"), null=True)
    remark = Secret(_("remark"), blank=True, holder=HOLDER)

    class Meta:
        verbose_name = _("tube")
        verbose_name_plural = _("tubes")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="testing_tube_code"),
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=20), name="testing_tube_people"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.NONE, verdict_at=None)
                | (~Q(verdict=Verdict.NONE) & Q(verdict_at__isnull=False)),
                name="testing_tube_verdict_has_time",
            ),
        ]
        indexes = [
            BrinIndex(fields=["closed_at"], name="testing_tube_closed", pages_per_range=32),
            models.Index(fields=["verdict_at"], condition=Q(verdict_at__isnull=False), name="testing_tube_verdict"),
        ]

    wall = Wall(see=SEE, change=("testing.sample", "testing.bench"))

    def __str__(self) -> str:
        return self.code


class Newcomer(models.Model):
    """Somebody sampled whom the register does not know: the least that finds them again, completed later."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False, db_constraint=False)
    tube = models.ForeignKey(Tube, models.CASCADE, db_constraint=False, db_index=False)
    address = AddressField(_("really lives at"))
    name = Secret(_("name"), max_length=80, holder=HOLDER)
    phone = Secret(_("phone"), max_length=32, blank=True, holder=HOLDER)
    id_number = Secret(_("ID number"), max_length=32, blank=True, holder=HOLDER)
    id_hash = KeyedHash(of="id_number")
    completed_at = models.DateTimeField(_("completed"), null=True)

    class Meta:
        verbose_name = _("newcomer")
        verbose_name_plural = _("newcomers")
        indexes = [
            models.Index(fields=["address"], condition=Q(completed_at=None), name="testing_newcomer_address"),
            models.Index(fields=["id_hash"], condition=Q(id_hash__isnull=False), name="testing_newcomer_hash"),
        ]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.plan",))

    def __str__(self) -> str:
        return self.name


class Sample(models.Model):
    """One person in a tube, at a seat from 1 on; `address` is where they really live.

    `extra` marks a person's second sample of a round: the tube holds it, so its people are recalled with it, but nobody
    is counted twice.
    """

    pk = models.CompositePrimaryKey("tube", "seat")
    tube = models.ForeignKey(Tube, models.CASCADE, related_name="samples", db_constraint=False, db_index=False)
    seat = models.PositiveSmallIntegerField(_("seat"))
    round_id = models.UUIDField(_("round"))
    person = models.ForeignKey(
        "kernel.Person", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    newcomer = models.ForeignKey(
        Newcomer, models.SET_NULL, null=True, related_name="samples", db_index=False, db_constraint=False
    )
    address = AddressField(_("really lives at"))
    taken_at = models.DateTimeField(_("sampled"))
    receipt = models.CharField(_("receipt"), max_length=8, blank=True)
    extra = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "round_id"],
                condition=Q(person__isnull=False, extra=False),
                name="testing_sample_once_a_round",
            ),
        ]
        indexes = [BrinIndex(fields=["taken_at"], name="testing_sample_taken", pages_per_range=32)]

    wall = Wall(see=("testing.see", "testing.bench"), change=("testing.sample",))

    def __str__(self) -> str:
        return f"{self.tube_id}/{self.seat}"


class Refusal(models.Model):
    """Somebody due who was not sampled, and why."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, db_index=False)
    person = models.ForeignKey("kernel.Person", models.SET_NULL, null=True, related_name="+", db_index=False)
    name = Secret(_("name"), max_length=80, blank=True, holder=HOLDER)
    address = AddressField(_("really lives at"))
    reason = models.CharField(_("reason"), max_length=16)
    words = Secret(_("words"), blank=True, holder=HOLDER)
    at = models.DateTimeField(_("when"))
    shift_ms = models.BigIntegerField(default=0)
    device_id = models.UUIDField(_("device"))
    collector = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        indexes = [models.Index(fields=["round", "address"], name="testing_refusal_round")]

    wall = Wall(see=("testing.see", "testing.sample"), change=("testing.sample",))

    def __str__(self) -> str:
        return self.reason
