"""Inspections: what is looked at, who visits whom when, what was found, and what one reply answered for everybody."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, FileName
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.walls import CONFIGURATION, Wall

HOLDER = "finding"
"""Whose keys findings and answers are under."""
SEE, PLAN, INSPECT = "inspections.see", "inspections.plan", "inspections.inspect"
RIGHT, JUDGE = "findings.right", "findings.judge"


class CheckItem(models.Model):
    """Configuration: one thing an inspector looks at."""

    key = models.CharField(_("key"), primary_key=True, max_length=48)
    part = models.CharField(_("part of the list"), max_length=40)
    name = models.CharField(_("what is looked at"), max_length=120)
    name_en = models.CharField(_("in English"), max_length=160, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("item of the checklist")
        verbose_name_plural = _("checklist")
        ordering = ("order", "key")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Visit(models.Model):
    """One community on an inspector's route of a day."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("not made")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    plan = models.ForeignKey("kernel.Plan", models.CASCADE, null=True, db_index=False)
    inspector = models.ForeignKey("kernel.User", models.CASCADE, related_name="+", db_index=False)
    address = AddressField(_("community"))
    day = models.DateField(_("day"))
    position = models.PositiveSmallIntegerField(_("position on the route"))
    planned_at = models.DateTimeField(_("planned"))
    risk = models.FloatField(_("risk"))
    days_unseen = models.PositiveSmallIntegerField(_("days unseen"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    done_at = models.DateTimeField(_("done"), null=True)
    results = models.JSONField(_("results"), default=dict)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(fields=["day", "address", "inspector"], name="visit_once"),
            models.CheckConstraint(condition=~Q(state="done") | Q(done_at__isnull=False), name="visit_done_has_time"),
        ]
        indexes = [
            models.Index(fields=["inspector", "day", "position"], name="visit_inspector"),
            models.Index(fields=["address", "-done_at"], name="visit_address"),
            models.Index(fields=["done_at", "address"], condition=Q(done_at__isnull=False), name="visit_done"),
        ]

    wall = Wall(see=(SEE,), change=(PLAN, INSPECT), own=("inspector_id",), owner_writes=True)

    def __str__(self) -> str:
        return f"{self.day} {self.address}"


class Finding(models.Model):
    """What an inspector or a community found wrong at one place."""

    class Sort(models.TextChoices):
        INDIVIDUAL = "individual", _("individual")
        COMMON = "common", _("common")

    class State(models.TextChoices):
        OPEN = "open", _("to be put right")
        RIGHTED = "righted", _("put right, to be checked")
        CHECKED = "checked", _("checked and in order")
        SENT = "sent", _("with the headquarters")
        ANSWERED = "answered", _("answered")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, related_name="findings")
    problem = models.ForeignKey("command.Problem", models.SET_NULL, null=True, related_name="findings")
    item = models.CharField(_("item of the checklist"), max_length=48, blank=True)
    address = AddressField(_("where"))
    sort = models.CharField(_("sort"), max_length=12, choices=Sort)
    state = models.CharField(_("state"), max_length=12, choices=State)
    words = Secret(_("what is wrong"), max_length=400, holder=HOLDER)
    before = FileName(_("photo before"))
    raised_at = models.DateTimeField(_("raised"))
    raised_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    righted_at = models.DateTimeField(_("put right"), null=True)
    righted_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    righted_words = Secret(_("how it was put right"), max_length=400, blank=True, holder=HOLDER)
    after = FileName(_("photo after"))
    checked_at = models.DateTimeField(_("checked"), null=True)
    checked_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    returned = models.PositiveSmallIntegerField(_("times not in order"), default=0)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="individual", state__in=["open", "righted", "checked"])
                | Q(sort="common", state__in=["sent", "answered"]),
                name="finding_state_of_its_sort",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False, problem__isnull=False),
                name="finding_answered_has_problem",
            ),
        ]
        indexes = [
            models.Index(fields=["address", "-raised_at"], name="finding_address"),
            models.Index(fields=["raised_at", "address"], name="finding_raised"),
            models.Index(fields=["address"], condition=Q(state__in=["open", "righted"]), name="finding_open"),
            models.Index(fields=["address"], condition=Q(state="sent", problem=None), name="finding_ungrouped"),
        ]

    wall = Wall(see=(SEE,), change=(INSPECT, RIGHT, JUDGE), opened=("id",))

    def __str__(self) -> str:
        return str(self.pk)


class Problem(models.Model):
    """A common problem: findings that a person has confirmed to be alike, judged once."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT)
    address = AddressField(_("judged by the desk of"))
    title = Secret(_("title"), max_length=400, holder=HOLDER)
    made_at = models.DateTimeField(_("made"))
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("common problem")
        verbose_name_plural = _("common problems")
        indexes = [models.Index(fields=["address", "-made_at"], name="problem_address")]

    wall = Wall(see=("findings.judge",), change=("findings.judge",), opened=("id",))

    def __str__(self) -> str:
        return str(self.pk)


class Answer(models.Model):
    """One reply for everybody who raised a problem or could have: the answer book. Never changed."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT)
    problem = models.OneToOneField(Problem, models.PROTECT, related_name="answer")
    directive = models.ForeignKey("command.Directive", models.SET_NULL, null=True, related_name="+", db_index=False)
    address = AddressField(_("holds below"))
    question = Secret(_("question"), max_length=400, holder=HOLDER)
    reply = Secret(_("reply"), max_length=4000, holder=HOLDER)
    answered_at = models.DateTimeField(_("answered"))
    answered_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [models.Index(fields=["address", "-answered_at"], name="answer_address")]

    # Answers flow down: who works below the desk that gave one finds it through `access.answers_for`.
    wall = Wall(see=("findings.judge",), change=("findings.judge",), opened=("id",))

    def __str__(self) -> str:
        return str(self.pk)
