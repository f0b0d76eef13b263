"""Who did what, to what, when; written in the transaction of the change itself."""

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import AddressField, TransactionIdField
from gridward.kernel.journal.words import opened_data
from gridward.kernel.walls import Wall


class Entry(models.Model):
    """One line of the journal. Never changed, never deleted."""

    id = models.BigAutoField(primary_key=True)
    transaction = TransactionIdField()
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    verb = models.CharField(_("did"), max_length=64)
    subject_kind = models.CharField(_("to"), max_length=32)
    subject_id = models.CharField(_("which"), max_length=40)
    address = AddressField(_("where"))
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(_("from"), max_length=64, blank=True)
    data = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["subject_id", "id"], name="entry_subject"),
            models.Index(fields=["transaction"], name="entry_transaction"),
            models.Index(fields=["at", "address"], name="entry_at"),
            models.Index(fields=["actor", "-id"], name="entry_actor"),
            models.Index(
                fields=["verb", "at"], condition=Q(verb__in=["need.climbed", "need.reopened"]), name="entry_rare_verb"
            ),
        ]

    wall = Wall(
        see=("needs.see", "journal.see", "resources.see"),
        opened=("subject_id",),
        own=("actor_id",),
        insert_anywhere=True,
        append_only=True,
    )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.subject_id}"

    @cached_property
    def told(self) -> dict[str, Any]:
        """The details with what people wrote opened."""
        return opened_data(self.verb, self.subject_id, self.data)


class Seal(models.Model):
    """One batch of the journal in the hash chain; see `seals.py`. Only ever added."""

    number = models.BigIntegerField(primary_key=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    count = models.BigIntegerField()
    settled_to = models.BigIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()
    snapshot = models.TextField(blank=True)
    hash = models.CharField(max_length=64)

    wall = Wall(address="", append_only=True)

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class SealedEntry(models.Model):
    """The salted hash of one entry; it outlives the entry, so neither salt nor row ties it to one by key."""

    entry_id = models.BigIntegerField(primary_key=True)
    seal_id = models.BigIntegerField()
    salt = models.BinaryField(null=True)
    hash = models.BinaryField()
    tombstone = models.CharField(max_length=64, null=True)

    class Meta:
        indexes = [models.Index(fields=["seal_id", "entry_id"], name="sealed_entry_seal")]

    wall = Wall(address="", append_only=True)

    def __str__(self) -> str:
        return f"{self.seal_id}: {self.entry_id}"
