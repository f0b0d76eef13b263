"""What people type at the hotline, checked once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import parse
from gridward.kernel.areas.models import Area
from gridward.kernel.needs.models import Category, Urgency
from gridward.lines.hotline import queries


class PlaceField(forms.CharField):
    """An address of nineteen digits that names a known area."""

    default_error_messages = {"unknown": _("Choose the place from the list.")}  # noqa: RUF012

    def clean(self, value: Any) -> int:
        """The address as a number."""
        given = super().clean(value)
        try:
            address = parse(given)
        except ValueError as malformed:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown") from malformed
        if not Area.objects.filter(pk=address).exists():
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return address


class CategoryField(forms.ChoiceField):
    """A category in use, by key; read anew for every form."""

    def __init__(self, *, public: bool = False, **options: Any) -> None:
        super().__init__(choices=lambda: _choices(public), **options)


def _choices(public: bool) -> list[tuple[str, Category]]:
    return [(one.key, one) for one in queries.categories(public)]


class CallForm(forms.Form):
    """One call, as the call-taker types it."""

    id = forms.UUIDField(required=False)
    caller_phone = forms.CharField(label=_("Phone"), max_length=32, required=False)
    caller_name = forms.CharField(label=_("Caller"), max_length=80, required=False)
    person_id = forms.UUIDField(required=False)
    address = PlaceField(label=_("Place"))
    place = forms.CharField(label=_("Door, room, how to find it"), max_length=200, required=False)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    words = forms.CharField(label=_("What is needed"), max_length=4000)
    category = CategoryField(label=_("Category"))
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=Urgency.choices, coerce=int, empty_value=None, required=False
    )
    join_into = forms.UUIDField(required=False)

    def wanted(self, incident_id: UUID) -> dict[str, Any]:
        """The fields of a `Wanted`."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "join_into"}
        return {**fields, "incident_id": incident_id, "channel": "phone"}


class AskForm(forms.Form):
    """One request, as a resident writes it."""

    id = forms.UUIDField(required=False)
    category = CategoryField(label=_("What is it about?"), public=True)
    address = PlaceField(label=_("Which community?"))
    place = forms.CharField(label=_("Estate, building, unit, room"), max_length=200, required=False)
    words = forms.CharField(label=_("What do you need?"), max_length=2000)
    caller_name = forms.CharField(label=_("Your name"), max_length=80, required=False)
    caller_phone = forms.RegexField(
        r"^[0-9+\- ]{7,20}$",
        label=_("Your phone"),
        error_messages={"invalid": _("Write the number you can be reached at, figures only.")},
    )

    def wanted(self, incident_id: UUID) -> dict[str, Any]:
        """The fields of a `Wanted`."""
        return {**self.cleaned_data, "incident_id": incident_id, "channel": "web"}
