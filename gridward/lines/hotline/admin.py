"""The hotline's configuration in the administration."""

from __future__ import annotations

import secrets

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gridward.kernel import clock
from gridward.lines.hotline.access import digest_of
from gridward.lines.hotline.models import SystemKey, TriageWords


@admin.register(TriageWords)
class TriageWordsAdmin(admin.ModelAdmin):
    """Words that point to a category."""

    list_display = ("category", "words", "critical")
    search_fields = ("category__name", "words")


@admin.register(SystemKey)
class SystemKeyAdmin(admin.ModelAdmin):
    """Keys of other systems; the key itself is shown once, when it is made."""

    list_display = ("name", "account", "in_use", "made_at")
    fields = ("name", "account", "in_use")
    autocomplete_fields = ("account",)

    def save_model(self, request: HttpRequest, obj: SystemKey, form: ModelForm, change: bool) -> None:
        """Make the key of a new record and show it this once."""
        if not change:
            key = secrets.token_urlsafe(32)
            obj.digest, obj.made_at = digest_of(key), clock.now()
            messages.success(request, _("The key, shown this once: %(key)s") % {"key": key})
        super().save_model(request, obj, form, change)
