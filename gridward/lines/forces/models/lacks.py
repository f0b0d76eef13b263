"""What communities lack and departments can give, and what was sent against it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField
from gridward.kernel.walls import Wall


class Field(models.TextChoices):
    """The fields of work in which supply meets demand."""

    CONTROL = "control", _("area control")
    HEALTH = "health", _("health monitoring")
    TESTING = "testing", _("testing")
    DELIVERY = "delivery", _("delivery")


class Lack(models.Model):
    """So much of one item that a community lacks: what its need cannot say of itself. Changed only in actions."""

    need = models.OneToOneField("kernel.Need", models.CASCADE, primary_key=True, related_name="lack")
    address = AddressField(_("community"))
    field = models.CharField(_("field"), max_length=12, choices=Field)
    item = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("unit"), max_length=12)
    wanted = models.PositiveIntegerField(_("wanted"))
    promised = models.PositiveIntegerField(_("promised"), default=0)
    received = models.PositiveIntegerField(_("received"), default=0)

    class Meta:
        verbose_name = _("lack")
        verbose_name_plural = _("lacks")
        constraints = [
            models.CheckConstraint(condition=Q(promised__lte=F("wanted")), name="lack_not_promised_twice"),
            models.CheckConstraint(condition=Q(received__lte=F("promised")), name="lack_received_was_promised"),
        ]
        indexes = [models.Index(fields=["address", "field"], name="lack_address")]

    wall = Wall(see=("rosters.see",), change=("lacks.state", "lacks.match"), opened=("need_id",))

    def __str__(self) -> str:
        return f"{self.item} × {self.wanted}"


class Supply(models.Model):
    """So much of one item, or so many people, that a department can give. Changed only in actions."""

    resource = models.OneToOneField("kernel.Resource", models.CASCADE, primary_key=True, related_name="supply")
    address = AddressField(_("place"))
    field = models.CharField(_("field"), max_length=12, choices=Field)
    item = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("unit"), max_length=12)
    held = models.PositiveIntegerField(_("held"))
    promised = models.PositiveIntegerField(_("promised"), default=0)

    class Meta:
        verbose_name = _("supply")
        verbose_name_plural = _("supplies")
        constraints = [
            models.CheckConstraint(condition=Q(promised__lte=F("held")), name="supply_not_promised_twice"),
        ]
        indexes = [models.Index(fields=["address", "field"], name="supply_address")]

    wall = Wall(see=("rosters.see",), change=("lacks.supply", "lacks.match"), opened=("resource_id",))

    def __str__(self) -> str:
        return f"{self.item} × {self.held}"

    @property
    def left(self) -> int:
        """What is not promised yet."""
        return self.held - self.promised


class Delivery(models.Model):
    """How much of a supply goes to a lack; where it is, its assignment says. Changed only in actions."""

    assignment = models.OneToOneField("kernel.Assignment", models.CASCADE, primary_key=True, related_name="delivery")
    need = models.ForeignKey("kernel.Need", models.CASCADE, related_name="deliveries")
    address = AddressField(_("community"))
    quantity = models.PositiveIntegerField(_("how much"))
    received_at = models.DateTimeField(_("received"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="delivery_of_something")]
        indexes = [models.Index(fields=["address"], name="delivery_address")]

    wall = Wall(
        see=("rosters.see",),
        change=("lacks.match", "lacks.state", "lacks.supply"),
        opened=("assignment_id", "need_id"),
    )

    def __str__(self) -> str:
        return f"{self.assignment_id} × {self.quantity}"
