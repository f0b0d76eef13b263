"""Simple forms of the field: kept as the device wrote them, once their answers fit the form."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import parse
from gridward.kernel.errors import Invalid
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sync.form_rules import KINDS, wrong_answer
from gridward.kernel.sync.models import FieldForm
from gridward.kernel.sync.records import Answer, Item, Outcome

EXAMPLE = Path(__file__).parents[1] / "config" / "forms.example.toml"
REPORT = "field.report"


def keep(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Check filled-in forms; the protocol's own copy of each is its row."""
    forms = {form.key: form for form in FieldForm.objects.all()}
    answers = [_checked(actor, item, forms) for item in items]
    kept = [item for item, answer in zip(items, answers, strict=True) if answer.outcome is Outcome.STORED]
    if kept:
        events = [
            Event("field.reported", "record", str(item.id), parse(item.body["address"]), now,
                  data={"form": item.body["form"]})
            for item in kept
        ]  # fmt: skip
        record(actor, events)
    return answers


def _checked(actor: Actor, item: Item, forms: dict[str, FieldForm]) -> Answer:
    form = forms.get(str(item.body.get("form", "")))
    if form is None:
        return Answer(Outcome.REJECTED, "unknown_form", _("This form is no longer known."))
    try:
        address = parse(item.body["address"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return Answer(Outcome.REJECTED, "unknown_place", _("The place is missing or is none."))
    if not actor.may(REPORT, address):
        return Answer(Outcome.REJECTED, "not_your_patch", _("This place is not in your patch."))
    wrong = wrong_answer(form.fields, item.body.get("answers"))
    if wrong:
        return Answer(Outcome.REJECTED, "wrong_answer", _("The answer to “%(field)s” does not fit.") % {"field": wrong})
    return Answer(Outcome.STORED)


def install(now: datetime) -> None:
    """Load the example forms into a house that has none."""
    if not FieldForm.objects.exists():
        load_forms(SYSTEM, now)


@transaction.atomic
def load_forms(actor: Actor, now: datetime, path: Path = EXAMPLE) -> int:
    """Make the forms of a TOML file the ones in the database; what is changed gets a new version.

    Returns: how many were made or changed.
    Raises: Forbidden, Invalid for a kind of field that does not exist.
    """
    actor.require("configure")
    changed = 0
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["form"]:
        fields = row.get("field", [])
        for field in fields:
            if field.get("kind") not in KINDS:
                raise Invalid(field=f"{row['key']}.{field.get('key')}", reason=str(field.get("kind")))
        wanted = {"title": row["title"], "title_en": row.get("title_en", row["title"]), "fields": fields}
        found = FieldForm.objects.filter(pk=row["key"]).first()
        if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
            version = found.version + 1 if found else 1
            FieldForm.objects.update_or_create(pk=row["key"], defaults={**wanted, "version": version, "in_use": True})
            changed += 1
    if changed:
        record(actor, [Event("forms.loaded", "configuration", "forms", 0, now, data={"changed": changed})])
    return changed
