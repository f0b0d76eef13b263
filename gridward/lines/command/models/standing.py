"""What stands between orders: whose task is what, who holds each post, which communities act as one, the log."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.secrecy.fields import KeyedHash, Secret
from gridward.kernel.walls import CONFIGURATION, Wall


class Task(models.Model):
    """Configuration of a desk: one task of the response, who leads it, who supports, and what it answers for."""

    id = FieldId()
    address = AddressField(_("desk"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("task"), max_length=80)
    lead = models.CharField(_("leads"), max_length=120)
    supports = ArrayField(models.CharField(max_length=120), verbose_name=_("supports"), default=list, blank=True)
    control = models.CharField(_("area of control"), max_length=200, blank=True)
    duty_phone = models.CharField(_("duty phone"), max_length=32, blank=True)
    due_hours = models.FloatField(_("to be done within (hours)"), null=True, blank=True)
    words = ArrayField(models.CharField(max_length=32), verbose_name=_("words"), default=list, blank=True)
    serves = ArrayField(models.CharField(max_length=48), verbose_name=_("needs it serves"), default=list, blank=True)

    class Meta:
        verbose_name = _("task of the response")
        verbose_name_plural = _("tasks of the response")
        constraints = [models.UniqueConstraint(fields=["address", "number"], name="task_number_once")]

    # Names of departments and their duty phones: whoever is signed in has to find them.
    wall = Wall(staff=True, change=("tasks.change", "configure"))

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class PostTemplate(models.Model):
    """Configuration: one post that every community has to fill."""

    key = models.CharField(_("key"), primary_key=True, max_length=48)
    group = models.CharField(_("office or group"), max_length=40)
    name = models.CharField(_("post"), max_length=40)
    name_en = models.CharField(_("in English"), max_length=60, blank=True)
    wanted = models.PositiveSmallIntegerField(_("people"), default=1)
    stationed = models.BooleanField(_("stationed from above"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("post of a community")
        verbose_name_plural = _("posts of a community")
        ordering = ("order", "key")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class PostHolder(models.Model):
    """Who holds a post of a community."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    address = AddressField(_("community"))
    post = models.ForeignKey(PostTemplate, models.PROTECT, related_name="holders", db_index=False)
    name = Secret(_("name"), max_length=80, holder="post")
    phone = Secret(_("phone"), max_length=32, holder="post")
    phone_hash = KeyedHash(of="phone")
    organisation = models.CharField(_("sent by"), max_length=120, blank=True)
    account = models.ForeignKey(
        "kernel.User", models.SET_NULL, null=True, blank=True, verbose_name=_("account"), related_name="+",
        db_index=False,
    )  # fmt: skip
    """Whose screen and phone gets what is ordered of the post; without one it is on the community's."""
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("holder of a post")
        verbose_name_plural = _("holders of posts")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "address", "post", "phone_hash"], name="post_holder_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["address", "post"], name="post_holder_address"),
            models.Index(fields=["phone_hash"], name="post_holder_phone"),
            models.Index(fields=["account"], condition=Q(account__isnull=False), name="post_holder_account"),
        ]

    wall = Wall(see=("posts.see",), change=("posts.change",), own=("account_id",))

    def __str__(self) -> str:
        return str(self.pk)


class ActionArea(models.Model):
    """Neighbouring communities that act as one."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.CASCADE, db_index=False)
    address = AddressField(_("desk"))
    name = models.CharField(_("name"), max_length=80)
    members = ArrayField(models.BigIntegerField(), verbose_name=_("communities"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("area of action")
        verbose_name_plural = _("areas of action")
        indexes = [models.Index(fields=["address"], name="action_area_address")]

    wall = Wall(see=("posts.see",), change=("posts.change",))

    def __str__(self) -> str:
        return self.name


class LogEntry(models.Model):
    """One line of a desk's duty log; one that is to be handed over stays open until somebody closes it."""

    id = FieldId()
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, db_index=False)
    address = AddressField(_("desk"))
    at = models.DateTimeField(_("when"))
    words = Secret(_("words"), max_length=1000, holder="dutylog")
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    to_hand_over = models.BooleanField(_("to be handed over"), default=False)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    closing = Secret(_("how it ended"), max_length=400, blank=True, holder="dutylog")

    class Meta:
        verbose_name = _("line of the duty log")
        verbose_name_plural = _("duty log")
        constraints = [
            models.CheckConstraint(condition=Q(closed_at=None) | Q(to_hand_over=True), name="log_only_open_is_closed")
        ]
        indexes = [
            models.Index(fields=["address", "-at"], name="log_address"),
            models.Index(fields=["address"], condition=Q(to_hand_over=True, closed_at=None), name="log_open"),
        ]

    wall = Wall(see=("log.keep",), change=("log.keep",))

    def __str__(self) -> str:
        return str(self.pk)
