"""The configuration of the forces line in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from gridward.kernel.near import cache
from gridward.lines.forces.models import DemandRule, JoiningRules, PostKind, ShiftTime


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


@admin.register(ShiftTime)
class ShiftTimeAdmin(admin.ModelAdmin):
    """The shifts of a day."""

    list_display = ("key", "name", "start_min", "end_min", "night")


@admin.register(PostKind)
class PostKindAdmin(admin.ModelAdmin):
    """What kinds of post ask of their people; names, skills and promises are those of their categories."""

    list_display = ("category", "bars", "weight")


@admin.register(DemandRule)
class DemandRuleAdmin(admin.ModelAdmin):
    """Heads by size and control level; posts follow when they are put right."""

    list_display = ("category", "level", "place", "shifts", "per_thousand", "least")
    list_filter = ("level", "place")
