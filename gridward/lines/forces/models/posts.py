"""Posts that communities must hold, the shifts of a day, and the demand that follows from size and control level."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import CONFIGURATION, Wall


class ControlLevel(models.TextChoices):
    """How strictly an area is held; the higher, the more its posts matter."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class ShiftTime(models.Model):
    """Configuration: one shift of the day; an end beyond 1,440 minutes is the next morning."""

    key = models.CharField(_("key"), primary_key=True, max_length=16)
    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("English name"), max_length=40)
    start_min = models.PositiveSmallIntegerField(_("starts (minute of the day)"))
    end_min = models.PositiveSmallIntegerField(_("ends (minute of the day)"))
    night = models.BooleanField(_("night"), default=False)

    class Meta:
        verbose_name = _("shift of the day")
        verbose_name_plural = _("shifts of the day")
        ordering = ("start_min",)
        constraints = [
            models.CheckConstraint(condition=Q(end_min__gt=F("start_min")), name="shift_time_ends_after_start"),
            models.CheckConstraint(condition=Q(start_min__lt=1440, end_min__lte=2880), name="shift_time_in_a_day"),
        ]

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class PostKind(models.Model):
    """Configuration: what a category of shifts asks of its people, beside the skills of the category."""

    category = models.OneToOneField(
        "kernel.Category", models.CASCADE, primary_key=True, verbose_name=_("category"), related_name="post_kind"
    )
    bars = ArrayField(
        models.CharField(max_length=24), verbose_name=_("limits that bar from it"), default=list, blank=True
    )
    weight = models.FloatField(_("worth of a head, beside 1"), default=1.0)

    class Meta:
        verbose_name = _("kind of post")
        verbose_name_plural = _("kinds of post")
        constraints = [models.CheckConstraint(condition=Q(weight__gt=0), name="post_kind_is_worth_something")]

    wall = CONFIGURATION

    def __str__(self) -> str:
        return str(self.category)


class DemandRule(models.Model):
    """Configuration: the heads that places of a control level need at a kind of post, by their size."""

    class Place(models.TextChoices):
        COMMUNITY = "community", _("each community")
        ESTATE = "estate", _("each estate")

    category = models.ForeignKey("kernel.Category", models.CASCADE, verbose_name=_("kind of post"))
    level = models.CharField(_("control level"), max_length=8, choices=ControlLevel)
    place = models.CharField(_("where"), max_length=12, choices=Place)
    shifts = ArrayField(models.CharField(max_length=16), verbose_name=_("shifts"))
    per_thousand = models.FloatField(_("heads a shift for 1,000 residents"))
    least = models.PositiveSmallIntegerField(_("at least"), default=0)

    class Meta:
        verbose_name = _("demand rule")
        verbose_name_plural = _("demand rules")
        constraints = [models.UniqueConstraint(fields=["category", "level", "place"], name="demand_rule_once")]

    wall = CONFIGURATION

    def __str__(self) -> str:
        return f"{self.category} · {self.get_level_display()} · {self.get_place_display()}"


class AreaControl(models.Model):
    """The control level of an area in an incident; the deepest area around a place counts."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.CASCADE, db_index=False)
    address = AddressField(_("area"))
    level = models.CharField(_("control level"), max_length=8, choices=ControlLevel)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("control level of an area")
        verbose_name_plural = _("control levels of areas")
        constraints = [models.UniqueConstraint(fields=["incident", "address"], name="area_control_once")]

    wall = Wall(see=("areas.see", "rosters.see"), change=("rosters.plan",))

    def __str__(self) -> str:
        return f"{self.address} {self.level}"


class Post(models.Model):
    """One post a place holds: a gate, a desk, a round; `heads` by the keys of its shifts. Changed only in actions."""

    class Source(models.TextChoices):
        RULE = "rule", _("by the demand rules")
        STATED = "stated", _("stated by the community")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.CASCADE, db_index=False)
    address = AddressField(_("place"))
    category = models.ForeignKey("kernel.Category", models.PROTECT, verbose_name=_("kind of post"), db_index=False)
    name = models.CharField(_("name"), max_length=80)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    heads = models.JSONField(_("people by shift"), default=dict)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.STATED)
    active_from = models.DateField(_("from"))
    active_until = models.DateField(_("until"), null=True, blank=True)
    stated_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    stated_at = models.DateTimeField(_("stated"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["incident", "address", "category", "name"], name="post_once"),
            models.CheckConstraint(
                condition=Q(active_until=None) | Q(active_until__gte=F("active_from")), name="post_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["address"], name="post_address")]

    wall = Wall(see=("rosters.see",), change=("posts.state", "rosters.plan"))

    def __str__(self) -> str:
        return self.name


class PostShift(models.Model):
    """One shift of one day at one post: what its need cannot say of itself. Changed only in actions."""

    need = models.OneToOneField("kernel.Need", models.CASCADE, primary_key=True, related_name="post_shift")
    post = models.ForeignKey(Post, models.CASCADE, related_name="days", db_index=False)
    address = AddressField(_("place"))
    category = models.ForeignKey("kernel.Category", models.PROTECT, related_name="+", db_index=False)
    shift = models.ForeignKey(ShiftTime, models.PROTECT, verbose_name=_("shift"), db_index=False)
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    heads = models.PositiveSmallIntegerField(_("people wanted"))
    level = models.CharField(_("control level"), max_length=8, choices=ControlLevel)

    class Meta:
        verbose_name = _("shift at a post")
        verbose_name_plural = _("shifts at posts")
        constraints = [
            models.UniqueConstraint(fields=["post", "day", "shift"], name="post_shift_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="post_shift_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["day", "address"], name="post_shift_day"),
            models.Index(fields=["starts_at", "address"], name="post_shift_starts"),
            models.Index(fields=["ends_at"], name="post_shift_ends"),
        ]

    wall = Wall(see=("rosters.see", "needs.see"), change=("posts.state", "rosters.plan"), opened=("need_id",))

    def __str__(self) -> str:
        return f"{self.post_id} {self.day} {self.shift_id}"
