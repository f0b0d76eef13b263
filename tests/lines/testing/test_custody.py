"""Boxes, changes of hands, refusals and the patch as devices know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import within
from gridward.kernel.address import Span, text
from gridward.kernel.journal.models import Entry
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.testing.actions.custody import store_boxes, store_custody, store_giving, store_refusals
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.models import Box, Custody, Laboratory, Packed, Refusal
from gridward.lines.testing.queries import carrying, digests, patch
from gridward.lines.testing.rules.custody import Link, against, current, handed_over
from gridward.lines.testing.rules.patch import Ground, stretches
from tests.lines.testing.conftest import NORTH, NOW, SOUTH, TOWN, Phone, Town, said, sample

AT = NOW - timedelta(minutes=1)


def box(phone: Phone, seal: str, tubes: Sequence[str], **more: Any) -> Item:
    places = {"round": str(phone.town.round.pk), "point": str(phone.town.south.pk)}
    return phone.item(
        "testing.box", {"box": "B001", "seal": seal, **places, "packed_at": said(AT), "tubes": list(tubes), **more}, AT
    )


def handover(phone: Phone, seal: str, step: str, address: int = SOUTH, **more: Any) -> Item:
    body = {"seal": seal, "step": step, "address": text(address), "at": said(AT), "intact": True, **more}
    return phone.item("testing.handover", body, AT)


def refusal(phone: Phone, **more: Any) -> Item:
    body = {
        "round": str(phone.town.round.pk),
        "person": str(phone.town.people[0].pk),
        "address": text(phone.town.people[0].address),
        "reason": "unwell",
        "words": "发热，已联系医生",
        "at": said(AT),
        **more,
    }
    return phone.item("testing.refusal", body, AT)


def outcomes(answers: list[Answer]) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.reason) for one in answers]


def test_a_box_is_kept_before_its_tubes_arrive_and_its_digest_is_the_devices(
    phone: Phone, actor: Callable[..., Actor]
) -> None:
    item = box(phone, "S0001", ["T0002", "T0001"])
    with within(sampler := actor("testing.sampler")):
        assert outcomes(store_boxes(sampler, [item], NOW)) == [(Outcome.STORED, "")]
        assert outcomes(store_boxes(sampler, [item], NOW)) == [(Outcome.SAME, "")]
    assert Box.objects.get().tubes == 2
    assert digests.boxes([item.id]) == {item.id: item.digest}
    assert Entry.objects.filter(verb="testing.box_sealed").count() == 1


def test_a_seal_used_twice_is_a_conflict_and_a_tube_in_two_boxes_is_told(
    phone: Phone, actor: Callable[..., Actor]
) -> None:
    with within(sampler := actor("testing.sampler")):
        store_boxes(sampler, [box(phone, "S0001", ["T0001"])], NOW)
        again, other = box(phone, "S0001", ["T0002"]), box(phone, "S0002", ["T0001", "T0003"])
        answers = store_boxes(sampler, [again, other], NOW)
    assert outcomes(answers) == [(Outcome.CONFLICT, "seal_used"), (Outcome.STORED, "tube_in_other_box")]
    assert "T0001" in answers[1].words
    assert not Packed.objects.filter(code="T0002").exists()


def test_a_change_of_hands_is_a_link_by_its_seal_and_only_within_reach(
    phone: Phone, actor: Callable[..., Actor]
) -> None:
    courier = actor("testing.courier")
    taken, elsewhere = handover(phone, "S0001", "taken", intact=False), handover(phone, "S0001", "given", NORTH)
    with within(courier):
        assert outcomes(store_custody(courier, [taken, elsewhere], NOW)) == [
            (Outcome.STORED, ""),
            (Outcome.REJECTED, "outside_patch"),
        ]
        assert outcomes(store_custody(courier, [taken], NOW)) == [(Outcome.SAME, "")]
        # Their own links are theirs to see.
        assert not Custody.objects.get().intact
    assert digests.custody([taken.id]) == {taken.id: taken.digest}


def test_a_refusal_is_kept_sealed_and_journalled(phone: Phone, actor: Callable[..., Actor]) -> None:
    known = refusal(phone)
    body = {name: value for name, value in refusal(phone).body.items() if name not in ("person", "words")}
    named = phone.item("testing.refusal", {**body, "name": "周远"}, AT)
    unknown = refusal(phone, person="01890000-0000-7000-8000-000000000001")
    with within(sampler := actor("testing.sampler")):
        assert outcomes(store_refusals(sampler, [known, named, unknown], NOW)) == [
            (Outcome.STORED, ""),
            (Outcome.STORED, ""),
            (Outcome.REJECTED, "unknown_person"),
        ]
    assert digests.refusals([known.id, named.id]) == {one.id: one.digest for one in (known, named)}
    assert {one.words for one in Refusal.objects.all()} == {"发热，已联系医生", ""}
    assert Entry.objects.filter(verb="testing.refused").count() == 2


@pytest.mark.parametrize("change", [{"step": "lost"}, {"intact": "yes"}, {"at": "yesterday"}, {"more": "1"}])
def test_a_change_of_hands_that_cannot_be_read_is_rejected(
    change: dict[str, Any], phone: Phone, actor: Callable[..., Actor]
) -> None:
    answers = store_custody(
        actor("testing.courier"),
        [phone.item("testing.handover", {**handover(phone, "S0001", "taken").body, **change}, AT)],
        NOW,
    )
    assert outcomes(answers) == [(Outcome.REJECTED, "malformed")]


def test_a_patch_holds_who_is_due_in_the_collectors_area_and_nobody_else(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    sampler = actor("testing.sampler")
    with within(sampler):
        store_tubes(sampler, [phone.tube("T0001", [sample(town.people[0])])], NOW)
        rows, after = patch.people(sampler, "", 4)
        more, end = patch.people(sampler, after, 4)
        rounds, points = patch.rounds(sampler, "", 50)[0], patch.points(sampler, "", 50)[0]
    assert [one["id"] for one in rows + more] == [str(one.pk) for one in town.people[:6]]
    assert end == ""
    assert [one["sampled"] for one in rows] == [True, False, False, False]
    assert rows[0]["name"] == "居***"
    assert [(one["id"], one["pool_size"]) for one in rounds] == [(str(town.round.pk), 10)]
    assert [one["id"] for one in points] == [str(town.south.pk)]


def test_ground_is_cut_so_that_the_first_cover_wins() -> None:
    assert stretches([Span(0, 10), Span(20, 30)], [Span(5, 8), Span(0, 25)]) == [
        Ground(Span(0, 5), 1),
        Ground(Span(5, 8), 0),
        Ground(Span(8, 10), 1),
        Ground(Span(20, 25), 1),
    ]


def test_the_chain_says_where_a_box_is_whoever_tells_first() -> None:
    def at(minute: int, step: str, holder: int) -> Link:
        return Link(step, AT + timedelta(minutes=minute), holder)

    packer, courier, other = 1, 2, 3
    given, taken = at(3, "given", packer), at(2, "taken", courier)
    # The packer's word comes a minute later by their clock: the courier has it all the same.
    assert current([given, taken]) == taken
    assert current([given]) == given
    assert current([taken, at(40, "given", courier)]) == at(40, "given", courier)
    assert current([]) is None
    assert [handed_over(chain) for chain in ([given], [given, taken], [taken, at(40, "given", courier)])] == [
        False, False, True,
    ]  # fmt: skip
    assert against(at(20, "taken", other), [taken]) == "taken_by_other"
    assert against(at(60, "taken", other), [taken, at(40, "given", courier)]) == ""
    assert against(at(20, "taken", courier), [taken]) == ""
    assert against(at(90, "taken", courier), [at(60, "received", 9)]) == "box_received"
    assert against(at(50, "given", courier), [taken, at(60, "received", 9)]) == ""


def test_a_box_goes_from_the_point_to_the_laboratory_by_the_phones_of_both(
    phone: Phone, actor: Callable[..., Actor]
) -> None:
    laboratory = Laboratory.objects.create(name="方舱实验室", address=NORTH)
    sampler, courier = actor("testing.sampler"), actor("testing.courier")
    with within(sampler):
        store_boxes(sampler, [box(phone, "S0001", ["T0001", "T0002"])], NOW)
    Box.objects.update(bound_for=laboratory)

    def held() -> list[tuple[str, bool]]:
        with within(courier):
            return [(row["step"], row["mine"]) for row in carrying.fetching(courier, "", 500)[0]]

    def packed() -> list[str]:
        with within(sampler):
            return [row["step"] for row in carrying.packed(sampler, "", 500)[0]]

    assert (held(), packed()) == ([("sealed", False)], ["sealed"])
    body = handover(phone, "S0001", "given").body
    giving = phone.item("testing.giving", body, AT)
    with within(sampler):
        assert outcomes(store_giving(sampler, [giving], NOW)) == [(Outcome.STORED, "")]
        assert outcomes(store_giving(sampler, [giving], NOW)) == [(Outcome.SAME, "")]
        odd = phone.item("testing.giving", {**body, "step": "received"}, AT)
        assert outcomes(store_giving(sampler, [odd], NOW)) == [(Outcome.REJECTED, "malformed")]
    assert (held(), packed()) == ([("given", False)], ["given"])
    with within(courier):
        assert outcomes(store_custody(courier, [handover(phone, "S0001", "taken")], NOW)) == [(Outcome.STORED, "")]
    assert (held(), packed()) == ([("taken", True)], ["taken"])
    # A laboratory outside the courier's own area takes it.
    with within(courier):
        there = phone.item("testing.handover", handover(phone, "S0001", "given", NORTH).body, NOW)
        assert outcomes(store_custody(courier, [there], NOW)) == [(Outcome.STORED, "")]
    assert (held(), packed()) == ([], ["handed_over"])
    assert Entry.objects.filter(verb="testing.box_handed").count() == 3


def test_a_box_another_courier_has_is_a_conflict_and_their_list_is_without_it(
    phone: Phone, actor: Callable[..., Actor]
) -> None:
    first, second = actor("testing.courier"), actor("testing.courier", TOWN)
    with within(sampler := actor("testing.sampler")):
        store_boxes(sampler, [box(phone, "S0001", ["T0001"])], NOW)
    with within(first):
        store_custody(first, [handover(phone, "S0001", "taken")], NOW)
    with within(second):
        assert carrying.fetching(second, "", 500) == ([], "")
        late = phone.item("testing.handover", handover(phone, "S0001", "taken").body, NOW)
        answers = store_custody(
            second, [late, phone.item("testing.handover", {**late.body, "seal": "S0002"}, NOW)], NOW
        )
    assert outcomes(answers) == [(Outcome.CONFLICT, "taken_by_other"), (Outcome.STORED, "")]
    assert "S0001" in answers[0].words
    assert Custody.objects.filter(seal="S0001").count() == 1


def test_boxes_of_another_community_are_on_no_phone(phone: Phone, actor: Callable[..., Actor]) -> None:
    with within(sampler := actor("testing.sampler")):
        store_boxes(sampler, [box(phone, "S0001", ["T0001"])], NOW)
    with within(elsewhere := actor("testing.sampler", NORTH)):
        assert carrying.packed(elsewhere, "", 500) == ([], "")
    with within(courier := actor("testing.courier", NORTH)):
        assert carrying.fetching(courier, "", 500) == ([], "")
