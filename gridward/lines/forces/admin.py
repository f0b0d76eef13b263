"""The configuration of the forces line in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from gridward.kernel.near import cache
from gridward.lines.forces.models import JoiningRules


@admin.register(JoiningRules)
class JoiningRulesAdmin(admin.ModelAdmin):
    """Who may join and serve: one row, which is neither added nor taken away."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where the example was not loaded yet."""
        return not JoiningRules.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: there are always rules."""
        return False

    def save_model(self, request: HttpRequest, obj: JoiningRules, form: Any, change: bool) -> None:
        """Let the new rules count at once."""
        super().save_model(request, obj, form, change)
        cache.delete("forces-joining")
