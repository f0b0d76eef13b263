"""Rounds of testing, the rules they follow, their points, and when each building is called."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import CONFIGURATION, Wall

HOLDER = "testing"
"""Whose keys the line's sealed text is under: it is destroyed with the incident."""
SEE = ("testing.see", "testing.sample", "testing.carry", "testing.bench")


class RoundRule(models.Model):
    """Configuration: how people of a zone under a level of control are tested."""

    key = models.CharField(_("key"), primary_key=True, max_length=48)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    zone = models.CharField(_("kind of zone"), max_length=32, blank=True)
    days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("days on which a round is due"), default=list)
    traits = ArrayField(
        models.CharField(max_length=32), verbose_name=_("only people with these needs"), default=list, blank=True
    )
    home_traits = ArrayField(
        models.CharField(max_length=32), verbose_name=_("sampled at home"), default=list, blank=True
    )
    pool_size = models.PositiveSmallIntegerField(_("people to a tube"))
    people_per_point = models.PositiveIntegerField(_("people to a sampling point"))
    people_per_table = models.PositiveIntegerField(_("people to a table"))
    people_per_sampler = models.PositiveIntegerField(_("people to a sampler"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("rule of testing")
        verbose_name_plural = _("rules of testing")
        ordering = ("order", "key")
        constraints = [
            models.CheckConstraint(condition=Q(pool_size__in=[1, 5, 10, 20]), name="round_rule_pool_known"),
            models.CheckConstraint(
                condition=Q(people_per_point__gt=0, people_per_table__gt=0, people_per_sampler__gt=0),
                name="round_rule_shares_positive",
            ),
        ]

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class Round(models.Model):
    """One round of testing over an area: everybody due is sampled once. Changed only in actions."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    rule = models.ForeignKey(RoundRule, models.PROTECT, verbose_name=_("rule"), db_index=False)
    address = AddressField(_("where"))
    number = models.PositiveIntegerField(_("number"))
    pool_size = models.PositiveSmallIntegerField(_("people to a tube"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    people = models.PositiveIntegerField(_("people due"))
    opened_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.UniqueConstraint(fields=["incident", "address", "number"], name="testing_round_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="testing_round_ends_after_start"),
        ]

    wall = Wall(see=SEE, change=("testing.plan",))

    def __str__(self) -> str:
        return str(self.number)


class Point(models.Model):
    """A sampling point of one round: where, how many tables and samplers, when it is open."""

    id = FieldId()
    round = models.ForeignKey(Round, models.CASCADE, related_name="points")
    address = AddressField(_("where"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=80)
    people = models.PositiveIntegerField(_("people expected"))
    tables = models.PositiveSmallIntegerField(_("tables"))
    samplers = models.PositiveSmallIntegerField(_("samplers"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        verbose_name = _("sampling point")
        verbose_name_plural = _("sampling points")
        constraints = [models.UniqueConstraint(fields=["round", "address", "number"], name="testing_point_once")]

    wall = Wall(see=SEE, change=("testing.plan",))

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """When one building is called to its point, so that nobody queues."""

    id = FieldId()
    point = models.ForeignKey(Point, models.CASCADE, related_name="turns")
    address = AddressField(_("building"))
    people = models.PositiveIntegerField(_("people"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("turn of a building")
        verbose_name_plural = _("turns of buildings")
        constraints = [models.UniqueConstraint(fields=["point", "address"], name="testing_turn_once")]

    wall = Wall(see=SEE, change=("testing.plan",))

    def __str__(self) -> str:
        return f"{self.address}: {self.starts_at:%H:%M}"
