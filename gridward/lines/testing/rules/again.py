"""Writing a body again from the rows it became, so that its digest can be compared with what the device sent."""

from __future__ import annotations

from typing import Any

from gridward.lines.testing.rules.bodies import BoxBody, CustodyBody, RefusalBody, SampleBody, TubeBody


def tube(read: TubeBody) -> dict[str, Any]:
    """The body of a tube."""
    return {
        "tube": read.code,
        "round": read.round,
        "point": read.point,
        **({"kind": read.kind} if read.kind else {}),
        **({"again": True} if read.again else {}),
        "opened_at": read.opened_at,
        "closed_at": read.closed_at,
        "samples": [_sample(one) for one in read.samples],
    }


def _sample(read: SampleBody) -> dict[str, Any]:
    who = {"person": read.person} if read.person else {"name": read.name}
    more = {"phone": read.phone, "id_number": read.id_number, "receipt": read.receipt}
    given = {name: value for name, value in more.items() if value}
    return {**who, **given, "address": f"{read.address:019d}", "at": read.at}


def box(read: BoxBody) -> dict[str, Any]:
    """The body of a box."""
    return {
        "box": read.code,
        "seal": read.seal,
        "round": read.round,
        "point": read.point,
        "packed_at": read.packed_at,
        "tubes": list(read.tubes),
    }


def custody(read: CustodyBody) -> dict[str, Any]:
    """The body of a change of hands."""
    return {
        "seal": read.seal,
        "step": read.step,
        "address": f"{read.address:019d}",
        "at": read.at,
        "intact": read.intact,
    }


def refusal(read: RefusalBody) -> dict[str, Any]:
    """The body of a refusal."""
    who = {"person": read.person} if read.person else {"name": read.name}
    words = {"words": read.words} if read.words else {}
    return {
        "round": read.round,
        **who,
        "address": f"{read.address:019d}",
        "reason": read.reason,
        **words,
        "at": read.at,
    }
