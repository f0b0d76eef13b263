"""The data keys as the database keeps them: wrapped by what lies outside of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import TransactionIdField
from gridward.kernel.walls import Open


class DataKey(models.Model):
    """One key: of an incident and a holder, or of the standing registers. Changed only by keyring.py and erasing."""

    id = models.BigIntegerField(primary_key=True)
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, null=True, related_name="+", db_index=False)
    holder = models.CharField(_("holder"), max_length=32)
    wrapped = models.BinaryField()
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    made_on = models.DateTimeField(_("made"))
    made_in = TransactionIdField()
    retired_on = models.DateTimeField(_("retired"), null=True)
    destroyed_on = models.DateTimeField(_("destroyed"), null=True)

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "holder"],
                condition=Q(retired_on=None, destroyed_on=None),
                name="datakey_current_once",
                nulls_distinct=False,
            ),
        ]

    wall = Open(
        "data keys, which open only with what lies outside the database", frozenset({"SELECT", "INSERT", "UPDATE"})
    )

    def __str__(self) -> str:
        return f"{self.holder} {self.fingerprint[:12]}"
