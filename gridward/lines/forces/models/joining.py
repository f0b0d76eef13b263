"""Who may join and serve, as this district decides it: one row that an administrator changes."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.walls import CONFIGURATION
from gridward.lines.forces.rules.volunteers import Joining


class JoiningRules(models.Model):
    """Configuration: ages, consent, training, insurance, how near to a post one must be; one row, under key 1."""

    key = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    minimum_age = models.PositiveSmallIntegerField(_("youngest, in years"))
    full_age = models.PositiveSmallIntegerField(_("of full age from, in years"))
    oldest_age = models.PositiveSmallIntegerField(_("oldest, in years"))
    minors_need_consent = models.BooleanField(_("minors need their guardian's consent"))
    minors_work_nights = models.BooleanField(_("minors may serve at night"))
    identity_needed = models.BooleanField(_("identity must be checked before admitting"))
    training_needed = models.BooleanField(_("training is needed before the first shift"))
    training_days = models.PositiveSmallIntegerField(_("training holds for, in days"))
    insurance_needed = models.BooleanField(_("insurance is needed before the first shift"))
    fence_m = models.PositiveSmallIntegerField(_("check-in at most so far from the post, in metres"))
    early_min = models.PositiveSmallIntegerField(_("check-in at most so early, in minutes"))
    longest_stay_h = models.PositiveSmallIntegerField(_("longest time that counts without a check-out, in hours"))
    skills = models.JSONField(_("skills to choose from"), default=dict)
    """Key to the names in Chinese and in English."""
    limits = models.JSONField(_("limits to choose from"), default=dict)
    """Key to the names in Chinese and in English."""

    class Meta:
        verbose_name = _("rules for joining")
        verbose_name_plural = _("rules for joining")
        constraints = [models.CheckConstraint(condition=models.Q(key=1), name="joining_rules_one_row")]

    wall = CONFIGURATION

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def frozen(self) -> Joining:
        """The rules as decisions take them."""
        return Joining(
            minimum_age=self.minimum_age,
            full_age=self.full_age,
            oldest_age=self.oldest_age,
            minors_need_consent=self.minors_need_consent,
            minors_work_nights=self.minors_work_nights,
            identity_needed=self.identity_needed,
            training_days=self.training_days if self.training_needed else None,
            insurance_needed=self.insurance_needed,
        )


def named(choices: dict[str, list[str]]) -> dict[str, str]:
    """Skills or limits by key in the reader's language."""
    at = 1 if (get_language() or "").startswith("en") else 0
    return {key: names[min(at, len(names) - 1)] if names else key for key, names in choices.items()}
