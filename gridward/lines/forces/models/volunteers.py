"""Everybody who can be put on a shift: volunteers, cadres sent down, teachers, medical staff, helping residents."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.search import number_token
from gridward.kernel.secrecy.fields import KeyedHash, Sealed, Secret
from gridward.kernel.walls import Wall


class CodeHash(models.BigIntegerField):
    """What a personal code is found by. As `KeyedHash`, but none that sheets look for: they know of no codes."""

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The hash of the code as it is written; what was not set anew keeps its hash."""
        code = model_instance.__dict__.get("code")
        if not isinstance(code, Sealed):
            key = Secret.of(self.model, "code").search_key(model_instance.incident_id) if code else b""
            setattr(model_instance, self.attname, number_token(code.lower(), key) if code else None)
        return super().pre_save(model_instance, add)


class Volunteer(models.Model):
    """One person who serves on shifts in an incident, whatever their trade. Changed only in actions.

    Once admitted they are a `kernel.Resource` of the kind that `RESOURCE_KINDS` names for theirs, under their badge
    instead of their name; being rostered is an assignment of that resource. Forgotten with the incident, or at once
    when they leave and ask for it.
    """

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", _("volunteer")
        CADRE = "cadre", _("cadre sent down")
        TEACHER = "teacher", _("teacher")
        MEDICAL = "medical", _("medical staff")
        RESIDENT_HELPER = "resident_helper", _("helping resident")

    class Transport(models.TextChoices):
        FOOT = "foot", _("on foot")
        BICYCLE = "bicycle", _("by bicycle")
        CAR = "car", _("by car")

    class State(models.TextChoices):
        APPLIED = "applied", _("applied")
        ADMITTED = "admitted", _("admitted")
        REFUSED = "refused", _("not admitted")
        PAUSED = "paused", _("paused")
        LEFT = "left", _("left")

    class Source(models.TextChoices):
        OPEN = "open", _("signed up")
        ORGANISATION = "organisation", _("sent by an organisation")
        INVITED = "invited", _("invited")

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, verbose_name=_("incident"), db_index=False)
    person = models.ForeignKey(
        "kernel.Person", models.SET_NULL, null=True, blank=True, verbose_name=_("in the register"), related_name="+"
    )
    account = models.ForeignKey(
        "kernel.User", models.SET_NULL, null=True, blank=True, verbose_name=_("account"), related_name="+"
    )
    resource = models.OneToOneField(
        "kernel.Resource", models.PROTECT, null=True, blank=True, verbose_name=_("resource"), related_name="volunteer"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.VOLUNTEER)
    source = models.CharField(_("came by"), max_length=16, choices=Source, default=Source.OPEN)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.APPLIED)
    badge = models.CharField(_("badge"), max_length=12, unique=True)
    """Stands for the name wherever that is nobody's business; says nothing and opens nothing."""
    name = Secret(_("name"), max_length=80)
    phone = Secret(_("phone"), max_length=32, blank=True)
    id_number = Secret(_("ID number"), max_length=32, blank=True)
    id_hash = KeyedHash(of="id_number")
    code = Secret(_("personal code"), max_length=32, blank=True)
    """Opens the person's own page; made when they sign up themselves, else when they are admitted."""
    code_hash = CodeHash(null=True, editable=False)
    address = AddressField(_("lives at"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    organisation = models.ForeignKey(
        "kernel.Organisation", models.PROTECT, null=True, blank=True, verbose_name=_("belongs to"), related_name="+"
    )
    team = models.ForeignKey(
        "forces.Team", models.SET_NULL, null=True, blank=True, verbose_name=_("team"), related_name="members"
    )
    serving_at = AddressField(
        _("serves at"), null=True, blank=True, help_text=_("The community this person was sent down to.")
    )
    skills = ArrayField(models.CharField(max_length=32), verbose_name=_("skills"), default=list, blank=True)
    transport = models.CharField(_("comes"), max_length=8, choices=Transport, default=Transport.FOOT)
    hours = models.JSONField(_("can serve"), default=dict, blank=True)
    """Weekday, "0" for Monday to "6", to the keys of the shifts they can take that day; empty: all of them."""
    max_shifts_week = models.PositiveSmallIntegerField(_("most shifts in a week"), default=5)
    limits = ArrayField(models.CharField(max_length=24), verbose_name=_("limits"), default=list, blank=True)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    guardian = Secret(_("guardian"), max_length=120, blank=True)
    guardian_agreed_on = models.DateField(_("guardian agreed on"), null=True, blank=True)
    trained_on = models.DateField(_("trained on"), null=True, blank=True)
    insured_until = models.DateField(_("insured until"), null=True, blank=True)
    checked_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    checked_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    applied_at = models.DateTimeField(_("applied"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    reason = Secret(_("reason"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "id_hash"], condition=Q(id_hash__isnull=False), name="volunteer_id_number_once"
            ),
            models.UniqueConstraint(fields=["code_hash"], name="volunteer_code_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["admitted", "paused"]) | Q(resource__isnull=False),
                name="volunteer_admitted_is_resource",
            ),
            models.CheckConstraint(condition=Q(max_shifts_week__range=(1, 21)), name="volunteer_shifts_a_week"),
        ]
        indexes = [
            models.Index(fields=["incident", "state", "address"], name="volunteer_state"),
            models.Index(fields=["address", "id"], name="volunteer_address"),
            models.Index(fields=["serving_at"], condition=Q(serving_at__isnull=False), name="volunteer_serving"),
            tokens_index("volunteer_tokens"),
        ]

    # Whose community is served at opens them by id: `queries.volunteers`.
    wall = Wall(
        see=("volunteers.see", "rosters.see"),
        change=("volunteers.change", "rosters.plan"),
        opened=("id", "resource_id"),
    )

    def __str__(self) -> str:
        return self.badge


RESOURCE_KINDS = {
    Volunteer.Kind.VOLUNTEER: "forces.volunteer",
    Volunteer.Kind.CADRE: "forces.cadre",
    Volunteer.Kind.TEACHER: "forces.teacher",
    Volunteer.Kind.MEDICAL: "forces.medical",
    Volunteer.Kind.RESIDENT_HELPER: "forces.helper",
}
"""The kind of resource that each kind of volunteer becomes."""
