"""Whose page a personal code opens, and whom the place they serve at may see."""

from __future__ import annotations

from typing import Any

from gridward.kernel.access.actor import Actor, inside, one_visible
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.errors import NotFound
from gridward.kernel.search import number_token
from gridward.kernel.secrecy.keyring import search_keys
from gridward.lines.forces.errors import UnknownPersonalCode
from gridward.lines.forces.models import Volunteer

HOLDER = "volunteer"
"""Whose keys volunteers are under."""
SEE, CHANGE = "volunteers.see", "volunteers.change"
_CODE_LETTERS = 20


def plain_code(code: str) -> str:
    """A personal code as it is kept, however it was typed."""
    return code.strip().lower().replace("-", "").replace(" ", "")


def by_code(code: str) -> Volunteer:
    """The volunteer a personal code belongs to, opened to whoever acts, with their resource.

    Relies on volunteer_code_once.
    Raises: UnknownPersonalCode, also for one who has left.
    """
    said = plain_code(code)
    hashes = [number_token(said, key) for key in search_keys(HOLDER)] if len(said) == _CODE_LETTERS else []
    with house():
        found = Volunteer.objects.filter(code_hash__in=hashes).exclude(state=Volunteer.State.LEFT).first()
    if found is None:
        raise UnknownPersonalCode
    open_rows(found.pk, found.resource_id)
    return found


def open_serving(actor: Actor) -> None:
    """Open to an actor those who were sent down to their area: they direct them, wherever those live."""
    spans = actor.spans(SEE)
    with house():
        sent = Volunteer.objects.filter(inside(spans, "serving_at")).exclude(inside(spans))
        found = list(sent.values_list("pk", flat=True)) if spans else []
    open_rows(*found)


def one(actor: Actor, volunteer_id: Any, capability: str = SEE) -> Volunteer:
    """One volunteer who lives, or serves, where an actor holds a capability.

    Raises: NotFound.
    """
    try:
        return one_visible(Volunteer.objects.all(), actor, capability, volunteer_id)
    except NotFound:
        with house():
            sent = Volunteer.objects.filter(inside(actor.spans(capability), "serving_at"))
            found = one_visible(sent, Actor(everything=True), capability, volunteer_id)
        open_rows(found.pk)
        return found


def of_account(actor: Actor) -> Volunteer:
    """The volunteer an account is joined to.

    Raises: NotFound.
    """
    with house():
        found = Volunteer.objects.filter(account_id=actor.user_id).exclude(state=Volunteer.State.LEFT).first()
    if found is None or actor.user_id is None:
        raise NotFound
    return found
