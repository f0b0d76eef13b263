"""Founding and correcting a team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.actions.teams import Founding
from gridward.lines.forces.forms.volunteers import PhoneField, PlaceField
from gridward.lines.forces.models import Team


class TeamForm(forms.Form):
    """A team as whoever founds it describes it; a known one keeps its kind and place."""

    id = forms.UUIDField(required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Team.Kind.choices)
    name = forms.CharField(label=_("Name of the team"), max_length=120)
    address = PlaceField(label=_("Place"), level=Level.DISTRICT)
    organisation = forms.CharField(label=_("Belongs to"), max_length=120, required=False)
    leader = forms.CharField(label=_("Leader"), max_length=80, required=False)
    phone = PhoneField(label=_("Phone"), max_length=32, required=False)
    founded_on = forms.DateField(label=_("Founded on"))

    def clean_organisation(self) -> Organisation | None:
        """The organisation of that name."""
        name = self.cleaned_data["organisation"]
        if not name:
            return None
        found = list(Organisation.objects.filter(name=name, closed_on=None)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("No organisation, or more than one, has this name. Write it in full."))
        return found[0]

    def founding(self) -> Founding:
        """What the action takes."""
        return Founding(**self.cleaned_data)

    def changes(self) -> dict[str, Any]:
        """What of a known team the action takes."""
        return {name: self.cleaned_data[name] for name in ("name", "organisation", "leader", "phone", "founded_on")}


class ClosingForm(forms.Form):
    """Why a team is closed, and when."""

    reason = forms.CharField(label=_("Why it is closed"), max_length=200)
    on = forms.DateField(label=_("Closed on"), required=False)
