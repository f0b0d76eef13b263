"""The register of people, keyed to where they really live."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId, tokens_field, tokens_index
from gridward.kernel.secrecy.fields import KeyedHash, Secret
from gridward.kernel.walls import Wall


class Person(models.Model):
    """One person, whatever they are today: resident, patient, volunteer, driver.

    Hangs off an incident and is forgotten with it; without one, stands in the register until erased one by one.
    """

    class Sex(models.TextChoices):
        FEMALE = "f", _("female")
        MALE = "m", _("male")
        UNKNOWN = "", _("not known")

    id = FieldId()
    incident = models.ForeignKey(
        "kernel.Incident", models.PROTECT, null=True, blank=True, verbose_name=_("incident"), db_index=False
    )
    address = AddressField(_("lives at"))
    room = models.CharField(_("room"), max_length=16, blank=True)
    name = Secret(_("name"), max_length=80)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    phone = Secret(_("phone"), max_length=32, blank=True)
    id_number = Secret(_("ID number"), max_length=32, blank=True)
    id_hash = KeyedHash(of="id_number")
    traits = ArrayField(models.CharField(max_length=32), verbose_name=_("special needs"), default=list, blank=True)
    note = Secret(_("note"), blank=True)
    tokens = tokens_field()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["id_hash", "incident"],
                condition=Q(id_hash__isnull=False),
                name="person_id_number_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["address", "room", "id"], name="person_address"),
            models.Index(fields=["address", "id"], condition=~Q(traits=[]), name="person_special_address"),
            GinIndex(fields=["traits"], name="person_traits"),
            tokens_index("person_tokens"),
        ]

    wall = Wall(see=("people.see",), change=("people.change",))

    def __str__(self) -> str:
        return self.name
