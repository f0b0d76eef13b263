from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence, NotAPhoto
from gridward.kernel.errors import Stale
from gridward.kernel.ids import new_id
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs import actions
from gridward.kernel.needs.errors import (
    CannotJoin,
    NotAllowedNow,
    ProofMissing,
    ReasonMissing,
    ResourceBusy,
    ResourceOffDuty,
    UnknownCategory,
    UnknownPlace,
)
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.notices.models import Notice
from gridward.kernel.resources.models import Resource
from tests.kernel.conftest import DISTRICT, NOW, SOUTH, TOWN, wanted


def verbs(subject_id):
    return list(Entry.objects.filter(subject_id=str(subject_id)).order_by("id").values_list("verb", flat=True))


def test_a_need_goes_from_the_call_to_proof_and_the_journal_tells_it(need, car):
    sent = assign(SYSTEM, need.pk, car.pk, NOW)
    for minutes, state in enumerate((AssignmentState.ACCEPTED, AssignmentState.UNDER_WAY, AssignmentState.ARRIVED), 1):
        progress(SYSTEM, sent.pk, state, NOW + timedelta(minutes=minutes))
    progress(SYSTEM, sent.pk, AssignmentState.DONE, NOW + timedelta(minutes=9), evidence=Evidence("已送到"))
    need.refresh_from_db()
    assert (need.state, need.outcome, need.closed_at) == ("served", "已送到", NOW + timedelta(minutes=9))
    assert (need.assigned_at, need.arrived_at) == (NOW, NOW + timedelta(minutes=3))
    assert verbs(need.pk) == ["need.logged", "need.assigned", "need.moving", "need.served"]
    assert verbs(sent.pk)[-1] == "assignment.done"


def test_sending_the_same_record_again_stores_it_once(incident):
    record = wanted(incident, id=new_id())
    first, second = actions.log(SYSTEM, record, NOW), actions.log(SYSTEM, record, NOW)
    assert first.pk == second.pk
    assert Need.objects.count() == 1
    assert verbs(first.pk) == ["need.logged"]


def test_unknown_places_and_categories_are_named_and_change_nothing(incident):
    with pytest.raises(UnknownPlace):
        actions.log(SYSTEM, wanted(incident, address=SOUTH + 99), NOW)
    with pytest.raises(UnknownCategory):
        actions.log(SYSTEM, actions.Wanted(incident.pk, "nothing", SOUTH, "x", "phone"), NOW)
    assert Need.objects.count() == 0


def test_a_busy_resource_cannot_be_sent_a_second_time(incident, need, car):
    other = actions.log(SYSTEM, wanted(incident), NOW)
    assign(SYSTEM, need.pk, car.pk, NOW)
    with pytest.raises(ResourceBusy):
        assign(SYSTEM, other.pk, car.pk, NOW + timedelta(minutes=1))
    other.refresh_from_db()
    assert other.state == "waiting"


def test_the_database_itself_refuses_a_double_booking(incident, need, car):
    first = assign(SYSTEM, need.pk, car.pk, NOW)
    other = actions.log(SYSTEM, wanted(incident), NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(need=other, resource=car, address=SOUTH, booked=first.booked, offered_at=NOW)


def test_a_finished_task_frees_the_resource(incident, need, car):
    sent = assign(SYSTEM, need.pk, car.pk, NOW)
    progress(SYSTEM, sent.pk, AssignmentState.DONE, NOW + timedelta(minutes=5), evidence=Evidence("好了"))
    other = actions.log(SYSTEM, wanted(incident), NOW)
    assert assign(SYSTEM, other.pk, car.pk, NOW + timedelta(minutes=6)).state == "offered"


def test_nobody_off_duty_is_sent(need, car):
    Resource.objects.filter(pk=car.pk).update(duty="off")
    with pytest.raises(ResourceOffDuty):
        assign(SYSTEM, need.pk, car.pk, NOW)


def test_a_decision_on_an_old_picture_is_refused(need, car):
    with pytest.raises(Stale):
        assign(SYSTEM, need.pk, car.pk, NOW, seen_version=need.version - 1)


def test_nothing_ends_without_proof_or_reason(need, car, sign_up):
    officer = sign_up("officer", "headquarters", DISTRICT)
    with pytest.raises(ProofMissing):
        actions.serve(officer, need.pk, Evidence(), NOW)
    with pytest.raises(ReasonMissing):
        actions.refuse(officer, need.pk, " ", NOW)
    with pytest.raises(ReasonMissing):
        actions.refuse(public_actor("web"), need.pk, "nobody's name", NOW)
    need.refresh_from_db()
    assert need.state == "waiting"


def test_the_database_refuses_a_refusal_without_name_and_reason(need):
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(state="refused", closed_at=NOW)


def test_a_file_that_is_no_picture_is_no_proof(need):
    with pytest.raises(NotAPhoto):
        actions.serve(SYSTEM, need.pk, Evidence(photo=b"MZ not a picture"), NOW)


def test_a_declined_need_waits_again(need, car):
    sent = assign(SYSTEM, need.pk, car.pk, NOW)
    with pytest.raises(ReasonMissing):
        progress(SYSTEM, sent.pk, AssignmentState.DECLINED, NOW)
    progress(SYSTEM, sent.pk, AssignmentState.DECLINED, NOW, reason="车坏了")
    need.refresh_from_db()
    assert need.state == "waiting"
    assert verbs(need.pk)[-1] == "need.released"


def test_a_reopened_need_keeps_its_history_and_waits_one_desk_higher(need):
    actions.serve(SYSTEM, need.pk, Evidence("已答复"), NOW)
    actions.reopen(public_actor("web"), need.pk, "没有解决", NOW + timedelta(hours=1))
    need.refresh_from_db()
    assert (need.state, need.holder, need.reopened, need.closed_at) == ("waiting", TOWN, 1, None)
    assert verbs(need.pk) == ["need.logged", "need.served", "need.reopened"]


def test_joined_needs_end_together_and_a_chain_is_refused(incident, need):
    second, third = (actions.log(SYSTEM, wanted(incident), NOW) for _ in range(2))
    actions.join(SYSTEM, second.pk, need.pk, NOW)
    with pytest.raises(CannotJoin):
        actions.join(SYSTEM, third.pk, second.pk, NOW)
    with pytest.raises(CannotJoin):
        actions.join(SYSTEM, need.pk, need.pk, NOW)
    actions.serve(SYSTEM, need.pk, Evidence("已恢复供电"), NOW)
    second.refresh_from_db()
    assert (second.state, second.outcome) == ("served", "已恢复供电")


def test_an_ended_need_cannot_be_sent_anybody(need, car):
    actions.withdraw(SYSTEM, need.pk, "", NOW)
    with pytest.raises(NotAllowedNow):
        assign(SYSTEM, need.pk, car.pk, NOW)


def test_the_crew_gets_a_notice_of_its_new_task(need, car, sign_up):
    crew = sign_up("crew", "crew", TOWN)
    car.crew.create(user_id=crew.user_id)
    assign(SYSTEM, need.pk, car.pk, NOW)
    assert Notice.objects.filter(user_id=crew.user_id, template="assignment.offered").count() == 1
