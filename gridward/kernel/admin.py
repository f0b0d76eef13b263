"""The house's configuration in the administration: who may sign in and act where, what is promised, who can be sent.

What happens day by day (needs, assignments, proof, the journal) is not here: it changes only through its actions.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gridward.kernel import clock
from gridward.kernel.access.models import Grant, User
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.models import Category
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.search import name_tokens

admin.site.site_header = admin.site.site_title = _("Gridward: configuration")
admin.site.index_title = _("What this district has set")


def _roles() -> list[tuple[str, str]]:
    return [(role.key, str(role.title)) for role in registry().roles.values()]


def _resource_kinds() -> list[tuple[str, str]]:
    return [(kind.key, str(kind.title)) for kind in registry().resource_kinds.values()]


def _need_kinds() -> list[tuple[str, str]]:
    return [(kind.key, str(kind.title)) for kind in registry().need_kinds.values()]


class FindableAdmin(admin.ModelAdmin):
    """A register whose rows are found by name: the search tokens follow the name."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Write the row with the tokens of its name."""
        obj.tokens = tokens_of(obj.name, obj.former_names) if isinstance(obj, Area) else list(name_tokens(obj.name))
        super().save_model(request, obj, form, change)


class GrantForm(forms.ModelForm):
    """A grant whose role is one that a line declares."""

    role = forms.ChoiceField(label=_("role"), choices=_roles)


class GrantInline(admin.TabularInline):
    """The grants of one account."""

    model = Grant
    form = GrantForm
    fk_name = "user"
    extra = 1


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts with their grants."""

    list_display = ("username", "display_name", "organisation", "is_active")
    search_fields = ("username",)
    autocomplete_fields = ("organisation",)
    inlines = (GrantInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("person"), {"fields": ("display_name", "phone", "organisation")}),
        (_("administration"), {"classes": ("collapse",), "fields": ("is_staff", "is_superuser", "last_login")}),
    )
    readonly_fields = ("last_login",)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        """Keep grants, and in the journal who gave and who took them."""
        super().save_formset(request, form, formset, change)
        if formset.model is not Grant:
            return
        given = [*formset.new_objects, *(grant for grant, _fields in formset.changed_objects)]
        now = clock.now()
        record(
            request.actor,
            [
                Event(verb, "user", str(one.user_id), one.address, now, one.incident_id, {"role": one.role})
                for verb, grants in (("grant.given", given), ("grant.taken", formset.deleted_objects))
                for one in grants
            ],
        )


class CategoryForm(forms.ModelForm):
    """A category whose kind and takers are ones that a line declares."""

    kind = forms.ChoiceField(label=_("kind of need"), choices=_need_kinds)
    takers = forms.MultipleChoiceField(
        label=_("who may take it"), choices=_resource_kinds, widget=forms.CheckboxSelectMultiple
    )


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """Categories: what is promised, and who may take it."""

    form = CategoryForm
    list_display = ("name", "name_en", "urgency", "assign_s", "close_s", "climb_s", "first_level", "in_use", "order")
    list_editable = ("order", "in_use")
    list_filter = ("kind", "in_use", "urgency")
    search_fields = ("key", "name", "name_en")


class ResourceForm(forms.ModelForm):
    """A resource whose kind is one that a line declares."""

    kind = forms.ChoiceField(label=_("kind"), choices=_resource_kinds)


class CrewInline(admin.TabularInline):
    """Who acts for a resource on their phone."""

    model = CrewMember
    autocomplete_fields = ("user",)
    extra = 1


@admin.register(Resource)
class ResourceAdmin(FindableAdmin):
    """Resources and their crews."""

    form = ResourceForm
    list_display = ("name", "kind", "organisation", "address", "duty")
    list_filter = ("kind", "duty")
    search_fields = ("name",)
    autocomplete_fields = ("organisation",)
    exclude = ("seen_at",)
    inlines = (CrewInline,)


@admin.register(Organisation)
class OrganisationAdmin(FindableAdmin):
    """Organisations."""

    list_display = ("name", "kind", "address", "leader")
    list_filter = ("kind",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):
    """Responses: what hazard, where, since when, under which rules."""

    list_display = ("name", "hazard", "opened_at", "closed_at")


@admin.register(Area)
class AreaAdmin(FindableAdmin):
    """Areas, to correct a name or a position; new ones come by importing the official tables."""

    list_display = ("name", "name_en", "address", "level", "gone_on")
    search_fields = ("name", "name_en")
    list_filter = ("level",)
    fields = ("address", "name", "name_en", "latitude", "longitude", "gone_on")
    readonly_fields = ("address",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Areas are imported, never typed in one by one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Area | None = None) -> bool:
        """What happened somewhere stays there: an area goes out of use, it is not deleted."""
        return False
