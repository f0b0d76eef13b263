"""Signing up, and what the desk notes about a volunteer."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gridward.kernel import clock
from gridward.kernel.address import Level, level_of, parse
from gridward.kernel.areas.models import Area
from gridward.kernel.people.rules import age
from gridward.kernel.sheets.cells import Context
from gridward.kernel.sheets.identifiers import IdNumber, Phone, birthday
from gridward.kernel.sheets.problems import CellProblem, words_of
from gridward.lines.forces.actions.volunteers import Application
from gridward.lines.forces.models import Team, Volunteer
from gridward.lines.forces.models.joining import named
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.queries.volunteers import shift_names

DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
_ID_CHARS = 18


class ReadAsSheet(forms.CharField):
    """A field read as the sheets read such a cell, so that one number looks the same wherever it was typed."""

    parser: Any = None

    def clean(self, value: Any) -> str:
        """The value in its one form; '' for none."""
        given = super().clean(value)
        if not given:
            return ""
        try:
            return str(self.parser(given, Context(clock.zone(), clock.local_day(clock.now()))))
        except CellProblem as problem:
            raise ValidationError(words_of(problem.code, problem.params)) from problem


class PhoneField(ReadAsSheet):
    """A phone number."""

    parser = Phone()


class IdNumberField(ReadAsSheet):
    """A resident ID number with its check digit, or the number of a travel document."""

    parser = IdNumber()


class PlaceField(forms.CharField):
    """An address of nineteen digits that names a known area, at least as deep as a community unless told."""

    def __init__(self, *, level: Level = Level.COMMUNITY, **options: Any) -> None:
        self.level = level
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        """The address as a number; None for none."""
        given = super().clean(value)
        if not given:
            return None
        try:
            address = parse(given)
        except ValueError as malformed:
            raise ValidationError(_("Choose the place from the list.")) from malformed
        if level_of(address) < self.level or not Area.objects.filter(pk=address).exists():
            raise ValidationError(_("Choose the place from the list."))
        return address


def _skills() -> list[tuple[str, str]]:
    return list(named(joining().skills).items())


def _limits() -> list[tuple[str, str]]:
    return list(named(joining().limits).items())


class SelfForm(forms.Form):
    """What somebody says of what they can and when; also on their own page."""

    skills = forms.MultipleChoiceField(label=_("What can you do?"), choices=_skills, required=False)
    limits = forms.MultipleChoiceField(label=_("What can you not do?"), choices=_limits, required=False)
    transport = forms.ChoiceField(
        label=_("How do you come?"), choices=Volunteer.Transport.choices, initial=Volunteer.Transport.FOOT
    )
    max_shifts_week = forms.IntegerField(label=_("Most shifts in a week"), min_value=1, max_value=21, initial=5)

    def hours(self) -> dict[str, list[str]]:
        """Weekday to keys of shifts, as the boxes were ticked; empty where all or none are: whenever needed."""
        keys = list(shift_names())
        ticked = {str(day): [key for key in keys if f"{day}-{key}" in self.data.getlist("hours")] for day in range(7)}
        chosen = sum(map(len, ticked.values()))
        return {} if chosen in (0, 7 * len(keys)) else {day: found for day, found in ticked.items() if found}


class JoinForm(SelfForm):
    """One application, as somebody writes it on their phone."""

    id = forms.UUIDField(required=False)
    name = forms.CharField(label=_("Your name"), max_length=80)
    phone = PhoneField(label=_("Your phone"), max_length=32)
    address = PlaceField(label=_("Which community do you live in?"))
    born_on = forms.DateField(label=_("Date of birth"), required=False)
    id_number = IdNumberField(label=_("ID number"), max_length=32, required=False)
    guardian = forms.CharField(label=_("Guardian: name and phone"), max_length=120, required=False)
    guardian_agreed = forms.BooleanField(label=_("My guardian agrees"), required=False)

    def clean(self) -> dict[str, Any]:
        """The date of birth must be known, fit the ID number, and the age must fit the rules."""
        said: dict[str, Any] = super().clean() or {}
        number, born_on = said.get("id_number", ""), said.get("born_on")
        by_number = birthday(number) if len(number) == _ID_CHARS else None
        if by_number and born_on and by_number != born_on:
            self.add_error("born_on", _("The ID number says another day."))
        born_on = by_number or born_on
        if born_on is None and not {"born_on", "id_number"} & set(self.errors):
            self.add_error("born_on", _("Give your date of birth, or your ID number."))
        elif born_on is not None:
            self._check_age(born_on, said)
        return {**said, "born_on": born_on}

    def _check_age(self, born_on: date, said: dict[str, Any]) -> None:
        rules, years = joining(), age(born_on, clock.local_day(clock.now())) or 0
        if not rules.minimum_age <= years <= rules.oldest_age:
            words = _("Volunteers here are %(low)s to %(high)s years old.")
            self.add_error("born_on", words % {"low": rules.minimum_age, "high": rules.oldest_age})
        elif years < rules.full_age and rules.minors_need_consent:
            if not said.get("guardian_agreed"):
                self.add_error("guardian_agreed", _("Under full age you need your guardian's consent."))
            if not said.get("guardian"):
                self.add_error("guardian", _("Give your guardian's name and phone."))

    def application(self, incident_id: UUID) -> Application:
        """What the action takes."""
        return Application(incident_id=incident_id, hours=self.hours(), **self.cleaned_data)


class RecordForm(SelfForm):
    """What the desk notes about a volunteer."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Volunteer.Kind.choices)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    serving_at = PlaceField(label=_("Sent down to"), required=False)
    trained_on = forms.DateField(label=_("Trained on"), required=False)
    insured_until = forms.DateField(label=_("Insured until"), required=False)
    guardian = forms.CharField(label=_("Guardian: name and phone"), max_length=120, required=False)
    guardian_agreed_on = forms.DateField(label=_("Guardian agreed on"), required=False)
    version = forms.IntegerField(required=False)

    def __init__(self, *given: Any, teams: QuerySet[Team], **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """The fields as the action takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class IdentityForm(forms.Form):
    """The desk has seen who it is; the number goes with it where it was read."""

    id_number = IdNumberField(label=_("ID number"), max_length=32, required=False)
