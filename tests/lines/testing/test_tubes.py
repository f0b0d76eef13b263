"""Tubes as devices send them: stored once, told apart from other people's, refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import within
from gridward.kernel.address import text
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import Need
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.models import Newcomer, Sample, Tube
from gridward.lines.testing.queries import digests
from tests.lines.testing.conftest import NORTH_BUILDING, NOW, SOUTH_BUILDING, Phone, Town, said, sample


def send(actor: Actor, *items: Item) -> list[Answer]:
    """Upload as this collector, within their own reach."""
    with within(actor):
        return store_tubes(actor, items, NOW)


def outcomes(answers: list[Answer]) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.reason) for one in answers]


def test_a_closed_tube_is_stored_with_its_people_and_one_journal_entry(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    sampler = actor("testing.sampler")
    item = phone.tube("T0001", [sample(one) for one in town.people[:4]], kind="throat")
    assert outcomes(send(sampler, item)) == [(Outcome.STORED, "")]
    tube = Tube.objects.get(code="T0001")
    assert (tube.pk, tube.people, tube.collector_id, tube.address) == (item.id, 4, sampler.user_id, town.south.address)
    assert set(Sample.objects.values_list("person_id", flat=True)) == {one.pk for one in town.people[:4]}
    entry = Entry.objects.get(verb="testing.tubes_stored")
    assert entry.actor_id == sampler.user_id
    assert entry.data == {"tubes": 1, "people": 4}


def test_the_digest_computed_from_the_rows_is_the_one_the_device_sent(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    stranger = {
        "name": "周远",
        "phone": "13900001111",
        "id_number": "51010119800101991X",
        "address": text(NORTH_BUILDING),
        "at": said(NOW - timedelta(minutes=4)),
        "receipt": "7K3M",
    }
    plain = phone.tube("T0001", [sample(town.people[0], receipt="ABCD"), stranger], kind="nose")
    again = phone.tube("T0002", [sample(town.people[1])], again=True)
    # A clock four minutes ahead: what it wrote stays what it wrote.
    ahead = Item(**{**phone.tube("T0003", [sample(town.people[2])]).__dict__, "at": NOW - timedelta(minutes=6)})
    send(actor("testing.sampler"), plain, again, ahead)
    assert digests.tubes([plain.id, again.id, ahead.id]) == {one.id: one.digest for one in (plain, again, ahead)}
    assert Tube.objects.get(code="T0003").closed_at == NOW - timedelta(minutes=6)
    kept = Newcomer.objects.get()
    assert (kept.name, kept.phone, kept.id_number, kept.address) == (
        "周远", "13900001111", "51010119800101991X", NORTH_BUILDING,
    )  # fmt: skip


def test_a_tube_sent_again_changes_nothing(town: Town, phone: Phone, actor: Callable[..., Actor]) -> None:
    sampler = actor("testing.sampler")
    item = phone.tube("T0001", [sample(one) for one in town.people[:3]])
    assert outcomes(send(sampler, item) + send(sampler, item)) == [(Outcome.STORED, ""), (Outcome.SAME, "")]
    reinstalled = phone.item(item.type, dict(item.body), item.at)
    assert outcomes(send(sampler, reinstalled)) == [(Outcome.SAME, "")]
    assert (Tube.objects.count(), Sample.objects.count(), Entry.objects.filter(verb="testing.tubes_stored").count()) == (
        1, 3, 1,
    )  # fmt: skip


def test_a_tube_bound_to_other_people_where_the_collector_cannot_see_is_a_conflict_and_a_task(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    north, south = actor("testing.sampler", town.north.address), actor("testing.sampler")
    send(north, phone.tube("T0001", [sample(town.people[6])], town.north))
    clash = phone.tube("T0001", [sample(town.people[0])])
    assert outcomes(send(south, clash)) == [(Outcome.CONFLICT, "tube_bound")]
    assert Tube.objects.get().samples.get().person_id == town.people[6].pk
    task = Need.objects.get()
    assert (task.category_id, task.address, task.details["tube"]) == ("testing_wrong_tube", town.south.address, "T0001")
    assert outcomes(send(south, clash)) == [(Outcome.CONFLICT, "tube_bound")]
    assert Need.objects.count() == 1


def test_two_tubes_of_one_code_in_one_upload_keep_the_first(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    first, second = (phone.tube("T0001", [sample(one)]) for one in town.people[:2])
    assert outcomes(send(actor("testing.sampler"), first, second)) == [
        (Outcome.STORED, ""),
        (Outcome.CONFLICT, "tube_bound"),
    ]
    assert Sample.objects.get().person_id == town.people[0].pk


def test_a_second_sample_of_a_round_stays_in_its_tube_and_is_counted_once(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    north, south = actor("testing.sampler", town.north.address), actor("testing.sampler")
    send(north, phone.tube("T0001", [sample(town.people[0])], town.north))
    second = phone.tube("T0002", [sample(town.people[1]), sample(town.people[0])])
    assert outcomes(send(south, second)) == [(Outcome.STORED, "second_sample")]
    assert list(Sample.objects.filter(person=town.people[0]).order_by("extra").values_list("tube__code", "extra")) == [
        ("T0001", False),
        ("T0002", True),
    ]
    assert digests.tubes([second.id]) == {second.id: second.digest}


def test_a_newcomer_with_a_known_id_number_is_the_person_of_the_register(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    known = {
        "name": "居民0号",
        "id_number": "510101199001010000",
        "address": text(SOUTH_BUILDING),
        "at": said(NOW - timedelta(minutes=4)),
    }
    item = phone.tube("T0001", [known])
    send(actor("testing.sampler"), item)
    assert Sample.objects.get().person_id == town.people[0].pk
    assert digests.tubes([item.id]) == {item.id: item.digest}


def test_more_people_than_the_rule_allows_are_kept_and_told(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    town.round.pool_size = 1
    town.round.save()
    answers = send(actor("testing.sampler"), phone.tube("T0001", [sample(one) for one in town.people[:2]]))
    assert outcomes(answers) == [(Outcome.STORED, "over_pool")]


def _changed(**more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, **more}


WRONG = {
    "malformed": _changed(tube="t 1"),
    "no_people": _changed(samples=[]),
    "too_many_people": lambda body: {**body, "samples": body["samples"] * 21},
    "closed_before_opened": lambda body: {**body, "opened_at": said(NOW)},
    "unknown_round": _changed(round="01890000-0000-7000-8000-000000000001"),
    "unknown_point": _changed(point="01890000-0000-7000-8000-000000000001"),
    "unknown_person": lambda body: {
        **body,
        "samples": [{**body["samples"][0], "person": "01890000-0000-7000-8000-000000000001"}],
    },
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_cannot_be_taken_is_rejected_by_a_stable_reason_and_the_rest_is_stored(
    reason: str, town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    good = phone.tube("T0001", [sample(town.people[0])])
    bad = phone.item("testing.tube", WRONG[reason](dict(phone.tube("T0002", [sample(town.people[1])]).body)), NOW)
    answers = send(actor("testing.sampler"), bad, good)
    assert outcomes(answers) == [(Outcome.REJECTED, reason), (Outcome.STORED, "")]
    assert answers[0].words
    assert Tube.objects.count() == 1


def test_a_point_outside_the_collectors_patch_is_refused(town: Town, phone: Phone, actor: Callable[..., Actor]) -> None:
    answers = send(actor("testing.sampler"), phone.tube("T0001", [sample(town.people[6])], town.north))
    assert outcomes(answers) == [(Outcome.REJECTED, "outside_patch")]
    assert not Tube.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_batch(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    sampler = actor("testing.sampler")
    send(sampler, phone.tube("T0000", [sample(town.people[7])]))
    with CaptureQueriesContext(
        connection,
    ) as few:
        send(sampler, phone.tube("T0001", [sample(town.people[0])]))
    many = [phone.tube(f"T01{at:02d}", [sample(town.people[1])]) for at in range(40)]
    with CaptureQueriesContext(connection) as more:
        send(sampler, *many)
    # One statement more: all but the first tube hold a second sample.
    assert len(more) <= len(few) + 1
