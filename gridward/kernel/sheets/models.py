"""Imports: what was uploaded, what was found in it, what became of it; and mappings worth remembering."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import FieldId
from gridward.kernel.secrecy.fields import ERASED, Secret
from gridward.kernel.walls import Wall


class ImportRun(models.Model):
    """One file uploaded into one register. Its content lies in the files folder until it is forgotten."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        PREVIEWED = "previewed", _("waiting for your decision")
        APPLYING = "applying", _("being imported")
        APPLIED = "applied", _("imported")
        REFUSED = "refused", _("not imported")

    id = FieldId()
    sheet = models.CharField(_("register"), max_length=48)
    incident = models.ForeignKey("kernel.Incident", models.PROTECT, null=True, related_name="+", db_index=False)
    file_name = Secret(_("file"), max_length=200, holder="person")
    format = models.CharField(_("format"), max_length=8)
    sheet_name = models.CharField(_("sheet"), max_length=64, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64)
    header_row = models.PositiveIntegerField(_("header row"))
    header = Secret(_("titles"), holder="person")
    mapping = models.JSONField(_("columns"), default=list)
    fixed = models.JSONField(_("values for every row"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.UPLOADED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    total_rows = models.PositiveIntegerField(_("rows"), default=0)
    good_rows = models.PositiveIntegerField(_("good rows"), default=0)
    bad_rows = models.PositiveIntegerField(_("rows with errors"), default=0)
    created_rows = models.PositiveIntegerField(_("new"), default=0)
    changed_rows = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_rows = models.PositiveIntegerField(_("unchanged"), default=0)
    changes = models.JSONField(_("changed fields"), default=dict, blank=True)
    refusal = models.CharField(_("why not"), max_length=48, blank=True)
    refusal_params = models.JSONField(_("why not, details"), default=dict, blank=True)
    good_rows_only = models.BooleanField(_("good rows only"), default=False)
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("uploaded"))
    moved_at = models.DateTimeField(_("last step"))
    forgotten = models.BooleanField(_("file deleted"), default=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["by", "-at"], name="import_by"),
            models.Index(fields=["sheet", "sha256"], name="import_file"),
            models.Index(fields=["at"], condition=Q(forgotten=False), name="import_kept"),
        ]

    wall = Wall(address="", own=("by_id",), owner_writes=True)

    def __str__(self) -> str:
        return f"{self.file_name} → {self.sheet}"

    @property
    def titles(self) -> list[Any]:
        """The titles of the columns; a sheet without any has somebody's data there, so they are sealed."""
        return json.loads(self.header) if self.header and self.header != ERASED else []

    @titles.setter
    def titles(self, titles: list[Any]) -> None:
        self.header = json.dumps(titles, ensure_ascii=False, default=str)


class ColumnMapping(models.Model):
    """Which column of a sheet is which of the register, for every sheet with the same header."""

    sheet = models.CharField(_("register"), max_length=48)
    fingerprint = models.CharField(_("header"), max_length=64)
    mapped = models.JSONField(_("columns"))
    by = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("remembered mapping")
        verbose_name_plural = _("remembered mappings")
        constraints = [models.UniqueConstraint(fields=["sheet", "fingerprint"], name="mapping_once")]

    wall = Wall(address="", staff=True, change=("sheets.import",))

    def __str__(self) -> str:
        return f"{self.sheet} {self.fingerprint[:8]}"
