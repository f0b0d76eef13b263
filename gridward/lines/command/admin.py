"""The command line's configuration in the administration."""

from __future__ import annotations

from django.contrib import admin

from gridward.lines.command.models import CheckItem, PostTemplate, Task


@admin.register(CheckItem)
class CheckItemAdmin(admin.ModelAdmin):
    """The inspectors' checklist."""

    list_display = ("name", "part", "order", "in_use")
    search_fields = ("name",)


@admin.register(PostTemplate)
class PostTemplateAdmin(admin.ModelAdmin):
    """The posts every community fills."""

    list_display = ("group", "name", "wanted", "stationed", "order", "in_use")


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):
    """Who leads and supports each task."""

    list_display = ("number", "name", "lead", "duty_phone")
    search_fields = ("name", "lead")
