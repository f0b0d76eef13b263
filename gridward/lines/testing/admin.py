"""The testing line's configuration in the administration."""

from __future__ import annotations

from django.contrib import admin

from gridward.lines.testing.models import Instrument, Laboratory, RoundRule


@admin.register(RoundRule)
class RoundRuleAdmin(admin.ModelAdmin):
    """How people of a zone are tested."""

    list_display = ("key", "name", "zone", "pool_size", "people_per_point", "people_per_table", "people_per_sampler")


class InstrumentInline(admin.TabularInline):
    """The machines of a laboratory."""

    model = Instrument
    extra = 0


@admin.register(Laboratory)
class LaboratoryAdmin(admin.ModelAdmin):
    """Laboratories and their instruments."""

    list_display = ("name", "address", "mobile", "in_use")
    search_fields = ("name",)
    inlines = (InstrumentInline,)
