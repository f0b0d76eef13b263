"""Messages to people: in the inbox of their screen, and out by the channels the district has."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, FieldId
from gridward.kernel.walls import ANY, Wall


class Notice(models.Model):
    """One message to one account, or to everybody who holds a desk over an area."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        INBOX = "inbox", _("in the inbox")

    id = FieldId()
    user = models.ForeignKey("kernel.User", models.CASCADE, null=True, blank=True, related_name="notices")
    address = AddressField(_("desk of the area"))
    capability = models.CharField(_("for whom"), max_length=64, blank=True)
    template = models.CharField(_("template"), max_length=64)
    params = models.JSONField(_("fields"), default=dict)
    link = models.CharField(_("opens"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.INBOX)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    seen_by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, blank=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["user", "-made_at"], name="notice_user"),
            models.Index(fields=["address", "-made_at"], condition=Q(user=None), name="notice_desk"),
            models.Index(fields=["made_at"], condition=Q(state="waiting"), name="notice_waiting"),
        ]

    wall = Wall(
        see=(ANY,),
        change=(ANY,),
        where="user_id IS NULL",
        own=("user_id",),
        owner_writes=True,
        insert_anywhere=True,
    )

    def __str__(self) -> str:
        return f"{self.template} {self.made_at:%Y-%m-%d %H:%M}"
