"""What only the hotline keeps: the words that point to a category, keys of other systems, and counts of visits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from gridward.kernel.fields import FieldId
from gridward.kernel.walls import CONFIGURATION, Open


class TriageWords(models.Model):
    """Configuration: words of a caller that point to a category, and those that make it critical."""

    category = models.OneToOneField(
        "kernel.Category", models.CASCADE, primary_key=True, verbose_name=_("category"), related_name="triage_words"
    )
    words = ArrayField(models.CharField(max_length=32), verbose_name=_("words that point to it"), default=list)
    critical = ArrayField(
        models.CharField(max_length=32), verbose_name=_("words that make it critical"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("triage words")
        verbose_name_plural = _("triage words")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return str(self.category)


class SystemKey(models.Model):
    """The key of another system; only its digest is kept. With an account it acts with that account's grants."""

    id = FieldId()
    name = models.CharField(_("system"), max_length=80, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    account = models.ForeignKey(
        "kernel.User",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("acts as"),
        help_text=_("Empty: it may only report needs through Open311."),
    )
    in_use = models.BooleanField(_("in use"), default=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("key of another system")
        verbose_name_plural = _("keys of other systems")

    wall = CONFIGURATION

    def __str__(self) -> str:
        return self.name


class VisitCount(models.Model):
    """How often one visitor did one thing in one stretch of time; old rows are swept away."""

    pk = models.CompositePrimaryKey("visitor", "stretch")
    visitor = models.CharField(max_length=96)
    stretch = models.DateTimeField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of visits")
        verbose_name_plural = _("counts of visits")
        indexes = [models.Index(fields=["stretch"], name="visit_count_stretch")]

    wall = Open("counts by a digest of who asked and for what")

    def __str__(self) -> str:
        return f"{self.visitor}: {self.visits}"
