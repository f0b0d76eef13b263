"""Volunteers through HTTP: signing up, the desk's queue, one's own page, leaving and being forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.erasing.actions import erase_again, erased_rows
from gridward.kernel.journal.models import Entry
from gridward.kernel.near import cache
from gridward.kernel.people.models import Person
from gridward.kernel.resources.models import Resource
from gridward.lines.forces.models import Invitation, JoiningRules, Support, Volunteer
from tests.lines.forces.conftest import ID_NUMBER, OTHER_COMMUNITY, SOUTH_GATE, TOWN, verbs_of

DESK = "forces.volunteers"


def sign_up(client: Client, **given: Any) -> Any:
    body = {
        "name": "李梅",
        "phone": "139 0000 5678",
        "address": str(SOUTH_GATE),
        "born_on": "1995-05-01",
        "skills": ["sampling"],
        "transport": "bicycle",
        "max_shifts_week": "4",
        **given,
    }
    return client.post("/forces/join", body)


def checked(desk: Client, one: Volunteer) -> Volunteer:
    assert desk.post(f"/forces/volunteers/{one.pk}/identity", {"id_number": ""}).status_code == 302
    one.refresh_from_db()
    return one


@pytest.fixture
def admitted(applied: Any, sign_in: Any) -> Volunteer:
    one = checked(sign_in(DESK), applied())
    assert sign_in(DESK).post(f"/forces/volunteers/{one.pk}/admission").status_code == 302
    one.refresh_from_db()
    return one


def test_somebody_signs_up_on_a_phone_and_gets_a_page_of_their_own(incident: Any, client: Client) -> None:
    answer = sign_up(client)
    one = Volunteer.objects.get()
    assert answer.headers["Location"] == f"/forces/me/{one.code}?sent=join"
    page = client.get(f"/forces/me/{one.code}").content.decode()
    assert "李梅" in page
    assert (one.phone, one.state, one.skills, one.max_shifts_week) == ("13900005678", "applied", ["sampling"], 4)
    assert verbs_of(one.pk) == ["forces.volunteer_applied"]
    assert len(one.code) == 20


def test_sent_twice_is_once(incident: Any, client: Client) -> None:
    key = "0190b0c0-0000-7000-8000-000000000001"
    first, second = sign_up(client, id=key), sign_up(client, id=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Volunteer.objects.count() == 1


def test_names_phones_codes_and_numbers_do_not_stand_in_the_database(incident: Any, client: Client) -> None:
    sign_up(client, id_number=ID_NUMBER, born_on="")
    one = Volunteer.objects.get()
    with connection.cursor() as query:
        query.execute("SELECT forces_volunteer::text FROM forces_volunteer")
        kept = query.fetchone()[0]
    secrets = ("李梅", "13900005678", ID_NUMBER, one.code)
    assert one.born_on == date(1990, 3, 7)
    assert not any(secret in kept or secret.encode().hex() in kept for secret in secrets)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"born_on": "2015-01-01"}, "16"),
        ({"born_on": ""}, "born_on"),
        ({"phone": "12"}, "phone"),
        ({"address": "5001169990010000000"}, "address"),
        ({"id_number": "500116199003074512", "born_on": ""}, "id_number"),
        ({"id_number": ID_NUMBER}, "born_on"),
    ],
)
def test_what_is_wrong_comes_back_with_its_field_and_nothing_is_kept(
    incident: Any, client: Client, given: Any, said: str
) -> None:
    answer = sign_up(client, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Volunteer.objects.exists()


def test_a_minor_needs_consent_and_gets_no_nights(incident: Any, client: Client) -> None:
    born = (clock.local_day(clock.now()) - timedelta(days=17 * 366)).isoformat()
    assert sign_up(client, born_on=born).status_code == 422
    assert sign_up(client, born_on=born, guardian="李父 13900000001", guardian_agreed="on").status_code == 302
    assert Volunteer.objects.get().limits == ["no_night"]


def test_an_id_number_signs_up_once_and_again_after_a_refusal(incident: Any, client: Client, sign_in: Any) -> None:
    assert sign_up(client, id_number=ID_NUMBER, born_on="").status_code == 302
    assert sign_up(client, id_number=ID_NUMBER, born_on="").status_code == 409
    one = Volunteer.objects.get()
    assert sign_in(DESK).post(f"/forces/volunteers/{one.pk}/refusal", {"reason": "名额已满"}).status_code == 302
    assert sign_up(client, id_number=ID_NUMBER, born_on="").status_code == 302
    assert Volunteer.objects.filter(state="applied").count() == 1


def test_too_many_applications_and_guessed_codes_are_held_back(incident: Any, client: Client, settings: Any) -> None:
    settings.ASK_PER_HOUR = 2
    assert [sign_up(client).status_code for _ in range(3)] == [302, 302, 429]
    answers = [client.get(f"/forces/me/{'a' * 19}{at % 10}").status_code for at in range(130)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_the_desk_admits_only_whom_the_rules_allow(applied: Any, sign_in: Any) -> None:
    one, desk = applied(), sign_in(DESK)
    refused = desk.post(f"/forces/volunteers/{one.pk}/admission")
    assert refused.status_code == 422
    checked(desk, one)
    for _ in range(2):
        assert desk.post(f"/forces/volunteers/{one.pk}/admission").status_code == 302
    one.refresh_from_db()
    assert verbs_of(one.pk) == ["forces.volunteer_applied", "forces.identity_checked", "forces.volunteer_admitted"]
    resource = one.resource
    assert (resource.kind, resource.name, resource.address) == ("forces.volunteer", one.badge, SOUTH_GATE)
    assert resource.latitude is None, "where somebody lives is not for the map"


def test_many_are_admitted_at_once_and_the_unfit_stay(applied: Any, sign_in: Any) -> None:
    desk, fit = sign_in(DESK), [applied(name=f"志愿者{at}") for at in range(3)]
    for one in fit:
        checked(desk, one)
    unfit = applied(name="没核验")
    desk.post("/forces/volunteers/admissions", {"volunteer": [str(one.pk) for one in [*fit, unfit]]})
    assert set(Volunteer.objects.filter(state="admitted")) == set(fit)
    assert Resource.objects.filter(kind="forces.volunteer").count() == 3
    codes = {one.code for one in Volunteer.objects.filter(state="admitted")}
    assert codes == {one.code for one in fit}, "whoever signed up keeps the address of their page"


def test_another_towns_desk_and_other_roles_find_nobody(applied: Any, sign_in: Any) -> None:
    one = applied()
    far = sign_in(DESK, OTHER_COMMUNITY)
    assert far.get(f"/forces/volunteers/{one.pk}").status_code == 404
    assert far.post(f"/forces/volunteers/{one.pk}/admission").status_code == 404
    assert one.badge not in far.get("/forces/volunteers").content.decode()
    assert sign_in("community", SOUTH_GATE).get("/forces/volunteers").status_code == 403
    one.refresh_from_db()
    assert one.state == "applied"


def test_who_only_sees_reads_no_full_name_and_decides_nothing(applied: Any, sign_in: Any) -> None:
    one, reader = applied(), sign_in("forces.officer", TOWN)
    page = reader.get(f"/forces/volunteers/{one.pk}").content.decode()
    assert "张**" in page
    assert "张小明" not in page
    assert "13900001234" not in page
    assert reader.post(f"/forces/volunteers/{one.pk}/admission").status_code == 403


def test_the_community_served_at_directs_whoever_was_sent_down(admitted: Volunteer, sign_in: Any) -> None:
    there = sign_in(DESK, OTHER_COMMUNITY)
    assert there.get(f"/forces/volunteers/{admitted.pk}").status_code == 404
    body = {"kind": "cadre", "serving_at": str(OTHER_COMMUNITY), "transport": "foot", "max_shifts_week": 5}
    assert sign_in(DESK).post(f"/forces/volunteers/{admitted.pk}/record", body).status_code == 302
    admitted.refresh_from_db()
    assert (admitted.resource.kind, admitted.resource.address) == ("forces.cadre", OTHER_COMMUNITY)
    page = there.get(f"/forces/volunteers/{admitted.pk}").content.decode()
    assert "张小明" in page
    assert "(&#x27;" not in page
    assert admitted.badge in there.get("/forces/volunteers?state=admitted").content.decode()
    assert there.post(f"/forces/volunteers/{admitted.pk}/pause").status_code == 302


def test_a_record_seen_too_long_ago_is_not_overwritten(admitted: Volunteer, sign_in: Any) -> None:
    body = {"kind": "volunteer", "transport": "car", "max_shifts_week": 5, "version": admitted.version - 1}
    assert sign_in(DESK).post(f"/forces/volunteers/{admitted.pk}/record", body).status_code == 409


def test_an_id_number_at_the_desk_is_checked_and_looked_up_in_the_register(
    applied: Any, sign_in: Any, incident: Any
) -> None:
    person = Person.objects.create(incident=incident, address=OTHER_COMMUNITY, name="张小明", id_number=ID_NUMBER)
    one, desk = applied(), sign_in(DESK)
    path = f"/forces/volunteers/{one.pk}/identity"
    assert desk.post(path, {"id_number": ID_NUMBER[:-1] + "2"}).status_code == 422
    assert desk.post(path, {"id_number": ID_NUMBER}).status_code == 302
    one.refresh_from_db()
    assert (one.person_id, one.checked_by.username) == (person.pk, f"{DESK}-5001160000000000000")


def test_somebody_changes_what_they_can_and_nothing_else(admitted: Volunteer, client: Client) -> None:
    body = {"skills": ["driving"], "transport": "car", "max_shifts_week": "2", "hours": ["0-early"], "kind": "cadre"}
    assert client.post(f"/forces/me/{admitted.code}/profile", body).status_code == 302
    admitted.refresh_from_db()
    assert (admitted.skills, admitted.hours, admitted.kind) == (["driving"], {"0": ["early"]}, "volunteer")
    assert admitted.resource.skills == ["driving"]
    assert client.post(f"/forces/me/{admitted.code}/profile", {**body, "max_shifts_week": "99"}).status_code == 422


def test_leaving_is_at_once_and_being_forgotten_leaves_no_row_and_no_name(
    admitted: Volunteer, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    key, code, resource = admitted.pk, admitted.code, admitted.resource_id
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/forces/me/{code}/departure", {"forget": "yes"}).status_code == 200
    assert not Volunteer.objects.filter(pk=key).exists()
    left = Resource.objects.get(pk=resource)
    assert (left.duty, left.skills) == ("off", [])
    assert admitted.badge not in left.name
    assert verbs_of(key)[-2:] == ["forces.volunteer_left", "forces.volunteer_forgotten"]
    told = Entry.objects.filter(subject_id=str(key)).values_list("data", flat=True)
    assert not any("张" in str(one) or "sealed" in str(one) for one in told)
    assert client.get(f"/forces/me/{code}").status_code == 404
    assert client.post(f"/forces/me/{code}/departure", {"forget": "yes"}).status_code == 200
    assert str(key) in {row["id"] for row in erased_rows()}


def test_a_restored_backup_is_cleared_of_who_was_forgotten(
    admitted: Volunteer, client: Client, owner_here: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/forces/me/{admitted.code}/departure", {"forget": "yes"})
    admitted.save(force_insert=True)
    with owner_here():
        done = erase_again(SYSTEM, clock.now())
    assert done.rows["forces_volunteer"] == 1
    assert not Volunteer.objects.filter(pk=admitted.pk).exists()


def test_leaving_without_being_forgotten_keeps_the_record_and_closes_the_page(
    admitted: Volunteer, client: Client
) -> None:
    code = admitted.code
    client.post(f"/forces/me/{code}/departure", {})
    admitted.refresh_from_db()
    assert (admitted.state, admitted.code, admitted.code_hash) == ("left", "", None)
    assert client.get(f"/forces/me/{code}").status_code == 404


def test_the_poster_leads_to_the_form_of_its_community(sign_in: Any, client: Client) -> None:
    page = sign_in(DESK, SOUTH_GATE).get("/forces/join/poster").content.decode()
    assert f"/forces/join?area={SOUTH_GATE}" in page
    assert f'value="{SOUTH_GATE}" selected' in client.get(f"/forces/join?area={SOUTH_GATE}").content.decode()


def test_the_districts_own_rules_count(applied: Any, sign_in: Any) -> None:
    JoiningRules.objects.update(identity_needed=False)
    cache.clear()
    one = applied()
    assert sign_in(DESK).post(f"/forces/volunteers/{one.pk}/admission").status_code == 302


def test_who_can_is_asked_once_answers_on_their_page_and_serves_there(
    admitted: Volunteer, sign_in: Any, client: Client
) -> None:
    body = {"volunteer": [str(admitted.pk)], "place": str(OTHER_COMMUNITY), "words": "支援信息核查"}
    assert sign_in("forces.officer").post("/forces/volunteers/invitations", body).status_code == 403
    for _ in range(2):
        assert sign_in(DESK).post("/forces/volunteers/invitations", body).status_code == 302
    asked = Invitation.objects.get()
    assert "支援信息核查" in client.get(f"/forces/me/{admitted.code}").content.decode()
    path = f"/forces/me/{admitted.code}/invitations/{asked.pk}"
    for said in ("yes", "no"):
        assert client.post(path, {"answer": said}).status_code == 302
    admitted.refresh_from_db()
    asked.refresh_from_db()
    assert (asked.answer, admitted.serving_at, admitted.resource.address) == ("yes", OTHER_COMMUNITY, OTHER_COMMUNITY)
    support = Support.objects.get()
    assert (support.address, support.came_from, support.back_to) == (OTHER_COMMUNITY, SOUTH_GATE, None)
    assert support.way_m > 3000
    assert verbs_of(admitted.pk)[-2:] == ["forces.volunteer_invited", "forces.invitation_answered"]
    assert client.post(f"/forces/me/{'a' * 20}/invitations/{asked.pk}", {"answer": "yes"}).status_code == 404
    far = {**body, "volunteer": [str(admitted.pk)]}
    assert sign_in(DESK, TOWN).post("/forces/volunteers/invitations", far).status_code == 302
