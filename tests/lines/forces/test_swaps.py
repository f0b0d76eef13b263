"""Exchanges of shifts on one's own page: offered, taken, given back, and refused where a rule would break."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import span
from gridward.kernel.assignments.models import Assignment
from gridward.lines.forces.actions import posts, rosters
from gridward.lines.forces.models import PostShift, Swap, Volunteer
from tests.lines.forces.conftest import DISTRICT, OTHER_COMMUNITY, SOUTH_GATE, verbs_of
from tests.lines.forces.test_rosters import NOW, TOMORROW, Serving, gate, serving  # noqa: F401

CODES = ("aaaabbbbccccddddeeee", "bbbbccccddddeeeeffff", "ccccddddeeeeffffgggg")


@pytest.fixture
def giver(gate: Any, serving: Serving) -> Volunteer:  # noqa: F811
    """Somebody at the gate tomorrow morning."""
    one = serving(0, code=CODES[0])
    rosters.approve(SYSTEM, rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW).pk, NOW)
    return one


def holders() -> set[Any]:
    return set(Assignment.objects.exclude(state="released").values_list("resource_id", flat=True))


def offered(client: Client, **given: Any) -> Any:
    shift = PostShift.objects.order_by("starts_at").first()
    assert shift is not None
    return client.post(f"/forces/me/{CODES[0]}/swaps/offer", {"need": str(shift.pk), **given})


@pytest.mark.django_db
def test_a_shift_is_offered_and_taken_and_the_rules_hold(giver: Volunteer, serving: Serving, client: Client) -> None:  # noqa: F811
    taker = serving(1, code=CODES[1])
    assert offered(client).status_code == offered(client).status_code == 302
    swap = Swap.objects.get()
    assert giver.badge in client.get(f"/forces/me/{CODES[1]}/swaps").content.decode()
    path = f"/forces/me/{CODES[1]}/swaps/{swap.pk}/acceptance"
    assert client.post(path).status_code == client.post(path).status_code == 302
    assert holders() == {taker.resource_id}
    assert verbs_of(swap.pk) == ["forces.swap_offered", "forces.swap_taken"]
    assert client.post(f"/forces/me/{CODES[0]}/swaps/{swap.pk}/withdrawal").status_code == 409


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lacking", [{"hours": {str(TOMORROW.weekday()): ["night"]}}, {"insured_until": TOMORROW - timedelta(days=9)}]
)
def test_whoever_may_not_serve_then_cannot_take_it_and_is_told_why(
    giver: Volunteer,
    serving: Serving,  # noqa: F811
    client: Client,
    lacking: Any,
) -> None:
    serving(1, code=CODES[1], **lacking)
    offered(client)
    answer = client.post(f"/forces/me/{CODES[1]}/swaps/{Swap.objects.get().pk}/acceptance")
    assert answer.status_code == 409 and 'role="alert"' in answer.content.decode()
    assert holders() == {giver.resource_id}


@pytest.mark.django_db
def test_whoever_stands_elsewhere_that_day_gives_that_shift_in_return(
    giver: Volunteer,
    serving: Serving,  # noqa: F811
    client: Client,
) -> None:
    taker = serving(1, code=CODES[1], hours={str(TOMORROW.weekday()): ["late"]})
    posts.state_post(SYSTEM, SOUTH_GATE, "forces.gate", "南门", {"late": 1}, NOW)
    posts.make_day(SYSTEM, span(DISTRICT), TOMORROW, NOW)
    rosters.approve(SYSTEM, rosters.propose(SYSTEM, DISTRICT, TOMORROW, 1, NOW).pk, NOW)
    late = PostShift.objects.get(shift_id="late")
    Volunteer.objects.filter(pk=taker.pk).update(hours={})
    offered(client)
    swap = Swap.objects.get()
    assert client.post(f"/forces/me/{CODES[1]}/swaps/{swap.pk}/acceptance").status_code == 302
    swap.refresh_from_db()
    assert swap.in_return_id == late.pk
    live = Assignment.objects.exclude(state="released").values_list("need_id", "resource_id")
    assert (late.pk, giver.resource_id) in set(live)
    assert (swap.need_id, taker.resource_id) in set(live)


@pytest.mark.django_db
def test_only_the_one_it_is_offered_to_sees_it_and_far_towns_see_none(
    giver: Volunteer,
    serving: Serving,  # noqa: F811
    client: Client,
) -> None:
    wanted = serving(1, code=CODES[1])
    serving(2, code=CODES[2], address=OTHER_COMMUNITY)
    assert offered(client, badge=wanted.badge).status_code == 302
    swap = Swap.objects.get()
    assert swap.wanted_id == wanted.pk
    for path in ("acceptance", "withdrawal"):
        assert client.post(f"/forces/me/{CODES[2]}/swaps/{swap.pk}/{path}").status_code == 404
    assert giver.badge not in client.get(f"/forces/me/{CODES[2]}/swaps").content.decode()
    assert client.post(f"/forces/me/{CODES[0]}/swaps/{swap.pk}/withdrawal").status_code == 302
    assert holders() == {giver.resource_id}


@pytest.mark.django_db
def test_somebody_elses_shift_and_nonsense_are_not_found(giver: Volunteer, serving: Serving, client: Client) -> None:  # noqa: F811
    serving(1, code=CODES[1])
    shift = PostShift.objects.get()
    for need in (str(shift.pk), "nonsense"):
        assert client.post(f"/forces/me/{CODES[1]}/swaps/offer", {"need": need}).status_code == 404
    assert client.get("/forces/me/no-such-code/swaps").status_code == 404
