"""Needs, and the categories that say what they promise."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.needs.rules import ENDED, OPEN, SCHEDULED, NeedState, Promise
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import CONFIGURATION, Wall

HOLDER = "caller"
"""Whose keys needs are under, and what was said and shown of them."""
ASKED_FOR = Q(state__in=OPEN) & ~Q(channel=SCHEDULED)
"""Open needs that somebody asked for: the thousands of shifts a day's schedule asks for have boards of their own."""
NEED_STATES = [
    (NeedState.WAITING, _("waiting")),
    (NeedState.ASSIGNED, _("assigned")),
    (NeedState.MOVING, _("moving")),
    (NeedState.SERVED, _("served")),
    (NeedState.WITHDRAWN, _("withdrawn")),
    (NeedState.REFUSED, _("refused")),
]


class Urgency(models.IntegerChoices):
    """How bad it is; lower is worse."""

    CRITICAL = 1, _("critical")
    URGENT = 2, _("urgent")
    NORMAL = 3, _("normal")


class Category(models.Model):
    """Configuration: one sort of need, what it promises and who may take it."""

    class Desk(models.IntegerChoices):
        COMMUNITY = Level.COMMUNITY, _("community desk")
        TOWN = Level.TOWN, _("town desk")
        DISTRICT = Level.DISTRICT, _("district desk")

    key = models.CharField(_("key"), primary_key=True, max_length=48)
    kind = models.CharField(_("kind of need"), max_length=48)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    hint = models.CharField(_("what to ask"), max_length=200, blank=True)
    hint_en = models.CharField(_("what to ask, in English"), max_length=200, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    assign_s = models.PositiveIntegerField(_("taken up within (seconds)"))
    close_s = models.PositiveIntegerField(_("ended within (seconds)"))
    climb_s = models.PositiveIntegerField(_("given to each level up (seconds)"))
    first_level = models.PositiveSmallIntegerField(_("first desk"), choices=Desk, default=Desk.COMMUNITY)
    takers = ArrayField(models.CharField(max_length=48), verbose_name=_("who may take it"), default=list)
    skills = ArrayField(models.CharField(max_length=32), verbose_name=_("skills"), default=list, blank=True)
    public = models.BooleanField(_("residents may choose it"), default=True)
    in_use = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("order", "key")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name

    @property
    def promise(self) -> Promise:
        """The deadlines as the rules take them."""
        return Promise(self.assign_s, self.close_s, self.climb_s, Level(self.first_level))


class Need(models.Model):
    """What somebody at a place needs by a time. Changed only in actions.py."""

    id = FieldId()
    tracking_code = models.CharField(_("tracking code"), max_length=12, unique=True)
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    kind = models.CharField(_("kind"), max_length=48)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"), db_index=False)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    state = models.CharField(_("state"), max_length=12, choices=NEED_STATES, default=NeedState.WAITING)
    address = AddressField(_("where"))
    place = Secret(_("place in words"), max_length=200, blank=True, holder=HOLDER)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    words = Secret(_("words"), holder=HOLDER)
    tokens = tokens_field()
    details = models.JSONField(_("details"), default=dict)
    private = Secret(_("further details, private"), blank=True, holder=HOLDER)
    channel = models.CharField(_("came by"), max_length=16)
    person = models.ForeignKey("kernel.Person", models.SET_NULL, null=True, verbose_name=_("for whom"))
    caller_name = Secret(_("caller"), max_length=80, blank=True, holder=HOLDER)
    caller_phone = Secret(_("caller's phone"), max_length=32, blank=True, holder=HOLDER)
    logged_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("opened"))
    promised_at = models.DateTimeField(_("promised by"))
    due_at = models.DateTimeField(_("due"))
    assigned_at = models.DateTimeField(_("first assigned"), null=True)
    arrived_at = models.DateTimeField(_("first arrived"), null=True)
    closed_at = models.DateTimeField(_("ended"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    holder = AddressField(_("desk that must act"))
    holder_level = models.PositiveSmallIntegerField(_("level of the desk"))
    climbs = models.PositiveSmallIntegerField(_("times climbed"), default=0)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")
    outcome = Secret(_("outcome"), blank=True, holder=HOLDER)
    closed_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*OPEN, *ENDED]), name="need_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at=None) | Q(state__in=ENDED, closed_at__isnull=False),
                name="need_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=NeedState.REFUSED) | (Q(closed_by__isnull=False) & ~Q(outcome="")),
                name="need_refused_by_name_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="need_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=ASKED_FOR, name="need_open_due"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=OPEN, holder_level__gt=Level.DISTRICT, joined_to=None),
                name="need_climbs",
            ),
            models.Index(fields=["address", "due_at"], condition=ASKED_FOR, name="need_open_address"),
            models.Index(fields=["holder", "due_at"], condition=Q(state__in=OPEN), name="need_open_holder"),
            models.Index(fields=["address", "-opened_at"], name="need_address"),
            models.Index(fields=["opened_at", "address"], name="need_opened"),
            models.Index(fields=["closed_at", "address"], condition=Q(closed_at__isnull=False), name="need_closed"),
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="need_person"),
            tokens_index("need_tokens"),
        ]

    wall = Wall(
        see=("needs.see",),
        change=("needs.log", "needs.assign", "needs.refuse"),
        opened=("id",),
        newest="opened_at DESC",
    )

    def __str__(self) -> str:
        return self.tracking_code
