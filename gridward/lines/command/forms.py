"""What people write in the command line, checked once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level, parse
from gridward.kernel.registry import registry
from gridward.lines.command.actions.directives import Audience, Order, Wanted
from gridward.lines.command.models import Directive, PostTemplate, Urgency

LEVELS = ((Level.TOWN, _("every town")), (Level.COMMUNITY, _("every community")), (Level.ESTATE, _("every estate")))


class AddressesField(forms.Field):
    """Several addresses of nineteen digits."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"unknown": _("Choose the places from the list.")}  # noqa: RUF012

    def clean(self, value: Any) -> tuple[int, ...]:
        """The addresses as numbers."""
        try:
            return tuple(parse(str(one)) for one in value or ())
        except ValueError as malformed:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown") from malformed


class KeysField(forms.Field):
    """Several ids of organisations."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> tuple[Any, ...]:
        """The ids."""
        one = forms.UUIDField()
        return tuple(one.clean(given) for given in value or ())


class FilesField(forms.FileField):
    """Any number of files."""

    class Several(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files uploaded; none is allowed."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class WordingForm(forms.Form):
    """What a directive says."""

    title = forms.CharField(label=_("Title"), max_length=80)
    words = forms.CharField(label=_("What is ordered"), max_length=4000)
    due_at = forms.DateTimeField(
        label=_("To be done by"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )
    proof = forms.ChoiceField(label=_("Proof asked for"), choices=Directive.Proof.choices)
    files = FilesField(label=_("Attachments"), required=False)

    def attachments(self) -> tuple[tuple[str, bytes], ...]:
        """The files with their content."""
        return tuple((one.name, one.read()) for one in self.cleaned_data["files"])

    def wanted(self) -> Wanted:
        """The new wording of a directive."""
        given = self.cleaned_data
        return Wanted(given["title"], given["words"], given["due_at"], given["proof"], self.attachments())


class OrderForm(WordingForm):
    """A directive, and whom it is for."""

    id = forms.UUIDField(required=False)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)
    levels = forms.TypedMultipleChoiceField(choices=LEVELS, coerce=int, required=False)
    areas = AddressesField(required=False)
    organisations = KeysField(required=False)
    roles = forms.MultipleChoiceField(required=False)
    posts = forms.MultipleChoiceField(required=False)
    posts_in = forms.CharField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["roles"].choices = [(key, key) for key in registry().roles]  # type: ignore[attr-defined]
        keys = PostTemplate.objects.filter(in_use=True).values_list("key", flat=True)
        self.fields["posts"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]

    def clean_posts_in(self) -> int | None:
        """The area whose posts are meant; none for the whole of the desk's."""
        given = self.cleaned_data["posts_in"]
        try:
            return parse(given) if given else None
        except ValueError as malformed:
            raise forms.ValidationError(_("Choose the places from the list."), code="unknown") from malformed

    def audience(self) -> Audience:
        """Whom it is for."""
        given = self.cleaned_data
        return Audience(
            tuple(given["levels"]), given["areas"], given["organisations"], tuple(given["roles"]),
            tuple(given["posts"]), given["posts_in"],
        )  # fmt: skip

    def order(self, address: int) -> Order:
        """The directive, issued by the desk of an area."""
        given = self.cleaned_data
        return Order(
            address, given["title"], given["words"], self.audience(), given["urgency"], given["proof"],
            given["due_at"], self.attachments(), id=given["id"],
        )  # fmt: skip
